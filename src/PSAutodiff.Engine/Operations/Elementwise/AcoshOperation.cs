using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff;

/// <summary>The inverse hyperbolic cosine, accurate near 1; NaN below 1.</summary>
internal sealed class AcoshOperation() : UnaryOperation("acosh", Elementary.Acosh, Elementary.Acosh)
{
    internal override Notation Latex => field ??= Notation.LatexCall(@"\operatorname{arcosh}", 1);

    internal override Notation MathML => field ??= Notation.MathMLCall("arcosh", 1);

    internal override string? MathName => nameof(Math.Acosh);

    internal override CodeForm Python => new(Notation.Call("np.arccosh", 1));

    internal override Term ForAlgebra(Term x, Term y, Term z) => (x + (x.Apply<PowOperation>(x.Constant(2)) - 1).Apply<SqrtOperation>()).Apply<LogOperation>();

    private protected override IEnumerable<Identity> Identities =>
    [
        new("acosh(cosh(x)) = abs(x)", RuleSets.StandardAndStable, static (x, _, _) => x.Is<CoshOperation>() ? x.X.Apply<AbsOperation>() : Term.None),
    ];

    // The square of x overflows where the derivative does not.
    protected override Term Pullback(Term self, Term x, Term adjoint) => adjoint / ((x - 1).Apply<SqrtOperation>() * (1 + x).Apply<SqrtOperation>());
}

public sealed partial class ExprNode
{
    /// <summary>The inverse hyperbolic cosine, accurate near 1; NaN below 1.</summary>
    public static ExprNode Acosh(ExprNode x) => Apply<AcoshOperation>(x);
}
