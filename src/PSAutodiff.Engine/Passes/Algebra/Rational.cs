using System.Globalization;
using System.Numerics;
using PSAutodiff.Kernels;

namespace PSAutodiff.Passes.Algebra;

/// <summary>An exact fraction in lowest terms.</summary>
/// <param name="Above">The numerator.</param>
/// <param name="Below">The denominator, above 0.</param>
internal readonly record struct Rational(BigInteger Above, BigInteger Below)
{
    private const double LargestWhole = 1L << 53;
    private const int MostDigits = 15;

    public static readonly Rational Zero = new(0, 1);
    public static readonly Rational One = new(1, 1);

    public bool IsZero => Above.IsZero;

    public bool IsOne => Above.IsOne && Below.IsOne;

    public int Sign => Above.Sign;

    /// <summary>The number of binary digits of both.</summary>
    public long Bits => Above.GetBitLength() + Below.GetBitLength();

    public static implicit operator Rational(BigInteger value) => new(value, 1);

    public static Rational operator +(Rational x, Rational y) => Of((x.Above * y.Below) + (y.Above * x.Below), x.Below * y.Below);

    public static Rational operator -(Rational x) => new(-x.Above, x.Below);

    public static Rational operator -(Rational x, Rational y) => x + (-y);

    public static Rational operator *(Rational x, Rational y) => Of(x.Above * y.Above, x.Below * y.Below);

    public static Rational operator /(Rational x, Rational y) => Of(x.Above * y.Below, x.Below * y.Above);

    public static Rational Of(BigInteger above, BigInteger below)
    {
        var divisor = BigInteger.GreatestCommonDivisor(above, below);
        if (below.Sign < 0) divisor = -divisor;
        return new(above / divisor, below / divisor);
    }

    /// <summary>A number as people write it: 0.1 is a tenth. Null for digits like those of pi, which are a name rather than a number.</summary>
    public static Rational? Of(double value)
    {
        if (double.IsInteger(value) && Math.Abs(value) <= LargestWhole) return new((BigInteger)value, 1);
        if (!ExactArithmetic.IsDecimal(value)) return null;
        var bits = decimal.GetBits((decimal)value);
        var digits = ((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0];
        return Of(value < 0 ? -digits : digits, BigInteger.Pow(10, (bits[3] >> 16) & 0xFF));
    }

    /// <summary>
    /// The same for numbers of every size: a number of at most 15 digits, such as 1e-20. Null for numbers that have more digits, and for
    /// those that are not finite.
    /// </summary>
    public static Rational? OfDigits(double value)
    {
        if (double.IsInteger(value) && Math.Abs(value) <= LargestWhole) return new((BigInteger)value, 1);
        if (!double.IsFinite(value)) return null;
        var text = value.ToString("E14", CultureInfo.InvariantCulture);
        if (double.Parse(text, CultureInfo.InvariantCulture) != value) return null;
        var mark = text.IndexOf('E', StringComparison.Ordinal);
        var digits = BigInteger.Parse(text.AsSpan(0, mark).ToString().Replace(".", string.Empty, StringComparison.Ordinal), CultureInfo.InvariantCulture);
        var exponent = int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) - MostDigits + 1;
        return exponent < 0 ? Of(digits, BigInteger.Pow(10, -exponent)) : new(digits * BigInteger.Pow(10, exponent), 1);
    }

    /// <summary>The largest number of which both are whole multiples.</summary>
    public static Rational Divisor(Rational x, Rational y) =>
        Of(BigInteger.GreatestCommonDivisor(x.Above * y.Below, y.Above * x.Below), x.Below * y.Below);

    /// <summary>The numbers whose quotient it is, the second 1 where one number will do; null where they are no doubles.</summary>
    public (double Above, double Below)? ToNumbers()
    {
        if (BigInteger.Abs(Above) > (BigInteger)LargestWhole || Below > (BigInteger)LargestWhole) return null;
        var quotient = (double)Above / (double)Below;
        return Of(quotient) == this ? (quotient, 1) : ((double)Above, (double)Below);
    }

    /// <summary>The number as text: a fraction where that is short, else the nearest double, as far as it has one.</summary>
    public string ToText()
    {
        const int longest = 20;
        var text = Below.IsOne ? Above.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{Above}/{Below}");
        if (text.Length <= longest) return text;
        var logarithm = BigInteger.Log10(BigInteger.Abs(Above)) - BigInteger.Log10(Below);
        var value = (double)Above / (double)Below;
        return double.IsFinite(value) && value != 0
            ? value.ToString("R", CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{(Sign < 0 ? "-" : string.Empty)}10^{logarithm:F1}");
    }
}
