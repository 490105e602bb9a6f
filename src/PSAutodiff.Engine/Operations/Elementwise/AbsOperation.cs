using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The absolute value, with derivative 0 at 0.</summary>
internal sealed class AbsOperation() : UnaryOperation<AbsOperation.Function>("abs")
{
    internal override Notation Latex => field ??= new(@"\left|#1\right|", Notation.Atom, 0);

    internal override Rounding Rounding => Rounding.None;

    internal override Notation MathML => field ??= new("<mrow><mo>|</mo>#1<mo>|</mo></mrow>", Notation.Atom, 0);

    internal override string? MathName => nameof(Math.Abs);

    private protected override IEnumerable<Identity> Identities =>
    [
        Parity.Even<AbsOperation>(),
        new("abs(abs(x)) = abs(x)", RuleSets.StandardAndStable, static (x, _, _) => x.Is<AbsOperation>() ? x : Term.None),
        new("abs(x) = x where x >= 0", RuleSets.StandardAndStable, static (x, _, _) => IsNeverNegative(x) ? x : Term.None),
    ];

    internal override bool HasGuards => true;

    internal override Guard GuardOf(int argument, in Locals at) => Guard.Where(at.X);

    protected override Term Pullback(Term self, Term x, Term adjoint) => x.Apply<SignOperation>() * adjoint;

    internal override bool HasFiniteSlope(int argument, in Locals at) => true;

    private static bool IsNeverNegative(Term x) =>
        x.Is<ExpOperation>() || x.Is<SqrtOperation>() || x.Is<CoshOperation>() || x.Is<SigmoidOperation>() || x.Is<SoftplusOperation>()
        || x.Is<ReluOperation>() || x.Is<HypotOperation>() || x.Operation.IsTruth || (x.Is<PowOperation>() && x.Y.IsConstant && double.IsEvenInteger(x.Y.ConstantValue))
        || (x.Is<MulOperation>() && x.X == x.Y);

    /// <summary>The value, over lanes.</summary>
    internal readonly struct Function : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => x & T.BroadcastBits(long.MaxValue);
    }
}

public sealed partial class ExprNode
{
    /// <summary>The absolute value, with derivative 0 at 0.</summary>
    public static ExprNode Abs(ExprNode x) => Apply<AbsOperation>(x);
}
