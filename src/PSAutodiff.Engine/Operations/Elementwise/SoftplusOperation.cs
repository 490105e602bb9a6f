using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff;

/// <summary>The smooth ramp log(1 + exp(x)).</summary>
internal sealed class SoftplusOperation() : UnaryOperation("softplus", Elementary.Softplus, Elementary.Softplus)
{
    private Sharing[]? _sharing;

    internal override Notation Latex => field ??= Notation.LatexCall("\\operatorname{softplus}", 1);

    // exp(-|x|) cannot overflow.
    internal override CodeForm CSharp => new(
        Notation.Call("Softplus", 1),
        Log1pOperation.CSharpHelper,
        new CodeHelper("Softplus", "private static double Softplus(double x) => Math.Max(x, 0) + Log1p(Math.Exp(-Math.Abs(x)));"));

    internal override CodeForm PyTorch => new(Notation.Call(Name, 1), new CodeHelper("softplus", """
        def softplus(x):
            return torch.logaddexp(x, torch.zeros_like(x))
        """));

    internal override CodeForm Python => new(new Notation("np.logaddexp(0.0, #1)", Notation.Atom, 0));

    internal override CodeForm PowerShell => new(
        CodeForm.PowerShellCall("Get-Softplus", 1),
        Log1pOperation.PowerShellHelper,
        new CodeHelper(
            "Get-Softplus",
            """
            function Get-Softplus([double] $x) {
                [Math]::Max($x, 0.0) + (Get-Log1p ([Math]::Exp(-[Math]::Abs($x))))
            }
            """));

    // A loss has softplus where its derivative has the logistic function, and often the one of -x where the other is of x.
    internal override Sharing[] Shares => _sharing ??=
    [
        new(OperationOf<SigmoidOperation>.Instance, OperationOf<BesideSigmoid>.Instance, Elementary.SigmoidAndSoftplus, Elementary.SigmoidAndSoftplus),
        new(
            OperationOf<SigmoidOperation>.Instance,
            OperationOf<BesideSigmoidOfOpposite>.Instance,
            Elementary.SigmoidAndSoftplusOfOpposite,
            Elementary.SigmoidAndSoftplusOfOpposite,
            OfOpposite: true),
    ];

    internal override Term ForAlgebra(Term x, Term y, Term z) => (1 + x.Apply<ExpOperation>()).Apply<LogOperation>();

    protected override Term Pullback(Term self, Term x, Term adjoint) => x.Apply<SigmoidOperation>() * adjoint;

    /// <summary>The same beside the logistic function of its argument.</summary>
    internal sealed class BesideSigmoid() : JointOperation<SoftplusOperation>("softplus", Softplus, Softplus)
    {
        private static double Softplus(double x, double sigmoid) => Elementary.Softplus(x);

        private static void Softplus(ReadOnlySpan<double> x, ReadOnlySpan<double> sigmoid, Span<double> result) => Elementary.Softplus(x, result);
    }

    /// <summary>The same beside the logistic function of what its argument is the opposite of.</summary>
    internal sealed class BesideSigmoidOfOpposite() : JointOperation<SoftplusOperation>("softplus", Softplus, Softplus)
    {
        private static double Softplus(double x, double sigmoid) => Elementary.Softplus(-x);

        private static void Softplus(ReadOnlySpan<double> x, ReadOnlySpan<double> sigmoid, Span<double> result) => Elementary.SoftplusOfOpposite(x, result);
    }
}

public sealed partial class ExprNode
{
    /// <summary>The smooth ramp log(1 + exp(x)).</summary>
    public static ExprNode Softplus(ExprNode x) => Apply<SoftplusOperation>(x);
}
