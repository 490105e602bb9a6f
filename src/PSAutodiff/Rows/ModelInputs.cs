using PSAutodiff.Converters;
using PSAutodiff.Core;
using PSAutodiff.Fitting;
using PSAutodiff.Measurements;

namespace PSAutodiff.Rows;

/// <summary>Reads the inputs of a model from rows: columns that it remembers, or those of the names of its variables.</summary>
internal abstract class ModelInputs
{
    /// <summary>The integers that lost digits.</summary>
    public abstract RoundedIntegers Rounded { get; }

    /// <summary>Number of inputs.</summary>
    public abstract int Size { get; }

    /// <summary>The reader of a model that is not a network.</summary>
    /// <param name="model">The model.</param>
    /// <param name="map">The columns of variables that are vectors or matrices.</param>
    /// <param name="row">The first row.</param>
    /// <param name="number">Its number, from 1.</param>
    /// <param name="format">How text is read as a number.</param>
    /// <exception cref="AutodiffException">The row lacks a column.</exception>
    public static ModelInputs Of(IAutodiffModel model, ColumnMap map, object row, int number, NumberFormat format)
    {
        if (model is RegressionResult regression)
        {
            var columns = ColumnsOf(regression);
            ColumnSelection.Require([.. columns.Select(static column => column.Name)], new RowCells(row), number, "The regression, which was fitted to rows,");
            return new OfColumns(columns, format, isContrast: true);
        }

        var (layout, flat) = model is CurveFitResult fit
            ? (fit.Prediction.Inputs, fit.Prediction.Flat)
            : (ExpressionPrediction.Of(model.Expression).Inputs, ExpressionPrediction.Of(model.Expression).Flat);

        ColumnSelection.Require(NumbersOf(layout, map), new RowCells(row), number, model is CurveFitResult ? "The curve, which was fitted to rows," : "The prediction of the model");
        return new OfVariables(new VariableReader(layout, [.. layout.Names], ValueSource.Empty, map, ArrayPoints.PlacesOf(flat), row, number) { Format = format });
    }

    /// <summary>The reader of columns that make the inputs of a network.</summary>
    public static ModelInputs Of(IReadOnlyList<FeatureColumn> columns, NumberFormat format) => new OfColumns(columns, format, isContrast: false);

    /// <summary>The names of the columns that a model reads; empty where it does not know them.</summary>
    /// <param name="model">The model.</param>
    /// <param name="map">The columns of variables that are vectors or matrices.</param>
    public static IEnumerable<string> ColumnsOf(IAutodiffModel model, ColumnMap map) => model switch
    {
        Network { Columns.Count: > 0 } network => network.Columns.Select(static column => column.Name),
        Network network => network.Features,
        RegressionResult regression => ColumnsOf(regression).Select(static column => column.Name),
        CurveFitResult fit => NumbersOf(fit.Prediction.Inputs, map),
        _ => NumbersOf(ExpressionPrediction.Of(model.Expression).Inputs, map),
    };

    private static IReadOnlyList<FeatureColumn> ColumnsOf(RegressionResult regression) =>
        regression.Columns.Count > 0 ? regression.Columns : [.. regression.Features.Select(static name => new FeatureColumn { Name = name })];

    // Elements of arrays may come from columns of several kinds of names.
    private static string[] NumbersOf(VariableLayout layout, ColumnMap map) => [.. layout.Names.Where((name, i) => layout.Shapes[i].IsNumber && !map.Has(name))];

    /// <summary>The inputs of a row.</summary>
    /// <exception cref="AutodiffException">The row lacks a column, or a cell is not what its column is.</exception>
    public abstract void Read(object row, int number, Span<double> inputs);

    private sealed class OfColumns : ModelInputs
    {
        private readonly IReadOnlyList<FeatureColumn> _columns;
        private readonly RowReader _reader;
        private readonly FeatureReader _features;
        private readonly double[] _values;

        public OfColumns(IReadOnlyList<FeatureColumn> columns, NumberFormat format, bool isContrast)
        {
            _columns = columns;
            _reader = new RowReader([.. columns.Select(static column => column.Name)]) { Format = format };
            _features = new FeatureReader(_reader, columns.Count, isContrast, isFirstWhole: false, columns);
            _values = new double[columns.Count];
            Size = columns.Sum(static column => column.Width);
        }

        public override RoundedIntegers Rounded => _reader.Rounded;

        public override int Size { get; }

        public override void Read(object row, int number, Span<double> inputs)
        {
            _reader.Start(row, number);
            _features.Read(_values);
            FeatureColumn.Encode(_columns, _values, inputs);
        }
    }

    private sealed class OfVariables(VariableReader reader) : ModelInputs
    {
        public override RoundedIntegers Rounded => reader.Rounded;

        public override int Size => reader.Variables.Length;

        public override void Read(object row, int number, Span<double> inputs)
        {
            reader.Start(row, number);
            reader.Read(inputs, finite: true);
        }
    }
}
