using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The inverse sine, in radians; NaN outside -1 to 1.</summary>
internal sealed class AsinOperation() : UnaryOperation("asin", Elementary.Asin, Elementary.Asin)
{
    internal override Notation Latex => field ??= Notation.LatexCall("\\arcsin", 1);

    internal override Notation MathML => field ??= Notation.MathMLCall("arcsin", 1);

    internal override string? MathName => nameof(Math.Asin);

    internal override CodeForm Python => new(Notation.Call("np.arcsin", 1));

    private protected override IEnumerable<Identity> Identities =>
    [
        Parity.Odd<AsinOperation>(),
    ];

    protected override Term Pullback(Term self, Term x, Term adjoint) => adjoint / ((1 - x) * (1 + x)).Apply<SqrtOperation>();
}

public sealed partial class ExprNode
{
    /// <summary>The inverse sine, in radians; NaN outside -1 to 1.</summary>
    public static ExprNode Asin(ExprNode x) => Apply<AsinOperation>(x);
}
