using System.Numerics;
using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff.Operations.Elementwise;

/// <summary>
/// A constant of a formula as a quotient of two numbers, so that a third stays a third. Its arithmetic says no where a result would
/// be rounded.
/// </summary>
/// <param name="Above">The numerator.</param>
/// <param name="Below">The denominator, above 0.</param>
internal readonly record struct Ratio(double Above, double Below)
{
    // Beyond, whole numbers are not all doubles.
    private const double LargestWhole = 1L << 53;

    public static readonly Ratio One = new(1, 1);

    public bool IsOne => Above == 1 && Below == 1;

    public bool IsZero => Above == 0;

    public bool IsWhole => Below == 1 && double.IsInteger(Above);

    public bool IsEven => Below == 1 && double.IsEvenInteger(Above);

    public bool IsNegative => Above < 0;

    public static Ratio operator -(Ratio x) => new(-x.Above, x.Below);

    /// <summary>A constant, or a quotient of two as 1 / 3, with or without a sign; else null.</summary>
    public static Ratio? Of(Term term)
    {
        var negative = term.Is<NegOperation>();
        if (negative) term = term.X;
        if (term.IsConstant) return new(negative ? -term.ConstantValue : term.ConstantValue, 1);
        if (!term.Is<DivOperation>() || !term.X.IsConstant || !term.Y.IsConstant) return null;
        var (above, below) = (term.X.ConstantValue, term.Y.ConstantValue);
        if (negative ^ (below < 0)) above = -above;
        return below == 0 || !double.IsFinite(above) || !double.IsFinite(below) ? null : Reduced(above, Math.Abs(below));
    }

    public static bool TryAdd(Ratio x, Ratio y, out Ratio sum)
    {
        sum = default;
        if (x.Below == y.Below)
        {
            if (!TrySum(x.Above, y.Above, out var above)) return false;
            sum = Reduced(above, x.Below);
            return true;
        }

        if (!TryProduct(x.Above, y.Below, out var first) || !TryProduct(y.Above, x.Below, out var second)
            || !TrySum(first, second, out var total) || !TryProduct(x.Below, y.Below, out var below)) return false;
        sum = Reduced(total, below);
        return true;
    }

    public static bool TryMultiply(Ratio x, Ratio y, out Ratio product)
    {
        // Crosswise first, so that small numbers stay small.
        (x, y) = (Reduced(x.Above, y.Below), Reduced(y.Above, x.Below));
        product = default;
        if (!TryProduct(x.Above, y.Above, out var above) || !TryProduct(x.Below, y.Below, out var below)) return false;
        product = Reduced(above, below);
        return true;
    }

    /// <summary>A power with a whole exponent.</summary>
    public static bool TryPower(Ratio x, double exponent, out Ratio power)
    {
        const int most = 64;
        power = One;
        if (!double.IsInteger(exponent) || Math.Abs(exponent) > most || (exponent < 0 && x.IsZero)) return false;
        if (exponent < 0) x = x.IsNegative ? new Ratio(-x.Below, -x.Above) : new Ratio(x.Below, x.Above);
        for (var i = 0; i < Math.Abs(exponent); i++)
        {
            if (!TryMultiply(power, x, out power)) return false;
        }

        return true;
    }

    /// <summary>Its node: a constant, or a quotient of two.</summary>
    public Term Write(GraphBuilder builder)
    {
        var above = builder.Term(builder.Constant(Above));
        return Below == 1 ? above : above / above.Constant(Below);
    }

    private static Ratio Reduced(double above, double below)
    {
        if (below == 1 || above == 0) return new(above, 1);
        if (IsSmallWhole(above) && IsSmallWhole(below))
        {
            var divisor = (double)BigInteger.GreatestCommonDivisor((BigInteger)above, (BigInteger)below);
            return new(above / divisor, below / divisor);
        }

        // With decimals a quotient is one number, if it is exact.
        var quotient = above / below;
        if (ExactArithmetic.TryDivide(above, below, out _) || ExactArithmetic.TryDecimals(static (x, y) => x / y, static (x, y) => x - y, above, below, ref quotient)) return new(quotient, 1);
        return new(above, below);
    }

    private static bool TrySum(double x, double y, out double sum)
    {
        sum = x + y;
        return x == 0 || y == 0 || OperationOf<SumOperation>.Instance.TryEvaluateExactly(x, y, 0, onPaper: true, ref sum);
    }

    private static bool TryProduct(double x, double y, out double product)
    {
        product = x * y;
        return Math.Abs(x) == 1 || Math.Abs(y) == 1 || OperationOf<MulOperation>.Instance.TryEvaluateExactly(x, y, 0, onPaper: true, ref product)
            || ExactArithmetic.TryMultiplyLarge(x, y, out product);
    }

    private static bool IsSmallWhole(double x) => double.IsInteger(x) && Math.Abs(x) <= LargestWhole;
}
