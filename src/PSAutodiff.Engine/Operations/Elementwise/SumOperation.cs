using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Arrays;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The sum x + y.</summary>
internal sealed class SumOperation() : BinaryOperation<SumOperation.Function>("sum")
{
    internal override Notation Infix => field ??= new("#1 + #2", Notation.SumLevel, Notation.SumLevel, Notation.MatrixProductLevel);

    internal override Notation Lab => field ??= Notation.LabInfix("+");

    internal override Notation Latex => field ??= new("#1 + #2", Notation.SumLevel, Notation.SumLevel, Notation.ProductLevel);

    internal override Rounding Rounding => field ??= new(1)
    {
        IsExact = static (x, y) => ExactArithmetic.TryAdd(x, y, out _),
        InDecimals = static (x, y) => x + y,
        Propagates = static (_, _, ex, _, ey) => ex + ey,
        MayUnderflow = false,
    };

    internal override Notation MathML => field ??= Notation.MathMLInfix("+", Notation.SumLevel, Notation.SumLevel, Notation.ProductLevel);

    internal override bool IsCommutative => true;

    internal override bool IsLab => true;

    internal override OpCode? Instruction => OpCodes.Add;

    private protected override IEnumerable<Identity> Identities =>
    [
        new("0 + x = x", RuleSets.All, static (x, y, _) => x.Is(0) ? y : Term.None) { FirstIsConstant = true },
        new("x + 0 = x", RuleSets.All, static (x, y, _) => y.Is(0) ? x : Term.None) { SecondIsConstant = true },
        new("x + (-y) = x - y", RuleSets.NotLab, static (x, y, _) => x - y.X) { Second = typeof(NegOperation) },
        new("(-x) + y = y - x", RuleSets.NotLab, static (x, y, _) => y - x.X) { First = typeof(NegOperation) },
        new("x + (-c) * y = x - c * y", RuleSets.StandardAndStable, static (x, y, _) => Coefficient.Of(y) < 0 ? x - (-y) : Term.None),
        new("x + (-c) = x - c", RuleSets.StandardAndStable, static (x, y, _) => y.ConstantValue < 0 && !x.IsConstant ? x - (-y) : Term.None) { SecondIsConstant = true },
        new("(-c) + x = x - c", RuleSets.StandardAndStable, static (x, y, _) => x.ConstantValue < 0 && !y.IsConstant ? y - (-x) : Term.None) { FirstIsConstant = true },
        new("x + x = 2 * x", RuleSets.StandardAndStable, static (x, y, _) => x == y ? 2 * x : Term.None),
        new("c * A + c * B = c * (A + B)", RuleSets.StandardAndStable, static (x, y, _) => ArrayForms.Joined(x, y, minus: false)) { IsOfArrays = true },
        new("(a + b) + c = a + (b + c)", RuleSets.Standard, static (x, y, _) => ArrayForms.JoinedWithin(x, y, minus: false)) { IsOfArrays = true },
        new("A @ x + B @ x = (A + B) @ x", RuleSets.Standard, static (x, y, _) => ArrayForms.JoinedProducts(x, y, minus: false)) { IsOfArrays = true },
        new("diag(a) + diag(b) = diag(a + b)", RuleSets.StandardAndStable, static (x, y, _) => ArrayForms.JoinedDiagonals(x, y, minus: false)) { First = typeof(DiagOperation), IsOfArrays = true },
        new("sin(x)^2 + cos(x)^2 = 1", RuleSets.Textbook, static (x, y, _) =>
            (PowOperation.IsSquareOf<SinOperation>(x) && PowOperation.IsSquareOf<CosOperation>(y)) || (PowOperation.IsSquareOf<CosOperation>(x) && PowOperation.IsSquareOf<SinOperation>(y)) ? SameAngle(x, y) : Term.None),
        new("1 + expm1(x) = exp(x)", RuleSets.StandardAndStable, static (x, y, _) =>
            x.Is(1) && y.Is<Expm1Operation>() ? y.X.Apply<ExpOperation>() :
            y.Is(1) && x.Is<Expm1Operation>() ? x.X.Apply<ExpOperation>() :
            Term.None),
    ];

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => adjoint;

    internal override bool HasFiniteSlope(int argument, in Locals at) => true;

    internal override string RuleName(bool xVaries, bool yVaries) => "sum rule";

    private static Term SameAngle(Term x, Term y) => x.X.X == y.X.X ? x.Constant(1) : Term.None;

    /// <summary>The value, over lanes.</summary>
    internal readonly struct Function : IBinaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y)
            where T : struct, ILanes<T> => x + y;
    }
}

public sealed partial class ExprNode
{
    /// <summary>The sum x + y.</summary>
    public static ExprNode operator +(ExprNode x, ExprNode y) => Apply<SumOperation>(x, y);

    /// <summary>The sum x + y.</summary>
    public static ExprNode Add(ExprNode x, ExprNode y) => x + y;

    /// <summary>The sum x + y.</summary>
    public static ExprNode Sum(ExprNode x, ExprNode y) => Form("sum", x, y);
}
