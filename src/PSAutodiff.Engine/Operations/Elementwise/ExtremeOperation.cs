using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff.Operations.Elementwise;

/// <summary>The larger or the smaller of two numbers; on a tie the derivative is that of the first.</summary>
/// <typeparam name="TSelf">The operation.</typeparam>
/// <typeparam name="TOther">The operation that takes the other one of the two.</typeparam>
/// <typeparam name="TFunction">The value, over lanes.</typeparam>
internal abstract class ExtremeOperation<TSelf, TOther, TFunction>(string name) : BinaryOperation<TFunction>(name)
    where TSelf : Operation
    where TOther : Operation
    where TFunction : struct, IBinaryLanes
{
    internal sealed override Notation Latex => field ??= Notation.LatexCall($@"\{Name}", 2);

    internal sealed override Rounding Rounding => Rounding.None;

    internal sealed override CodeForm Python => new(Notation.Call($"np.{Name}imum", 2));

    // The first one on a tie, so that the derivative is its.
    internal sealed override CodeForm PyTorch => CodeForm.PyTorchCall($"{Name}imum", 2, new CodeHelper($"{Name}imum", $"""
        def {Name}imum(x, y):
            return torch.where((x {(Name == "max" ? ">=" : "<=")} y) | torch.isnan(x), x, y)
        """));

    // Long enough that the calls cost nothing.
    private const int Side = 256;

    private protected sealed override IEnumerable<Identity> Identities =>
    [
        new($"{Name}(x, x) = x", RuleSets.StandardAndStable, static (x, y, _) => x == y ? x : Term.None),
        new($"{Name}(x, {OperationOf<TOther>.Instance.Name}(x, y)) = x", RuleSets.StandardAndStable, static (x, y, _) =>
            Has<TOther>(y, x) ? x :
            Has<TOther>(x, y) ? y :
            Term.None),
        new($"{Name}(x, {Name}(x, y)) = {Name}(x, y)", RuleSets.StandardAndStable, static (x, y, _) =>
            Has<TSelf>(y, x) ? y :
            Has<TSelf>(x, y) ? x :
            Term.None),
    ];

    internal sealed override Term Pullback(int argument, in Locals at, Term adjoint) => adjoint;

    internal sealed override bool HasGuards => true;

    internal sealed override Guard GuardOf(int argument, in Locals at) => argument == 0 ? Guard.WhereNot(TakesSecond(at.X, at.Y)) : Guard.Where(TakesSecond(at.X, at.Y));

    internal sealed override bool HasFiniteSlope(int argument, in Locals at) => true;

    internal sealed override Term? Tangent(in Locals at, ReadOnlySpan<Term> derivatives) => SelectOperation.Choice(TakesSecond(at.X, at.Y), derivatives[1], derivatives[0]);

    internal sealed override string RuleName(bool xVaries, bool yVaries) => "case by case";

    // In any order it is the same number, so many links go side by side. Of several NaN the chain gives the first.
    internal sealed override double Chain(double first, ReadOnlySpan<double> items, int count)
    {
        if (items.Length < 2 * Side) return base.Chain(first, items, count);
        Span<double> extremes = stackalloc double[Side];
        items[..Side].CopyTo(extremes);
        var next = Side;
        for (; next <= count - Side; next += Side) Blocks.Map<TFunction>(extremes, items.Slice(next, Side), extremes);
        var value = base.Chain(base.Chain(first, extremes, Side), items[next..], count - next);
        return double.IsNaN(value) ? base.Chain(first, items, count) : value;
    }

    /// <summary>Where it is the second that is taken.</summary>
    protected abstract Term TakesSecond(Term x, Term y);

    private static bool Has<TOperation>(Term node, Term argument)
        where TOperation : Operation => node.Is<TOperation>() && (node.X == argument || node.Y == argument);
}
