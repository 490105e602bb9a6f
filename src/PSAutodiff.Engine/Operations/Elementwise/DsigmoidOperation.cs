using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff;

/// <summary>The derivative of the logistic function, sigmoid(x) * sigmoid(-x), accurate in both tails.</summary>
internal sealed class DsigmoidOperation() : UnaryOperation("dsigmoid", Elementary.Dsigmoid, Elementary.Dsigmoid)
{
    private Sharing[]? _sharing;

    internal override Notation Latex => field ??= Notation.LatexCall("\\sigma'", 1);

    internal override Notation MathML => field ??= Notation.MathMLCall("σ′", 1);

    // exp(-|x|) cannot overflow.
    internal override CodeForm CSharp => new(
        Notation.Call("Dsigmoid", 1),
        new CodeHelper(
            "Dsigmoid",
            """
            private static double Dsigmoid(double x)
            {
                double e = Math.Exp(-Math.Abs(x));
                return e / ((1 + e) * (1 + e));
            }
            """));

    internal override CodeForm PyTorch => new(Notation.Call(Name, 1), new CodeHelper("dsigmoid", """
        def dsigmoid(x):
            return torch.sigmoid(x) * torch.sigmoid(-x)
        """));

    internal override CodeForm Python => new(
        Notation.Call("dsigmoid", 1),
        new CodeHelper(
            "dsigmoid",
            """
            def dsigmoid(x):
                e = np.exp(-np.abs(x))
                return e / ((1.0 + e) * (1.0 + e))
            """));

    internal override CodeForm PowerShell => new(
        CodeForm.PowerShellCall("Get-Dsigmoid", 1),
        new CodeHelper(
            "Get-Dsigmoid",
            """
            function Get-Dsigmoid([double] $x) {
                $e = [Math]::Exp(-[Math]::Abs($x))
                $e / ((1 + $e) * (1 + $e))
            }
            """));

    internal override Term Definition(Term x, Term y, Term z) => x.Apply<SigmoidOperation>() * (-x).Apply<SigmoidOperation>();

    internal override Sharing[] Shares => _sharing ??=
    [
        new(OperationOf<SigmoidOperation>.Instance, OperationOf<FromSigmoid>.Instance, Elementary.SigmoidAndDsigmoid, Elementary.SigmoidAndDsigmoid),
    ];

    // 1 - 2 sigmoid(x) is -tanh(x / 2), which has all its digits next to 0 too.
    protected override Term Pullback(Term self, Term x, Term adjoint) => self * (-0.5 * x).Apply<TanhOperation>() * adjoint;

    /// <summary>The same from the argument and its sigmoid.</summary>
    internal sealed class FromSigmoid() : JointOperation<DsigmoidOperation>("dsigmoid", Elementary.Dsigmoid, Elementary.Dsigmoid);
}

public sealed partial class ExprNode
{
    /// <summary>The derivative of the logistic function, sigmoid(x) * sigmoid(-x).</summary>
    public static ExprNode Dsigmoid(ExprNode x) => Apply<DsigmoidOperation>(x);
}
