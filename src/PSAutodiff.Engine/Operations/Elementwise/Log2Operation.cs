using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff;

/// <summary>The logarithm to base 2; minus infinity at 0, NaN below. Whole at powers of 2.</summary>
internal sealed class Log2Operation() : UnaryOperation("log2", Elementary.LogBase2, Elementary.LogBase2)
{
    internal override Notation Latex { get; } = new(@"\log_{2}\left(#1\right)", Notation.Atom, 0);

    internal override Notation MathML { get; } = new(
        "<mrow><msub><mi>log</mi><mn>2</mn></msub><mo>\u2061</mo><mrow><mo>(</mo>#1<mo>)</mo></mrow></mrow>",
        Notation.Atom,
        0);

    internal override string? MathName => nameof(Math.Log2);

    internal override Term Definition(Term x, Term y, Term z) => x.Apply<LogOperation>() / x.Constant(2).Apply<LogOperation>();

    protected override Term Pullback(Term self, Term x, Term adjoint) => adjoint / (x.Constant(2).Apply<LogOperation>() * x);
}

public sealed partial class ExprNode
{
    /// <summary>The logarithm to base 2; minus infinity at 0, NaN below.</summary>
    public static ExprNode Log2(ExprNode x) => Apply<Log2Operation>(x);
}
