using System.Runtime.CompilerServices;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>1 where x is at most y, else 0 (also where one is NaN); derivative 0.</summary>
internal sealed class LessEqualOperation() : ComparisonOperation<LessEqualOperation.Function>("lessequal", "<=", "\\le", "≤", "-le")
{
    /// <summary>The value, over lanes.</summary>
    internal readonly struct Function : IBinaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y)
            where T : struct, ILanes<T> => T.SelectLess(x, y, T.Broadcast(1), T.SelectEqual(x, y, T.Broadcast(1), T.Broadcast(0)));
    }
}

public sealed partial class ExprNode
{
    /// <summary>1 where x is at most y, else 0 (also where one is NaN); derivative 0.</summary>
    public static ExprNode LessEqual(ExprNode x, ExprNode y) => Apply<LessEqualOperation>(x, y);
}
