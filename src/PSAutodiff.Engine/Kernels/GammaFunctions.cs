namespace PSAutodiff.Kernels;

/// <summary>
/// The logarithm of the gamma function and its derivatives, number by number. Above 12 by Stirling's series; below that by
/// recurrence from polynomials that have the zeros of the function as factors, so that digits last next to these; negative arguments
/// by reflection with twice the digits, as the terms cancel near the zeros between the poles. See Abramowitz and Stegun, chapter 6.
/// </summary>
internal static partial class GammaFunctions
{
    // Where Stirling's series begins.
    private const double Large = 12;

    // log(2 pi) / 2 - 1/2 in two parts, for (x - 1/2)(log x - 1) + this.
    private const double StirlingConstant = 0.4189385332046727;
    private const double StirlingConstantLow = 1.6728209650585413e-17;

    // The zero of digamma above 0, less 1, in two parts.
    private const double DigammaZero = 0.46163214496836236;
    private const double DigammaZeroLow = -1.5522348162858677e-17;

    /// <summary>log|gamma(x)|: infinite at 0 and the negative whole numbers, and at both infinities.</summary>
    public static double Lgamma(double x)
    {
        if (double.IsNaN(x) || double.IsInfinity(x)) return x * x;
        if (x <= 0 && x == Math.Floor(x)) return double.PositiveInfinity;
        if (x >= Large) return Stirling(x);
        if (x <= -0.5) return ReflectedLgamma(-x);
        if (x < 0) return Near(x, LgammaBelow1, LgammaBelow1Low, -0.25) - Elementary.Log(-x);
        if (x < 0.5) return Near(x, LgammaTo2, LgammaTo2Low, 0.5) - Elementary.Log(x);
        if (x < 1) return Near(x - 1, LgammaBelow1, LgammaBelow1Low, -0.25);
        if (x < 2) return Near(x - 1, LgammaTo2, LgammaTo2Low, 0.5);
        var product = 1.0;
        while (x >= 3)
        {
            x--;
            product *= x;
        }

        var value = Near(x - 1, LgammaTo3, LgammaTo3Low, 1.5);
        return product == 1 ? value : value + Elementary.Log(product);
    }

    /// <summary>The derivative of <see cref="Lgamma"/>: infinite with the opposite sign of a zero, NaN at negative whole numbers.</summary>
    public static double Digamma(double x)
    {
        if (double.IsNaN(x) || double.IsPositiveInfinity(x)) return x;
        if (Math.Abs(x) < 1e-17) return -1 / x;
        if (x < 0) return x == Math.Floor(x) ? double.NaN : ReflectedDigamma(-x);
        if (x >= Large)
        {
            var (log, logLow) = Elementary.LogInParts(x);
            return log + (logLow - DigammaTail(x));
        }

        if (x < 1)
        {
            var reciprocal = 1 / x;
            var reciprocalLow = Math.FusedMultiplyAdd(-reciprocal, x, 1) / x;
            var difference = DoubleDouble.Sum(-reciprocal, DigammaNear(x));
            return difference.High + (difference.Low - reciprocalLow);
        }

        var sum = default(DoubleDouble);
        while (x >= 2)
        {
            x--;
            var reciprocal = 1 / x;
            var next = DoubleDouble.Sum(sum.High, reciprocal);
            sum = new(next.High, sum.Low + (next.Low + (Math.FusedMultiplyAdd(-reciprocal, x, 1) / x)));
        }

        var total = DoubleDouble.Sum(sum.High, DigammaNear(x - 1));
        return total.High + (total.Low + sum.Low);
    }

    /// <summary>The second derivative of <see cref="Lgamma"/>, which is infinite at 0 and the negative whole numbers.</summary>
    public static double Trigamma(double x) => Polygamma(1, x);

    // (x - 1/2)(log x - 1) + constant + 1 / (12 x) - ...
    private static double Stirling(double x)
    {
        var (log, logLow) = Elementary.LogInParts(x);
        var factor = DoubleDouble.Sum(log, -1);
        var half = x - 0.5;
        var product = half * factor.High;
        if (double.IsInfinity(product)) return product;
        var rest = Math.FusedMultiplyAdd(half, factor.High, -product) + (half * (factor.Low + logLow));
        var sum = DoubleDouble.Sum(product, StirlingConstant);
        return sum.High + (sum.Low + (rest + (StirlingConstantLow + LgammaTail(x))));
    }

    // B(2k) / (2k (2k - 1) x^(2k - 1)), for x >= 12.
    private static double LgammaTail(double x)
    {
        var z = 1 / (x * x);
        var sum = Math.FusedMultiplyAdd(z, -3617.0 / 122400, 1.0 / 156);
        sum = Math.FusedMultiplyAdd(z, sum, -691.0 / 360360);
        sum = Math.FusedMultiplyAdd(z, sum, 1.0 / 1188);
        sum = Math.FusedMultiplyAdd(z, sum, -1.0 / 1680);
        sum = Math.FusedMultiplyAdd(z, sum, 1.0 / 1260);
        sum = Math.FusedMultiplyAdd(z, sum, -1.0 / 360);
        return Math.FusedMultiplyAdd(z, sum, 1.0 / 12) / x;
    }

    // 1 / (2 x) + B(2k) / (2k x^2k), for x >= 12.
    private static double DigammaTail(double x)
    {
        var r = 1 / x;
        var z = r * r;
        var sum = Math.FusedMultiplyAdd(z, -3617.0 / 8160, 1.0 / 12);
        sum = Math.FusedMultiplyAdd(z, sum, -691.0 / 32760);
        sum = Math.FusedMultiplyAdd(z, sum, 1.0 / 132);
        sum = Math.FusedMultiplyAdd(z, sum, -1.0 / 240);
        sum = Math.FusedMultiplyAdd(z, sum, 1.0 / 252);
        sum = Math.FusedMultiplyAdd(z, sum, -1.0 / 120);
        sum = Math.FusedMultiplyAdd(z, sum, 1.0 / 12);
        return Math.FusedMultiplyAdd(z, sum, 0.5 * r);
    }

    // lgamma(1 + s) = s (s - 1) p(s), whose first coefficient has two parts; 0, not -0, at 0.
    private static double Near(double s, ReadOnlySpan<double> coefficients, double low, double centre) =>
        0.0 + (s * ((s - 1) * Polynomial(s - centre, coefficients, low)));

    private static double DigammaNear(double s) =>
        (s - DigammaZero - DigammaZeroLow) * Polynomial(s - 0.5, DigammaTo2, DigammaTo2Low);

    // Horner's scheme for the even and the odd powers at the same time.
    private static double Polynomial(double x, ReadOnlySpan<double> coefficients, double low)
    {
        var square = x * x;
        double even = 0, odd = 0;
        for (var i = (coefficients.Length - 1) | 1; i > 1; i -= 2)
        {
            odd = Math.FusedMultiplyAdd(odd, square, i < coefficients.Length ? coefficients[i] : 0);
            even = Math.FusedMultiplyAdd(even, square, coefficients[i - 1]);
        }

        odd = Math.FusedMultiplyAdd(odd, square, coefficients[1]);
        return coefficients[0] + (low + Math.FusedMultiplyAdd(odd, x, even * square));
    }
}
