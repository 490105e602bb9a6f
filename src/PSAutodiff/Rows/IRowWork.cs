using PSAutodiff.Converters;

namespace PSAutodiff.Rows;

/// <summary>What is done with the rows of a pipeline.</summary>
internal interface IRowWork
{
    /// <summary>The integers that lost digits.</summary>
    RoundedIntegers Rounded { get; }

    /// <summary>Takes a row in, or nothing of it.</summary>
    /// <param name="row">The row.</param>
    /// <param name="number">Its number, from 1.</param>
    /// <exception cref="AutodiffException">A cell is missing or not what it should be.</exception>
    void Take(object row, int number);
}
