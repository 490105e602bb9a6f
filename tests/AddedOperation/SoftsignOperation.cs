using PSAutodiff.Core;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The smooth step x/(1 + |x|), between -1 and 1.</summary>
internal sealed class SoftsignOperation() : UnaryOperation("softsign", Value, block: null)
{
    internal override Notation Latex { get; } = Notation.LatexCall("\\operatorname{softsign}", 1);

    internal override CodeForm CSharp => new(
        Notation.Call("Softsign", 1),
        new CodeHelper("Softsign", "private static double Softsign(double x) => double.IsInfinity(x) ? Math.Sign(x) : x / (1 + Math.Abs(x));"));

    internal override CodeForm Python => new(
        Notation.Call("softsign", 1),
        new CodeHelper(
            "softsign",
            """
            def softsign(x):
                return x / (1.0 + np.abs(x))
            """));

    internal override CodeForm PyTorch => new(Notation.Call("torch.nn.functional.softsign", 1));

    internal override CodeForm PowerShell => new(
        CodeForm.PowerShellCall("Get-Softsign", 1),
        new CodeHelper(
            "Get-Softsign",
            """
            function Get-Softsign([double] $x) {
                if ([double]::IsInfinity($x)) { [Math]::Sign($x) } else { $x / (1 + [Math]::Abs($x)) }
            }
            """));

    private protected override IEnumerable<Identity> Identities =>
    [
        Parity.Odd<SoftsignOperation>(),
    ];

    internal override Term Definition(Term x, Term y, Term z) => x / (1 + x.Apply<AbsOperation>());

    // 1/(1 + |x|)^2, divided twice: the square overflows where the quotient does not.
    protected override Term Pullback(Term self, Term x, Term adjoint)
    {
        var divisor = 1 + x.Apply<AbsOperation>();
        return adjoint / divisor / divisor;
    }

    // Infinity divided by infinity is not a number.
    private static double Value(double x) => double.IsInfinity(x) ? Math.Sign(x) : x / (1 + Math.Abs(x));
}

public sealed partial class ExprNode
{
    /// <summary>The smooth step x/(1 + |x|).</summary>
    public static ExprNode Softsign(ExprNode x) => Apply<SoftsignOperation>(x);
}
