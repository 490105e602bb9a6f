using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The derivative of lgamma; NaN at the negative whole numbers, infinite at 0.</summary>
internal sealed class DigammaOperation() : UnaryOperation("digamma", GammaFunctions.Digamma, null)
{
    internal override Notation Latex => field ??= Notation.LatexCall(@"\psi", 1);

    internal override Notation MathML => field ??= Notation.MathMLCall("ψ", 1);

    internal override CodeForm CSharp => new(Notation.Call("Digamma", 1), GammaCode.CSharp[..1]);

    internal override CodeForm Python => new(Notation.Call("digamma", 1), GammaCode.Python[..1]);

    internal override CodeForm PowerShell => new(CodeForm.PowerShellCall("Get-Digamma", 1), GammaCode.PowerShell[..1]);

    protected override Term Pullback(Term self, Term x, Term adjoint) => x.Apply<TrigammaOperation>() * adjoint;
}

public sealed partial class ExprNode
{
    /// <summary>The derivative of lgamma; NaN at the negative whole numbers, infinite at 0.</summary>
    public static ExprNode Digamma(ExprNode x) => Apply<DigammaOperation>(x);
}
