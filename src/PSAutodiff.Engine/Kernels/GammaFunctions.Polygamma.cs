namespace PSAutodiff.Kernels;

/// <content>
/// The derivatives of digamma: (-1)^(n + 1) n! zeta(n + 1, x), by sums of powers and Euler and Maclaurin's formula for the rest, with
/// twice the digits.
/// </content>
internal static partial class GammaFunctions
{
    /// <summary>The largest order: 170! is the last factorial that is a double.</summary>
    public const int LargestOrder = 170;

    // For every step in the order the series begins one further on.
    private const double PolygammaLarge = 20;

    // Bernoulli numbers B(2k) as fractions.
    private static readonly DoubleDouble[] Bernoulli =
    [
        Fraction(1, 6), Fraction(-1, 30), Fraction(1, 42), Fraction(-1, 30), Fraction(5, 66), Fraction(-691, 2730), Fraction(7, 6), Fraction(-3617, 510),
        Fraction(43867, 798), Fraction(-174611, 330), Fraction(854513, 138), Fraction(-236364091, 2730), Fraction(8553103, 6),
    ];

    // B(2k) / (2k)!
    private static readonly DoubleDouble[] EulerMaclaurin = MakeEulerMaclaurin();

    /// <summary>
    /// The derivative of order n of digamma, for whole n from 0 to <see cref="LargestOrder"/>; otherwise NaN. At 0 and the negative
    /// whole numbers infinite for odd n; for even n NaN, and at a zero infinite with the sign opposite to the zero's.
    /// </summary>
    public static double Polygamma(double n, double x)
    {
        if (n == 0) return Digamma(x);
        if (!(n > 0 && n <= LargestOrder && n == Math.Floor(n)) || double.IsNaN(x) || double.IsNegativeInfinity(x)) return double.NaN;
        var isOdd = double.IsOddInteger(n);
        if (double.IsPositiveInfinity(x)) return isOdd ? 0.0 : -0.0;
        if (x == 0) return isOdd ? double.PositiveInfinity : -1 / x;
        if (x < 0 && x == Math.Floor(x)) return isOdd ? double.PositiveInfinity : double.NaN;
        var order = (int)n + 1;
        DoubleDouble sum;
        DoubleDouble scale;
        if (x > 0)
        {
            scale = x;
            sum = Zeta(order, scale, scale);
        }
        else
        {
            // With x = r - m the sum over k of (x + k)^-order is that over all r + j, less those below x.
            var distance = x - Math.Round(x);
            var r = distance < 0 ? DoubleDouble.Sum(1, distance) : distance;
            var left = distance < 0 ? -distance : DoubleDouble.Sum(1, -distance);
            scale = r.High < left.High ? r : left;
            var (right, reflected, rest) = (Zeta(order, r, scale), Zeta(order, left, scale), Zeta(order, DoubleDouble.Sum(1, -x), scale));
            sum = isOdd ? right + reflected - rest : right - reflected + rest;
        }

        // n! sum / scale^order, in numbers about 1 and powers of two.
        var factorial = (DoubleDouble)1;
        var exponent = 0;
        for (var k = 2; k <= n; k++) factorial = Normal(factorial * k, ref exponent);
        var unit = Math.ILogB(scale.High);
        exponent -= order * unit;
        var value = Normal(factorial * Normal(sum, ref exponent), ref exponent) / DoubleDouble.Power(DoubleDouble.Scale(scale, -unit), order);
        var size = Math.ScaleB(value.High, exponent);
        return isOdd ? size : -size;
    }

    private static DoubleDouble Fraction(double numerator, double denominator) => (DoubleDouble)numerator / denominator;

    // scale^s times the sum of (a + k)^-s over all k >= 0, for a >= scale > 0.
    private static DoubleDouble Zeta(int s, DoubleDouble a, DoubleDouble scale)
    {
        var sum = default(DoubleDouble);
        for (; a.High < PolygammaLarge + s; a += 1) sum += DoubleDouble.Power(scale / a, s);
        var power = DoubleDouble.Power(scale / a, s);
        var inverse = 1 / a;
        var square = inverse * inverse;
        var factor = s * inverse;
        var series = (a / (s - 1)) + 0.5;
        for (var k = 1; k <= EulerMaclaurin.Length; k++)
        {
            series += EulerMaclaurin[k - 1] * factor;
            factor *= (s + (2.0 * k) - 1) * (s + (2.0 * k)) * square;
        }

        return sum + (power * series);
    }

    private static DoubleDouble Normal(DoubleDouble x, ref int exponent)
    {
        if (x.High == 0) return x;
        var own = Math.ILogB(x.High);
        exponent += own;
        return DoubleDouble.Scale(x, -own);
    }

    private static DoubleDouble[] MakeEulerMaclaurin()
    {
        var factorial = (DoubleDouble)1;
        var result = new DoubleDouble[Bernoulli.Length];
        for (var k = 1; k <= result.Length; k++)
        {
            factorial *= (2 * k) * ((2.0 * k) - 1);
            result[k - 1] = Bernoulli[k - 1] / factorial;
        }

        return result;
    }
}
