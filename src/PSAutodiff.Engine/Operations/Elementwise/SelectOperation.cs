using System.Reflection;
using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>
/// select(c, a, b): a where c is not 0 (NaN included), else b. The branch not taken contributes neither value nor derivative.
/// </summary>
internal sealed class SelectOperation() : Operation("select", 3)
{
    // As a sum: what binds more tightly would seem to belong to the last line after the open brace.
    internal override Notation Latex { get; } =
        new(@"\begin{cases} #2 & \text{if } #1 \ne 0 \\ #3 & \text{otherwise} \end{cases}", Notation.SumLevel, 0, 0, 0);

    internal override Rounding Rounding => field ??= Rounding.None with { Jumps = static (_, condition, error) => Math.Abs(condition) <= 2 * error && error > 0 };

    internal override Notation MathML => field ??= new(
        "<mrow><mo>{</mo><mtable><mtr><mtd>#2</mtd><mtd><mrow><mtext>if\u00a0</mtext>#1<mo>≠</mo><mn>0</mn></mrow></mtd></mtr>"
        + "<mtr><mtd>#3</mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow>",
        Notation.SumLevel,
        0,
        0,
        0);

    internal override CodeForm CSharp => new(new Notation("(#1 != 0.0 ? #2 : #3)", Notation.Atom, Notation.SumLevel, 0, 0));

    internal override CodeForm PyTorch => CodeForm.PyTorchCall(Name, 3, new CodeHelper(Name, """
        def select(condition, x, y):
            return torch.where(condition != 0.0, x, y)
        """));

    internal override CodeForm Python => new(new Notation("np.where(#1 != 0.0, #2, #3)[()]", Notation.Atom, Notation.SumLevel, 0, 0));

    internal override CodeForm PowerShell => new(new Notation("$(if (#1 -ne 0.0) { #2 } else { #3 })", Notation.Atom, Notation.SumLevel, 0, 0));

    private protected override IEnumerable<Identity> Identities =>
    [
        new("select(c, x, y) of a constant c", RuleSets.NotLab, static (c, x, y) => Ratio.Of(c) is not { } value ? Term.None : !value.IsZero ? x : y),
        new("select(x, sign(x), 0) = sign(x)", RuleSets.StandardAndStable, static (c, x, y) => x.Is<SignOperation>() && x.X == c && y.Is(0) ? x : Term.None),
        new("select(x, x * y, 0) = x * y", RuleSets.Textbook, static (c, x, y) => y.Is(0) && Coefficient.HasFactor(x, c) ? x : Term.None) { Assumes = static (c, x, _) => Assumption.ZeroWith(x, c) },
        new("select(hypot(x, y), z, w) = z", RuleSets.Textbook, static (c, x, _) => c.Is<HypotOperation>() ? x : Term.None) { Assumes = static (c, _, _) => Assumption.NotZero(c) },
        new("select(c, x, x) = x", RuleSets.NotLab, static (_, x, y) => x == y ? x : Term.None),
        new("select(c, select(c, x, y), z) = select(c, x, z)", RuleSets.NotLab, static (c, x, y) => x.Is<SelectOperation>() && x.X == c
            ? c.Apply<SelectOperation>(x.Y, y)
            : Term.None),
        new("select(c, x, select(c, y, z)) = select(c, x, z)", RuleSets.NotLab, static (c, x, y) => y.Is<SelectOperation>() && y.X == c
            ? c.Apply<SelectOperation>(x, y.Z)
            : Term.None),
        new("select(select(c, 1, 0), x, y) = select(c, x, y)", RuleSets.NotLab, static (c, x, y) => c.Is<SelectOperation>() && c.Y.Is(1) && c.Z.Is(0)
            ? c.X.Apply<SelectOperation>(x, y)
            : Term.None),
    ];

    internal override bool Propagates(int argument) => argument > 0;

    internal override MethodInfo ValueMethod => ((Func<double, double, double, double>)Value).Method;

    internal override double Evaluate(double x, double y, double z) => Value(x, y, z);

    internal override void Evaluate(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> z, Span<double> result) =>
        Blocks.Map<Function>(x, y, z, result);

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => adjoint;

    internal override bool HasGuards => true;

    internal override Guard GuardOf(int argument, in Locals at) => argument == 1 ? Guard.Where(at.X) : Guard.WhereNot(at.X);

    internal override bool HasFiniteSlope(int argument, in Locals at) => true;

    internal override Term? Tangent(in Locals at, ReadOnlySpan<Term> derivatives) => Choice(at.X, derivatives[1], derivatives[2]);

    /// <summary>The derivative of a choice between two, of which absent ones are 0.</summary>
    public static Term Choice(Term condition, Term first, Term second)
    {
        if (!first.Exists && !second.Exists) return Term.None;
        var zero = condition.Constant(0);
        return condition.Apply<SelectOperation>(first.Exists ? first : zero, second.Exists ? second : zero);
    }

    private static double Value(double x, double y, double z) => x != 0 ? y : z;

    internal override string RuleName(bool xVaries, bool yVaries) => "case by case";

    /// <summary>The value, over lanes.</summary>
    internal readonly struct Function : ITernaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y, T z)
            where T : struct, ILanes<T> => T.SelectEqual(x, T.Broadcast(0), z, y);
    }
}

public sealed partial class ExprNode
{
    /// <summary>Takes <paramref name="x"/> where <paramref name="condition"/> is not 0, else <paramref name="y"/>; the other contributes nothing.</summary>
    public static ExprNode Select(ExprNode condition, ExprNode x, ExprNode y) => Apply<SelectOperation>(condition, x, y);
}
