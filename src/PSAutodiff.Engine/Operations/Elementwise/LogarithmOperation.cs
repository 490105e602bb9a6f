using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff.Operations.Elementwise;

/// <summary>The logarithm to a base; minus infinity at 0, NaN below. Whole at powers of the base.</summary>
/// <param name="radix">The base, a whole number.</param>
/// <param name="value">The value.</param>
/// <param name="block">The values of a block.</param>
internal abstract class LogarithmOperation(int radix, Func<double, double> value, UnaryBlock block) : UnaryOperation(FormattableString.Invariant($"log{radix}"), value, block)
{
    internal sealed override Notation Latex => field ??= new(FormattableString.Invariant($@"\log_{{{radix}}}\left(#1\right)"), Notation.Atom, 0);

    internal sealed override Notation MathML => field ??= new(
        FormattableString.Invariant($"<mrow><msub><mi>log</mi><mn>{radix}</mn></msub><mo>\u2061</mo><mrow><mo>(</mo>#1<mo>)</mo></mrow></mrow>"),
        Notation.Atom,
        0);

    internal sealed override string? MathName { get; } = FormattableString.Invariant($"Log{radix}");

    internal sealed override Term Definition(Term x, Term y, Term z) => x.Apply<LogOperation>() / OfBase(x);

    protected sealed override Term Pullback(Term self, Term x, Term adjoint) => adjoint / (OfBase(x) * x);

    private Term OfBase(Term x) => x.Constant(radix).Apply<LogOperation>();
}
