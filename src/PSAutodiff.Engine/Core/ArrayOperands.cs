using System.Runtime.CompilerServices;
using PSAutodiff.Kernels;

namespace PSAutodiff.Core;

/// <summary>The arguments of an operation on arrays while it is computed: their elements, row after row, and their shapes.</summary>
internal readonly ref struct ArrayOperands
{
    public required ReadOnlySpan<double> X { get; init; }

    public required ReadOnlySpan<double> Y { get; init; }

    public required Shape ShapeX { get; init; }

    public required Shape ShapeY { get; init; }

    /// <summary>The shape of the result.</summary>
    public required Shape Shape { get; init; }

    /// <summary>The whole numbers of the last argument.</summary>
    public required ReadOnlySpan<long> Indices { get; init; }

    /// <summary>Ends early what takes long.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>A look at the token now and then.</summary>
    public WorkWatch Watch => new(Cancellation);

    /// <summary>Fills the result, or a part of it.</summary>
    public void Fill(Span<double> result, double value) => WorkWatch.Fill(result, value, Cancellation);

    /// <summary>Copies elements to the result.</summary>
    public void Copy(ReadOnlySpan<double> from, Span<double> result) => WorkWatch.Copy(from, result, Cancellation);

    /// <summary>Other elements in the same shapes.</summary>
    public ArrayOperands With(ReadOnlySpan<double> x, ReadOnlySpan<double> y) => new() { X = x, Y = y, ShapeX = ShapeX, ShapeY = ShapeY, Shape = Shape, Indices = Indices, Cancellation = Cancellation };
}

/// <summary>A block of rows for which an operation on arrays is computed at once.</summary>
/// <param name="Count">Number of rows.</param>
/// <param name="XVaries">Whether there is a first argument for each row, and not one for all.</param>
/// <param name="YVaries">The same of the second argument.</param>
internal readonly record struct RowsOfBlock(int Count, bool XVaries, bool YVaries)
{
    /// <summary>The arguments of one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ArrayOperands Row(in ArrayOperands of, int row) => of.With(XVaries ? Row(of.X, row) : of.X, YVaries ? Row(of.Y, row) : of.Y);

    /// <summary>The elements of one row among those of all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<double> Row(Span<double> all, int row) => all.Slice(row * (all.Length / Count), all.Length / Count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<double> Row(ReadOnlySpan<double> all, int row) => all.Slice(row * (all.Length / Count), all.Length / Count);
}
