using System.Numerics;

namespace PSAutodiff.Numerics;

/// <summary>
/// Random numbers that are the same for a seed on every machine and in every version: xoshiro256++ (Blackman and Vigna, 2021),
/// seeded through SplitMix64. <see cref="Random"/> does not promise its sequence between versions of .NET.
/// </summary>
internal sealed class RandomSource
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    public RandomSource(int seed)
    {
        var state = (ulong)(uint)seed;
        _s0 = SplitMix(ref state);
        _s1 = SplitMix(ref state);
        _s2 = SplitMix(ref state);
        _s3 = SplitMix(ref state);
    }

    /// <summary>A number in [0, 1), a multiple of 2^-53.</summary>
    public double NextUnit() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number between minus and plus the scale.</summary>
    public double NextUniform(double scale) => ((2 * NextUnit()) - 1) * scale;

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var value = state;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    private ulong NextBits()
    {
        var result = BitOperations.RotateLeft(_s0 + _s3, 23) + _s0;
        var shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }
}
