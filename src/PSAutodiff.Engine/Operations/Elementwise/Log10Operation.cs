using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The logarithm to base 10; minus infinity at 0, NaN below. Whole at powers of 10.</summary>
internal sealed class Log10Operation() : LogarithmOperation(10, Elementary.LogBase10, Elementary.LogBase10);

public sealed partial class ExprNode
{
    /// <summary>The logarithm to base 10; minus infinity at 0, NaN below.</summary>
    public static ExprNode Log10(ExprNode x) => Apply<Log10Operation>(x);
}
