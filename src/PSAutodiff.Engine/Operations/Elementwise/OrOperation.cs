using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>1 where x or y is not 0, else 0; derivative 0. NaN is not 0.</summary>
internal sealed class OrOperation() : ConnectiveOperation<OrOperation.Function>("or", Notation.OrLevel, Notation.AndLevel, "\\lor", "∨", "||")
{
    private protected override IEnumerable<Identity> Identities =>
    [
        new("or(0, y) = y of a truth y", RuleSets.NotLab, static (x, y, _) => x.Is(0) && y.Operation.IsTruth ? y : y.Is(0) && x.Operation.IsTruth ? x : Term.None),
        new("or(c, y) = 1", RuleSets.NotLab, static (x, y, _) => IsTrue(x) || IsTrue(y) ? x.Constant(1) : Term.None),
        new("or(x, x) = x of a truth x", RuleSets.StandardAndStable, static (x, y, _) => x == y && x.Operation.IsTruth ? x : Term.None),
    ];

    private static bool IsTrue(Term x) => x.IsConstant && x.ConstantValue != 0;

    /// <summary>The value, over lanes.</summary>
    internal readonly struct Function : IBinaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y)
            where T : struct, ILanes<T> => T.SelectEqual(x, T.Broadcast(0), T.SelectEqual(y, T.Broadcast(0), T.Broadcast(0), T.Broadcast(1)), T.Broadcast(1));
    }
}

public sealed partial class ExprNode
{
    /// <summary>1 where x or y is not 0, else 0; derivative 0. NaN is not 0.</summary>
    public static ExprNode Or(ExprNode x, ExprNode y) => Apply<OrOperation>(x, y);
}
