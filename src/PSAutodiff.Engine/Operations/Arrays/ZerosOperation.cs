using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>An array of zeros.</summary>
internal sealed class ZerosOperation() : FilledOperation("zeros", '0', "𝟎")
{
    internal override double? Fill => 0;

    internal override void Execute(in ArrayOperands of, Span<double> result) => of.Fill(result, 0);
}

public sealed partial class ExprNode
{
    /// <summary>A vector or matrix of zeros.</summary>
    public static ExprNode Zeros(params long[] sizes) => Apply<ZerosOperation>(Indices(sizes));
}
