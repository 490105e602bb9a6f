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

    /// <summary>Other elements in the same shapes.</summary>
    public ArrayOperands With(ReadOnlySpan<double> x, ReadOnlySpan<double> y) => new() { X = x, Y = y, ShapeX = ShapeX, ShapeY = ShapeY, Shape = Shape, Indices = Indices };
}
