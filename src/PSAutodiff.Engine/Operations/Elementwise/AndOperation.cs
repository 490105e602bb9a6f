using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>1 where neither x nor y is 0, else 0; derivative 0. NaN is not 0.</summary>
internal sealed class AndOperation() : BinaryOperation<AndOperation.Function>("and")
{
    internal override bool IsCommutative => true;

    internal override Notation Infix { get; } = new("#1 and #2", Notation.AndLevel, Notation.AndLevel, Notation.NotLevel);

    internal override Notation Latex { get; } = new(@"\left[#1 \land #2\right]", Notation.Atom, Notation.SumLevel, Notation.SumLevel);

    internal override Rounding Rounding { get; } = Rounding.None with { Jumps = static (error, _, _) => error > 0 };

    internal override Notation MathML { get; } = new("<mrow><mo>[</mo>#1<mo>∧</mo>#2<mo>]</mo></mrow>", Notation.Atom, Notation.SumLevel, Notation.SumLevel);

    internal override CodeForm CSharp => new(new Notation("(#1 != 0.0 && #2 != 0.0 ? 1.0 : 0.0)", Notation.Atom, Notation.SumLevel, Notation.SumLevel));

    internal override CodeForm Python => new(new Notation("np.where(np.logical_and(#1, #2), 1.0, 0.0)[()]", Notation.Atom, Notation.SumLevel, Notation.SumLevel));

    internal override CodeForm PowerShell => new(new Notation("[double](#1 -ne 0.0 -and #2 -ne 0.0)", Notation.Atom, Notation.SumLevel, Notation.SumLevel));

    private protected override IEnumerable<Identity> Identities =>
    [
        new("and(0, y) = 0", RuleSets.NotLab, static (x, y, _) => x.Is(0) ? x : y.Is(0) ? y : Term.None),
        new("and(c, y) = y of a truth y", RuleSets.NotLab, static (x, y, _) => x.IsConstant && Truth.Is(y) ? y : y.IsConstant && Truth.Is(x) ? x : Term.None),
        new("and(x, x) = x of a truth x", RuleSets.StandardAndStable, static (x, y, _) => x == y && Truth.Is(x) ? x : Term.None),
    ];

    internal override bool Propagates(int argument) => false;

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => Term.None;

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
