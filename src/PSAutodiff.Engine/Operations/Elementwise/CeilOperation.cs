using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The smallest whole number that is not below x; derivative 0.</summary>
internal sealed class CeilOperation() : WholeOperation<CeilOperation.Function, FloorOperation>("ceil")
{
    internal override Notation Latex => field ??= new(@"\left\lceil #1 \right\rceil", Notation.Atom, 0);

    internal override Notation MathML => field ??= new("<mrow><mo>⌈</mo>#1<mo>⌉</mo></mrow>", Notation.Atom, 0);

    internal override string? MathName => nameof(Math.Ceiling);

    internal override CodeForm Python => new(Notation.Call("np.ceil", 1));

    /// <summary>The value, over lanes.</summary>
    internal readonly struct Function : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => -T.Floor(-x);
    }
}

public sealed partial class ExprNode
{
    /// <summary>The smallest whole number that is not below x; derivative 0.</summary>
    public static ExprNode Ceil(ExprNode x) => Apply<CeilOperation>(x);
}
