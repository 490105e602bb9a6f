using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Arrays;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The natural logarithm; minus infinity at 0, NaN below.</summary>
internal sealed class LogOperation() : UnaryOperation("log", Elementary.Log, Elementary.Log)
{
    internal override Notation Latex => field ??= Notation.LatexCall("\\log", 1);

    internal override string? MathName => nameof(Math.Log);

    internal override bool IsLab => true;

    private protected override IEnumerable<Identity> Identities =>
    [
        new("log(x) of a constant x <= 0 is an error", RuleSets.Lab, static (x, _, _) => x.IsConstant && x.ConstantValue <= 0
            ? throw new AutodiffException(ErrorIds.LogarithmDomain, "logarithm of non-positive number")
            : Term.None),
        new("log(select(x, x, 1)) = log(x)", RuleSets.Textbook, static (x, _, _) =>
            x.Is<SelectOperation>() && x.X == x.Y && x.Z.Is(1) ? x.X.Apply<LogOperation>() : Term.None) { Assumes = static (x, _, _) => Assumption.NotZero(x.X) },
        new("log(exp(x)) = x", RuleSets.StandardAndStable, static (x, _, _) => x.X) { First = typeof(ExpOperation) },
        new("log(1 + exp(x)) = softplus(x)", RuleSets.Stable, static (x, _, _) => OnePlus(x) is { Exists: true } u && u.Is<ExpOperation>()
            ? u.X.Apply<SoftplusOperation>()
            : Term.None),
        new("log(exp(x) + exp(y) + ...) without overflow", RuleSets.Stable, static (x, _, _) => SumOfExponentials.Logarithm(x)),
        new("log(1 + x) = log1p(x)", RuleSets.Stable, static (x, _, _) => OnePlus(x) is { Exists: true } u ? u.Apply<Log1pOperation>() : Term.None),
        new("log(1 - x) = log1p(-x)", RuleSets.Stable, static (x, _, _) => x.X.Is(1) ? (-x.Y).Apply<Log1pOperation>() : Term.None) { First = typeof(SubOperation) },
        new("log(softmax(x)) = x - logsumexp(x)", RuleSets.Stable, static (x, _, _) =>
            x.Is<SoftmaxOperation>() ? x.X - ArrayForms.Stretched(x.X.Apply<LogSumExpOperation>(x.Y), x.X.Shape, x.Y.Indices) : Term.None),
        new("log(softmax(v)[i]) = v[i] - logsumexp(v)", RuleSets.Stable, static (x, _, _) =>
            (x.Is<SliceOperation>() || x.Is<TakeOperation>()) && x.X.Is<SoftmaxOperation>() && x.X.Shape.IsVector
                ? (x.Is<SliceOperation>() ? x.X.X.Apply<SliceOperation>(x.Y) : x.X.X.Apply<TakeOperation>(x.Y)) - x.X.X.Apply<LogSumExpOperation>(x.X.Y)
                : Term.None),
        new("log(sum(exp(x))) = logsumexp(x)", RuleSets.Stable, static (x, _, _) =>
            !x.Is<TotalOperation>() || !x.X.Is<ExpOperation>() ? Term.None :
            x.X.Shape.IsVector || x.Y.Indices.Length > 0 ? x.X.X.Apply<LogSumExpOperation>(x.Y) :
            x.X.X.Reshaped(Shape.Vector(x.X.Shape.Count)).Apply<LogSumExpOperation>(x.Y)),
        new("log(sigmoid(x)) = -softplus(-x)", RuleSets.Stable, static (x, _, _) => -(-x.X).Apply<SoftplusOperation>()) { First = typeof(SigmoidOperation) },
        new("log(1 - exp(x)) without cancellation", RuleSets.Stable, static (x, _, _) => x.X.Is<Expm1Operation>() ? OneMinusExp(x.X.X) : Term.None) { First = typeof(NegOperation) },
        new("log(exp(x) + exp(y)) without overflow", RuleSets.Stable, static (x, _, _) =>
            x.Is<SumOperation>() && x.X.Is<ExpOperation>() && x.Y.Is<ExpOperation>() ? OfExponentials(x.X.X, x.Y.X) : Term.None),
        new("log(exp(x) / (exp(x) + exp(y) + ...)) without overflow", RuleSets.Stable, static (x, _, _) => SumOfExponentials.LogarithmOfShare(x.X, x.Y)) { First = typeof(DivOperation) },
    ];

    protected override Term Pullback(Term self, Term x, Term adjoint) => adjoint / x;

    // Far below 0 exp(x) is small beside 1; near 0 it is 1 - exp(x) that is small.
    private static Term OneMinusExp(Term x) => x.Apply<LessOperation>(x.Constant(-0.5)).Apply<SelectOperation>(
        (-x.Apply<ExpOperation>()).Apply<Log1pOperation>(),
        x + (-x).Apply<Expm1Operation>().Apply<LogOperation>());

    // The larger exponent counts; both forms are the same function, with the same derivatives.
    private static Term OfExponentials(Term x, Term y) => x.Apply<LessOperation>(y).Apply<SelectOperation>(
        y + (x - y).Apply<SoftplusOperation>(),
        x + (y - x).Apply<SoftplusOperation>());

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
