using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff;

/// <summary>The logistic function 1/(1 + exp(-x)).</summary>
internal sealed class SigmoidOperation() : UnaryOperation("sigmoid", Elementary.Sigmoid, Elementary.Sigmoid)
{
    internal override Notation Latex => field ??= Notation.LatexCall("\\sigma", 1);

    internal override Notation MathML => field ??= Notation.MathMLCall("σ", 1);

    // exp(-|x|) cannot overflow.
    internal override CodeForm CSharp => new(
        Notation.Call("Sigmoid", 1),
        new CodeHelper(
            "Sigmoid",
            """
            private static double Sigmoid(double x)
            {
                double e = Math.Exp(-Math.Abs(x));
                return (x < 0 ? e : 1) / (1 + e);
            }
            """));

    internal override CodeForm Python => new(
        Notation.Call("sigmoid", 1),
        new CodeHelper(
            "sigmoid",
            """
            def sigmoid(x):
                e = np.exp(-np.abs(x))
                return np.where(x < 0.0, e, 1.0) / (1.0 + e)
            """));

    internal override CodeForm PowerShell => new(
        CodeForm.PowerShellCall("Get-Sigmoid", 1),
        new CodeHelper(
            "Get-Sigmoid",
            """
            function Get-Sigmoid([double] $x) {
                $e = [Math]::Exp(-[Math]::Abs($x))
                if ($x -lt 0) { $e / (1 + $e) } else { 1 / (1 + $e) }
            }
            """));

    internal override Term ForAlgebra(Term x, Term y, Term z) => 1 / (1 + (-x).Apply<ExpOperation>());

    // 1 - sigmoid(x) is sigmoid(-x), but has no digits left where sigmoid(x) is next to 1. Stable makes it one operation, for numbers.
    protected override Term Pullback(Term self, Term x, Term adjoint) => self * (-x).Apply<SigmoidOperation>() * adjoint;
}

public sealed partial class ExprNode
{
    /// <summary>The logistic function 1/(1 + exp(-x)).</summary>
    public static ExprNode Sigmoid(ExprNode x) => Apply<SigmoidOperation>(x);
}
