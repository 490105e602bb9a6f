using System.Globalization;
using PSAutodiff.Converters;

namespace PSAutodiff.Rows;

/// <summary>Takes labelled rows for a model that is not a network.</summary>
internal sealed class ModelTestRows : IRowWork
{
    private readonly IAutodiffModel _model;
    private readonly double[,] _row;
    private readonly ModelInputs _reader;
    private readonly ModelInputs? _labelReader;
    private readonly RowReader? _classReader;
    private readonly ExpressionModel _label;
    private readonly LabelCollector? _classes;
    private readonly RowBuffer _inputs;
    private readonly FamilyLabels? _counts;
    private readonly List<double> _predictions = [];
    private readonly double[] _values;
    private readonly double[,]? _labelValues;
    private readonly List<double> _labels = [];

    /// <summary>Finds the columns.</summary>
    /// <param name="model">The model.</param>
    /// <param name="reader">Reads its inputs.</param>
    /// <param name="label">What it is to predict; the column of classes where the model has some.</param>
    /// <param name="map">The columns of variables that are vectors or matrices.</param>
    /// <param name="row">The first row.</param>
    /// <param name="number">Its number, from 1.</param>
    /// <param name="format">How text is read as a number.</param>
    /// <exception cref="AutodiffException">The row lacks a column.</exception>
    public ModelTestRows(IAutodiffModel model, ModelInputs reader, ExprNode label, ColumnMap map, object row, int number, NumberFormat format)
    {
        (_model, _reader, _label) = (model, reader, new ExpressionModel(label));
        _row = new double[1, reader.Size];
        _inputs = new RowBuffer(reader.Size);
        _values = new double[reader.Size];
        if (model.Classes.Count > 0)
        {
            var column = label.Variables.Count == 1 && label.Equals(ExprNode.Variable(label.Variables[0])) ? label.Variables[0] : throw new AutodiffException(ErrorIds.LabelCount, $"The label {label} is an expression, and this model predicts classes. Name their column with -Label.");
            _classReader = new RowReader([column]) { Format = format };
            _classes = new LabelCollector(1, model.Classes);
            return;
        }

        // What such a regression is not fitted to, it is not measured by.
        if (model is GeneralizedRegressionResult generalized) _counts = new FamilyLabels(generalized.Family, format);
        _labelReader = ModelInputs.Of(_label, map, row, number, format);
        _labelValues = new double[1, _labelReader.Size];
    }

    /// <inheritdoc/>
    public RoundedIntegers Rounded => _reader.Rounded;

    /// <inheritdoc/>
    public void Take(object row, int number)
    {
        _reader.Read(row, number, _values);
        Buffer.BlockCopy(_values, 0, _row, 0, _values.Length * sizeof(double));
        var outputs = RowPrediction.CheckFinite(_model.Predict(_row), number);
        if (outputs.Length != 1) throw new AutodiffException(ErrorIds.ShapeMismatch, string.Create(CultureInfo.InvariantCulture, $"The prediction is a vector of {outputs.Length} elements; to be measured against a label it has to be a number."));
        if (_classes is not null)
        {
            _classReader!.Start(row, number);
            _classes.Add(_classReader.Cell(0), number, _classReader.Columns[0]);
        }
        else
        {
            var values = new double[_labelReader!.Size];
            _labelReader.Read(row, number, values);
            for (var i = 0; i < values.Length; i++) _labelValues![0, i] = values[i];
            var label = _label.Predict(_labelValues!)[0, 0];
            if (!double.IsFinite(label)) throw new RowException(ErrorIds.ValueNotFinite, number, null, System.FormattableString.Invariant($"the label is {label}, not a finite number.{RowException.LeftOut}"));
            _counts?.Add(label, number, _label.ToString());
            _labels.Add(label);
        }

        _predictions.Add(outputs[0]);
        _inputs.Add(_values);
    }

    /// <summary>What the model predicts for the rows, which are used up.</summary>
    public Outcome Finish()
    {
        var (rows, width) = (_inputs.Rows, _values.Length);
        var inputs = new double[rows, width];
        Buffer.BlockCopy(_inputs.Take<double>(null), 0, inputs, 0, inputs.Length * sizeof(double));
        double[] labels = _classes is null ? [.. _labels] : Array.ConvertAll(_classes.Finish("The label").Indices, static index => (double)index);
        return ModelMeasure.Of(_model, inputs, labels, [.. _predictions]);
    }
}
