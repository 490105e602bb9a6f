using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The opposite number, -x.</summary>
internal sealed class NegOperation() : UnaryOperation<NegOperation.Function>("neg")
{
    internal override Notation Infix => field ??= new("-#1", Notation.SignLevel, Notation.PowerLevel);

    internal override Notation Latex => field ??= new("-#1", Notation.SignLevel, Notation.PowerLevel);

    internal override Rounding Rounding => Rounding.None;

    internal override Notation MathML => field ??= new("<mrow><mo>−</mo>#1</mrow>", Notation.SignLevel, Notation.PowerLevel);

    internal override OpCode? Instruction => OpCodes.Neg;

    private protected override IEnumerable<Identity> Identities =>
    [
        new("-(-x) = x", RuleSets.NotLab, static (x, _, _) => x.X) { First = typeof(NegOperation) },
        new("-(x - y) = y - x", RuleSets.StandardAndStable, static (x, _, _) => x.Y - x.X) { First = typeof(SubOperation) },
        new("-(c * x) = (-c) * x", RuleSets.StandardAndStable, static (x, _, _) => Coefficient.Of(x) is { } c ? Coefficient.Replace(x, -c) : Term.None),
        new("-(c / x) = (-c) / x", RuleSets.StandardAndStable, static (x, _, _) => x.X.IsConstant ? -x.X / x.Y : Term.None) { First = typeof(DivOperation) },
    ];

    protected override Term Pullback(Term self, Term x, Term adjoint) => -adjoint;

    internal override bool HasFiniteSlope(int argument, in Locals at) => true;

    internal override string RuleName(bool xVaries, bool yVaries) => "constant factor rule";

    /// <summary>The value, over lanes.</summary>
    internal readonly struct Function : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => -x;
    }
}

public sealed partial class ExprNode
{
    /// <summary>The opposite number, -x.</summary>
    public static ExprNode operator -(ExprNode x) => Apply<NegOperation>(x);

    /// <summary>The opposite number, -x.</summary>
    public static ExprNode Negate(ExprNode x) => -x;

    /// <summary>The opposite number, -x.</summary>
    public static ExprNode Neg(ExprNode x) => -x;
}
