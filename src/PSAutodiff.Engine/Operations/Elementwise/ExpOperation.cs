using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff;

/// <summary>The exponential function, e^x.</summary>
internal sealed class ExpOperation() : UnaryOperation("exp", Elementary.Exp, Elementary.Exp)
{
    internal override Notation Latex => field ??= new("e^{#1}", Notation.PowerLevel, 0);

    internal override Notation MathML => field ??= new("<msup><mi>e</mi>#1</msup>", Notation.PowerLevel, 0);

    internal override string? MathName => nameof(Math.Exp);

    internal override bool IsLab => true;

    private protected override IEnumerable<Identity> Identities =>
    [
        new("exp(log(x)) = x", RuleSets.StandardAndStable, static (x, _, _) => x.X) { First = typeof(LogOperation) },
        new("exp(-log(x)) = 1 / x", RuleSets.StandardAndStable, static (x, _, _) => x.X.Is<LogOperation>() ? 1 / x.X.X : Term.None) { First = typeof(NegOperation) },
        new("exp(c * log(x)) = x^c", RuleSets.StandardAndStable, static (x, _, _) =>
            x.Is<MulOperation>() && x.X.IsConstant && x.Y.Is<LogOperation>() ? x.Y.X.Apply<PowOperation>(x.X) : Term.None),
        new("exp(log1p(x)) = 1 + x", RuleSets.StandardAndStable, static (x, _, _) => 1 + x.X) { First = typeof(Log1pOperation) },
        new("exp(log(x) - log(y)) = x / y", RuleSets.StandardAndStable, static (x, _, _) => AreLogarithms(x) ? x.X.X / x.Y.X : Term.None) { First = typeof(SubOperation) },
        new("exp(log(x) + log(y)) = x * y", RuleSets.StandardAndStable, static (x, _, _) => AreLogarithms(x) ? x.X.X * x.Y.X : Term.None) { First = typeof(SumOperation) },
    ];

    private static bool AreLogarithms(Term x) => x.X.Is<LogOperation>() && x.Y.Is<LogOperation>();

    protected override Term Pullback(Term self, Term x, Term adjoint) => self * adjoint;
}

public sealed partial class ExprNode
{
    /// <summary>The exponential function, e^x.</summary>
    public static ExprNode Exp(ExprNode x) => Apply<ExpOperation>(x);
}
