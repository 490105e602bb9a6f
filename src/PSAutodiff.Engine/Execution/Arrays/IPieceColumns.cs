using System.Numerics;

namespace PSAutodiff.Execution.Arrays;

/// <summary>What varies by row and does not lie in memory for all rows: it is made for the rows of one piece after the other.</summary>
/// <typeparam name="T">The numbers of the run.</typeparam>
internal interface IPieceColumns<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The elements of a variable for the rows of a piece; nothing where they are in the data.</summary>
    /// <param name="column">Which variable that varies.</param>
    /// <param name="rows">Indices of the rows of the piece in the data.</param>
    /// <returns>The elements, row after row; they are looked at until the next piece.</returns>
    ReadOnlyMemory<T> Fill(int column, ReadOnlySpan<int> rows);
}
