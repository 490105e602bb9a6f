using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>An array of ones.</summary>
internal sealed class OnesOperation() : FilledOperation("ones", '1', "𝟏")
{
    internal override double? Fill => 1;

    internal override void Execute(in ArrayOperands of, Span<double> result) => of.Fill(result, 1);
}

public sealed partial class ExprNode
{
    /// <summary>A vector or matrix of ones.</summary>
    public static ExprNode Ones(params long[] sizes) => Apply<OnesOperation>(Indices(sizes));
}
