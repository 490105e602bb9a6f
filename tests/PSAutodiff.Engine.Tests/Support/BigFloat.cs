using System.Numerics;

namespace PSAutodiff.Tests;

/// <summary>
/// A binary floating-point number, Significand * 2^Exponent, with <see cref="Precision"/> bits (84 decimal
/// digits) and an unlimited exponent. Every operation rounds towards minus infinity, with a relative error below
/// 2^(1 - Precision).
/// </summary>
internal readonly struct BigFloat(BigInteger significand, int exponent)
{
    public const int Precision = 280;

    public static readonly BigFloat Zero = new(BigInteger.Zero, 0);
    public static readonly BigFloat One = new(BigInteger.One, 0);

    public BigInteger Significand { get; } = significand;

    public int Exponent { get; } = exponent;

    public int Sign => Significand.Sign;

    /// <summary>Gets the e with 2^e &lt;= |value| &lt; 2^(e + 1); the value must not be zero.</summary>
    public int Magnitude => Exponent + Length(Significand) - 1;

    public static BigFloat operator +(BigFloat left, BigFloat right)
    {
        if (left.Sign == 0)
            return right;
        if (right.Sign == 0)
            return left;
        if (left.Exponent < right.Exponent)
            (left, right) = (right, left);

        // A summand this far below the other does not reach the kept digits, whichever its size.
        int distance = left.Exponent - right.Exponent;
        if (left.Magnitude - right.Magnitude > 2 * Precision)
            return left;
        return Round((left.Significand << distance) + right.Significand, right.Exponent);
    }

    public static BigFloat operator -(BigFloat value) => new(-value.Significand, value.Exponent);

    public static BigFloat operator -(BigFloat left, BigFloat right) => left + -right;

    public static BigFloat operator *(BigFloat left, BigFloat right) =>
        Round(left.Significand * right.Significand, left.Exponent + right.Exponent);

    public static BigFloat operator /(BigFloat left, BigFloat right)
    {
        int shift = Math.Max(0, Precision + 2 + Length(right.Significand) - Length(left.Significand));
        return Round((left.Significand << shift) / right.Significand, left.Exponent - shift - right.Exponent);
    }

    public static BigFloat operator /(BigFloat left, int right) => left / new BigFloat(right, 0);

    /// <summary>The exact value of a finite double.</summary>
    public static BigFloat FromDouble(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int biased = (int)((bits >> 52) & 0x7FF);
        long fraction = bits & 0xFFFFFFFFFFFFF;
        BigInteger significand = biased == 0 ? fraction : fraction | (1L << 52);
        return new(value < 0 ? -significand : significand, Math.Max(biased, 1) - 1075);
    }

    public BigFloat Scale(int powerOfTwo) => new(Significand, Exponent + powerOfTwo);

    /// <summary>The nearest double or a neighbour of it: for estimates, not for results.</summary>
    public double ToDoubleRoughly()
    {
        if (Sign == 0)
            return 0.0;
        int shift = Length(Significand) - 60;
        BigInteger top = shift > 0 ? Significand >> shift : Significand << -shift;
        return Math.ScaleB((double)top, Exponent + shift);
    }

    /// <summary>floor(value * 2^fractionBits).</summary>
    public BigInteger ToFixed(int fractionBits)
    {
        int shift = Exponent + fractionBits;
        return shift >= 0 ? Significand << shift : Significand >> -shift;
    }

    private static BigFloat Round(BigInteger significand, int exponent)
    {
        int excess = Length(significand) - Precision;
        return excess > 0 ? new(significand >> excess, exponent + excess) : new(significand, exponent);
    }

    private static int Length(BigInteger value) => (int)BigInteger.Abs(value).GetBitLength();
}
