using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The nearest whole number, of two the even one; derivative 0.</summary>
internal sealed class RoundOperation() : UnaryOperation<RoundOperation.Function>("round")
{
    internal override Notation Latex { get; } = Notation.LatexCall(@"\operatorname{round}", 1);

    internal override Notation MathML { get; } = Notation.MathMLCall("round", 1);

    internal override Rounding Rounding { get; } = Rounding.None with { Jumps = static (error, _, _) => error > 0 };

    internal override string? MathName => nameof(Math.Round);

    internal override CodeForm Python => new(Notation.Call("np.rint", 1));

    private protected override IEnumerable<Identity> Identities =>
    [
        new("round(x) = x of a whole x", RuleSets.StandardAndStable, static (x, _, _) => Whole.Is(x) ? x : Term.None),
        new("round(-x) = -round(x)", RuleSets.Signs, static (x, _, _) => x.Is<NegOperation>() ? -x.X.Apply<RoundOperation>() : Term.None),
    ];

    internal override bool Propagates(int argument) => false;

    protected override Term Pullback(Term self, Term x, Term adjoint) => Term.None;

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
