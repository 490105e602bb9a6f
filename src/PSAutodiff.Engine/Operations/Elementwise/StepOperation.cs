using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff.Operations.Elementwise;

/// <summary>A function of one argument that is constant but for jumps, so that its derivative is 0.</summary>
internal abstract class StepOperation<TFunction>(string name) : UnaryOperation<TFunction>(name)
    where TFunction : struct, IUnaryLanes
{
    internal sealed override Rounding Rounding => Rounding.Step;

    internal sealed override bool Propagates(int argument) => false;

    protected sealed override Term Pullback(Term self, Term x, Term adjoint) => Term.None;
}

/// <summary>The whole number next to the argument on some side.</summary>
/// <typeparam name="TFunction">The value, over lanes.</typeparam>
/// <typeparam name="TMirror">The operation for the other side: f(-x) is minus its value at x.</typeparam>
internal abstract class WholeOperation<TFunction, TMirror>(string name) : StepOperation<TFunction>(name)
    where TFunction : struct, IUnaryLanes
    where TMirror : Operation
{
    internal sealed override bool IsWhole => true;

    private protected sealed override IEnumerable<Identity> Identities =>
    [
        new($"{Name}(x) = x of a whole x", RuleSets.StandardAndStable, static (x, _, _) => IsWholeTerm(x) ? x : Term.None),
        new($"{Name}(-x) = -{OperationOf<TMirror>.Instance.Name}(x)", RuleSets.Signs, static (x, _, _) => x.Is<NegOperation>() ? -x.X.Apply<TMirror>() : Term.None),
    ];

    private static bool IsWholeTerm(Term x) => x.Operation.IsWhole || (x.IsConstant && double.IsInteger(x.ConstantValue));
}

/// <summary>A truth value of two arguments, 1 or 0; its derivative is 0.</summary>
internal abstract class TruthOperation<TFunction>(string name) : BinaryOperation<TFunction>(name)
    where TFunction : struct, IBinaryLanes
{
    internal sealed override bool IsTruth => true;

    internal sealed override Rounding Rounding => Rounding.Step;

    internal sealed override bool Propagates(int argument) => false;

    internal sealed override Term Pullback(int argument, in Locals at, Term adjoint) => Term.None;

    /// <summary>Source code that holds the arguments as terms of sums.</summary>
    protected static CodeForm Form(string text) => new(new Notation(text, Notation.Atom, Notation.SumLevel, Notation.SumLevel));
}

/// <summary>Whether a relation holds between two numbers; not where one is NaN.</summary>
/// <param name="name">The name.</param>
/// <param name="symbol">The relation in texts, C# and Python.</param>
/// <param name="latex">The relation in LaTeX.</param>
/// <param name="mathML">The relation in MathML.</param>
/// <param name="powerShell">PowerShell's operator.</param>
internal abstract class ComparisonOperation<TFunction>(string name, string symbol, string latex, string mathML, string powerShell) : TruthOperation<TFunction>(name)
    where TFunction : struct, IBinaryLanes
{
    internal sealed override Notation Infix => field ??= new($"#1 {symbol} #2", Notation.ComparisonLevel, Notation.SumLevel, Notation.SumLevel);

    internal sealed override Notation Latex => field ??= new($@"\left[#1 {latex} #2\right]", Notation.Atom, 0, 0);

    internal sealed override Notation MathML => field ??= new($"<mrow><mo>[</mo>#1<mo>{mathML}</mo>#2<mo>]</mo></mrow>", Notation.Atom, 0, 0);

    internal sealed override CodeForm CSharp => Form($"(#1 {symbol} #2 ? 1.0 : 0.0)");

    internal sealed override CodeForm PyTorch => CodeForm.PyTorchTruth($"#1 {symbol} #2", 2);

    internal sealed override CodeForm Python => Form($"np.where(#1 {symbol} #2, 1.0, 0.0)[()]");

    internal sealed override CodeForm PowerShell => Form($"[double](#1 {powerShell} #2)");
}

/// <summary>Joins two conditions, which hold where they are not 0. NaN is not 0.</summary>
/// <param name="name">The word, in texts too.</param>
/// <param name="level">How tightly it binds.</param>
/// <param name="next">The level of what binds more tightly.</param>
/// <param name="latex">Its sign in LaTeX.</param>
/// <param name="mathML">Its sign in MathML.</param>
/// <param name="csharp">C#'s operator.</param>
internal abstract class ConnectiveOperation<TFunction>(string name, int level, int next, string latex, string mathML, string csharp) : TruthOperation<TFunction>(name)
    where TFunction : struct, IBinaryLanes
{
    internal sealed override bool IsCommutative => true;

    internal sealed override Notation Infix => field ??= new($"#1 {Name} #2", level, level, next);

    internal sealed override Notation Latex => field ??= new($@"\left[#1 {latex} #2\right]", Notation.Atom, Notation.SumLevel, Notation.SumLevel);

    internal sealed override Notation MathML => field ??= new($"<mrow><mo>[</mo>#1<mo>{mathML}</mo>#2<mo>]</mo></mrow>", Notation.Atom, Notation.SumLevel, Notation.SumLevel);

    internal sealed override CodeForm CSharp => Form($"(#1 != 0.0 {csharp} #2 != 0.0 ? 1.0 : 0.0)");

    internal sealed override CodeForm PyTorch => CodeForm.PyTorchTruth($"(#1 != 0.0) {(Name == "and" ? '&' : '|')} (#2 != 0.0)", 2);

    internal sealed override CodeForm Python => Form($"np.where(np.logical_{Name}(#1, #2), 1.0, 0.0)[()]");

    internal sealed override CodeForm PowerShell => Form($"[double](#1 -ne 0.0 -{Name} #2 -ne 0.0)");
}
