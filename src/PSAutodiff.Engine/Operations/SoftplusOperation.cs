using PSAutodiff.Graphs;
using PSAutodiff.Numerics;
using PSAutodiff.Operations;

namespace PSAutodiff;

/// <summary>The smooth ramp log(1 + exp(x)).</summary>
internal sealed class SoftplusOperation() : UnaryOperation("softplus")
{
    internal override Notation Latex { get; } = Notation.LatexCall("\\operatorname{softplus}", 1);

    protected override double Evaluate(double x) => Kernels.Softplus(x);

    protected override Term Pullback(Term self, Term x, Term adjoint) => x.Apply<SigmoidOperation>() * adjoint;
}

public sealed partial class ExprNode
{
    /// <summary>The smooth ramp log(1 + exp(x)).</summary>
    public static ExprNode Softplus(ExprNode x) => Apply<SoftplusOperation>(x);
}
