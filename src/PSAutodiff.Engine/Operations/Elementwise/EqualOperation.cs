using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff;

/// <summary>1 where x is equal to y, else 0 (also where one is NaN); derivative 0.</summary>
internal sealed class EqualOperation() : BinaryOperation<EqualOperation.Function>("equal")
{
    internal override bool IsCommutative => true;

    internal override Notation Infix { get; } = new("#1 == #2", Notation.ComparisonLevel, Notation.SumLevel, Notation.SumLevel);

    internal override Notation Latex { get; } = new(@"\left[#1 = #2\right]", Notation.Atom, 0, 0);

    internal override Rounding Rounding { get; } = Rounding.None with { Jumps = static (error, _, _) => error > 0 };

    internal override Notation MathML { get; } = new("<mrow><mo>[</mo>#1<mo>=</mo>#2<mo>]</mo></mrow>", Notation.Atom, 0, 0);

    internal override CodeForm CSharp => new(new Notation("(#1 == #2 ? 1.0 : 0.0)", Notation.Atom, Notation.SumLevel, Notation.SumLevel));

    internal override CodeForm Python => new(new Notation("np.where(#1 == #2, 1.0, 0.0)[()]", Notation.Atom, Notation.SumLevel, Notation.SumLevel));

    internal override CodeForm PowerShell => new(new Notation("[double](#1 -eq #2)", Notation.Atom, Notation.SumLevel, Notation.SumLevel));

    internal override bool Propagates(int argument) => false;

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => Term.None;

    /// <summary>The value, over lanes.</summary>
    internal readonly struct Function : IBinaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y)
            where T : struct, ILanes<T> => T.SelectEqual(x, y, T.Broadcast(1), T.Broadcast(0));
    }
}

public sealed partial class ExprNode
{
    /// <summary>1 where x is equal to y, else 0 (also where one is NaN); derivative 0.</summary>
    public static ExprNode Equal(ExprNode x, ExprNode y) => Apply<EqualOperation>(x, y);
}
