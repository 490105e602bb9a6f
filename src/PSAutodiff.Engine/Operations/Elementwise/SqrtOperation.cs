using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff;

/// <summary>The square root; NaN below 0.</summary>
internal sealed class SqrtOperation() : UnaryOperation("sqrt", Math.Sqrt, Blocks.Map<SqrtOperation.Function>)
{
    internal override Notation Latex => field ??= new(@"\sqrt{#1}", Notation.Atom, 0);

    internal override Notation MathML => field ??= new("<msqrt>#1</msqrt>", Notation.Atom, 0);

    internal override string? MathName => nameof(Math.Sqrt);

    internal override Rounding Rounding => field ??= Rounding.Function with
    {
        IsExact = static (x, _) => ExactArithmetic.TryMultiply(Math.Sqrt(x), Math.Sqrt(x), out var square) && square == x,
    };

    private protected override IEnumerable<Identity> Identities =>
    [
        new("sqrt(x^2) = abs(x)", RuleSets.StandardAndStable, static (x, _, _) => x.Is<PowOperation>() && x.Y.Is(2) ? x.X.Apply<AbsOperation>() : Term.None),
        new("sqrt(x * x) = abs(x)", RuleSets.StandardAndStable, static (x, _, _) => x.Is<MulOperation>() && x.X == x.Y ? x.X.Apply<AbsOperation>() : Term.None),
    ];

    protected override Term Pullback(Term self, Term x, Term adjoint) => adjoint / (2 * self);

    /// <summary>The value, over lanes.</summary>
    internal readonly struct Function : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => T.Sqrt(x);
    }
}

public sealed partial class ExprNode
{
    /// <summary>The square root; NaN below 0.</summary>
    public static ExprNode Sqrt(ExprNode x) => Apply<SqrtOperation>(x);
}
