using PSAutodiff.Graphs;
using PSAutodiff.Operations;
using PSAutodiff.Simplification;

namespace PSAutodiff;

/// <summary>The smaller of two numbers; on a tie the derivative is that of the first.</summary>
internal sealed class MinOperation() : BinaryOperation("min")
{
    internal override Notation Latex { get; } = Notation.LatexCall(@"\min", 2);

    internal override string? MathName => nameof(Math.Min);

    private protected override IEnumerable<Identity> Identities =>
    [
        new("min(x, x) = x", Identity.Standard, static (x, y, _) => x == y ? x : Term.None),
    ];

    internal override Term Pullback(int argument, in Locals at, Term adjoint)
    {
        var takesSecond = at.Y.Apply<LessOperation>(at.X);
        return argument == 0
            ? takesSecond.Apply<SelectOperation>(at.Constant(0), adjoint)
            : takesSecond.Apply<SelectOperation>(adjoint, at.Constant(0));
    }

    protected override double Evaluate(double x, double y) => Math.Min(x, y);
}

public sealed partial class ExprNode
{
    /// <summary>The smaller of two numbers; on a tie the derivative is that of the first.</summary>
    public static ExprNode Min(ExprNode x, ExprNode y) => Apply<MinOperation>(x, y);
}
