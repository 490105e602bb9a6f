using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The inverse tangent, in radians.</summary>
internal sealed class AtanOperation() : UnaryOperation("atan", Elementary.Atan, Elementary.Atan)
{
    internal override Notation Latex => field ??= Notation.LatexCall("\\arctan", 1);

    internal override Notation MathML => field ??= Notation.MathMLCall("arctan", 1);

    internal override string? MathName => nameof(Math.Atan);

    internal override CodeForm Python => new(Notation.Call("np.arctan", 1));

    private protected override IEnumerable<Identity> Identities =>
    [
        Parity.Odd<AtanOperation>(),
    ];

    protected override Term Pullback(Term self, Term x, Term adjoint) => adjoint / (1 + (x * x));
}

public sealed partial class ExprNode
{
    /// <summary>The inverse tangent, in radians.</summary>
    public static ExprNode Atan(ExprNode x) => Apply<AtanOperation>(x);
}
