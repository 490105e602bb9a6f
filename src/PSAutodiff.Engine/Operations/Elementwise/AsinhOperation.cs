using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The inverse hyperbolic sine, accurate near 0.</summary>
internal sealed class AsinhOperation() : UnaryOperation("asinh", Elementary.Asinh, Elementary.Asinh)
{
    internal override Notation Latex => field ??= Notation.LatexCall(@"\operatorname{arsinh}", 1);

    internal override Notation MathML => field ??= Notation.MathMLCall("arsinh", 1);

    internal override string? MathName => nameof(Math.Asinh);

    internal override CodeForm Python => new(Notation.Call("np.arcsinh", 1));

    internal override Term ForAlgebra(Term x, Term y, Term z) => (x + (x.Apply<PowOperation>(x.Constant(2)) + x.Constant(1)).Apply<SqrtOperation>()).Apply<LogOperation>();

    private protected override IEnumerable<Identity> Identities =>
    [
        Parity.Odd<AsinhOperation>(),
        new("asinh(sinh(x)) = x", RuleSets.StandardAndStable, static (x, _, _) => x.Is<SinhOperation>() ? x.X : Term.None),
    ];

    protected override Term Pullback(Term self, Term x, Term adjoint) => adjoint / x.Constant(1).Apply<HypotOperation>(x);
}

public sealed partial class ExprNode
{
    /// <summary>The inverse hyperbolic sine, accurate near 0.</summary>
    public static ExprNode Asinh(ExprNode x) => Apply<AsinhOperation>(x);
}
