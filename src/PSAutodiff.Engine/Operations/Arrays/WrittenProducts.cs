using PSAutodiff.Core;

namespace PSAutodiff.Operations.Arrays;

/// <summary>
/// What products of arrays became when they were written out to numbers, so that they can be computed with the bits of arrays: there a product and what it
/// is added to are rounded once.
/// </summary>
internal sealed class WrittenProducts
{
    private readonly Dictionary<int, int> _added = [];
    private readonly Dictionary<int, int> _outer = [];

    /// <summary>Notes that the last of the terms of a sum is a product.</summary>
    public void NoteSum(Term sum, Term product) => _added[sum.Id] = product.Id;

    /// <summary>Notes an element of an outer product.</summary>
    public void NoteOuter(Term product, Term second) => _outer[product.Id] = second.Id;

    /// <summary>The product that is added in a sum; <see cref="Graph.None"/> for none.</summary>
    public int ProductIn(int sum) => _added.GetValueOrDefault(sum, Graph.None);

    /// <summary>The second factor of an element of an outer product; <see cref="Graph.None"/> for what is no such element.</summary>
    public int SecondOf(int product) => _outer.GetValueOrDefault(product, Graph.None);
}
