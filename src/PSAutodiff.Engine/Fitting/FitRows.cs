using System.Globalization;
using PSAutodiff.Execution.Parts;

namespace PSAutodiff.Fitting;

/// <summary>What the rows of a fit say beside the model: labels and weights.</summary>
internal sealed class FitRows
{
    // Squares of numbers between these powers of two, and sums of many of them, are numbers with all their digits.
    private const int LargestExponent = 300;

    private readonly IReadOnlyList<int>? _numbers;
    private readonly IRowParts? _parts;

    /// <summary>Computes labels and weights.</summary>
    /// <param name="label">A number in each row.</param>
    /// <param name="weight">A number of at least 0 in each row; null for ones.</param>
    /// <param name="rows">The columns.</param>
    /// <param name="numbers">The numbers of the rows in messages; null for 1, 2, 3, ...</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">A label is not finite, a weight is negative, or all are 0.</exception>
    public FitRows(ExprNode label, ExprNode? weight, DataRows rows, IReadOnlyList<int>? numbers, CancellationToken cancellation)
    {
        _numbers = numbers;
        Label = Values(label, rows, "label", cancellation);
        var weights = weight is null ? null : Values(weight, rows, "weight", cancellation).ToArray();
        Count = rows.Count;
        if (weights is not null) Count = CheckWeights(weights);
        var labels = Label.Span;
        var largest = 0.0;
        for (var i = 0; i < labels.Length; i++)
        {
            if (weights is null || weights[i] > 0) largest = Math.Max(largest, Math.Abs(labels[i]) * (weights is null ? 1 : Math.Sqrt(weights[i])));
        }

        // The unit cannot be where weights times labels have no numbers.
        if (!double.IsFinite(largest)) throw new AutodiffException(ErrorIds.ValueNotFinite, "A label times the root of its weight is too large to be represented. Scale the weights: only their ratios count.");
        if (largest > 0 && Math.Abs(Math.ILogB(largest)) > LargestExponent) Unit = Math.ILogB(largest);
        if (weights is not null || Unit != 0)
        {
            Factors = new double[rows.Count];
            for (var i = 0; i < Factors.Length; i++) Factors[i] = Math.ScaleB(weights is null ? 1 : Math.Sqrt(weights[i]), -Unit);
        }

        Measure(weights);
    }

    /// <summary>Joins what the parts of rows that stay elsewhere say of labels and weights.</summary>
    /// <param name="parts">The rows.</param>
    /// <param name="function">Says it.</param>
    /// <param name="cancellation">Ends it early.</param>
    public FitRows(IRowParts parts, FitLabelsFunction function, CancellationToken cancellation)
    {
        _parts = parts;
        var results = parts.Evaluate(function, [], cancellation);
        var squares = 0.0;
        foreach (var part in results)
        {
            Count += (int)part[0];
            squares += part[1];
            LogWeights += part[5];
            Join(part[2], part[3], part[4]);
        }

        LabelNorm = Math.Sqrt(squares);
        if (Count == 0) throw new AutodiffException(ErrorIds.WeightInvalid, "All weights are 0, so no row counts.");
    }

    /// <summary>The label of each row; empty where rows stay elsewhere.</summary>
    public ReadOnlyMemory<double> Label { get; }

    /// <summary>What each row is multiplied by: the root of its weight, over the unit; null for ones.</summary>
    public double[]? Factors { get; }

    /// <summary>The power of two that residuals are divided by, so that their squares are numbers.</summary>
    public int Unit { get; }

    /// <summary>The number of rows whose weight is not 0.</summary>
    public int Count { get; }

    /// <summary>The length of the vector of labels, in the unit.</summary>
    public double LabelNorm { get; private set; }

    /// <summary>The sum of the weights.</summary>
    public double TotalWeight { get; private set; }

    /// <summary>The mean of the labels.</summary>
    public double Mean { get; private set; }

    /// <summary>The sum of the squared differences of labels and their mean, in the unit.</summary>
    public double Variation { get; private set; }

    /// <summary>The sum of the logarithms of the weights.</summary>
    public double LogWeights { get; private set; }

    /// <summary>The number of a row in messages.</summary>
    /// <param name="row">Its index, from 0.</param>
    public int NumberOf(int row) => _numbers?[row] ?? row + 1;

    /// <summary>Where a row is, in messages: its number, and that of its part.</summary>
    public string PlaceOf(int row)
    {
        if (_parts is null) return string.Create(CultureInfo.InvariantCulture, $"row {NumberOf(row)}");
        var part = 0;
        while (row >= _parts.Counts[part]) row -= _parts.Counts[part++];
        return string.Create(CultureInfo.InvariantCulture, $"row {row + 1} of part {part + 1}");
    }

    // Means and variations of parts (Chan, Golub and LeVeque, 1983).
    private void Join(double weight, double mean, double variation)
    {
        var total = TotalWeight + weight;
        var difference = mean - Mean;
        if (total > 0) (Mean, Variation) = (Mean + (difference * weight / total), Variation + variation + (difference * difference * TotalWeight * weight / total));
        TotalWeight = total;
    }

    private ReadOnlyMemory<double> Values(ExprNode expression, DataRows rows, string what, CancellationToken cancellation)
    {
        if (!expression.ArrayShape.IsNumber) throw new AutodiffException(ErrorIds.ShapeMismatch, $"The {what} is {expression.ArrayShape.InWords()}, and it has to be a number in each row.");
        var missing = expression.Variables.Except(rows.Names, StringComparer.Ordinal).FirstOrDefault();
        if (missing is not null) throw new AutodiffException(ErrorIds.ColumnMissing, $"The {what} {expression} needs a column '{missing}', and there is none. There are: {string.Join(", ", rows.Names)}.{Foundation.Names.NearNames.Hint(missing, rows.Names)}");
        ReadOnlyMemory<double> values;
        if (expression.Operation is VariableLeafOperation)
        {
            values = rows.Columns[rows.Names.ToList().IndexOf(expression.Variables[0])];
        }
        else
        {
            var compiled = CompiledExpression.Compile([expression], expression.Variables, cancellation);
            var result = compiled.EvaluateRows([.. expression.Variables.Select(name => rows.Columns[rows.Names.ToList().IndexOf(name)])], cancellation)[0];
            if (result.Length < rows.Count) result = [.. Enumerable.Repeat(result[0], rows.Count)];
            values = result;
        }

        var span = values.Span;
        for (var i = 0; i < span.Length; i++)
        {
            if (double.IsFinite(span[i])) continue;
            throw new AutodiffException(ErrorIds.ValueNotFinite, string.Create(CultureInfo.InvariantCulture, $"The {what} {expression} is {span[i]} in row {NumberOf(i)}, not a finite number. Leave such rows out, or mend them."));
        }

        return values;
    }

    private int CheckWeights(double[] weights)
    {
        var count = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] < 0) throw new AutodiffException(ErrorIds.WeightInvalid, string.Create(CultureInfo.InvariantCulture, $"The weight in row {NumberOf(i)} is {weights[i]}. A weight is an inverse variance and cannot be negative."));
            if (weights[i] > 0) count++;
        }

        return count > 0 ? count : throw new AutodiffException(ErrorIds.WeightInvalid, "All weights are 0, so no row counts.");
    }

    // In two passes, as differences of sums of squares would lose digits.
    private void Measure(double[]? weights)
    {
        var labels = Label.Span;
        var (sum, total) = (0.0, 0.0);
        for (var i = 0; i < labels.Length; i++)
        {
            var weight = weights?[i] ?? 1;
            total += weight;
            sum += weight * Math.ScaleB(labels[i] - labels[0], -Unit);
            if (weight > 0 && weights is not null) LogWeights += Math.Log(weight);
        }

        var shift = labels[0] + Math.ScaleB(sum / total, Unit);
        (TotalWeight, Mean) = (total, shift);
        var (norm, variation) = (0.0, 0.0);
        for (var i = 0; i < labels.Length; i++)
        {
            var factor = Factors?[i] ?? 1;
            var (label, rest) = (labels[i] * factor, (labels[i] - shift) * factor);
            (norm, variation) = (norm + (label * label), variation + (rest * rest));
        }

        (LabelNorm, Variation) = (Math.Sqrt(norm), variation);
    }
}
