using System.Runtime.CompilerServices;
using PSAutodiff.Expressions;
using PSAutodiff.Graphs;
using PSAutodiff.Numerics;
using PSAutodiff.Operations;
using PSAutodiff.Simplification;

namespace PSAutodiff;

/// <summary>The larger of two numbers; on a tie the derivative is that of the first.</summary>
internal sealed class MaxOperation() : BinaryOperation<MaxOperation.Function>("max")
{
    internal override Notation Latex { get; } = Notation.LatexCall(@"\max", 2);

    internal override string? MathName => nameof(Math.Max);

    internal override CodeForm Python => new(Notation.Call("np.maximum", 2));

    private protected override IEnumerable<Identity> Identities =>
    [
        new("max(x, x) = x", Identity.Standard, static (x, y, _) => x == y ? x : Term.None),
    ];

    internal override Term Pullback(int argument, in Locals at, Term adjoint)
    {
        var takesSecond = at.X.Apply<LessOperation>(at.Y);
        return argument == 0
            ? takesSecond.Apply<SelectOperation>(at.Constant(0), adjoint)
            : takesSecond.Apply<SelectOperation>(adjoint, at.Constant(0));
    }

    internal override string RuleName(bool xVaries, bool yVaries) => "case by case";

    /// <summary>The value, over lanes.</summary>
    // NaN wins, and of two zeros the positive one.
    internal readonly struct Function : IBinaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y)
            where T : struct, ILanes<T> => T.SelectEqual(x, x, T.SelectLess(y, x, x, T.SelectEqual(x, y, x & y, y)), x);
    }
}

public sealed partial class ExprNode
{
    /// <summary>The larger of two numbers; on a tie the derivative is that of the first.</summary>
    public static ExprNode Max(ExprNode x, ExprNode y) => Apply<MaxOperation>(x, y);
}
