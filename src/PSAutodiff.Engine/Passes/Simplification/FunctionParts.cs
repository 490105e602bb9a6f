using PSAutodiff.Core;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff.Passes.Simplification;

/// <summary>
/// Functions as products and quotients of others, as books write them to see what cancels: a tangent is sin(x) / cos(x), and the
/// opposite of a logistic function is 1 - sigmoid(x).
/// </summary>
internal static class FunctionParts
{
    /// <summary>The kinds that are tried, the first first: what one can do without is not taken apart.</summary>
    public static readonly PartKinds[] Kinds = [PartKinds.Logistic, PartKinds.All];

    private static readonly bool[] HasParts = OperationTable.Marked(
        typeof(TanOperation), typeof(TanhOperation), typeof(Sech2Operation), typeof(HypotOperation), typeof(SigmoidOperation), typeof(DsigmoidOperation));

    /// <summary>Whether a graph has any such function.</summary>
    public static bool AreIn(Graph graph, bool[] reachable)
    {
        for (var id = 0; id < reachable.Length; id++)
        {
            if (reachable[id] && Graph.Entry(HasParts, graph.CodeOf(id))) return true;
        }

        return false;
    }

    /// <summary>The first and second part of a function of given kinds and their exponents; no second one where it is one power. None for others.</summary>
    public static (Term First, Ratio Exponent, Term Second, Ratio OtherExponent)? Of(Term term, PartKinds kinds)
    {
        if (kinds == PartKinds.None) return null;
        if (term.Is<DsigmoidOperation>())
        {
            var (s, t) = Split(term.X.Apply<SigmoidOperation>());
            return (s, Ratio.One, t, Ratio.One);
        }

        if (term.Is<SigmoidOperation>() && Opposite(term.X) is { Exists: true } u) return (1 - u.Apply<SigmoidOperation>(), Ratio.One, Term.None, Ratio.One);
        if (kinds != PartKinds.All) return null;
        if (term.Is<TanOperation>()) return (term.X.Apply<SinOperation>(), Ratio.One, term.X.Apply<CosOperation>(), -Ratio.One);
        if (term.Is<TanhOperation>()) return (term.X.Apply<SinhOperation>(), Ratio.One, term.X.Apply<CoshOperation>(), -Ratio.One);
        if (term.Is<Sech2Operation>()) return (term.X.Apply<CoshOperation>(), new(-2, 1), Term.None, Ratio.One);
        if (term.Is<HypotOperation>()) return (Square(term.X) + Square(term.Y), new(1, 2), Term.None, Ratio.One);
        if (term.Is<SumOperation>() && AngleOfSecant(term) is { Exists: true } angle) return (angle.Apply<CosOperation>(), new(-2, 1), Term.None, Ratio.One);
        return null;
    }

    /// <summary>Whether a function is nowhere 0.</summary>
    public static bool IsNeverZero(Term term) => term.Is<CoshOperation>() || term.Is<ExpOperation>() || term.Is<SigmoidOperation>() || term.Is<Sech2Operation>();

    // sigmoid(x) and 1 - sigmoid(x), by that of the two whose argument has no sign.
    private static (Term First, Term Second) Split(Term sigmoid)
    {
        if (Opposite(sigmoid.X) is not { Exists: true } u) return (sigmoid, 1 - sigmoid);
        var other = u.Apply<SigmoidOperation>();
        return (1 - other, other);
    }

    /// <summary>The argument without its sign; of two opposite differences the later is taken for the negative one.</summary>
    private static Term Opposite(Term x) =>
        x.Is<NegOperation>() ? x.X :
        Coefficient.Of(x) < 0 ? -x :
        x.Is<SubOperation>() && (x.X.IsConstant || (!x.Y.IsConstant && x.Y.Id < x.X.Id)) ? x.Y - x.X :
        Term.None;

    // The x of 1 + tan(x)^2.
    private static Term AngleOfSecant(Term sum)
    {
        var square = sum.X.Is(1) ? sum.Y : sum.Y.Is(1) ? sum.X : Term.None;
        return square.Exists && PowOperation.IsSquareOf<TanOperation>(square) ? square.X.X : Term.None;
    }

    private static Term Square(Term x) => x.IsConstant && x.Is(1) ? x : x.Apply<PowOperation>(x.Constant(2));
}
