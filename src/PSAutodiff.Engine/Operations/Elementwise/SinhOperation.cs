using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The hyperbolic sine.</summary>
internal sealed class SinhOperation() : UnaryOperation("sinh", Elementary.Sinh, Elementary.Sinh)
{
    internal override Notation Latex => field ??= Notation.LatexCall("\\sinh", 1);

    internal override string? MathName => nameof(Math.Sinh);

    internal override Term ForAlgebra(Term x, Term y, Term z) => (x.Apply<ExpOperation>() - (-x).Apply<ExpOperation>()) / x.Constant(2);

    private protected override IEnumerable<Identity> Identities =>
    [
        Parity.Odd<SinhOperation>(),
    ];

    protected override Term Pullback(Term self, Term x, Term adjoint) => x.Apply<CoshOperation>() * adjoint;
}

public sealed partial class ExprNode
{
    /// <summary>The hyperbolic sine.</summary>
    public static ExprNode Sinh(ExprNode x) => Apply<SinhOperation>(x);
}
