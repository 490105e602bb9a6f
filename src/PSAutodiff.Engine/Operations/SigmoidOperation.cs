using PSAutodiff.Graphs;
using PSAutodiff.Numerics;
using PSAutodiff.Operations;

namespace PSAutodiff;

/// <summary>The logistic function 1/(1 + exp(-x)).</summary>
internal sealed class SigmoidOperation() : UnaryOperation("sigmoid")
{
    internal override Notation Latex { get; } = Notation.LatexCall("\\sigma", 1);

    internal override Notation MathML { get; } = Notation.MathMLCall("σ", 1);

    protected override double Evaluate(double x) => Kernels.Sigmoid(x);

    protected override Term Pullback(Term self, Term x, Term adjoint) => self * (1 - self) * adjoint;
}

public sealed partial class ExprNode
{
    /// <summary>The logistic function 1/(1 + exp(-x)).</summary>
    public static ExprNode Sigmoid(ExprNode x) => Apply<SigmoidOperation>(x);
}
