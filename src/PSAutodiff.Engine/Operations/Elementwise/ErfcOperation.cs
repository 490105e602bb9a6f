using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff;

/// <summary>1 - erf(x), with all its digits where it is small.</summary>
internal sealed class ErfcOperation() : UnaryOperation("erfc", Elementary.Erfc, Elementary.Erfc)
{
    internal override Notation Latex => field ??= Notation.LatexCall(@"\operatorname{erfc}", 1);

    internal override CodeForm CSharp => new(Notation.Call("Erfc", 1), ErfOperation.CSharpHelpers);

    internal override CodeForm Python => new(
        Notation.Call("erfc", 1),
        new CodeHelper(
            "erfc",
            """
            def erfc(x):
                import math
                return np.vectorize(math.erfc, otypes=[np.float64])(x)[()]
            """));

    internal override CodeForm PowerShell => new(CodeForm.PowerShellCall("Get-Erfc", 1), ErfOperation.PowerShellHelpers);

    internal override Term ForAlgebra(Term x, Term y, Term z) => 1 - x.Apply<ErfOperation>();

    protected override Term Pullback(Term self, Term x, Term adjoint) => ErfOperation.Slope(-2, x) * adjoint;
}

public sealed partial class ExprNode
{
    /// <summary>1 - erf(x), with all its digits where it is small.</summary>
    public static ExprNode Erfc(ExprNode x) => Apply<ErfcOperation>(x);
}
