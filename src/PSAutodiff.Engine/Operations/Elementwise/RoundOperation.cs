using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The nearest whole number, of two the even one; derivative 0.</summary>
internal sealed class RoundOperation() : WholeOperation<RoundOperation.Function, RoundOperation>("round")
{
    internal override Notation Latex => field ??= Notation.LatexCall(@"\operatorname{round}", 1);

    internal override Notation MathML => field ??= Notation.MathMLCall("round", 1);

    internal override string? MathName => nameof(Math.Round);

    internal override CodeForm Python => new(Notation.Call("np.rint", 1));

    /// <summary>The value, over lanes.</summary>
    internal readonly struct Function : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => T.Round(x);
    }
}

public sealed partial class ExprNode
{
    /// <summary>The nearest whole number, of two the even one; derivative 0.</summary>
    public static ExprNode Round(ExprNode x) => Apply<RoundOperation>(x);
}
