using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff;

/// <summary>The product x * y.</summary>
internal sealed class MulOperation() : BinaryOperation<MulOperation.Function>("mul")
{
    internal override Notation Infix => field ??= new("#1 * #2", Notation.ProductLevel, Notation.ProductLevel, Notation.SignLevel);

    internal override Notation Lab => field ??= Notation.LabInfix("*");

    // A matrix product has no sign.
    internal override Notation LatexOf(in ArgumentShapes of) => of.X.IsNumber || of.Y.IsNumber ? Latex : new(@"#1 \odot #2", Notation.ProductLevel, Notation.ProductLevel, Notation.SignLevel);

    internal override Notation Latex => field ??= new(@"#1 \cdot #2", Notation.ProductLevel, Notation.ProductLevel, Notation.SignLevel);

    internal override Rounding Rounding => field ??= new(1)
    {
        IsExact = static (x, y) => ExactArithmetic.TryMultiply(x, y, out _),
        InDecimals = static (x, y) => x * y,
        DecimalExponent = static (x, y) => x + y,
        Propagates = static (_, x, ex, y, ey) => (Math.Abs(x) * ey) + (Math.Abs(y) * ex) + (ex * ey),
    };

    internal override Notation MathMLOf(in ArgumentShapes of) => of.X.IsNumber || of.Y.IsNumber ? MathML : Notation.MathMLInfix("⊙", Notation.ProductLevel, Notation.ProductLevel, Notation.SignLevel);

    internal override Notation MathML => field ??= Notation.MathMLInfix("⋅", Notation.ProductLevel, Notation.ProductLevel, Notation.SignLevel);

    internal override bool IsCommutative => true;

    internal override bool PutsConstantFirst => true;

    internal override bool IsLab => true;

    internal override OpCode? Instruction => OpCodes.Mul;

    private protected override IEnumerable<Identity> Identities =>
    [
        new("0 * x = 0", RuleSets.All, static (x, _, _) => x.Is(0) ? x : Term.None) { FirstIsConstant = true },
        new("x * 0 = 0", RuleSets.All, static (_, y, _) => y.Is(0) ? y : Term.None) { SecondIsConstant = true },
        new("1 * x = x", RuleSets.All, static (x, y, _) => x.Is(1) ? y : Term.None) { FirstIsConstant = true },
        new("x * 1 = x", RuleSets.All, static (x, y, _) => y.Is(1) ? x : Term.None) { SecondIsConstant = true },
        new("-1 * x = -x", RuleSets.NotLab, static (x, y, _) => x.Is(-1) ? -y : Term.None) { FirstIsConstant = true },
        new("x * -1 = -x", RuleSets.NotLab, static (x, y, _) => y.Is(-1) ? -x : Term.None) { SecondIsConstant = true },
        new("x * c = c * x", RuleSets.StandardAndStable, static (x, y, _) => !x.IsConstant ? y * x : Term.None) { SecondIsConstant = true },
        new("(-x) * (-y) = x * y", RuleSets.StandardAndStable, static (x, y, _) => x.X * y.X) { First = typeof(NegOperation), Second = typeof(NegOperation) },
        new("c * (-x) = (-c) * x", RuleSets.StandardAndStable, static (x, y, _) => -x * y.X) { FirstIsConstant = true, Second = typeof(NegOperation) },
        new("(-x) * y = -(x * y)", RuleSets.Signs, static (x, y, _) => -(x.X * y)) { First = typeof(NegOperation) },
        new("x * (-y) = -(x * y)", RuleSets.Signs, static (x, y, _) => -(x * y.X)) { Second = typeof(NegOperation) },
        new("sigmoid(x) * sigmoid(-x) = dsigmoid(x)", RuleSets.Stable, static (x, y, _) =>
            x.Is<SigmoidOperation>() && y.Is<SigmoidOperation>() && Logistic.AreOpposite(x.X, y.X) ? x.X.Apply<DsigmoidOperation>() : Term.None),
        new("x * x = x^2", RuleSets.StandardAndStable, static (x, y, _) => x == y ? x.Apply<PowOperation>(x.Constant(2)) : Term.None),
        new("exp(x) * sigmoid(-x) = sigmoid(x)", RuleSets.Stable, static (x, y, _) => Logistic.Product(x, y)),
        new("sinh(x) * (y / cosh(x)) = y * tanh(x)", RuleSets.Stable, static (x, y, _) =>
            x.Is<SinhOperation>() ? TimesSinh(x.X, y) :
            y.Is<SinhOperation>() ? TimesSinh(y.X, x) :
            Term.None),
        new("x * x^(y - 1) = x^y", RuleSets.Textbook, static (x, y, _) => IsLowerPower(y, x) ? x.Apply<PowOperation>(y.Y.X) : IsLowerPower(x, y) ? y.Apply<PowOperation>(x.Y.X) : Term.None) { Assumes = static (x, y, _) => Assumption.NotZero(IsLowerPower(y, x) ? x : y) },
        new("whole numbers above 2^53 are known by their first digits", RuleSets.Textbook, static (x, y, _) =>
            x.IsConstant && y.IsConstant && ExactArithmetic.TryMultiplyLarge(x.ConstantValue, y.ConstantValue, out var product) ? x.Constant(product) : Term.None),
        new("sign(x) * abs(x) = x", RuleSets.StandardAndStable, static (x, y, _) => x.X == y.X ? x.X : Term.None) { First = typeof(SignOperation), Second = typeof(AbsOperation) },
        new("abs(x) * sign(x) = x", RuleSets.StandardAndStable, static (x, y, _) => x.X == y.X ? x.X : Term.None) { First = typeof(AbsOperation), Second = typeof(SignOperation) },
        new("sign(x) * x = abs(x)", RuleSets.StandardAndStable, static (x, y, _) => x.X == y ? y.Apply<AbsOperation>() : Term.None) { First = typeof(SignOperation) },
        new("x * sign(x) = abs(x)", RuleSets.StandardAndStable, static (x, y, _) => y.X == x ? x.Apply<AbsOperation>() : Term.None) { Second = typeof(SignOperation) },
        new("exp(x) * exp(-x) = 1", RuleSets.StandardAndStable, static (x, y, _) => Logistic.AreOpposite(x.X, y.X) ? x.Constant(1) : Term.None) { First = typeof(ExpOperation), Second = typeof(ExpOperation) },
        new("x * (1 / y) = x / y", RuleSets.StandardAndStable, static (x, y, _) => y.X.Is(1) ? x / y.Y : Term.None) { Second = typeof(DivOperation), IsWorthItsCost = false },
        new("(1 / x) * y = y / x", RuleSets.StandardAndStable, static (x, y, _) => x.X.Is(1) ? y / x.Y : Term.None) { First = typeof(DivOperation), IsWorthItsCost = false },
    ];

    private static bool IsLowerPower(Term x, Term y) => x.Is<PowOperation>() && x.X == y && x.Y.Is<SubOperation>() && x.Y.Y.Is(1);

    // sinh(u) * (y / cosh(u)), with one more factor or without.
    private static Term TimesSinh(Term u, Term y)
    {
        if (y.Is<MulOperation>())
        {
            if (y.X.Is<DivOperation>() && TimesSinh(u, y.X) is { Exists: true } first) return first * y.Y;
            return y.Y.Is<DivOperation>() && TimesSinh(u, y.Y) is { Exists: true } second ? y.X * second : Term.None;
        }

        // The square of 1 / cosh(u) underflows long before the product does.
        if (y.Is<PowOperation>() && y.Y.Is(2) && y.X.Is<DivOperation>() && TimesSinh(u, y.X) is { Exists: true } half) return half * y.X;
        return y.Is<DivOperation>() && y.Y.Is<CoshOperation>() && y.Y.X == u ? y.X * u.Apply<TanhOperation>() : Term.None;
    }

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => argument == 0 ? adjoint * at.Y : at.X * adjoint;

    internal override bool HasFiniteSlope(int argument, in Locals at) => (argument == 0 ? at.Y : at.X).Operation.Arity == 0;

    internal override string RuleName(bool xVaries, bool yVaries) => xVaries && yVaries ? "product rule" : "constant factor rule";

    /// <summary>The value, over lanes.</summary>
    internal readonly struct Function : IBinaryLanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Apply<T>(T x, T y)
            where T : struct, ILanes<T> => x * y;
    }

    /// <summary>x * y + z, rounded once, as products of arrays are summed.</summary>
    internal sealed class Plus() : Operation("muladd", 3)
    {
        internal override Notation Latex => Infix;

        internal override MethodInfo ValueMethod => ((Func<double, double, double, double>)Math.FusedMultiplyAdd).Method;

        internal override double Evaluate(double x, double y, double z) => Math.FusedMultiplyAdd(x, y, z);

        internal override void Evaluate(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> z, Span<double> result) => Blocks.Map<Lanes>(x, y, z, result);

        internal override Term Pullback(int argument, in Locals at, Term adjoint) => Term.None;

        /// <summary>The value, over lanes.</summary>
        internal readonly struct Lanes : ITernaryLanes
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public static T Apply<T>(T x, T y, T z)
                where T : struct, ILanes<T> => T.MultiplyAdd(x, y, z);
        }
    }
}

public sealed partial class ExprNode
{
    /// <summary>The product x * y.</summary>
    public static ExprNode operator *(ExprNode x, ExprNode y) => Apply<MulOperation>(x, y);

    /// <summary>The product x * y.</summary>
    public static ExprNode Multiply(ExprNode x, ExprNode y) => x * y;

    /// <summary>The product x * y.</summary>
    public static ExprNode Mul(ExprNode x, ExprNode y) => x * y;
}
