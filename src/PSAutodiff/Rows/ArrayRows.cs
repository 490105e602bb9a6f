using System.Collections;
using System.Collections.Specialized;
using System.Globalization;
using PSAutodiff.Converters;

namespace PSAutodiff.Rows;

/// <summary>The rows of arrays as rows of a table, for what reads columns; or rows that were read once, so that several threads may read them.</summary>
/// <param name="Rows">A dictionary each.</param>
/// <param name="Features">The columns of the inputs.</param>
/// <param name="Labels">The columns of the labels.</param>
internal sealed record ArrayRows(IReadOnlyList<object> Rows, string[] Features, string[] Labels)
{
    /// <summary>The numbers of the rows, from 1.</summary>
    public int[] Numbers { get; private init; } = [.. Enumerable.Range(1, Rows.Count)];

    /// <summary>Reads columns of rows, on the thread that properties of objects may need.</summary>
    public static ArrayRows Read(KeptRows kept, string[] columns)
    {
        var reader = new RowReader(columns);
        var rows = new object[kept.Rows.Count];
        for (var row = 0; row < rows.Length; row++)
        {
            var cells = new OrderedDictionary(columns.Length, StringComparer.Ordinal);
            reader.Start(kept.Rows[row], kept.Numbers[row]);
            for (var i = 0; i < columns.Length; i++) cells.Add(columns[i], reader.Cell(i));
            rows[row] = cells;
        }

        return new ArrayRows(rows, [], []) { Numbers = [.. kept.Numbers] };
    }

    /// <summary>Makes rows of arrays that go with a model.</summary>
    /// <param name="model">The model, which names the columns.</param>
    /// <param name="data">The inputs: rows x inputs.</param>
    /// <param name="target">The label of each row, or a label for each output.</param>
    /// <exception cref="AutodiffException">A model of this kind needs columns that arrays do not have.</exception>
    public static ArrayRows Of(IAutodiffModel model, object? data, object? target)
    {
        var inputs = NumberTable.From(data, "-Data").ToMatrix();
        target = Conversions.Live(target);
        if (target is IdxData idx) target = idx.RowSize > 1 ? idx.ToArray2D() : idx.ToLabels();
        var matrix = NumberTable.IsMatrix(target) ? NumberTable.From(target, "-Target").ToMatrix() : null;
        var list = matrix is not null ? null : target as IList ?? new[] { target };
        var (features, labels) = NamesOf(model, inputs.GetLength(1), matrix?.GetLength(1) ?? 1);
        var rows = new object[inputs.GetLength(0)];
        for (var row = 0; row < rows.Length; row++)
        {
            var cells = new OrderedDictionary(StringComparer.Ordinal);
            for (var i = 0; i < features.Length; i++) cells.Add(features[i], inputs[row, i]);
            for (var i = 0; i < labels.Length; i++) cells.Add(labels[i], matrix is not null ? matrix[row, i] : list![row]);
            rows[row] = cells;
        }

        return new ArrayRows(rows, features, labels);
    }

    private static (string[] Features, string[] Labels) NamesOf(IAutodiffModel model, int inputs, int outputs)
    {
        switch (model)
        {
            case RegressionResult { WeightColumn: null } regression:
                return ([.. regression.Features], [regression.Label]);
            case CurveFitResult { Recipe.Weight: null } fit when !fit.Prediction.Inputs.HasArrays && fit.Label.Variables is [var label] && fit.Label.Equals(ExprNode.Variable(label)):
                return ([.. fit.Prediction.Inputs.Names], [label]);
            case Network network:
                return (
                    network.Features.Count > 0 ? [.. network.Features] : Numbered("x", inputs),
                    network.Labels.Count == outputs ? [.. network.Labels] : Numbered("y", outputs));
            default:
                throw new AutodiffException(ErrorIds.DataInvalid, "-Data and -Target have not all the columns that this model is fitted to: its weights, arrays, or what is in its loss or label. Pipe rows in for -CrossValidationFold.");
        }
    }

    private static string[] Numbered(string name, int count) => [.. Enumerable.Range(1, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"{name}{i}"))];
}
