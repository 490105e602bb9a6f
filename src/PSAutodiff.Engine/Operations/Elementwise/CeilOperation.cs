using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The smallest whole number that is not below x; derivative 0.</summary>
internal sealed class CeilOperation() : UnaryOperation<CeilOperation.Function>("ceil")
{
    internal override Notation Latex { get; } = new(@"\left\lceil #1 \right\rceil", Notation.Atom, 0);

    internal override Notation MathML { get; } = new("<mrow><mo>⌈</mo>#1<mo>⌉</mo></mrow>", Notation.Atom, 0);

    internal override Rounding Rounding { get; } = Rounding.None with { Jumps = static (error, _, _) => error > 0 };

    internal override string? MathName => nameof(Math.Ceiling);

    internal override CodeForm Python => new(Notation.Call("np.ceil", 1));

    private protected override IEnumerable<Identity> Identities =>
    [
        new("ceil(x) = x of a whole x", RuleSets.StandardAndStable, static (x, _, _) => Whole.Is(x) ? x : Term.None),
        new("ceil(-x) = -floor(x)", RuleSets.Signs, static (x, _, _) => x.Is<NegOperation>() ? -x.X.Apply<FloorOperation>() : Term.None),
    ];

    internal override bool Propagates(int argument) => false;

    protected override Term Pullback(Term self, Term x, Term adjoint) => Term.None;

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
