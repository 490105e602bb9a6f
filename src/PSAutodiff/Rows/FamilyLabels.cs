using System.Globalization;
using PSAutodiff.Converters;

namespace PSAutodiff.Rows;

/// <summary>The labels of a logistic or Poisson regression: two classes or parts from 0 to 1, or counts.</summary>
/// <param name="family">Binomial or Poisson.</param>
/// <param name="format">How text is read as a number.</param>
internal sealed class FamilyLabels(RegressionFamily family, NumberFormat format)
{
    private readonly LabelCollector? _collector = family == RegressionFamily.Binomial ? new LabelCollector(1, [], format: format) { Kind = "logistic regression" } : null;
    private readonly List<double> _counts = [];

    /// <summary>Whether the labels are classes.</summary>
    public bool IsClasses => _collector is { IsClasses: true };

    /// <summary>Adds a label.</summary>
    /// <param name="cell">The cell that holds it.</param>
    /// <param name="row">The number of its row, from 1.</param>
    /// <param name="column">Its column; null for an element of -Target.</param>
    /// <exception cref="AutodiffException">It is missing, or nothing that the family predicts.</exception>
    public void Add(object? cell, int row, string? column)
    {
        // No class is called NA: it stands for a missing value, as in the columns. A class may be a dash.
        if (_collector is null ? RowReader.IsMissingNumber(cell) : Conversions.Unwrap(cell) is string { Length: > 0 } && RowReader.IsMissing(cell))
        {
            var fault = $"the label is missing{(Conversions.Unwrap(cell) is string { Length: > 0 } text ? $": {ValueSource.Describe(text)} stands for a missing value" : string.Empty)}.{(column is null ? string.Empty : RowException.SkipHint)}";
            throw column is null
                ? new AutodiffException(ErrorIds.LabelMissing, string.Create(CultureInfo.InvariantCulture, $"-Target, element {row}: {fault}"))
                : new RowException(ErrorIds.LabelMissing, row, column, fault) { IsMissing = true };
        }

        // A Boolean is 0 or 1 by itself, and a class of that name.
        var isNumber = Conversions.TryGetDouble(cell, out var number) || (format == NumberFormat.Formatted && FormattedNumber.TryRead(Conversions.Unwrap(cell) as string, out number));
        if (_collector is not null)
        {
            if (isNumber && !IsClasses && number is not (>= 0 and <= 1) && double.IsFinite(number))
            {
                throw Wrong(row, column, $"{number} is not from 0 to 1. A binomial label is 0 or 1, the part of successes in as many trials as -Weight says, or one of two words. For two classes of other names change the cells to words, or to 0 and 1: for 1 and 2 subtract 1.");
            }

            _collector.Add(cell, row, column);
            return;
        }

        if (!isNumber) throw Wrong(row, column, $"{(cell is null or DBNull or "" ? "an empty cell" : ValueSource.Describe(cell))} is not a number.", ErrorIds.ColumnNotNumeric);
        if (!double.IsFinite(number)) throw Wrong(row, column, $"{number} is not a finite number.", ErrorIds.ValueNotFinite);
        if (number < 0) throw Wrong(row, column, $"{number} is not a count: it is below 0.");
        _counts.Add(number);
    }

    /// <summary>The labels as numbers, and the two classes where they are classes.</summary>
    /// <param name="column">What errors call the labels.</param>
    /// <exception cref="AutodiffException">There is one class only, or there are more than two.</exception>
    public (double[] Numbers, object[] Classes) Finish(string column)
    {
        if (_collector is null) return ([.. _counts], []);
        if (_collector.IsTwoClasses)
        {
            var (classes, indices) = _collector.Finish(column);
            return (Array.ConvertAll(indices, static index => (double)index), classes);
        }

        double[] numbers = [.. _collector.Numbers];
        if (Array.TrueForAll(numbers, number => number == numbers[0]) && numbers[0] is 0 or 1)
        {
            throw new AutodiffException(ErrorIds.ClassCount, string.Create(CultureInfo.InvariantCulture, $"{column} is {numbers[0]} in every row: classification needs at least two classes."));
        }

        // 0 and 1 in every row are two classes; parts between them are none.
        return (numbers, _collector.ZeroAndOne ?? []);
    }

    private static AutodiffException Wrong(int row, string? column, FormattableString fault, string id = ErrorIds.TargetInvalid)
    {
        var text = fault.ToString(CultureInfo.InvariantCulture);
        return column is null
            ? new AutodiffException(id, string.Create(CultureInfo.InvariantCulture, $"-Target, element {row}: {text}"))
            : new RowException(id, row, column, $"{text}{RowException.LeftOut}");
    }
}
