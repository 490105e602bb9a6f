using PSAutodiff.Graphs;
using PSAutodiff.Operations;
using PSAutodiff.Simplification;

namespace PSAutodiff;

/// <summary>1 where x is less than y, else 0 (also where one is NaN); derivative 0.</summary>
internal sealed class LessOperation() : BinaryOperation("less")
{
    internal override Notation Latex { get; } = new(@"\left[#1 < #2\right]", Notation.Atom, 0, 0);

    internal override Notation MathML { get; } = new("<mrow><mo>[</mo>#1<mo>&lt;</mo>#2<mo>]</mo></mrow>", Notation.Atom, 0, 0);

    private protected override IEnumerable<Identity> Identities =>
    [
        new("less(x, x) = 0", Identity.Standard, static (x, y, _) => x == y ? x.Constant(0) : Term.None),
    ];

    internal override bool Propagates(int argument) => false;

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => Term.None;

    protected override double Evaluate(double x, double y) => x < y ? 1 : 0;
}

public sealed partial class ExprNode
{
    /// <summary>1 where x is less than y, else 0 (also where one is NaN); derivative 0.</summary>
    public static ExprNode Less(ExprNode x, ExprNode y) => Apply<LessOperation>(x, y);
}
