using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The larger of two numbers; on a tie the derivative is that of the first.</summary>
internal sealed class MaxOperation() : ExtremeOperation<MaxOperation, MinOperation, MaxOperation.Function>("max")
{
    internal override string? MathName => nameof(Math.Max);

    internal override Term ForAlgebra(Term x, Term y, Term z) => (x + y + (x - y).Apply<AbsOperation>()) / x.Constant(2);

    protected override Term TakesSecond(Term x, Term y) => x.Apply<LessOperation>(y);

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
    public static ExprNode Max(ExprNode x, ExprNode y) => Form("max", x, y);
}
