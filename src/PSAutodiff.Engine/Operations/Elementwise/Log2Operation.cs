using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The logarithm to base 2; minus infinity at 0, NaN below. Whole at powers of 2.</summary>
internal sealed class Log2Operation() : LogarithmOperation(2, Elementary.LogBase2, Elementary.LogBase2);

public sealed partial class ExprNode
{
    /// <summary>The logarithm to base 2; minus infinity at 0, NaN below.</summary>
    public static ExprNode Log2(ExprNode x) => Apply<Log2Operation>(x);
}
