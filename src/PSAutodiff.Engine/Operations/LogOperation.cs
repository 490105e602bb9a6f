using PSAutodiff.Graphs;
using PSAutodiff.Numerics;
using PSAutodiff.Operations;
using PSAutodiff.Simplification;

namespace PSAutodiff;

/// <summary>The natural logarithm; minus infinity at 0, NaN below.</summary>
internal sealed class LogOperation() : UnaryOperation("log", Kernels.Log, Kernels.Log)
{
    internal override Notation Latex { get; } = Notation.LatexCall("\\log", 1);

    internal override string? MathName => nameof(Math.Log);

    internal override bool IsLab => true;

    private protected override IEnumerable<Identity> Identities =>
    [
        new("log(x) of a constant x <= 0 is an error", RuleSets.Lab, static (x, _, _) => x.IsConstant && x.ConstantValue <= 0
            ? throw new AutodiffException(ErrorIds.LogarithmDomain, "logarithm of non-positive number")
            : Term.None),
        new("log(exp(x)) = x", Identity.Standard, static (x, _, _) => x.Is<ExpOperation>() ? x.X : Term.None),
        new("log(1 + exp(x)) = softplus(x)", RuleSets.Stable, static (x, _, _) => OnePlus(x) is { Exists: true } u && u.Is<ExpOperation>()
            ? u.X.Apply<SoftplusOperation>()
            : Term.None),
        new("log(1 + x) = log1p(x)", RuleSets.Stable, static (x, _, _) => OnePlus(x) is { Exists: true } u ? u.Apply<Log1pOperation>() : Term.None),
        new("log(1 - x) = log1p(-x)", RuleSets.Stable, static (x, _, _) => x.Is<SubOperation>() && x.X.Is(1) ? (-x.Y).Apply<Log1pOperation>() : Term.None),
    ];

    protected override Term Pullback(Term self, Term x, Term adjoint) => adjoint / x;

    // The u of 1 + u or u + 1.
    private static Term OnePlus(Term x) =>
        !x.Is<SumOperation>() ? Term.None :
        x.X.Is(1) ? x.Y :
        x.Y.Is(1) ? x.X :
        Term.None;
}

public sealed partial class ExprNode
{
    /// <summary>The natural logarithm; minus infinity at 0, NaN below.</summary>
    public static ExprNode Log(ExprNode x) => Apply<LogOperation>(x);
}
