using System.Numerics;

namespace PSAutodiff.Tests;

/// <summary>Roots, powers and trigonometry to over 70 digits, beside the functions of <see cref="HighPrecision"/>.</summary>
internal static class PreciseFunctions
{
    private const int Bits = 480;

    // For the angles of numbers up to 2^1024.
    private const int WideBits = 1024 + Bits;

    private const int LargestMagnitude = 60;

    private static readonly BigInteger PiFixed = MakePi(Bits);

    private static readonly BigInteger PiWide = MakePi(WideBits);

    public static readonly BigFloat Pi = new(PiFixed >> 150, 150 - Bits);

    private static readonly BigFloat HalfPi = Pi.Scale(-1);

    private static readonly BigFloat Two = BigFloat.FromDouble(2);

    /// <summary>The square root of x >= 0.</summary>
    public static BigFloat Sqrt(BigFloat x)
    {
        if (x.Sign == 0) return x;
        var even = x.Magnitude & ~1;
        var y = BigFloat.FromDouble(Math.Sqrt(x.Scale(-even).ToDoubleRoughly())).Scale(even / 2);
        for (var i = 0; i < 4; i++) y = (y + x / y).Scale(-1);
        return y;
    }

    /// <summary>The cube root.</summary>
    public static BigFloat Cbrt(BigFloat x)
    {
        if (x.Sign == 0) return x;
        var exponent = (int)Math.Floor(x.Magnitude / 3.0);
        var y = BigFloat.FromDouble(Math.Cbrt(x.Scale(-3 * exponent).ToDoubleRoughly())).Scale(exponent);
        for (var i = 0; i < 4; i++) y -= (y - (x / (y * y))) / 3;
        return y;
    }

    /// <summary>The angle of the point (x, y); (0, 0) is none.</summary>
    public static BigFloat? Atan2(BigFloat y, BigFloat x)
    {
        if (x.Sign == 0) return y.Sign == 0 ? null : y.Sign < 0 ? -HalfPi : HalfPi;
        var angle = Atan(y / x);
        return x.Sign > 0 ? angle : y.Sign < 0 ? angle - Pi : angle + Pi;
    }

    /// <summary>The largest whole number that is not above x.</summary>
    public static BigFloat Floor(BigFloat x) => new(x.ToFixed(0), 0);

    public static BigFloat Sin(BigFloat x) => Turn(x, 0);

    public static BigFloat Cos(BigFloat x) => Turn(x, 1);

    public static BigFloat Tan(BigFloat x) => Sin(x) / Cos(x);

    /// <summary>
    /// Of the numbers m 2^exponent with whole m below 2^53 the one that is next to a multiple of pi / 2, other than 0: m is the last such
    /// denominator of the convergents of 2^exponent / (pi / 2).
    /// </summary>
    public static double NextToQuarterTurns(int exponent)
    {
        var (numerator, denominator) = (BigInteger.One << (WideBits + Math.Max(exponent, 0)), (PiWide >> 1) << Math.Max(-exponent, 0));
        var (before, last) = (BigInteger.Zero, BigInteger.One);
        while (true)
        {
            // The first quotient belongs to the denominator 1.
            (numerator, denominator) = (denominator, numerator % denominator);
            var next = (numerator / denominator * last) + before;
            if (next >> 53 != 0) return Math.ScaleB((double)last, exponent);
            (before, last) = (last, next);
        }
    }

    public static BigFloat Atan(BigFloat x)
    {
        if (x.Sign < 0) return -Atan(-x);
        if (x.Sign == 0 || x.Magnitude < -80) return x.Sign == 0 ? x : x - x * x * x / 3 + x * x * x * x * x / 5;
        if (x.Magnitude >= 0 && (x - BigFloat.One).Sign > 0) return HalfPi - Atan(BigFloat.One / x);
        const int halvings = 12;
        for (var i = 0; i < halvings; i++) x /= BigFloat.One + Sqrt(BigFloat.One + x * x);
        var square = x * x;
        var (power, sum) = (x, x);
        for (var n = 3; power.Magnitude > -BigFloat.Precision - 20; n += 2)
        {
            power *= -square;
            sum += power / n;
        }

        return sum.Scale(halvings);
    }

    /// <summary>The inverse sine, for x from -1 to 1.</summary>
    public static BigFloat Asin(BigFloat x)
    {
        var cosine = Sqrt((BigFloat.One - x) * (BigFloat.One + x));
        return cosine.Sign == 0 ? (x.Sign < 0 ? -HalfPi : HalfPi) : Atan(x / cosine);
    }

    /// <summary>The inverse cosine, for x from -1 to 1.</summary>
    public static BigFloat Acos(BigFloat x)
    {
        var below = BigFloat.One + x;
        return below.Sign == 0 ? Pi : Atan(Sqrt((BigFloat.One - x) / below)) * Two;
    }

    /// <summary>x^y where it is a real number, else null.</summary>
    public static BigFloat? Pow(BigFloat x, BigFloat y)
    {
        if (y.Sign == 0) return BigFloat.One;
        var whole = WholeNumber(y);
        if (x.Sign == 0) return y.Sign > 0 ? BigFloat.Zero : null;
        if (whole is { } n && Math.Abs(n) <= 64)
        {
            var product = BigFloat.One;
            for (var i = 0; i < Math.Abs(n); i++) product *= x;
            return n < 0 ? BigFloat.One / product : product;
        }

        if (x.Sign < 0 && whole is null) return null;
        var exponent = y * HighPrecision.Log(x.Sign < 0 ? -x : x);
        if (exponent.Sign != 0 && exponent.Magnitude > 12) return null;
        var power = HighPrecision.Exp(exponent);
        return x.Sign < 0 && whole % 2 != 0 ? -power : power;
    }

    private static long? WholeNumber(BigFloat y)
    {
        if (y.Magnitude > 52) return null;
        var integer = y.ToFixed(0);
        return (y - new BigFloat(integer, 0)).Sign == 0 ? (long)integer : null;
    }

    // sin(x + quarter * pi/2).
    private static BigFloat Turn(BigFloat x, int quarter)
    {
        if (x.Sign == 0 || x.Magnitude < -80)
        {
            return quarter == 0 ? (x.Sign == 0 ? x : x - x * x * x / 6) : BigFloat.One - x * x / 2;
        }

        var (bits, half) = x.Magnitude > LargestMagnitude ? (WideBits, PiWide >> 1) : (Bits, PiFixed >> 1);
        var fixedX = x.ToFixed(bits);
        var turns = BigInteger.Divide(fixedX + (fixedX.Sign < 0 ? -half : half) / 2, half);
        var angle = (fixedX - turns * half) >> (bits - Bits);
        var (term, sum) = ((quarter + (int)(turns & 1)) % 2 == 0 ? angle : BigInteger.One << Bits, BigInteger.Zero);
        for (var n = (quarter + (int)(turns & 1)) % 2 == 0 ? 1 : 0; term != 0 && term != -1; n += 2)
        {
            sum += term;
            term = -((((term * angle) >> Bits) * angle) >> Bits) / ((n + 1) * (n + 2));
        }

        var phase = (int)((turns + quarter) & 3);
        return new BigFloat(phase >= 2 ? -sum : sum, -Bits);
    }

    // Machin: pi = 16 atan(1/5) - 4 atan(1/239).
    private static BigInteger MakePi(int bits)
    {
        const int guard = 32;
        return (16 * Inverse(5) - 4 * Inverse(239)) >> guard;

        BigInteger Inverse(int n)
        {
            var power = (BigInteger.One << (bits + guard)) / n;
            var sum = power;
            for (var i = 3; !power.IsZero; i += 2)
            {
                power = -power / (n * n);
                sum += power / i;
            }

            return sum;
        }
    }
}
