using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>1 where neither x nor y is 0, else 0; derivative 0. NaN is not 0.</summary>
internal sealed class AndOperation() : ConnectiveOperation<AndOperation.Function>("and", Notation.AndLevel, Notation.NotLevel, "\\land", "∧", "&&")
{
    private protected override IEnumerable<Identity> Identities =>
    [
        new("and(0, y) = 0", RuleSets.NotLab, static (x, y, _) => x.Is(0) ? x : y.Is(0) ? y : Term.None),
        new("and(c, y) = y of a truth y", RuleSets.NotLab, static (x, y, _) => x.IsConstant && y.Operation.IsTruth ? y : y.IsConstant && x.Operation.IsTruth ? x : Term.None),
        new("and(x, x) = x of a truth x", RuleSets.StandardAndStable, static (x, y, _) => x == y && x.Operation.IsTruth ? x : Term.None),
    ];

    /// <summary>The value, over lanes.</summary>
    internal readonly struct Function : IBinaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y)
            where T : struct, ILanes<T> => T.SelectEqual(x, T.Broadcast(0), T.Broadcast(0), T.SelectEqual(y, T.Broadcast(0), T.Broadcast(0), T.Broadcast(1)));
    }
}

public sealed partial class ExprNode
{
    /// <summary>1 where neither x nor y is 0, else 0; derivative 0. NaN is not 0.</summary>
    public static ExprNode And(ExprNode x, ExprNode y) => Apply<AndOperation>(x, y);
}
