namespace PSAutodiff.Kernels;

/// <summary>
/// A number as the sum of two doubles, of which the second is at most half a unit in the last place of the first: about 106 bits, for
/// the few places where a difference of two terms leaves hardly any of 53. See T. J. Dekker (1971), and Y. Hida, X. S. Li and
/// D. H. Bailey, "Quad-double arithmetic" (2000).
/// </summary>
/// <param name="High">The first, which is the number rounded.</param>
/// <param name="Low">The second.</param>
internal readonly record struct DoubleDouble(double High, double Low)
{
    // Up to 1/41: with the argument at most 0.03 the next term is below 2^-106.
    private const int AtanhTerms = 21;

    private const int TrigonometricTerms = 15;

    private static readonly DoubleDouble Ln2 = new(0.6931471805599453, 2.3190468138462996e-17);

    private static readonly DoubleDouble[] OddReciprocals = [.. Enumerable.Range(0, AtanhTerms).Select(static i => new DoubleDouble(1, 0) / ((2 * i) + 1))];

    private static readonly DoubleDouble[] InverseFactorials = MakeInverseFactorials();

    public static DoubleDouble Pi => new(3.141592653589793, 1.2246467991473532e-16);

    public static implicit operator DoubleDouble(double value) => new(value, 0);

    public static DoubleDouble operator +(DoubleDouble x, DoubleDouble y)
    {
        var sum = Sum(x.High, y.High);
        var low = Sum(x.Low, y.Low);
        sum = Normalized(sum.High, sum.Low + low.High);
        return Normalized(sum.High, sum.Low + low.Low);
    }

    public static DoubleDouble operator -(DoubleDouble x) => new(-x.High, -x.Low);

    public static DoubleDouble operator -(DoubleDouble x, DoubleDouble y) => x + -y;

    public static DoubleDouble operator *(DoubleDouble x, DoubleDouble y)
    {
        var product = x.High * y.High;
        var error = Math.FusedMultiplyAdd(x.High, y.High, -product);
        return Normalized(product, error + Math.FusedMultiplyAdd(x.High, y.Low, x.Low * y.High));
    }

    public static DoubleDouble operator /(DoubleDouble x, DoubleDouble y)
    {
        var first = x.High / y.High;
        var rest = x - (y * first);
        var second = rest.High / y.High;
        rest -= y * second;
        return Normalized(first, second) + (rest.High / y.High);
    }

    /// <summary>The exact sum of two doubles.</summary>
    public static DoubleDouble Sum(double x, double y)
    {
        var sum = x + y;
        var shareOfY = sum - x;
        return new(sum, (x - (sum - shareOfY)) + (y - shareOfY));
    }

    /// <summary>x^n for n >= 0.</summary>
    public static DoubleDouble Power(DoubleDouble x, int n)
    {
        DoubleDouble power = 1;
        for (var square = x; n > 0; n >>= 1, square *= square)
        {
            if ((n & 1) != 0) power *= square;
        }

        return power;
    }

    /// <summary>The number times 2^exponent.</summary>
    public static DoubleDouble Scale(DoubleDouble x, int exponent) => new(Math.ScaleB(x.High, exponent), Math.ScaleB(x.Low, exponent));

    /// <summary>The natural logarithm of a positive normal number, by 2 atanh((m - 1) / (m + 1)) for its mantissa m.</summary>
    public static DoubleDouble Log(DoubleDouble x)
    {
        var exponent = Math.ILogB(x.High * Math.Sqrt(2));
        var mantissa = Scale(x, -exponent);
        var ratio = (mantissa - 1) / (mantissa + 1);
        var square = ratio * ratio;
        var sum = OddReciprocals[^1];
        for (var i = AtanhTerms - 2; i >= 0; i--) sum = (sum * square) + OddReciprocals[i];
        return (Ln2 * exponent) + (2 * ratio * sum);
    }

    /// <summary>sin(pi x) and cos(pi x) for |x| up to 1/2.</summary>
    public static (DoubleDouble Sine, DoubleDouble Cosine) OfHalfTurns(double x)
    {
        // The difference is exact.
        var size = Math.Abs(x);
        var (sine, cosine) = size > 0.25 ? OfSmallAngle(Pi * (0.5 - size)) : OfSmallAngle(Pi * size);
        if (size > 0.25) (sine, cosine) = (cosine, sine);
        return (x < 0 ? -sine : sine, cosine);
    }

    private static (DoubleDouble Sine, DoubleDouble Cosine) OfSmallAngle(DoubleDouble angle)
    {
        var square = -(angle * angle);
        DoubleDouble sine = 0, cosine = 0;
        for (var i = TrigonometricTerms; i >= 0; i--)
        {
            sine = (sine * square) + InverseFactorials[(2 * i) + 1];
            cosine = (cosine * square) + InverseFactorials[2 * i];
        }

        return (sine * angle, cosine);
    }

    private static DoubleDouble Normalized(double high, double low)
    {
        var sum = high + low;
        return new(sum, low - (sum - high));
    }

    private static DoubleDouble[] MakeInverseFactorials()
    {
        var inverses = new DoubleDouble[(2 * TrigonometricTerms) + 2];
        inverses[0] = 1;
        for (var n = 1; n < inverses.Length; n++) inverses[n] = inverses[n - 1] / n;
        return inverses;
    }
}
