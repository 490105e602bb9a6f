using System.Globalization;

namespace PSAutodiff.Rows;

/// <summary>What is wrong with one row of the pipeline: its number, its column and the fault.</summary>
internal sealed class RowException : AutodiffException
{
    /// <param name="errorId">The stable id.</param>
    /// <param name="row">The number of the row, from 1.</param>
    /// <param name="column">The column; null when it is the row as a whole.</param>
    /// <param name="fault">What is wrong, as a sentence that goes on after the place.</param>
    public RowException(string errorId, int row, string? column, string fault)
        : base(errorId, column is null
            ? string.Create(CultureInfo.InvariantCulture, $"Row {row} {fault}")
            : string.Create(CultureInfo.InvariantCulture, $"Row {row}, column '{column}': {fault}")) => Column = column;

    private RowException(string errorId, string message)
        : base(errorId, message)
    {
    }

    /// <summary>What becomes of the row, where work goes on without it.</summary>
    public const string LeftOut = " The row was left out.";

    /// <summary>The same where work does not go on.</summary>
    public RowException AsEnd() => new(ErrorId, Message.Replace(LeftOut, string.Empty, StringComparison.Ordinal)) { Column = Column, IsMissing = IsMissing };

    /// <summary>The fault of a row that is not there.</summary>
    public static RowException IsNull(int row) => new(ErrorIds.RowNull, row, null, "is null.");

    /// <summary>What to do about missing values, at the end of messages about them.</summary>
    public const string SkipHint = " -MissingValue Skip leaves such rows out with one warning.";

    /// <summary>Whether a value is missing, and nothing is wrong otherwise.</summary>
    public bool IsMissing { get; init; }

    /// <summary>The column, or what else tells this fault from others of the same id.</summary>
    public string? Column { get; init; }
}
