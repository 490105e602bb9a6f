using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PSAutodiff.Kernels;

/// <summary>Rows of a matrix whose rows lie one after the other, picked by their indices or all in order: no copy is made.</summary>
internal readonly ref struct MatrixRows<T>
    where T : unmanaged
{
    private readonly ReadOnlySpan<T> _values;
    private readonly ReadOnlySpan<int> _picks;

    /// <summary>All rows in order.</summary>
    /// <param name="values">The numbers, row after row: count x width.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="width">Numbers in a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public MatrixRows(ReadOnlySpan<T> values, int count, int width)
    {
        _values = values[..checked(count * width)];
        Count = count;
        Width = width;
    }

    /// <summary>Some rows.</summary>
    /// <param name="values">The numbers, row after row.</param>
    /// <param name="picks">Indices of the rows, from 0.</param>
    /// <param name="width">Numbers in a row, at least 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public MatrixRows(ReadOnlySpan<T> values, ReadOnlySpan<int> picks, int width)
    {
        var rows = values.Length / width;
        foreach (var pick in picks)
        {
            if ((uint)pick >= (uint)rows) throw new ArgumentOutOfRangeException(nameof(picks), pick, "There is no such row.");
        }

        _values = values;
        _picks = picks;
        Count = picks.Length;
        Width = width;
    }

    public int Count { get; }

    public int Width { get; }

    /// <summary>The numbers of all rows where they lie one after the other, else none.</summary>
    public ReadOnlySpan<T> InOrder => _picks.IsEmpty ? _values[..(Count * Width)] : default;

    /// <summary>The numbers of a row.</summary>
    /// <param name="index">Index among these rows, from 0.</param>
    public ReadOnlySpan<T> this[int index] => _values.Slice((_picks.IsEmpty ? index : _picks[index]) * Width, Width);

    /// <summary>Where a row begins. Unchecked: the index must be below <see cref="Count"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref T Start(int index)
    {
        var row = _picks.IsEmpty ? index : Unsafe.Add(ref MemoryMarshal.GetReference(_picks), index);
        return ref Unsafe.Add(ref MemoryMarshal.GetReference(_values), (nint)row * Width);
    }
}
