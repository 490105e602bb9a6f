using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The inverse hyperbolic tangent, accurate near 0; infinite at -1 and 1, NaN beyond.</summary>
internal sealed class AtanhOperation() : UnaryOperation("atanh", Elementary.Atanh, Elementary.Atanh)
{
    internal override Notation Latex => field ??= Notation.LatexCall(@"\operatorname{artanh}", 1);

    internal override Notation MathML => field ??= Notation.MathMLCall("artanh", 1);

    internal override string? MathName => nameof(Math.Atanh);

    internal override CodeForm Python => new(Notation.Call("np.arctanh", 1));

    internal override Term ForAlgebra(Term x, Term y, Term z) => ((1 + x) / (1 - x)).Apply<LogOperation>() / x.Constant(2);

    private protected override IEnumerable<Identity> Identities =>
    [
        Parity.Odd<AtanhOperation>(),
        new("atanh(tanh(x)) = x", RuleSets.StandardAndStable, static (x, _, _) => x.Is<TanhOperation>() ? x.X : Term.None),
    ];

    protected override Term Pullback(Term self, Term x, Term adjoint) => adjoint / ((1 - x) * (1 + x));
}

public sealed partial class ExprNode
{
    /// <summary>The inverse hyperbolic tangent, accurate near 0; infinite at -1 and 1, NaN beyond.</summary>
    public static ExprNode Atanh(ExprNode x) => Apply<AtanhOperation>(x);
}
