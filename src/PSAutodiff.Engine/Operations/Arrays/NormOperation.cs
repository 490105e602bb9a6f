using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>The square root of the sum of squares, without overflow: over all elements, or along an axis. Its derivatives at 0 are 0.</summary>
internal sealed class NormOperation() : ReductionOperation("norm", "norm")
{
    private const string Bars = "<mrow><mo>‖</mo>#1<mo>‖</mo></mrow>";

    internal override Notation Latex => field ??= new(@"\left\lVert #1 \right\rVert", Notation.Atom, 0);

    // Of a matrix, bars alone often mean another norm.
    internal override Notation LatexOf(in ArgumentShapes of) => new(
        @"\left\lVert #1 \right\rVert" + (!of.Indices.IsEmpty ? ArrayForms.LatexAxis(of.Indices) : of.X.IsMatrix ? @"_{\mathrm{F}}" : string.Empty),
        Notation.Atom,
        0);

    internal override Notation MathML => field ??= new(Bars, Notation.Atom, 0);

    internal override Notation MathMLOf(in ArgumentShapes of) => new(
        !of.Indices.IsEmpty ? ArrayForms.MathMLAxis(Bars, of.Indices) : of.X.IsMatrix ? ArrayForms.MathMLSubscript(Bars, "<mi mathvariant=\"normal\">F</mi>") : Bars,
        Notation.Atom,
        0);

    internal override CodeForm Python => field ??= new(Notation.Call("norm", 1), new CodeHelper("norm", """
        def norm(x, axis=None):
            largest = np.max(np.abs(x), axis=axis, keepdims=True)
            largest = np.where((largest > 0.0) & np.isfinite(largest), largest, 1.0)
            return np.linalg.norm(x / largest, axis=axis) * np.squeeze(largest, axis=axis)
        """));

    protected override string PythonName => "norm";

    private protected override IEnumerable<Identity> Identities =>
    [
        new("norm(0) = 0", RuleSets.NotLab, static (x, _, _) => x.Is<ZerosOperation>() ? x.Constant(0) : Term.None),
        new("norm(-A) = norm(A)", RuleSets.StandardAndStable, static (x, i, _) => x.Is<NegOperation>() ? x.X.Apply<NormOperation>(i) : Term.None),
    ];

    protected override string PyTorchName => "torch.linalg.vector_norm";

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => at.X * Stretched(Divided(adjoint, at.Self), at.X, at.Y);

    internal override Term? Tangent(in Locals at, ReadOnlySpan<Term> derivatives) => Divided((at.X * derivatives[0]).Apply<TotalOperation>(at.Y), at.Self);

    internal override bool ReadsOnce => true;

    protected override string WriteJoin(LoopCode code, Action<Action<string>> each, long count)
    {
        var norm = code.Local("0.0");
        each(x => code.Set(norm, code.OfDouble(nameof(double.Hypot), norm, x)));
        return norm;
    }

    protected override double Join(ReadOnlySpan<double> elements) => Vectors.Norm(elements);

    protected override double JoinLong(ReadOnlySpan<double> elements, CancellationToken cancellation) => LongVectors.Norm(elements, cancellation);

    // One after the other, so that it neither overflows nor has a derivative at 0 that is not a number.
    protected override Term Join(in ArrayElements of, ReadOnlySpan<Term> elements)
    {
        if (elements.Length == 1) return elements[0].Apply<AbsOperation>();
        var norm = elements[0];
        foreach (var element in elements[1..]) norm = norm.Apply<HypotOperation>(element);
        return norm;
    }

    // By the triangle inequality; each square is that of a quotient, and half of their sum's error is that of its root.
    protected override double JoinBounds(ReadOnlySpan<double> elements, ReadOnlySpan<double> errors, double value) =>
        Vectors.Norm(errors) + ArrayErrors.OfRounding(4 + (elements.Length / 2.0), value);

    // Where all elements are 0 this is 0, so that derivatives of any order are, as those of abs and hypot.
    private static Term Divided(Term x, Term norm) => norm.Apply<SelectOperation>(x / norm, x.Constant(0));
}

public sealed partial class ExprNode
{
    /// <summary>The square root of the sum of the squares of all elements.</summary>
    public static ExprNode Norm(ExprNode x) => Form("norm", x);

    /// <summary>The square root of the sum of the squares of all elements.</summary>
    public ExprNode Norm() => Norm(this);

    /// <summary>The square roots of the sums of squares along an axis.</summary>
    /// <param name="axis">0 down the rows of a matrix, or along a vector; 1 along the rows.</param>
    /// <exception cref="AutodiffException">There is no such axis.</exception>
    public ExprNode Norm(long axis) => Apply<NormOperation>(this, Indices(axis));
}
