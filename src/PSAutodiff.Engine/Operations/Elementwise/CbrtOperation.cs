using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The cube root, with the sign of x; the derivative at 0 is infinite.</summary>
internal sealed class CbrtOperation() : UnaryOperation("cbrt", Elementary.Cbrt, Elementary.Cbrt)
{
    internal override Notation Latex => field ??= new(@"\sqrt[3]{#1}", Notation.Atom, 0);

    internal override CodeForm PyTorch => new(Notation.Call(Name, 1), new CodeHelper("cbrt", """
        def cbrt(x):
            return torch.sign(x) * torch.abs(x) ** (1.0 / 3.0)
        """));

    internal override Notation MathML => field ??= new("<mroot>#1<mn>3</mn></mroot>", Notation.Atom, 0);

    internal override string? MathName => nameof(Math.Cbrt);

    private protected override IEnumerable<Identity> Identities =>
    [
        Parity.Odd<CbrtOperation>(),
        new("cbrt(x^3) = x", RuleSets.StandardAndStable, static (x, _, _) => x.Is<PowOperation>() && x.Y.Is(3) ? x.X : Term.None),
    ];

    protected override Term Pullback(Term self, Term x, Term adjoint) => adjoint / (3 * self * self);
}

public sealed partial class ExprNode
{
    /// <summary>The cube root, with the sign of x; the derivative at 0 is infinite.</summary>
    public static ExprNode Cbrt(ExprNode x) => Apply<CbrtOperation>(x);
}
