using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The derivative of digamma; infinite at 0 and the negative whole numbers.</summary>
internal sealed class TrigammaOperation() : UnaryOperation("trigamma", GammaFunctions.Trigamma, null)
{
    internal override Notation Latex => field ??= Notation.LatexCall(@"\psi'", 1);

    internal override Notation MathML => field ??= Notation.MathMLCall("ψ′", 1);

    internal override CodeForm CSharp => new(new Notation("Polygamma(1.0, #1)", Notation.Atom, 0), GammaCode.CSharp);

    internal override CodeForm PyTorch => new(new Notation("polygamma(1, #1)", Notation.Atom, 0), PolygammaOperation.PyTorchHelper);

    internal override CodeForm Python => new(new Notation("polygamma(1.0, #1)", Notation.Atom, 0), GammaCode.Python);

    internal override CodeForm PowerShell => new(new Notation("(Get-Polygamma (1.0) (#1))", Notation.Atom, 0), GammaCode.PowerShell);

    protected override Term Pullback(Term self, Term x, Term adjoint) => x.Constant(2).Apply<PolygammaOperation>(x) * adjoint;
}

public sealed partial class ExprNode
{
    /// <summary>The derivative of digamma; infinite at 0 and the negative whole numbers.</summary>
    public static ExprNode Trigamma(ExprNode x) => Apply<TrigammaOperation>(x);
}
