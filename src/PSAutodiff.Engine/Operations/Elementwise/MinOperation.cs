using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff;

/// <summary>The smaller of two numbers; on a tie the derivative is that of the first.</summary>
internal sealed class MinOperation() : BinaryOperation<MinOperation.Function>("min")
{
    internal override Notation Latex { get; } = Notation.LatexCall(@"\min", 2);

    internal override Rounding Rounding => Rounding.None;

    internal override string? MathName => nameof(Math.Min);

    internal override CodeForm Python => new(Notation.Call("np.minimum", 2));

    private protected override IEnumerable<Identity> Identities =>
    [
        new("min(x, x) = x", RuleSets.StandardAndStable, static (x, y, _) => x == y ? x : Term.None),
        new("min(x, max(x, y)) = x", RuleSets.StandardAndStable, static (x, y, _) =>
            y.Is<MaxOperation>() && (y.X == x || y.Y == x) ? x :
            x.Is<MaxOperation>() && (x.X == y || x.Y == y) ? y :
            Term.None),
        new("min(x, min(x, y)) = min(x, y)", RuleSets.StandardAndStable, static (x, y, _) =>
            y.Is<MinOperation>() && (y.X == x || y.Y == x) ? y :
            x.Is<MinOperation>() && (x.X == y || x.Y == y) ? x :
            Term.None),
    ];

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => adjoint;

    internal override Guard GuardOf(int argument, in Locals at) => argument == 0 ? Guard.WhereNot(TakesSecond(at)) : Guard.Where(TakesSecond(at));

    internal override bool HasFiniteSlope(int argument, in Locals at) => true;

    internal override Term? Tangent(in Locals at, ReadOnlySpan<Term> derivatives) => SelectOperation.Choice(TakesSecond(at), derivatives[1], derivatives[0]);

    private static Term TakesSecond(in Locals at) => at.Y.Apply<LessOperation>(at.X);

    internal override string RuleName(bool xVaries, bool yVaries) => "case by case";

    /// <summary>The value, over lanes.</summary>
    // NaN wins, and of two zeros the negative one.
    internal readonly struct Function : IBinaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y)
            where T : struct, ILanes<T> => T.SelectEqual(x, x, T.SelectLess(x, y, x, T.SelectEqual(x, y, x | y, y)), x);
    }
}

public sealed partial class ExprNode
{
    /// <summary>The smaller of two numbers; on a tie the derivative is that of the first.</summary>
    public static ExprNode Min(ExprNode x, ExprNode y) => Apply<MinOperation>(x, y);
}
