using System.Numerics;
using PSAutodiff.Kernels;

namespace PSAutodiff.Passes.Algebra;

/// <summary>An exact fraction in lowest terms.</summary>
/// <param name="Above">The numerator.</param>
/// <param name="Below">The denominator, above 0.</param>
internal readonly record struct Rational(BigInteger Above, BigInteger Below)
{
    private const double LargestWhole = 1L << 53;

    public static readonly Rational Zero = new(0, 1);
    public static readonly Rational One = new(1, 1);

    public bool IsZero => Above.IsZero;

    public bool IsOne => Above.IsOne && Below.IsOne;

    public int Sign => Above.Sign;

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

    /// <summary>The numbers whose quotient it is, the second 1 where one number will do; null where they are no doubles.</summary>
    public (double Above, double Below)? ToNumbers()
    {
        if (BigInteger.Abs(Above) > (BigInteger)LargestWhole || Below > (BigInteger)LargestWhole) return null;
        var quotient = (double)Above / (double)Below;
        return Of(quotient) == this ? (quotient, 1) : ((double)Above, (double)Below);
    }
}
