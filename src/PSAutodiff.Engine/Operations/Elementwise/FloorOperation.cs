using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The largest whole number that is not above x; derivative 0.</summary>
internal sealed class FloorOperation() : WholeOperation<FloorOperation.Function, CeilOperation>("floor")
{
    internal override Notation Latex => field ??= new(@"\left\lfloor #1 \right\rfloor", Notation.Atom, 0);

    internal override Notation MathML => field ??= new("<mrow><mo>⌊</mo>#1<mo>⌋</mo></mrow>", Notation.Atom, 0);

    internal override string? MathName => nameof(Math.Floor);

    internal override CodeForm Python => new(Notation.Call("np.floor", 1));

    /// <summary>The value, over lanes.</summary>
    internal readonly struct Function : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => T.Floor(x);
    }
}

public sealed partial class ExprNode
{
    /// <summary>The largest whole number that is not above x; derivative 0.</summary>
    public static ExprNode Floor(ExprNode x) => Apply<FloorOperation>(x);
}
