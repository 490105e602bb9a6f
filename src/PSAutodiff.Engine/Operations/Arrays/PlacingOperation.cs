using PSAutodiff.Core;

namespace PSAutodiff;

/// <summary>An operation that adds elements to zeros, each where it belongs: the adjoint of one that chooses elements.</summary>
internal abstract class PlacingOperation(string name, int arity) : ArrayOperation(name, arity, hasIndices: true)
{
    /// <summary>Whether no place gets more than one element, so that it is the same to add the value or its elements to something.</summary>
    /// <param name="places">The shape of the second argument.</param>
    internal abstract bool AddsOnce(Shape places);

    /// <summary>Adds the elements to an array.</summary>
    /// <param name="of">Arguments, shapes and whole numbers.</param>
    /// <param name="result">Has the shape of the value.</param>
    internal abstract void Add(in ArrayOperands of, Span<double> result);

    /// <summary>The same for a block of rows.</summary>
    /// <param name="of">Arguments, those that vary with the elements of all rows; the shapes are those of one row.</param>
    /// <param name="block">The rows.</param>
    /// <param name="result">Has the elements of all rows.</param>
    internal void AddRows(in ArrayOperands of, RowsOfBlock block, Span<double> result)
    {
        for (var row = 0; row < block.Count; row++) Add(block.Row(of, row), block.Row(result, row));
    }

    internal sealed override void Execute(in ArrayOperands of, Span<double> result)
    {
        of.Fill(result, 0);
        Add(of, result);
    }
}
