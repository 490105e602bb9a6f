using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>1 where x is less than y, else 0 (also where one is NaN); derivative 0.</summary>
internal sealed class LessOperation() : ComparisonOperation<LessOperation.Function>("less", "<", "<", "&lt;", "-lt")
{
    private protected override IEnumerable<Identity> Identities =>
    [
        new("less(x, x) = 0", RuleSets.StandardAndStable, static (x, y, _) => x == y ? x.Constant(0) : Term.None),
    ];

    /// <summary>The value, over lanes.</summary>
    internal readonly struct Function : IBinaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y)
            where T : struct, ILanes<T> => T.SelectLess(x, y, T.Broadcast(1), T.Broadcast(0));
    }
}

public sealed partial class ExprNode
{
    /// <summary>1 where x is less than y, else 0 (also where one is NaN); derivative 0.</summary>
    public static ExprNode Less(ExprNode x, ExprNode y) => Apply<LessOperation>(x, y);
}
