namespace PSAutodiff.Core;

/// <summary>The shapes of the arguments of an operation, and its whole numbers, such as an axis.</summary>
/// <param name="x">The shape of the first argument.</param>
/// <param name="y">That of the second; a number's where there is none.</param>
/// <param name="z">That of the third; a number's where there is none.</param>
/// <param name="indices">The whole numbers of the last argument; empty for an operation without.</param>
internal readonly ref struct ArgumentShapes(Shape x, Shape y, Shape z, ReadOnlySpan<long> indices)
{
    public Shape X { get; } = x;

    public Shape Y { get; } = y;

    public Shape Z { get; } = z;

    public ReadOnlySpan<long> Indices { get; } = indices;
}
