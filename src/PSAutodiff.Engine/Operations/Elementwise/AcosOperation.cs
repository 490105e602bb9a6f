using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff;

/// <summary>The inverse cosine, in radians; NaN outside -1 to 1.</summary>
internal sealed class AcosOperation() : UnaryOperation("acos", Elementary.Acos, Elementary.Acos)
{
    internal override Notation Latex => field ??= Notation.LatexCall("\\arccos", 1);

    internal override Notation MathML => field ??= Notation.MathMLCall("arccos", 1);

    internal override string? MathName => nameof(Math.Acos);

    internal override CodeForm Python => new(Notation.Call("np.arccos", 1));

    internal override Term ForAlgebra(Term x, Term y, Term z) => x.Constant(Math.PI) / x.Constant(2) - x.Apply<AsinOperation>();

    protected override Term Pullback(Term self, Term x, Term adjoint) => -(adjoint / ((1 - x) * (1 + x)).Apply<SqrtOperation>());
}

public sealed partial class ExprNode
{
    /// <summary>The inverse cosine, in radians; NaN outside -1 to 1.</summary>
    public static ExprNode Acos(ExprNode x) => Apply<AcosOperation>(x);
}
