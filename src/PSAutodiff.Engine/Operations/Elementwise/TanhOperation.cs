using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The hyperbolic tangent.</summary>
internal sealed class TanhOperation() : UnaryOperation("tanh", Elementary.Tanh, Elementary.Tanh)
{
    internal override Notation Latex => field ??= Notation.LatexCall("\\tanh", 1);

    internal override string? MathName => nameof(Math.Tanh);

    internal override bool IsLab => true;

    internal override Term ForAlgebra(Term x, Term y, Term z) => (x.Apply<ExpOperation>() - (-x).Apply<ExpOperation>()) / (x.Apply<ExpOperation>() + (-x).Apply<ExpOperation>());

    private protected override IEnumerable<Identity> Identities =>
    [
        Parity.Odd<TanhOperation>(),
    ];

    protected override Term Pullback(Term self, Term x, Term adjoint) => x.Apply<Sech2Operation>() * adjoint;

    internal override Term? LabTangent(in Locals at, ReadOnlySpan<Term> derivatives) => (1 - (at.Self * at.Self)) * derivatives[0];
}

public sealed partial class ExprNode
{
    /// <summary>The hyperbolic tangent.</summary>
    public static ExprNode Tanh(ExprNode x) => Apply<TanhOperation>(x);
}
