using PSAutodiff.Graphs;
using PSAutodiff.Operations;
using PSAutodiff.Simplification;

namespace PSAutodiff;

/// <summary>The sign of a number: -1, 0 or 1, with derivative 0 everywhere.</summary>
internal sealed class SignOperation() : UnaryOperation("sign")
{
    internal override Notation Latex { get; } = Notation.LatexCall(@"\operatorname{sign}", 1);

    internal override string? MathName => nameof(Math.Sign);

    private protected override IEnumerable<Identity> Identities =>
    [
        new("sign(-x) = -sign(x)", RuleSets.Signs, static (x, _, _) => x.Is<NegOperation>() ? -x.X.Apply<SignOperation>() : Term.None),
    ];

    internal override bool Propagates(int argument) => false;

    // Zeros keep their sign and NaN stays NaN.
    protected override double Evaluate(double x) => x > 0 ? 1 : x < 0 ? -1 : x;

    protected override Term Pullback(Term self, Term x, Term adjoint) => Term.None;
}

public sealed partial class ExprNode
{
    /// <summary>The sign of a number: -1, 0 or 1, with derivative 0 everywhere.</summary>
    public static ExprNode Sign(ExprNode x) => Apply<SignOperation>(x);
}
