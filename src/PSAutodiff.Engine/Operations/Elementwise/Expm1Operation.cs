using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff;

/// <summary>exp(x) - 1, accurate for small x.</summary>
internal sealed class Expm1Operation() : UnaryOperation("expm1", Elementary.Expm1, Elementary.Expm1)
{
    internal override Notation Latex => field ??= Notation.LatexCall("\\operatorname{expm1}", 1);

    // W. Kahan's formula: the rounding error of exp cancels against that of the logarithm.
    internal override CodeForm CSharp => new(
        Notation.Call("Expm1", 1),
        new CodeHelper(
            "Expm1",
            """
            private static double Expm1(double x)
            {
                double e = Math.Exp(x);
                if (e == 1) return x;
                double difference = e - 1;
                return difference == -1 || double.IsInfinity(e) ? difference : difference * (x / Math.Log(e));
            }
            """));

    internal override CodeForm PowerShell => new(
        CodeForm.PowerShellCall("Get-Expm1", 1),
        new CodeHelper(
            "Get-Expm1",
            """
            function Get-Expm1([double] $x) {
                $e = [Math]::Exp($x)
                if ($e -eq 1) { return $x }
                $difference = $e - 1
                if ($difference -eq -1 -or [double]::IsInfinity($e)) { return $difference }
                $difference * ($x / [Math]::Log($e))
            }
            """));

    internal override Term ForAlgebra(Term x, Term y, Term z) => x.Apply<ExpOperation>() - 1;

    private protected override IEnumerable<Identity> Identities =>
    [
        new("expm1(log1p(x)) = x", RuleSets.StandardAndStable, static (x, _, _) => x.Is<Log1pOperation>() ? x.X : Term.None),
    ];

    protected override Term Pullback(Term self, Term x, Term adjoint) => x.Apply<ExpOperation>() * adjoint;
}

public sealed partial class ExprNode
{
    /// <summary>exp(x) - 1, accurate for small x.</summary>
    public static ExprNode Expm1(ExprNode x) => Apply<Expm1Operation>(x);
}
