using PSAutodiff.Core;

namespace PSAutodiff.Operations.Arrays;

/// <summary>A part of a vector or matrix: its bounds along each axis.</summary>
/// <param name="Rows">Along the first axis.</param>
/// <param name="Columns">Along the second, of a matrix.</param>
/// <param name="IsOfMatrix">Whether there is a second axis.</param>
internal readonly record struct PartBounds(SliceBounds Rows, SliceBounds Columns, bool IsOfMatrix)
{
    /// <summary>Those of the whole numbers of a <see cref="SliceOperation"/>, with the sizes after them or without.</summary>
    public static PartBounds Of(ReadOnlySpan<long> indices) => indices.Length < 6 ? Of(SliceBounds.At(indices, 0)) : Of(SliceBounds.At(indices, 0), SliceBounds.At(indices, 1));

    public static PartBounds Of(SliceBounds elements) => new(elements, default, false);

    public static PartBounds Of(SliceBounds rows, SliceBounds columns) => new(rows, columns, true);

    /// <summary>All of an array.</summary>
    public static PartBounds All(Shape of) => of.IsMatrix ? Of(SliceBounds.Range(0, of.Rows), SliceBounds.Range(0, of.Columns)) : Of(SliceBounds.Range(0, of.Rows));

    /// <summary>How many elements it has.</summary>
    public double Count => IsOfMatrix ? (double)Rows.Count * Columns.Count : Rows.Count;

    /// <summary>Its bounds along an axis.</summary>
    public SliceBounds Along(int axis) => axis == 0 ? Rows : Columns;

    /// <summary>The same with other bounds along an axis.</summary>
    public PartBounds With(int axis, SliceBounds bounds) => axis == 0 ? this with { Rows = bounds } : this with { Columns = bounds };

    /// <summary>With rows and columns exchanged.</summary>
    public PartBounds Transposed() => IsOfMatrix ? Of(Columns, Rows) : this;

    /// <summary>Whether it has all elements of an array, in its shape.</summary>
    public bool IsAll(Shape of) => this == All(of);

    /// <summary>The smallest part with both in it; where they are not the same it has all axes.</summary>
    public static PartBounds Hull(PartBounds a, PartBounds b) => a == b ? a : new(Hull(a.Rows, b.Rows), a.IsOfMatrix ? Hull(a.Columns, b.Columns) : default, a.IsOfMatrix);

    /// <summary>A part of this part, as a part of the whole.</summary>
    public PartBounds Within(PartBounds inner)
    {
        // An axis that is gone has no bounds within.
        if (!IsOfMatrix) return Of(Within(Rows, inner.Rows));
        return Of(Rows.IsIndex ? Rows : Within(Rows, inner.Rows), Columns.IsIndex ? Columns : Within(Columns, Rows.IsIndex ? inner.Rows : inner.Columns));
    }

    /// <summary>A part of the whole that lies in this part, taken from it.</summary>
    /// <param name="value">This part.</param>
    /// <param name="other">The other one.</param>
    public Term Take(Term value, PartBounds other) => From(other) is { } part ? part.Of(value) : value;

    /// <summary>A part of the whole that lies in this part, by its bounds there; null where this is a single number.</summary>
    public PartBounds? From(PartBounds other)
    {
        var (rows, columns) = (Shifted(Rows, other.Rows), Shifted(Columns, other.Columns));
        return (Rows.IsIndex, !IsOfMatrix || Columns.IsIndex) switch
        {
            (true, true) => null,
            (true, false) => Of(columns),
            (false, true) => Of(rows),
            _ => Of(rows, columns),
        };

        static SliceBounds Shifted(SliceBounds from, SliceBounds bounds) => bounds with { Start = bounds.Start - from.Start };
    }

    /// <summary>This part of an array.</summary>
    public Term Of(Term array) => IsAll(array.Shape) ? array : IsOfMatrix ? array.Part(Rows, Columns) : array.Part(Rows);

    /// <summary>What a part of an operation element by element needs of an argument: of one that is stretched its only row, column or element; null for a number.</summary>
    public static PartBounds? OfStretched(Shape own, Shape whole, PartBounds part)
    {
        if (own.IsNumber) return null;
        var (along, only) = (part.IsOfMatrix ? part.Columns : part.Rows, SliceBounds.Index(0));
        if (own.IsVector) return Of(own.Rows == whole.Last ? along : only);

        // A single column beside several rows has to stay one.
        var columns = own.Columns == whole.Columns ? along : part.Rows.IsIndex || own.Rows != whole.Rows ? only : SliceBounds.Range(0, 1);
        return Of(own.Rows == whole.Rows ? part.Rows : only, along.IsIndex && own.Columns != whole.Columns ? only : columns);
    }

    /// <summary>Whether no element is in both.</summary>
    public bool IsApartFrom(PartBounds other)
    {
        return AreApart(Rows, other.Rows) || (IsOfMatrix && AreApart(Columns, other.Columns));

        static bool AreApart(SliceBounds a, SliceBounds b) => a.Start + a.Count <= b.Start || b.Start + b.Count <= a.Start;
    }

    /// <summary>Whether all elements of another part are in this one.</summary>
    public bool Includes(PartBounds other)
    {
        return Has(Rows, other.Rows) && (!IsOfMatrix || Has(Columns, other.Columns));

        static bool Has(SliceBounds a, SliceBounds b) => a.Start <= b.Start && b.Start + b.Count <= a.Start + a.Count;
    }

    private static SliceBounds Within(SliceBounds outer, SliceBounds inner) => inner with { Start = outer.Start + inner.Start };

    private static SliceBounds Hull(SliceBounds a, SliceBounds b) =>
        a == b && !a.IsIndex ? a : SliceBounds.Range(Math.Min(a.Start, b.Start), Math.Max(a.Start + a.Count, b.Start + b.Count) - Math.Min(a.Start, b.Start));
}
