using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff;

/// <summary>The smooth ramp log(1 + exp(x)).</summary>
internal sealed class SoftplusOperation() : UnaryOperation("softplus", Elementary.Softplus, Elementary.Softplus)
{
    internal override Notation Latex { get; } = Notation.LatexCall("\\operatorname{softplus}", 1);

    // exp(-|x|) cannot overflow.
    internal override CodeForm CSharp => new(
        Notation.Call("Softplus", 1),
        Log1pOperation.CSharpHelper,
        new CodeHelper("Softplus", "private static double Softplus(double x) => Math.Max(x, 0) + Log1p(Math.Exp(-Math.Abs(x)));"));

    internal override CodeForm Python => new(new Notation("np.logaddexp(0.0, #1)", Notation.Atom, 0));

    internal override CodeForm PowerShell => new(
        CodeForm.PowerShellCall("Get-Softplus", 1),
        Log1pOperation.PowerShellHelper,
        new CodeHelper(
            "Get-Softplus",
            """
            function Get-Softplus([double] $x) {
                [Math]::Max($x, 0.0) + (Get-Log1p ([Math]::Exp(-[Math]::Abs($x))))
            }
            """));

    protected override Term Pullback(Term self, Term x, Term adjoint) => x.Apply<SigmoidOperation>() * adjoint;
}

public sealed partial class ExprNode
{
    /// <summary>The smooth ramp log(1 + exp(x)).</summary>
    public static ExprNode Softplus(ExprNode x) => Apply<SoftplusOperation>(x);
}
