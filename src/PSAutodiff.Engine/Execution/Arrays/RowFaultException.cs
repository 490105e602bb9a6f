using System.Globalization;

namespace PSAutodiff.Execution.Arrays;

/// <summary>What is wrong with the numbers of one row, found while they are computed with.</summary>
internal sealed class RowFaultException : AutodiffException
{
    private readonly string _fault;

    /// <param name="errorId">The stable id.</param>
    /// <param name="row">The index of the row in the data, from 0.</param>
    /// <param name="number">The number under which it is reported.</param>
    /// <param name="fault">What is wrong, as a sentence.</param>
    public RowFaultException(string errorId, int row, int number, string fault)
        : base(errorId, string.Create(CultureInfo.InvariantCulture, $"Row {number}: {fault}")) => (Row, _fault) = (row, fault);

    /// <summary>The index of the row in the data, from 0.</summary>
    public int Row { get; }

    /// <summary>The same error with the number under which the row is reported.</summary>
    public RowFaultException Numbered(int number) => new(ErrorId, Row, number, _fault);
}
