using System.Numerics;

namespace PSAutodiff.Kernels;

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

    /// <summary>Starts a sequence.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="stream">Which of the sequences of this seed, at least 0: one for each purpose, so that none repeats what another drew.</param>
    public RandomSource(int seed, int stream = 0)
    {
        var state = (uint)seed | ((ulong)(uint)stream << 32);
        _s0 = SplitMix(ref state);
        _s1 = SplitMix(ref state);
        _s2 = SplitMix(ref state);
        _s3 = SplitMix(ref state);
    }

    /// <summary>Where the sequence is: what is set continues exactly as what was read.</summary>
    public (ulong S0, ulong S1, ulong S2, ulong S3) State
    {
        get => (_s0, _s1, _s2, _s3);
        set => (_s0, _s1, _s2, _s3) = value;
    }

    /// <summary>A number in [0, 1), a multiple of 2^-53.</summary>
    public double NextUnit() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number between minus and plus the scale.</summary>
    public double NextUniform(double scale) => ((2 * NextUnit()) - 1) * scale;

    /// <summary>A number from the normal distribution with mean 0 and deviation 1, by the polar method (Marsaglia and Bray, 1964).</summary>
    /// <remarks>The second number that the method gives is not kept, so that <see cref="State"/> is the whole state.</remarks>
    public double NextNormal()
    {
        double u, s;
        do
        {
            u = (2 * NextUnit()) - 1;
            var v = (2 * NextUnit()) - 1;
            s = (u * u) + (v * v);
        }
        while (s >= 1 || s == 0);
        return u * Math.Sqrt(-2 * Elementary.Log(s) / s);
    }

    /// <summary>A whole number from 0 to below the bound, all equally likely (Lemire, 2019).</summary>
    /// <param name="bound">At least 1.</param>
    public int NextInt(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        var product = (NextBits() >> 32) * (ulong)bound;
        if ((uint)product < (uint)bound)
        {
            var excess = (uint)((1UL << 32) % (ulong)bound);
            while ((uint)product < excess) product = (NextBits() >> 32) * (ulong)bound;
        }

        return (int)(product >> 32);
    }

    /// <summary>Puts values into a random order, all equally likely (Fisher and Yates).</summary>
    public void Shuffle(Span<int> values)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var j = NextInt(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

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
