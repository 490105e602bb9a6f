using PSAutodiff.Core;

namespace PSAutodiff;

/// <summary>
/// The remainder x - y floor(x / y), which has the sign of y, as in Python and spreadsheets; exact but for one rounding where the signs differ.
/// NaN where y is 0 or x infinite. The derivative by y is minus the whole quotient.
/// </summary>
internal sealed class ModOperation() : BinaryOperation("mod", Value)
{
    // As a sum in a product: its place among factors is not the same everywhere.
    internal override Notation Latex => field ??= new(@"#1 \bmod #2", Notation.SumLevel, Notation.PowerLevel, Notation.PowerLevel);

    internal override Notation MathML => field ??= Notation.MathMLInfix("mod", Notation.SumLevel, Notation.PowerLevel, Notation.PowerLevel);

    internal override Rounding Rounding => field ??= new(1) { Jumps = static (error, _, ex) => error > 4 * ex };

    internal override CodeForm CSharp => new(
        Notation.Call("Mod", 2),
        new CodeHelper(
            "Mod",
            """
            private static double Mod(double x, double y)
            {
                double r = x % y;
                return r == 0 ? Math.CopySign(0.0, y) : (r < 0) != (y < 0) ? r + y : r;
            }
            """));

    internal override CodeForm PyTorch => CodeForm.PyTorchCall("torch.remainder", 2);

    internal override CodeForm Python => new(Notation.Call("np.mod", 2));

    internal override CodeForm PowerShell => new(
        CodeForm.PowerShellCall("Get-Mod", 2),
        new CodeHelper(
            "Get-Mod",
            """
            function Get-Mod([double] $x, [double] $y) {
                $r = $x % $y
                if ($r -eq 0) { [Math]::CopySign(0.0, $y) } elseif (($r -lt 0) -ne ($y -lt 0)) { $r + $y } else { $r }
            }
            """));

    // A division by subtractions.
    internal override int Cost(Term node) => 16;

    private protected override IEnumerable<Identity> Identities =>
    [
        new("mod(mod(x, y), y) = mod(x, y)", RuleSets.StandardAndStable, static (x, y, _) => x.Is<ModOperation>() && x.Y == y ? x : Term.None),
    ];

    // The whole quotient by what is left: x / y may be rounded up to the next whole number.
    internal override Term Pullback(int argument, in Locals at, Term adjoint) =>
        argument == 0 ? adjoint : -((at.X - at.Self) / at.Y).Apply<RoundOperation>() * adjoint;

    private static double Value(double x, double y)
    {
        var rest = x % y;
        return rest == 0 ? Math.CopySign(0, y) : (rest < 0) != (y < 0) ? rest + y : rest;
    }
}

public sealed partial class ExprNode
{
    /// <summary>The remainder x - y floor(x / y), which has the sign of y.</summary>
    public static ExprNode Mod(ExprNode x, ExprNode y) => Apply<ModOperation>(x, y);
}
