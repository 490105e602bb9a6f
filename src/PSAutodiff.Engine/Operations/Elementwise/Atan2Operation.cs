using PSAutodiff.Core;
using PSAutodiff.Kernels;

namespace PSAutodiff;

/// <summary>The angle of the point (x, y), given as atan2(y, x), from -pi to pi; 0 with derivative 0 at (0, 0).</summary>
internal sealed class Atan2Operation() : BinaryOperation("atan2", Elementary.Atan2)
{
    internal override Notation Latex => field ??= Notation.LatexCall(@"\operatorname{atan2}", 2);

    // Behind the origin it jumps by a full turn.
    internal override Rounding Rounding => field ??= Rounding.Function with { Jumps = static (error, _, _) => error > 1 };

    internal override string? MathName => nameof(Math.Atan2);

    internal override CodeForm PyTorch => CodeForm.PyTorchCall("torch.atan2", 2);

    internal override CodeForm Python => new(Notation.Call("np.arctan2", 2));

    // In multiplications.
    internal override int Cost(Term node) => 16;

    internal override void Evaluate(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> z, Span<double> result) =>
        Elementary.Atan2(x, y, result);

    // By the length, divided twice: squares overflow and underflow where the quotient does not. At (0, 0) it stands for 0 over 1,
    // chosen once for both arguments.
    internal override Term Pullback(int argument, in Locals at, Term adjoint)
    {
        var length = at.X.Apply<HypotOperation>(at.Y);
        length = length.Apply<SelectOperation>(length, at.Constant(1));
        var part = (argument == 0 ? at.Y : at.X) / length * (adjoint / length);
        return argument == 0 ? part : -part;
    }
}

public sealed partial class ExprNode
{
    /// <summary>The angle of the point (x, y), from -pi to pi; 0 with derivative 0 at (0, 0).</summary>
    public static ExprNode Atan2(ExprNode y, ExprNode x) => Apply<Atan2Operation>(y, x);
}
