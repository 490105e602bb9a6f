using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>1 where x is 0, else 0; derivative 0. NaN is not 0.</summary>
internal sealed class NotOperation() : StepOperation<NotOperation.Function>("not")
{
    internal override bool IsTruth => true;

    internal override Notation Infix => field ??= new("not #1", Notation.NotLevel, Notation.Atom);

    // As a call it would be read in two ways where an operator follows.
    internal override Notation Lab => field ??= new("( not #1 )", Notation.Atom, Notation.Atom);

    internal override Notation Latex => field ??= new(@"\lnot #1", Notation.SignLevel, Notation.Atom);

    internal override Notation MathML => field ??= new("<mrow><mo>¬</mo>#1</mrow>", Notation.SignLevel, Notation.Atom);

    internal override CodeForm CSharp => new(new Notation("(#1 == 0.0 ? 1.0 : 0.0)", Notation.Atom, Notation.SumLevel));

    internal override CodeForm PyTorch => CodeForm.PyTorchTruth("#1 == 0.0", 1);

    internal override CodeForm Python => new(new Notation("np.where(#1 == 0.0, 1.0, 0.0)[()]", Notation.Atom, Notation.SumLevel));

    internal override CodeForm PowerShell => new(new Notation("[double](#1 -eq 0.0)", Notation.Atom, Notation.SumLevel));

    private protected override IEnumerable<Identity> Identities =>
    [
        new("not(not(x)) = x of a truth x", RuleSets.StandardAndStable, static (x, _, _) => x.Is<NotOperation>() && x.X.Operation.IsTruth ? x.X : Term.None),
    ];

    /// <summary>The value, over lanes.</summary>
    internal readonly struct Function : IUnaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x)
            where T : struct, ILanes<T> => T.SelectEqual(x, T.Broadcast(0), T.Broadcast(1), T.Broadcast(0));
    }
}

public sealed partial class ExprNode
{
    /// <summary>1 where x is 0, else 0; derivative 0. NaN is not 0.</summary>
    public static ExprNode Not(ExprNode x) => Apply<NotOperation>(x);
}
