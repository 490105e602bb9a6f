namespace PSAutodiff.Tests;

/// <summary>
/// The error function, the gamma function's logarithm and its derivatives to over 60 digits, relative to the result except within
/// 2^-60 of a zero; null at poles.
/// </summary>
internal static class PreciseGamma
{
    // Where the asymptotic series begin.
    private const int Large = 80;

    private const int Terms = 60;

    private static readonly BigFloat[] Bernoulli = MakeBernoulli();

    private static readonly BigFloat Half = BigFloat.One.Scale(-1);

    private static readonly BigFloat HalfLogOfTurn = HighPrecision.Log(PreciseFunctions.Pi.Scale(1)).Scale(-1);

    private static readonly BigFloat RootOfPi = PreciseFunctions.Sqrt(PreciseFunctions.Pi);

    /// <summary>The error function, by the series of positive terms.</summary>
    public static BigFloat Erf(BigFloat x)
    {
        if (x.Sign == 0) return x;
        if (x.Magnitude >= 4) return x.Sign > 0 ? BigFloat.One - Erfc(x) : Erfc(-x) - BigFloat.One;
        var (term, sum) = (x, x);
        for (var n = 1; term.Sign != 0 && term.Magnitude > sum.Magnitude - BigFloat.Precision - 20; n++)
        {
            term = (term * x * x).Scale(1) / ((2 * n) + 1);
            sum += term;
        }

        return HighPrecision.Exp(-(x * x)) * sum.Scale(1) / RootOfPi;
    }

    /// <summary>1 - erf(x), by a continued fraction where it is small.</summary>
    public static BigFloat Erfc(BigFloat x)
    {
        if (x.Sign < 0) return BigFloat.FromDouble(2) - Erfc(-x);
        if (x.Sign == 0 || x.Magnitude < 2) return BigFloat.One - Erf(x);
        var fraction = x;
        for (var n = 700; n > 0; n--) fraction = x + (new BigFloat(n, -1) / fraction);
        return HighPrecision.Exp(-(x * x)) / (RootOfPi * fraction);
    }

    /// <summary>The logarithm of |gamma(x)|.</summary>
    public static BigFloat? Lgamma(BigFloat x)
    {
        if (IsPole(x)) return null;
        if ((x - BigFloat.One).Sign == 0 || (x - BigFloat.FromDouble(2)).Sign == 0) return BigFloat.Zero;
        if ((x - Half).Sign < 0) return HighPrecision.Log(Absolute(PreciseFunctions.Pi / Sine(x))) - Lgamma(BigFloat.One - x);
        var product = BigFloat.One;
        for (; (x - BigFloat.FromDouble(Large)).Sign < 0; x += BigFloat.One) product *= x;
        var (power, sum) = (BigFloat.One / x, BigFloat.Zero);
        for (var k = 1; k <= Terms; k++)
        {
            sum += Bernoulli[k] * power / (2 * k * ((2 * k) - 1));
            power = power / x / x;
        }

        return ((x - Half) * HighPrecision.Log(x)) - x + HalfLogOfTurn + sum - HighPrecision.Log(product);
    }

    /// <summary>The derivative of <see cref="Lgamma"/>.</summary>
    public static BigFloat? Digamma(BigFloat x)
    {
        if (IsPole(x)) return null;
        if ((x - Half).Sign < 0) return Digamma(BigFloat.One - x) - (PreciseFunctions.Pi * Cosine(x) / Sine(x));
        var sum = BigFloat.Zero;
        for (; (x - BigFloat.FromDouble(Large)).Sign < 0; x += BigFloat.One) sum += BigFloat.One / x;
        sum += Half / x;
        var power = BigFloat.One / x / x;
        for (var k = 1; k <= Terms; k++)
        {
            sum += Bernoulli[k] * power / (2 * k);
            power = power / x / x;
        }

        return HighPrecision.Log(x) - sum;
    }

    /// <summary>The derivative of order n of <see cref="Digamma"/>, of small order; negative x down to some thousands.</summary>
    public static BigFloat? Polygamma(int n, BigFloat x)
    {
        if (IsPole(x)) return null;
        if (n == 0) return Digamma(x);
        var factorial = n % 2 == 0 ? -BigFloat.One : BigFloat.One;
        for (var k = 2; k <= n; k++) factorial *= BigFloat.FromDouble(k);
        var (sum, s) = (BigFloat.Zero, n + 1);
        for (; (x - BigFloat.FromDouble(Large + s)).Sign < 0; x += BigFloat.One) sum += Power(BigFloat.One / x, s);
        var power = Power(BigFloat.One / x, s);
        sum += power * ((x / (s - 1)) + Half);
        var factor = power * BigFloat.FromDouble(s) / x / 2;
        for (var k = 1; k <= Terms; k++)
        {
            // B(2k) s (s + 1) ... (s + 2k - 2) / ((2k)! x^(s + 2k - 1))
            sum += Bernoulli[k] * factor;
            factor = factor * BigFloat.FromDouble((s + (2 * k) - 1.0) * (s + (2 * k))) / x / x / (((2 * k) + 1) * ((2 * k) + 2));
        }

        return factorial * sum;
    }

    private static BigFloat Power(BigFloat x, int n)
    {
        var power = x;
        for (var i = 1; i < n; i++) power *= x;
        return power;
    }

    private static bool IsPole(BigFloat x) => x.Sign <= 0 && (x - PreciseFunctions.Floor(x)).Sign == 0;

    private static BigFloat Absolute(BigFloat x) => x.Sign < 0 ? -x : x;

    // Of pi x, from its distance to the nearest whole number, up to the sign, which cancels in the quotient of the two.
    private static BigFloat Sine(BigFloat x) => PreciseFunctions.Sin(PreciseFunctions.Pi * Distance(x));

    private static BigFloat Cosine(BigFloat x) => PreciseFunctions.Cos(PreciseFunctions.Pi * Distance(x));

    private static BigFloat Distance(BigFloat x) => x - PreciseFunctions.Floor(x + Half);

    // B(2k) from the recurrence over binomials: the sum of C(n + 1, j) B(j) over j up to n is 0.
    private static BigFloat[] MakeBernoulli()
    {
        var numbers = new (System.Numerics.BigInteger Over, System.Numerics.BigInteger Under)[(2 * Terms) + 1];
        for (var n = 0; n < numbers.Length; n++)
        {
            System.Numerics.BigInteger over = n == 0 ? 1 : 0, under = 1, binomial = 1;
            for (var j = 0; j < n; j++)
            {
                over = (over * numbers[j].Under) - (binomial * numbers[j].Over * under);
                under *= numbers[j].Under;
                binomial = binomial * (n + 1 - j) / (j + 1);
            }

            under *= n + 1;
            var divisor = System.Numerics.BigInteger.GreatestCommonDivisor(over, under);
            numbers[n] = (over / divisor, under / divisor);
        }

        return [.. Enumerable.Range(0, Terms + 1).Select(k => new BigFloat(numbers[2 * k].Over, 0) / new BigFloat(numbers[2 * k].Under, 0))];
    }
}
