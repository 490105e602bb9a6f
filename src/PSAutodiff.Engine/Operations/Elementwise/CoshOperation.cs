using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff;

/// <summary>The hyperbolic cosine.</summary>
internal sealed class CoshOperation() : UnaryOperation("cosh", Elementary.Cosh, Elementary.Cosh)
{
    internal override Notation Latex { get; } = Notation.LatexCall("\\cosh", 1);

    internal override string? MathName => nameof(Math.Cosh);

    private protected override IEnumerable<Identity> Identities =>
    [
        new("cosh(-x) = cosh(x)", RuleSets.StandardAndStable, static (x, _, _) => x.Is<NegOperation>() ? x.X.Apply<CoshOperation>() : Term.None),
    ];

    protected override Term Pullback(Term self, Term x, Term adjoint) => x.Apply<SinhOperation>() * adjoint;
}

public sealed partial class ExprNode
{
    /// <summary>The hyperbolic cosine.</summary>
    public static ExprNode Cosh(ExprNode x) => Apply<CoshOperation>(x);
}
