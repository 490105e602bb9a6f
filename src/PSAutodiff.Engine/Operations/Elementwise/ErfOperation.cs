using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The error function, 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x.</summary>
internal sealed class ErfOperation() : UnaryOperation("erf", Elementary.Erf, Elementary.Erf)
{
    internal override Notation Latex => field ??= Notation.LatexCall(@"\operatorname{erf}", 1);

    internal override CodeForm CSharp => new(Notation.Call("Erf", 1), CSharpHelpers);

    internal override CodeForm Python => new(
        Notation.Call("erf", 1),
        new CodeHelper(
            "erf",
            """
            def erf(x):
                import math
                return np.vectorize(math.erf, otypes=[np.float64])(x)[()]
            """));

    internal override CodeForm PowerShell => new(CodeForm.PowerShellCall("Get-Erf", 1), PowerShellHelpers);

    /// <summary>A series up to 1, then a continued fraction. See Abramowitz and Stegun, 7.1.6 and 7.1.14.</summary>
    internal static CodeHelper[] CSharpHelpers { get; } =
    [
        new(
            "Erf",
            """
            private static double Erf(double x)
            {
                if (Math.Abs(x) > 1) return Math.CopySign(1 - Erfc(Math.Abs(x)), x);
                double term = x, sum = x;
                for (int n = 1; n < 25; n++)
                {
                    term *= 2 * x * x / (2 * n + 1);
                    sum += term;
                }
                return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
            }
            """),
        new(
            "Erfc",
            """
            private static double Erfc(double x)
            {
                if (x < 1) return 1 - Erf(x);
                double fraction = x;
                for (int n = 200; n > 0; n--) fraction = x + 0.5 * n / fraction;
                return Math.Exp(-x * x) / Math.Sqrt(Math.PI) / fraction;
            }
            """),
    ];

    internal static CodeHelper[] PowerShellHelpers { get; } =
    [
        new(
            "Get-Erf",
            """
            function Get-Erf([double] $x) {
                if ([Math]::Abs($x) -gt 1) { return [Math]::CopySign(1 - (Get-Erfc ([Math]::Abs($x))), $x) }
                $term = $sum = $x
                for ($n = 1; $n -lt 25; $n++) {
                    $term *= 2 * $x * $x / (2 * $n + 1)
                    $sum += $term
                }
                2 / [Math]::Sqrt([Math]::PI) * [Math]::Exp(-$x * $x) * $sum
            }
            """),
        new(
            "Get-Erfc",
            """
            function Get-Erfc([double] $x) {
                if ($x -lt 1) { return 1 - (Get-Erf ($x)) }
                $fraction = $x
                for ($n = 200; $n -gt 0; $n--) { $fraction = $x + 0.5 * $n / $fraction }
                [Math]::Exp(-$x * $x) / [Math]::Sqrt([Math]::PI) / $fraction
            }
            """),
    ];

    private protected override IEnumerable<Identity> Identities =>
    [
        Parity.Odd<ErfOperation>(),
    ];

    protected override Term Pullback(Term self, Term x, Term adjoint) => Slope(2, x) * adjoint;

    /// <summary>factor/sqrt(pi) exp(-x^2).</summary>
    internal static Term Slope(double factor, Term x) => factor / x.Constant(Math.PI).Apply<SqrtOperation>() * (-(x * x)).Apply<ExpOperation>();
}

public sealed partial class ExprNode
{
    /// <summary>The error function, 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x.</summary>
    public static ExprNode Erf(ExprNode x) => Apply<ErfOperation>(x);
}
