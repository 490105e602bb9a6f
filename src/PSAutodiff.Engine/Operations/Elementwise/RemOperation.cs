using PSAutodiff.Core;

namespace PSAutodiff;

/// <summary>
/// The remainder of the quotient x / y cut to a whole number, which has the sign of x, as % in C# and PowerShell; exact. NaN where y is 0 or x
/// infinite. The derivative by y is minus the whole quotient.
/// </summary>
internal sealed class RemOperation() : BinaryOperation("rem", Value)
{
    internal override Notation Latex => field ??= Notation.LatexCall(@"\operatorname{rem}", 2);

    internal override Rounding Rounding => field ??= new(1) { Jumps = static (error, _, ex) => error > 4 * ex };

    internal override CodeForm CSharp => new(new Notation("(#1 % #2)", Notation.Atom, Notation.PowerLevel, Notation.PowerLevel));

    internal override CodeForm PyTorch => CodeForm.PyTorchCall("torch.fmod", 2);

    internal override CodeForm Python => new(Notation.Call("np.fmod", 2));

    internal override CodeForm PowerShell => new(new Notation("(#1 % #2)", Notation.Atom, Notation.PowerLevel, Notation.PowerLevel));

    // A division by subtractions.
    internal override int Cost(Term node) => 16;

    private protected override IEnumerable<Identity> Identities =>
    [
        new("rem(rem(x, y), y) = rem(x, y)", RuleSets.StandardAndStable, static (x, y, _) => x.Is<RemOperation>() && x.Y == y ? x : Term.None),
    ];

    // The whole quotient by what is left: x / y may be rounded up to the next whole number.
    internal override Term Pullback(int argument, in Locals at, Term adjoint) =>
        argument == 0 ? adjoint : -((at.X - at.Self) / at.Y).Apply<RoundOperation>() * adjoint;

    private static double Value(double x, double y) => x % y;
}

public sealed partial class ExprNode
{
    /// <summary>The remainder of the quotient x / y cut to a whole number, which has the sign of x, as % in C# and PowerShell.</summary>
    public static ExprNode Rem(ExprNode x, ExprNode y) => Apply<RemOperation>(x, y);
}
