using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The smaller of two numbers; on a tie the derivative is that of the first.</summary>
internal sealed class MinOperation() : ExtremeOperation<MinOperation, MaxOperation, MinOperation.Function>("min")
{
    internal override string? MathName => nameof(Math.Min);

    internal override Term ForAlgebra(Term x, Term y, Term z) => (x + y - (x - y).Apply<AbsOperation>()) / x.Constant(2);

    protected override Term TakesSecond(Term x, Term y) => y.Apply<LessOperation>(x);

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
    public static ExprNode Min(ExprNode x, ExprNode y) => Form("min", x, y);
}
