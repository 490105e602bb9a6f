using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff;

/// <summary>The ramp max(0, x), with derivative 0 at 0.</summary>
internal sealed class ReluOperation() : UnaryOperation<ReluOperation.Function>("relu")
{
    internal override Notation Latex => field ??= Notation.LatexCall("\\operatorname{relu}", 1);

    internal override Rounding Rounding => Rounding.None;

    internal override CodeForm CSharp => new(new Notation("Math.Max(#1, 0.0)", Notation.Atom, 0));

    internal override CodeForm Python => new(new Notation("np.maximum(#1, 0.0)", Notation.Atom, 0));

    internal override CodeForm PowerShell => new(new Notation("[Math]::Max(#1, 0.0)", Notation.Atom, 0));

    internal override Term ForAlgebra(Term x, Term y, Term z) => (x + x.Apply<AbsOperation>()) / x.Constant(2);

    private protected override IEnumerable<Identity> Identities =>
    [
        new("relu(relu(x)) = relu(x)", RuleSets.StandardAndStable, static (x, _, _) => x.Is<ReluOperation>() ? x : Term.None),
    ];

    internal override bool HasGuards => true;

    internal override Guard GuardOf(int argument, in Locals at) => Guard.Where(at.Self);

    protected override Term Pullback(Term self, Term x, Term adjoint) => adjoint;

    internal override bool HasFiniteSlope(int argument, in Locals at) => true;

    /// <summary>The value, over lanes.</summary>
    internal readonly struct Function : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => T.SelectLess(x, T.Broadcast(0), T.Broadcast(0), T.SelectEqual(x, T.Broadcast(0), T.Broadcast(0), x));
    }
}

public sealed partial class ExprNode
{
    /// <summary>The ramp max(0, x), with derivative 0 at 0.</summary>
    public static ExprNode Relu(ExprNode x) => Apply<ReluOperation>(x);
}
