using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>1 where x or y is not 0, else 0; derivative 0. NaN is not 0.</summary>
internal sealed class OrOperation() : BinaryOperation<OrOperation.Function>("or")
{
    internal override bool IsCommutative => true;

    internal override Notation Infix { get; } = new("#1 or #2", Notation.OrLevel, Notation.OrLevel, Notation.AndLevel);

    internal override Notation Latex { get; } = new(@"\left[#1 \lor #2\right]", Notation.Atom, Notation.SumLevel, Notation.SumLevel);

    internal override Rounding Rounding { get; } = Rounding.None with { Jumps = static (error, _, _) => error > 0 };

    internal override Notation MathML { get; } = new("<mrow><mo>[</mo>#1<mo>∨</mo>#2<mo>]</mo></mrow>", Notation.Atom, Notation.SumLevel, Notation.SumLevel);

    internal override CodeForm CSharp => new(new Notation("(#1 != 0.0 || #2 != 0.0 ? 1.0 : 0.0)", Notation.Atom, Notation.SumLevel, Notation.SumLevel));

    internal override CodeForm Python => new(new Notation("np.where(np.logical_or(#1, #2), 1.0, 0.0)[()]", Notation.Atom, Notation.SumLevel, Notation.SumLevel));

    internal override CodeForm PowerShell => new(new Notation("[double](#1 -ne 0.0 -or #2 -ne 0.0)", Notation.Atom, Notation.SumLevel, Notation.SumLevel));

    private protected override IEnumerable<Identity> Identities =>
    [
        new("or(0, y) = y of a truth y", RuleSets.NotLab, static (x, y, _) => x.Is(0) && Truth.Is(y) ? y : y.Is(0) && Truth.Is(x) ? x : Term.None),
        new("or(c, y) = 1", RuleSets.NotLab, static (x, y, _) => IsTrue(x) || IsTrue(y) ? x.Constant(1) : Term.None),
        new("or(x, x) = x of a truth x", RuleSets.StandardAndStable, static (x, y, _) => x == y && Truth.Is(x) ? x : Term.None),
    ];

    internal override bool Propagates(int argument) => false;

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => Term.None;

    private static bool IsTrue(Term x) => x.IsConstant && x.ConstantValue != 0;

    /// <summary>The value, over lanes.</summary>
    internal readonly struct Function : IBinaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y)
            where T : struct, ILanes<T> => T.SelectEqual(x, T.Broadcast(0), T.SelectEqual(y, T.Broadcast(0), T.Broadcast(0), T.Broadcast(1)), T.Broadcast(1));
    }
}

public sealed partial class ExprNode
{
    /// <summary>1 where x or y is not 0, else 0; derivative 0. NaN is not 0.</summary>
    public static ExprNode Or(ExprNode x, ExprNode y) => Apply<OrOperation>(x, y);
}
