using PSAutodiff.Expressions;

namespace PSAutodiff;

/// <content>Functions that stand for several operations, the same as in text.</content>
public sealed partial class ExprNode
{
    /// <summary>The natural logarithm, log(x).</summary>
    public static ExprNode Ln(ExprNode x) => Form("ln", x);

    /// <summary>The logarithm to a base, log(x) / log(b); log10(x) and log2(x) where the base is the number 10 or 2.</summary>
    public static ExprNode Log(ExprNode x, ExprNode b) => Form("log", x, b);

    /// <summary>The cotangent, 1 / tan(x).</summary>
    public static ExprNode Cot(ExprNode x) => Form("cot", x);

    /// <summary>The secant, 1 / cos(x).</summary>
    public static ExprNode Sec(ExprNode x) => Form("sec", x);

    /// <summary>The cosecant, 1 / sin(x).</summary>
    public static ExprNode Csc(ExprNode x) => Form("csc", x);

    /// <summary>The inverse cotangent, atan(1 / x), between -pi/2 and pi/2.</summary>
    public static ExprNode Acot(ExprNode x) => Form("acot", x);

    /// <summary>The inverse secant, acos(1 / x).</summary>
    public static ExprNode Asec(ExprNode x) => Form("asec", x);

    /// <summary>The inverse cosecant, asin(1 / x).</summary>
    public static ExprNode Acsc(ExprNode x) => Form("acsc", x);

    /// <summary>The hyperbolic cotangent, 1 / tanh(x).</summary>
    public static ExprNode Coth(ExprNode x) => Form("coth", x);

    /// <summary>The hyperbolic secant, 1 / cosh(x).</summary>
    public static ExprNode Sech(ExprNode x) => Form("sech", x);

    /// <summary>The hyperbolic cosecant, 1 / sinh(x).</summary>
    public static ExprNode Csch(ExprNode x) => Form("csch", x);

    /// <summary>The inverse hyperbolic cotangent, atanh(1 / x).</summary>
    public static ExprNode Acoth(ExprNode x) => Form("acoth", x);

    /// <summary>The inverse hyperbolic secant, acosh(1 / x).</summary>
    public static ExprNode Asech(ExprNode x) => Form("asech", x);

    /// <summary>The inverse hyperbolic cosecant, asinh(1 / x).</summary>
    public static ExprNode Acsch(ExprNode x) => Form("acsch", x);

    /// <summary>The same as <see cref="Select"/>.</summary>
    public static ExprNode If(ExprNode condition, ExprNode x, ExprNode y) => Form("if", condition, x, y);

    /// <summary>1 where x is greater than y, else 0 (also where one is NaN): less(y, x).</summary>
    public static ExprNode Greater(ExprNode x, ExprNode y) => Form("greater", x, y);

    /// <summary>1 where x is at least y, else 0 (also where one is NaN): lessequal(y, x).</summary>
    public static ExprNode GreaterEqual(ExprNode x, ExprNode y) => Form("greaterequal", x, y);

    /// <summary>1 where x is not y (also where one is NaN), else 0: not equal(x, y).</summary>
    public static ExprNode NotEqual(ExprNode x, ExprNode y) => Form("notequal", x, y);

    /// <summary>The whole number next to x towards 0.</summary>
    public static ExprNode Trunc(ExprNode x) => Form("trunc", x);

    /// <summary>The number between a lower and an upper bound that is next to x, min(max(x, lower), upper).</summary>
    public static ExprNode Clamp(ExprNode x, ExprNode lower, ExprNode upper) => Form("clamp", x, lower, upper);

    /// <summary>The largest of several, max(max(x, y), ...).</summary>
    public static ExprNode Max(ExprNode x, ExprNode y, params ExprNode[] others) => Form("max", [x, y, .. others]);

    /// <summary>The smallest of several, min(min(x, y), ...).</summary>
    public static ExprNode Min(ExprNode x, ExprNode y, params ExprNode[] others) => Form("min", [x, y, .. others]);

    private static ExprNode Form(string name, params ReadOnlySpan<ExprNode> arguments) => Apply(NamedFunction.Find(name), arguments);
}
