using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff;

/// <summary>The logarithm to base 10; minus infinity at 0, NaN below. Whole at powers of 10.</summary>
internal sealed class Log10Operation() : UnaryOperation("log10", Elementary.LogBase10, Elementary.LogBase10)
{
    internal override Notation Latex { get; } = new(@"\log_{10}\left(#1\right)", Notation.Atom, 0);

    internal override Notation MathML { get; } = new(
        "<mrow><msub><mi>log</mi><mn>10</mn></msub><mo>\u2061</mo><mrow><mo>(</mo>#1<mo>)</mo></mrow></mrow>",
        Notation.Atom,
        0);

    internal override string? MathName => nameof(Math.Log10);

    internal override Term Definition(Term x, Term y, Term z) => x.Apply<LogOperation>() / x.Constant(10).Apply<LogOperation>();

    protected override Term Pullback(Term self, Term x, Term adjoint) => adjoint / (x.Constant(10).Apply<LogOperation>() * x);
}

public sealed partial class ExprNode
{
    /// <summary>The logarithm to base 10; minus infinity at 0, NaN below.</summary>
    public static ExprNode Log10(ExprNode x) => Apply<Log10Operation>(x);
}
