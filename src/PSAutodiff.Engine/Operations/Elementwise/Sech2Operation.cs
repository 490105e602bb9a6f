using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The square of the hyperbolic secant, 1/cosh(x)^2: the derivative of tanh, accurate in the tails.</summary>
internal sealed class Sech2Operation() : UnaryOperation("sech2", Elementary.Sech2, Elementary.Sech2)
{
    private Sharing[]? _sharing;

    internal override Notation Latex => field ??= Notation.LatexCall("\\operatorname{sech}^{2}", 1);

    internal override CodeForm CSharp => new(
        Notation.Call("Sech2", 1),
        new CodeHelper("Sech2", "private static double Sech2(double x) => 1 / Math.Cosh(x) / Math.Cosh(x);"));

    internal override CodeForm PyTorch => new(Notation.Call(Name, 1), new CodeHelper("sech2", """
        def sech2(x):
            e = torch.exp(-2.0 * torch.abs(x))
            return 4.0 * e / ((1.0 + e) * (1.0 + e))
        """));

    internal override CodeForm Python => new(
        Notation.Call("sech2", 1),
        new CodeHelper(
            "sech2",
            """
            def sech2(x):
                e = np.exp(-np.abs(x))
                return (2.0 * e / (1.0 + e * e)) ** 2
            """));

    internal override CodeForm PowerShell => new(
        CodeForm.PowerShellCall("Get-Sech2", 1),
        new CodeHelper(
            "Get-Sech2",
            """
            function Get-Sech2([double] $x) {
                1 / [Math]::Cosh($x) / [Math]::Cosh($x)
            }
            """));

    internal override Term Definition(Term x, Term y, Term z) => 1 / (x.Apply<CoshOperation>() * x.Apply<CoshOperation>());

    internal override Sharing[] Shares => _sharing ??=
    [
        new(OperationOf<TanhOperation>.Instance, OperationOf<FromTanh>.Instance, Elementary.TanhAndSech2, Elementary.TanhAndSech2),
    ];

    private protected override IEnumerable<Identity> Identities =>
    [
        Parity.Even<Sech2Operation>(),
    ];

    protected override Term Pullback(Term self, Term x, Term adjoint) => -2 * (x.Apply<TanhOperation>() * self) * adjoint;

    /// <summary>The same from the argument and its tanh.</summary>
    internal sealed class FromTanh() : JointOperation<Sech2Operation>("sech2", Elementary.Sech2, Elementary.Sech2);
}

public sealed partial class ExprNode
{
    /// <summary>The square of the hyperbolic secant, 1/cosh(x)^2, which is the derivative of tanh.</summary>
    public static ExprNode Sech2(ExprNode x) => Apply<Sech2Operation>(x);
}
