using PSAutodiff.Graphs;
using PSAutodiff.Operations;
using PSAutodiff.Simplification;

namespace PSAutodiff;

/// <summary>The larger of two numbers; on a tie the derivative is that of the first.</summary>
internal sealed class MaxOperation() : BinaryOperation("max")
{
    internal override Notation Latex { get; } = Notation.LatexCall(@"\max", 2);

    internal override string? MathName => nameof(Math.Max);

    private protected override IEnumerable<Identity> Identities =>
    [
        new("max(x, x) = x", Identity.Standard, static (x, y, _) => x == y ? x : Term.None),
    ];

    internal override Term Pullback(int argument, in Locals at, Term adjoint)
    {
        var takesSecond = at.X.Apply<LessOperation>(at.Y);
        return argument == 0
            ? takesSecond.Apply<SelectOperation>(at.Constant(0), adjoint)
            : takesSecond.Apply<SelectOperation>(adjoint, at.Constant(0));
    }

    protected override double Evaluate(double x, double y) => Math.Max(x, y);
}

public sealed partial class ExprNode
{
    /// <summary>The larger of two numbers; on a tie the derivative is that of the first.</summary>
    public static ExprNode Max(ExprNode x, ExprNode y) => Apply<MaxOperation>(x, y);
}
