using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The hyperbolic cosine.</summary>
internal sealed class CoshOperation() : UnaryOperation("cosh", Elementary.Cosh, Elementary.Cosh)
{
    internal override Notation Latex => field ??= Notation.LatexCall("\\cosh", 1);

    internal override string? MathName => nameof(Math.Cosh);

    internal override Term ForAlgebra(Term x, Term y, Term z) => (x.Apply<ExpOperation>() + (-x).Apply<ExpOperation>()) / x.Constant(2);

    private protected override IEnumerable<Identity> Identities =>
    [
        Parity.Even<CoshOperation>(),
    ];

    protected override Term Pullback(Term self, Term x, Term adjoint) => x.Apply<SinhOperation>() * adjoint;
}

public sealed partial class ExprNode
{
    /// <summary>The hyperbolic cosine.</summary>
    public static ExprNode Cosh(ExprNode x) => Apply<CoshOperation>(x);
}
