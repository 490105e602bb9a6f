using System.Numerics;

namespace PSAutodiff.Tests;

/// <summary>
/// Elementary functions to more than 60 digits, relative to the result, by integer arithmetic alone: the
/// reference that the kernels are measured against, sharing nothing with them.
/// </summary>
internal static class HighPrecision
{
    private const int FixedBits = 360;

    // Below this size series of a few terms are exact to over 200 bits, where the closed formulas would cancel.
    private const int TinyMagnitude = -60;

    private const int Halvings = 16;

    private static readonly BigInteger FixedOne = BigInteger.One << FixedBits;

    private static readonly BigInteger Ln2Fixed = Ln2();

    /// <summary>e^x; x up to a few thousand in size.</summary>
    public static BigFloat Exp(BigFloat x)
    {
        if (x.Sign == 0)
            return BigFloat.One;
        BigInteger value = x.ToFixed(FixedBits);
        BigInteger k = value / Ln2Fixed;
        BigInteger r = (value - k * Ln2Fixed) >> Halvings;

        BigInteger term = FixedOne;
        BigInteger sum = FixedOne;
        for (int n = 1; !term.IsZero && term != BigInteger.MinusOne; n++)
        {
            term = ((term * r) >> FixedBits) / n;
            sum += term;
        }

        for (int i = 0; i < Halvings; i++)
            sum = (sum * sum) >> FixedBits;
        return new BigFloat(sum, (int)k - FixedBits);
    }

    /// <summary>log x for x &gt; 0.</summary>
    public static BigFloat Log(BigFloat x)
    {
        int k = x.Magnitude;
        BigFloat mantissa = x.Scale(-k);
        BigFloat distance = x - BigFloat.One;
        if (distance.Sign == 0)
            return BigFloat.Zero;
        if (distance.Magnitude < TinyMagnitude)
            return Log1p(distance);

        // Halley's iteration on e^y = x triples the correct bits each time: 50, 150, all.
        BigFloat y = BigFloat.FromDouble(Math.Log(mantissa.ToDoubleRoughly()))
            + new BigFloat(k * Ln2Fixed, -FixedBits);
        for (int i = 0; i < 2; i++)
        {
            BigFloat power = Exp(y);
            y += ((x - power) / (x + power)).Scale(1);
        }

        return y;
    }

    /// <summary>e^x - 1.</summary>
    public static BigFloat Expm1(BigFloat x) =>
        IsTiny(x) ? x + x * x / 2 + x * x * x / 6 + x * x * x * x / 24 : Exp(x) - BigFloat.One;

    /// <summary>log(1 + x) for x &gt; -1.</summary>
    public static BigFloat Log1p(BigFloat x) =>
        IsTiny(x) ? x - x * x / 2 + x * x * x / 3 - x * x * x * x / 4 : Log(BigFloat.One + x);

    /// <summary>The hyperbolic sine.</summary>
    public static BigFloat Sinh(BigFloat x)
    {
        if (IsTiny(x))
            return x + x * x * x / 6 + x * x * x * x * x / 120;
        BigFloat power = Exp(x);
        return (power - BigFloat.One / power).Scale(-1);
    }

    /// <summary>The hyperbolic cosine.</summary>
    public static BigFloat Cosh(BigFloat x)
    {
        BigFloat power = Exp(x);
        return (power + BigFloat.One / power).Scale(-1);
    }

    /// <summary>The hyperbolic tangent.</summary>
    public static BigFloat Tanh(BigFloat x)
    {
        if (IsTiny(x))
            return x - x * x * x / 3 + (x * x * x * x * x / 15).Scale(1);
        BigFloat power = Exp(x.Scale(1));
        return (power - BigFloat.One) / (power + BigFloat.One);
    }

    /// <summary>1 / cosh(x)^2.</summary>
    public static BigFloat Sech2(BigFloat x)
    {
        BigFloat cosh = Cosh(x);
        return BigFloat.One / (cosh * cosh);
    }

    /// <summary>1 / (1 + e^-x).</summary>
    public static BigFloat Sigmoid(BigFloat x)
    {
        BigFloat power = Exp(x);
        return power / (BigFloat.One + power);
    }

    /// <summary>sigmoid'(x).</summary>
    public static BigFloat Dsigmoid(BigFloat x)
    {
        BigFloat power = Exp(x);
        BigFloat sum = BigFloat.One + power;
        return power / (sum * sum);
    }

    /// <summary>log(1 + e^x).</summary>
    public static BigFloat Softplus(BigFloat x) => Log1p(Exp(x));

    /// <summary>The inverse hyperbolic sine.</summary>
    public static BigFloat Asinh(BigFloat x)
    {
        if (x.Sign < 0)
            return -Asinh(-x);
        BigFloat square = x * x;
        return Log1p(x + square / (BigFloat.One + PreciseFunctions.Sqrt(BigFloat.One + square)));
    }

    /// <summary>The inverse hyperbolic cosine, for x &gt;= 1.</summary>
    public static BigFloat Acosh(BigFloat x)
    {
        BigFloat excess = x - BigFloat.One;
        return Log1p(excess + PreciseFunctions.Sqrt(excess * (x + BigFloat.One)));
    }

    /// <summary>The inverse hyperbolic tangent, for x between -1 and 1.</summary>
    public static BigFloat Atanh(BigFloat x) =>
        x.Sign < 0 ? -Atanh(-x) : Log1p(x.Scale(1) / (BigFloat.One - x)).Scale(-1);

    /// <summary>log x / log 2 for x &gt; 0.</summary>
    public static BigFloat Log2(BigFloat x) => Log(x) / Log(BigFloat.FromDouble(2));

    /// <summary>log x / log 10 for x &gt; 0.</summary>
    public static BigFloat Log10(BigFloat x) => Log(x) / Log(BigFloat.FromDouble(10));

    /// <summary>
    /// The distance of a computed double from the true value, in units of the last place of the latter. Infinity
    /// counts as 2^1024, the next number if there were one, or as right when the true value is beyond that.
    /// </summary>
    public static double UlpDistance(double computed, BigFloat exact)
    {
        if (double.IsNaN(computed))
            return double.PositiveInfinity;
        BigFloat value = double.IsInfinity(computed)
            ? new BigFloat(Math.Sign(computed), 1024)
            : BigFloat.FromDouble(computed);
        if (double.IsInfinity(computed) && exact.Sign == value.Sign && exact.Magnitude >= 1024)
            return 0.0;
        BigFloat difference = value - exact;
        if (difference.Sign == 0)
            return 0.0;
        int magnitude = exact.Sign == 0 ? -1022 : Math.Clamp(exact.Magnitude, -1022, 1023);
        return Math.Abs(difference.Scale(52 - magnitude).ToDoubleRoughly());
    }

    private static bool IsTiny(BigFloat x) => x.Sign == 0 || x.Magnitude < TinyMagnitude;

    // Machin-like: ln 2 = 18 atanh(1/26) - 2 atanh(1/4801) + 8 atanh(1/8749).
    private static BigInteger Ln2()
    {
        const int Guard = 32;
        return (18 * AtanhInverse(26) - 2 * AtanhInverse(4801) + 8 * AtanhInverse(8749)) >> Guard;

        static BigInteger AtanhInverse(int n)
        {
            BigInteger power = (FixedOne << Guard) / n;
            BigInteger sum = power;
            for (int i = 3; !power.IsZero; i += 2)
            {
                power /= n * n;
                sum += power / i;
            }

            return sum;
        }
    }
}
