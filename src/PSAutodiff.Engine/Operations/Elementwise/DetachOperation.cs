using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff;

/// <summary>The argument itself, but taken as a constant by every derivative.</summary>
internal sealed class DetachOperation() : UnaryOperation<DetachOperation.Function>("detach")
{
    internal override Notation Latex => field ??= Notation.LatexCall(@"\operatorname{detach}", 1);

    internal override Rounding Rounding => Rounding.None;

    internal override CodeForm CSharp => new(new Notation("#1", Notation.Atom, Notation.Atom));

    internal override CodeForm PyTorch => new(new Notation("#1.detach()", Notation.Atom, Notation.Atom));

    internal override CodeForm Python => CSharp;

    internal override CodeForm PowerShell => CSharp;

    private protected override IEnumerable<Identity> Identities =>
    [
        new("detach(detach(x)) = detach(x)", RuleSets.StandardAndStable, static (x, _, _) => x.Is<DetachOperation>() ? x : Term.None),
    ];

    internal override bool Propagates(int argument) => false;

    protected override Term Pullback(Term self, Term x, Term adjoint) => Term.None;

    /// <summary>The value, over lanes.</summary>
    internal readonly struct Function : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => x;
    }
}

public sealed partial class ExprNode
{
    /// <summary>The argument itself, but taken as a constant by every derivative.</summary>
    public static ExprNode Detach(ExprNode x) => Apply<DetachOperation>(x);
}
