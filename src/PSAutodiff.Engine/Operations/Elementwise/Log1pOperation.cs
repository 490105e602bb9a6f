using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff;

/// <summary>log(1 + x), accurate for small x.</summary>
internal sealed class Log1pOperation() : UnaryOperation("log1p", Elementary.Log1p, Elementary.Log1p)
{
    internal override Notation Latex => field ??= Notation.LatexCall("\\operatorname{log1p}", 1);

    // W. Kahan's formula: the rounding error of 1 + x cancels against that of the difference.
    internal static CodeHelper CSharpHelper { get; } = new(
        "Log1p",
        """
        private static double Log1p(double x)
        {
            double u = 1 + x;
            return u == 1 || double.IsPositiveInfinity(u) ? x : Math.Log(u) * (x / (u - 1));
        }
        """);

    internal static CodeHelper PowerShellHelper { get; } = new(
        "Get-Log1p",
        """
        function Get-Log1p([double] $x) {
            $u = 1 + $x
            if ($u -eq 1 -or [double]::IsPositiveInfinity($u)) { return $x }
            [Math]::Log($u) * ($x / ($u - 1))
        }
        """);

    internal override CodeForm CSharp => new(Notation.Call("Log1p", 1), CSharpHelper);

    internal override CodeForm PowerShell => new(CodeForm.PowerShellCall("Get-Log1p", 1), PowerShellHelper);

    internal override Term ForAlgebra(Term x, Term y, Term z) => (1 + x).Apply<LogOperation>();

    private protected override IEnumerable<Identity> Identities =>
    [
        new("log1p(expm1(x)) = x", RuleSets.StandardAndStable, static (x, _, _) => x.Is<Expm1Operation>() ? x.X : Term.None),
        new("log1p(exp(x)) = softplus(x)", RuleSets.Stable, static (x, _, _) => x.Is<ExpOperation>() ? x.X.Apply<SoftplusOperation>() : Term.None),
        new("log1p(-sigmoid(x)) = -softplus(x)", RuleSets.Stable, static (x, _, _) => x.Is<NegOperation>() && x.X.Is<SigmoidOperation>() ? -x.X.X.Apply<SoftplusOperation>() : Term.None),
    ];

    protected override Term Pullback(Term self, Term x, Term adjoint) => adjoint / (1 + x);
}

public sealed partial class ExprNode
{
    /// <summary>log(1 + x), accurate for small x.</summary>
    public static ExprNode Log1p(ExprNode x) => Apply<Log1pOperation>(x);
}
