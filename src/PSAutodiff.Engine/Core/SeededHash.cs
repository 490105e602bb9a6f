using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PSAutodiff.Core;

/// <summary>
/// Hashes for tables in memory, by multipliers drawn for each process, so that nobody can choose keys that collide: two different keys
/// do with a probability of 2^-32, whatever they are (multilinear hashing: Lemire and Kaser, "Strongly Universal String Hashing is
/// Fast", 2014). Nothing that people see may depend on them; for that there is <see cref="StructuralHashing"/>.
/// </summary>
internal static class SeededHash
{
    private static readonly ulong Offset = Draw();
    private static readonly ulong First = Draw();
    private static readonly ulong Second = Draw();
    private static readonly ulong Third = Draw();
    private static readonly ulong Fourth = Draw();

    /// <summary>A hash of four numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Of(uint first, uint second, uint third, uint fourth) =>
        (uint)((Offset + (first * First) + (second * Second) + (third * Third) + (fourth * Fourth)) >> 32);

    /// <summary>A hash of 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Of(long bits) => (uint)((Offset + ((uint)bits * First) + ((uint)(bits >> 32) * Second)) >> 32);

    // Nobody sees what it draws, so it need not be one for cryptography, whose library would make every start slower.
    private static ulong Draw()
    {
        var drawn = 0UL;
        new Random().NextBytes(MemoryMarshal.AsBytes(new Span<ulong>(ref drawn)));
        return drawn;
    }

    /// <summary>Makes a dictionary safe whose keys are bits that come from outside: by default their halves are put together by exclusive or.</summary>
    public sealed class Comparer : IEqualityComparer<long>
    {
        public static Comparer Instance { get; } = new();

        public bool Equals(long x, long y) => x == y;

        public int GetHashCode([DisallowNull] long obj) => (int)Of(obj);
    }
}
