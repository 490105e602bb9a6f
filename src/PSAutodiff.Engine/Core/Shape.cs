using System.Globalization;

namespace PSAutodiff.Core;

/// <summary>
/// The shape of a node: a number, a vector of n elements, or a matrix of m rows and n columns. Sizes are those that were declared; nothing of
/// that size need exist.
/// </summary>
internal readonly record struct Shape
{
    private Shape(int rank, long rows, long columns, bool isSymmetric = false) => (Rank, Rows, Columns, IsSymmetric) = (rank, rows, columns, isSymmetric);

    /// <summary>The shape of a number.</summary>
    public static Shape Number => default;

    /// <summary>How many sizes there are: 0, 1 or 2.</summary>
    public int Rank { get; }

    /// <summary>The elements of a vector, the rows of a matrix; 0 for a number.</summary>
    public long Rows { get; }

    /// <summary>The columns of a matrix; else 0.</summary>
    public long Columns { get; }

    /// <summary>Whether the matrix is promised to be its own transpose.</summary>
    public bool IsSymmetric { get; }

    public bool IsNumber => Rank == 0;

    public bool IsVector => Rank == 1;

    public bool IsMatrix => Rank == 2;

    /// <summary>How many elements there are; the largest long where there are more.</summary>
    public long Count => Rank switch
    {
        0 => 1,
        1 => Rows,
        _ => Math.BigMul(Rows, Columns) is var product && product > long.MaxValue ? long.MaxValue : (long)product,
    };

    /// <summary>The sizes, in order; empty for a number.</summary>
    public long[] Sizes => Rank switch { 0 => [], 1 => [Rows], _ => [Rows, Columns] };

    /// <summary>The size of the last axis.</summary>
    public long Last => Rank == 2 ? Columns : Rows;

    /// <summary>A vector of so many elements.</summary>
    public static Shape Vector(long count) => new(1, count, 0);

    /// <summary>A matrix.</summary>
    public static Shape Matrix(long rows, long columns) => new(2, rows, columns);

    /// <summary>A square matrix that is its own transpose.</summary>
    public static Shape Symmetric(long size) => new(2, size, size, isSymmetric: true);

    /// <summary>The shape of given sizes.</summary>
    public static Shape Of(ReadOnlySpan<long> sizes) => sizes.Length switch { 0 => Number, 1 => Vector(sizes[0]), _ => Matrix(sizes[0], sizes[1]) };

    /// <summary>The size of two after each other.</summary>
    /// <exception cref="AutodiffException">It is larger than any size can be.</exception>
    public static long Sum(long size, long other) => size <= long.MaxValue - other
        ? size + other
        : throw new AutodiffException(ErrorIds.DataTooLarge, $"{size} and {other} elements are together more than an array can have.");

    /// <summary>Whether two have as many elements.</summary>
    public bool HasCountOf(Shape other) => Math.BigMul(Math.Max(Rows, 1), Math.Max(Columns, 1)) == Math.BigMul(Math.Max(other.Rows, 1), Math.Max(other.Columns, 1));

    /// <summary>Whether two have the same sizes.</summary>
    public bool IsLike(Shape other) => Rank == other.Rank && Rows == other.Rows && Columns == other.Columns;

    /// <summary>The same sizes without promises.</summary>
    public Shape Plain() => new(Rank, Rows, Columns);

    /// <summary>The shape with rows and columns exchanged.</summary>
    public Shape Transposed() => Rank == 2 ? new Shape(2, Columns, Rows, IsSymmetric) : this;

    /// <summary>What two shapes give element by element: the sizes are matched from the last one on, and a size of 1 stands for any.</summary>
    public static bool TryBroadcast(Shape a, Shape b, out Shape result)
    {
        if (a.Rank < b.Rank) (a, b) = (b, a);
        result = a;
        if (b.Rank == 0) return true;
        if (!TryMatch(a.Last, b.Last, out var last)) return false;
        if (a.Rank == 1)
        {
            result = Vector(last);
            return true;
        }

        var rows = a.Rows;
        if (b.Rank == 2 && !TryMatch(a.Rows, b.Rows, out rows)) return false;
        result = new Shape(2, rows, last, a.IsSymmetric && (b.Rank == 2 && b.IsSymmetric));
        return true;
    }

    /// <summary>Whether this shape can be stretched to another.</summary>
    public bool StretchesTo(Shape other) => TryBroadcast(this, other, out var both) && both.IsLike(other);

    /// <summary>The sizes as they are written: (3), (2, 4), and () for a number.</summary>
    public override string ToString() => Rank switch
    {
        0 => "()",
        1 => string.Create(CultureInfo.InvariantCulture, $"({Rows})"),
        _ => string.Create(CultureInfo.InvariantCulture, $"({Rows}, {Columns})"),
    };

    /// <summary>In words: a number, a vector (3), a matrix (2, 4).</summary>
    public string InWords() => Rank switch { 0 => "a number", 1 => $"a vector {this}", _ => $"a matrix {this}" };

    private static bool TryMatch(long a, long b, out long size)
    {
        size = a == 1 ? b : a;
        return a == b || a == 1 || b == 1;
    }
}
