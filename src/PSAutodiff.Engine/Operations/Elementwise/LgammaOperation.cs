using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The logarithm of |gamma(x)|; infinite at 0 and the negative whole numbers.</summary>
internal sealed class LgammaOperation() : UnaryOperation("lgamma", GammaFunctions.Lgamma, null)
{
    internal override Notation Latex => field ??= new(@"\log\left|\Gamma\left(#1\right)\right|", Notation.PowerLevel, 0);

    internal override Notation MathML => field ??= new(
        "<mrow><mi>log</mi><mo>\u2061</mo><mrow><mo>|</mo><mi>Γ</mi><mo>\u2061</mo><mrow><mo>(</mo>#1<mo>)</mo></mrow><mo>|</mo></mrow></mrow>",
        Notation.PowerLevel,
        0);

    internal override Rounding Rounding => field ??= new(6);

    internal override CodeForm CSharp => new(Notation.Call("Lgamma", 1), GammaCode.CSharpLgamma);

    internal override CodeForm Python => new(Notation.Call("lgamma", 1), GammaCode.PythonLgamma);

    internal override CodeForm PowerShell => new(CodeForm.PowerShellCall("Get-Lgamma", 1), GammaCode.PowerShellLgamma);

    protected override Term Pullback(Term self, Term x, Term adjoint) => x.Apply<DigammaOperation>() * adjoint;
}

public sealed partial class ExprNode
{
    /// <summary>The logarithm of |gamma(x)|; infinite at 0 and the negative whole numbers.</summary>
    public static ExprNode Lgamma(ExprNode x) => Apply<LgammaOperation>(x);
}
