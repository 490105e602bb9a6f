using System.Runtime.InteropServices;

namespace PSAutodiff.Core;

/// <summary>A vector or matrix of finite numbers; never changed.</summary>
/// <param name="Elements">The numbers, row after row.</param>
/// <param name="Shape">The shape.</param>
internal sealed record ConstantArray(double[] Elements, Shape Shape)
{
    public bool Equals(ConstantArray? other) => other is not null && Shape == other.Shape
        && MemoryMarshal.AsBytes(Elements.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(other.Elements.AsSpan()));

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Shape);
        hash.AddBytes(MemoryMarshal.AsBytes(Elements.AsSpan()));
        return hash.ToHashCode();
    }
}
