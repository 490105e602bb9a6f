using System.Numerics;

namespace PSAutodiff.Passes.Algebra.Equality;

/// <summary>Whole numbers modulo the prime 2^61 - 1: values by which equal forms find each other before they are compared exactly.</summary>
internal static class Modular
{
    private const ulong Prime = (1UL << 61) - 1;

    public static ulong Add(ulong x, ulong y)
    {
        var sum = x + y;
        return sum >= Prime ? sum - Prime : sum;
    }

    public static ulong Subtract(ulong x, ulong y) => Add(x, Prime - y);

    public static ulong Multiply(ulong x, ulong y)
    {
        var high = Math.BigMul(x, y, out var low);
        return Add(low & Prime, (low >> 61) | (high << 3));
    }

    public static ulong Power(ulong x, ulong exponent)
    {
        var power = 1UL;
        for (; exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0) power = Multiply(power, x);
            x = Multiply(x, x);
        }

        return power;
    }

    public static ulong Inverse(ulong x) => Power(x, Prime - 2);

    public static ulong Of(BigInteger value)
    {
        var rest = BigInteger.Remainder(value, Prime);
        return (ulong)(rest.Sign < 0 ? rest + Prime : rest);
    }

    public static ulong Of(Rational value) => value.Below.IsOne ? Of(value.Above) : Multiply(Of(value.Above), Inverse(Of(value.Below)));

    /// <summary>A value that looks drawn at random (SplitMix64), always the same for a number.</summary>
    public static ulong Drawn(int number)
    {
        var bits = unchecked(((ulong)number + 1) * 0x9E3779B97F4A7C15);
        bits = unchecked((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9);
        bits = unchecked((bits ^ (bits >> 27)) * 0x94D049BB133111EB);
        return ((bits ^ (bits >> 31)) % (Prime - 2)) + 2;
    }
}
