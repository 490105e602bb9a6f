using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff;

/// <summary>The length sqrt(x^2 + y^2), without overflow on the way; with derivative 0 at (0, 0).</summary>
internal sealed class HypotOperation() : BinaryOperation("hypot", Elementary.Hypot)
{
    internal override bool IsCommutative => true;

    internal override Notation Latex => field ??= new(@"\sqrt{#1^{2} + #2^{2}}", Notation.Atom, Notation.Atom, Notation.Atom);

    internal override Notation MathML => field ??= new(
        "<msqrt><mrow><msup>#1<mn>2</mn></msup><mo>+</mo><msup>#2<mn>2</mn></msup></mrow></msqrt>",
        Notation.Atom,
        Notation.Atom,
        Notation.Atom);

    internal override CodeForm CSharp => new(Notation.Call("double.Hypot", 2));

    internal override CodeForm PyTorch => CodeForm.PyTorchCall("torch.hypot", 2);

    internal override CodeForm PowerShell => new(Notation.Call("[double]::Hypot", 2));

    // A root, and a dozen additions and multiplications.
    internal override int Cost(Term node) => 16;

    internal override Term ForAlgebra(Term x, Term y, Term z) => (x.Apply<PowOperation>(x.Constant(2)) + y.Apply<PowOperation>(x.Constant(2))).Apply<SqrtOperation>();

    private protected override IEnumerable<Identity> Identities =>
    [
        new("hypot(x, 0) = abs(x)", RuleSets.NotLab, static (x, y, _) => y.Is(0) ? x.Apply<AbsOperation>() : x.Is(0) ? y.Apply<AbsOperation>() : Term.None),
        new("hypot(-x, y) = hypot(x, y)", RuleSets.StandardAndStable, static (x, y, _) =>
            IsOfSize(x) || IsOfSize(y) ? Size(x).Apply<HypotOperation>(Size(y)) : Term.None),
    ];

    internal override bool HasGuards => true;

    internal override Guard GuardOf(int argument, in Locals at) => Guard.Where(at.Self);

    internal override bool HasFiniteSlope(int argument, in Locals at) => true;

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => (argument == 0 ? at.X : at.Y) / at.Self * adjoint;

    internal override void Evaluate(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> z, Span<double> result) =>
        Elementary.Hypot(x, y, result);

    private static bool IsOfSize(Term x) => x.Is<NegOperation>() || x.Is<AbsOperation>();

    private static Term Size(Term x) => IsOfSize(x) ? x.X : x;
}

public sealed partial class ExprNode
{
    /// <summary>The length sqrt(x^2 + y^2), without overflow on the way; with derivative 0 at (0, 0).</summary>
    public static ExprNode Hypot(ExprNode x, ExprNode y) => Apply<HypotOperation>(x, y);
}
