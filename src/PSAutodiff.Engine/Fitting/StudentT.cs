using PSAutodiff.Kernels;

namespace PSAutodiff.Fitting;

/// <summary>The distribution of t values: Student's, of a number of degrees of freedom that need not be whole.</summary>
internal static class StudentT
{
    // Below this the series of the quotient of gamma functions has too few digits.
    private const double EnoughForSeries = 20;

    // From here on the distribution is so near to the normal one that a few terms tell the difference.
    private const double NearlyNormal = 1e4;

    private const int MostRounds = 10_000;

    /// <summary>The probability of a t value so far from 0, on either side.</summary>
    /// <param name="t">The t value; NaN gives NaN.</param>
    /// <param name="freedom">The degrees of freedom, above 0.</param>
    public static double TwoSided(double t, double freedom)
    {
        if (double.IsNaN(t) || !(freedom > 0)) return double.NaN;
        t = Math.Abs(t);
        if (double.IsInfinity(t)) return 0;

        if (freedom >= NearlyNormal) return Elementary.Erfc(Normal(t, freedom) / Math.Sqrt(2));

        // The regularised incomplete beta function I_x(a, 1/2) with x = n / (n + t^2) and a = n/2 (Abramowitz and Stegun 26.5.27, 26.7.1).
        var a = freedom / 2;
        var ratio = t / Math.Sqrt(freedom) * (t / Math.Sqrt(freedom));
        var y = ratio / (1 + ratio);
        var x = 1 / (1 + ratio);
        if (y == 0) return 1;
        var front = Math.Exp(-a * Elementary.Log1p(ratio)) * Math.Sqrt(y) * GammaQuotient(a) / Math.Sqrt(Math.PI);
        return x < (a + 1) / (a + 2.5) ? front * Fraction(a, 0.5, x) / a : 1 - (front * Fraction(0.5, a, y) * 2);
    }

    /// <summary>The t value beyond which, on both sides together, there is a probability.</summary>
    /// <param name="probability">Above 0, below 1.</param>
    /// <param name="freedom">The degrees of freedom, above 0; anything else gives NaN.</param>
    public static double Quantile(double probability, double freedom)
    {
        if (!(freedom > 0)) return double.NaN;
        var (low, high) = (0.0, 1.0);
        while (TwoSided(high, freedom) > probability && high < double.MaxValue / 4) (low, high) = (high, 2 * high);

        // Newton's method for the logarithm, within what is known.
        var t = low + ((high - low) / 2);
        var height = GammaQuotient(freedom / 2) / Math.Sqrt(Math.PI) / Math.Sqrt(freedom);
        for (var i = 0; i < 200; i++)
        {
            var tail = TwoSided(t, freedom);
            if (tail > probability) low = t;
            else high = t;
            var density = height * Math.Exp(-(freedom + 1) / 2 * Elementary.Log1p(t / freedom * t));
            var next = t + (tail / (2 * density) * Math.Log(tail / probability));
            if (!(next > low && next < high)) next = low + ((high - low) / 2);
            if (Math.Abs(next - t) <= 2e-16 * t) return next;
            t = next;
        }

        return t;
    }

    /// <summary>The normal deviate with the same probability (Hill, "Student's t-distribution", CACM 13, 1970, algorithm 395).</summary>
    private static double Normal(double t, double freedom)
    {
        var a = freedom - 0.5;
        var b = 48 * a * a;
        var square = a * Elementary.Log1p(t / freedom * t);
        return Math.Sqrt(square) * (1 + ((square + 3 - ((((((4 * square) + 33) * square) + 240) * square) + 855) / (10 * b)) / b));
    }

    /// <summary>gamma(a + 1/2) / gamma(a), where logarithms of both would lose digits.</summary>
    private static double GammaQuotient(double a)
    {
        var factor = 1.0;
        for (; a < EnoughForSeries; a++) factor *= a / (a + 0.5);

        // The logarithm's series: ln(a)/2 - 1/(8a) + 1/(192a^3) - ... (Tricomi and Erdelyi, 1951, for a shift of 1/2).
        var inverse = 1 / a;
        var square = inverse * inverse;
        var series = inverse * ((-1.0 / 8) + (square * ((1.0 / 192) + (square * ((-1.0 / 640) + (square * ((17.0 / 14336) + (square * ((-31.0 / 18432) + (square * (691.0 / 180224)))))))))));
        return factor * Math.Sqrt(a) * Math.Exp(series);
    }

    /// <summary>The continued fraction of the incomplete beta function by Lentz's method (Press and others, "Numerical Recipes", 6.4).</summary>
    private static double Fraction(double a, double b, double x)
    {
        const double least = 1e-300;
        var (c, d) = (1.0, Guarded(1 - ((a + b) * x / (a + 1))));
        d = 1 / d;
        var value = d;
        for (var m = 1; m < MostRounds; m++)
        {
            var even = m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)));
            d = 1 / Guarded(1 + (even * d));
            c = Guarded(1 + (even / c));
            value *= d * c;
            var odd = -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            d = 1 / Guarded(1 + (odd * d));
            c = Guarded(1 + (odd / c));
            var change = d * c;
            value *= change;
            if (Math.Abs(change - 1) <= 1e-16) break;
        }

        return value;

        static double Guarded(double number) => Math.Abs(number) < least ? least : number;
    }
}
