using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>
/// The derivative of order n of digamma at x, for whole n from 0 to 170, else NaN; derivative 0 by n. At 0 and the negative whole numbers
/// infinite for odd n; for even n NaN, and infinite at 0.
/// </summary>
internal sealed class PolygammaOperation() : BinaryOperation("polygamma", GammaFunctions.Polygamma)
{
    internal override Notation Latex => field ??= new(@"\psi^{\left(#1\right)}\left(#2\right)", Notation.Atom, 0, 0);

    internal override Notation MathML => field ??= new(
        "<mrow><msup><mi>ψ</mi><mrow><mo>(</mo>#1<mo>)</mo></mrow></msup><mo>\u2061</mo><mrow><mo>(</mo>#2<mo>)</mo></mrow></mrow>",
        Notation.Atom,
        0,
        0);

    internal override CodeForm CSharp => new(Notation.Call("Polygamma", 2), GammaCode.CSharp);

    // By Hurwitz's zeta function: PyTorch's own trigamma has eleven digits.
    internal static CodeHelper PyTorchHelper { get; } = new("polygamma", """
        def polygamma(n, x):
            n = int(n)
            return torch.digamma(x) if n == 0 else (-1.0) ** (n + 1) * math.gamma(n + 1) * torch.special.zeta(n + 1.0, x)
        """);

    internal override CodeForm PyTorch => new(Notation.Call("polygamma", 2), PyTorchHelper);

    internal override CodeForm Python => new(Notation.Call("polygamma", 2), GammaCode.Python);

    internal override CodeForm PowerShell => new(CodeForm.PowerShellCall("Get-Polygamma", 2), GammaCode.PowerShell);

    private protected override IEnumerable<Identity> Identities =>
    [
        new("polygamma(0, x) = digamma(x)", RuleSets.NotLab, static (n, x, _) => n.Is(0) ? x.Apply<DigammaOperation>() : Term.None),
        new("polygamma(1, x) = trigamma(x)", RuleSets.NotLab, static (n, x, _) => n.Is(1) ? x.Apply<TrigammaOperation>() : Term.None),
    ];

    internal override bool Propagates(int argument) => argument == 1;

    internal override Term Pullback(int argument, in Locals at, Term adjoint)
    {
        if (argument == 0) return Term.None;
        var next = at.X.IsConstant ? at.Constant(at.X.ConstantValue + 1) : 1 + at.X;
        return next.Apply<PolygammaOperation>(at.Y) * adjoint;
    }
}

public sealed partial class ExprNode
{
    /// <summary>The derivative of order n of digamma at x, for whole n from 0 to 170; derivative 0 by n.</summary>
    public static ExprNode Polygamma(ExprNode n, ExprNode x) => Apply<PolygammaOperation>(n, x);
}
