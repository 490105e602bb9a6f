using System.Numerics;
using System.Runtime.InteropServices;
using PSAutodiff.Kernels;

namespace PSAutodiff.Tests;

/// <summary>The kernels of an activation, written by hand, for many rows at a time.</summary>
/// <typeparam name="T">The numbers of the network: double or float.</typeparam>
internal abstract class ActivationKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The kernels of a function.</summary>
    public static ActivationKernel<T> Of(ActivationFunction function) => function switch
    {
        ActivationFunction.Linear => new LinearKernel<T>(),
        ActivationFunction.ReLU => new ReLUKernel<T>(),
        ActivationFunction.Tanh => new TanhKernel<T>(),
        ActivationFunction.Sigmoid => new SigmoidKernel<T>(),
        ActivationFunction.Softmax => new SoftmaxKernel<T>(),
        ActivationFunction.Softplus => new SoftplusKernel<T>(),
        ActivationFunction.ELU => new ELUKernel<T>(),
        ActivationFunction.LeakyReLU => new LeakyReLUKernel<T>(),
        ActivationFunction.GELU => new GELUKernel<T>(),
        ActivationFunction.SiLU => new SiLUKernel<T>(),
        _ => throw new ArgumentOutOfRangeException(nameof(function)),
    };

    /// <summary>The length of the working memory of <see cref="Apply"/>.</summary>
    public virtual int ScratchLength(int rows, int columns) => 0;

    /// <summary>Replaces weighted sums z by phi(z), row after row.</summary>
    public abstract void Apply(Span<T> values, int columns, Span<double> scratch);

    /// <summary>Turns the derivatives with respect to phi(z) into those with respect to z.</summary>
    public abstract void Backward(ReadOnlySpan<T> values, Span<T> deltas, int columns, ReadOnlySpan<T> sums = default);

    /// <summary>Whether a factor of all derivatives is for <see cref="Backward(ReadOnlySpan{T}, Span{T}, int, ReadOnlySpan{T}, double)"/> to multiply by.</summary>
    public virtual bool TakesFactor => false;

    /// <summary>The same for derivatives that are yet to be multiplied by a factor.</summary>
    public virtual void Backward(ReadOnlySpan<T> values, Span<T> deltas, int columns, ReadOnlySpan<T> sums, double factor) => Backward(values, deltas, columns, sums);
}

/// <summary>z itself.</summary>
internal sealed class LinearKernel<T> : ActivationKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Apply(Span<T> values, int columns, Span<double> scratch)
    {
    }

    public override void Backward(ReadOnlySpan<T> values, Span<T> deltas, int columns, ReadOnlySpan<T> sums = default)
    {
    }

}

/// <summary>max(0, z), with derivative 0 at 0; NaN stays NaN.</summary>
internal sealed class ReLUKernel<T> : ActivationKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Apply(Span<T> values, int columns, Span<double> scratch)
    {
        var i = 0;
        for (; i + Vector<T>.Count <= values.Length; i += Vector<T>.Count)
        {
            var z = new Vector<T>(values[i..]);
            Vector.ConditionalSelect(Vector.LessThan(z, Vector<T>.Zero), Vector<T>.Zero, z).CopyTo(values[i..]);
        }

        for (; i < values.Length; i++)
        {
            if (values[i] < T.Zero) values[i] = T.Zero;
        }
    }

    public override void Backward(ReadOnlySpan<T> values, Span<T> deltas, int columns, ReadOnlySpan<T> sums = default)
    {
        values = values[..deltas.Length];
        var i = 0;
        for (; i + Vector<T>.Count <= deltas.Length; i += Vector<T>.Count)
        {
            var zero = Vector.LessThanOrEqual(new Vector<T>(values[i..]), Vector<T>.Zero);
            Vector.ConditionalSelect(zero, Vector<T>.Zero, new Vector<T>(deltas[i..])).CopyTo(deltas[i..]);
        }

        for (; i < deltas.Length; i++)
        {
            if (values[i] <= T.Zero) deltas[i] = T.Zero;
        }
    }

}

/// <summary>An activation whose derivative comes from z and its value phi(z), to all digits.</summary>
internal abstract class SaturatingKernel<T> : ActivationKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public sealed override void Apply(Span<T> values, int columns, Span<double> scratch)
    {
        if (typeof(T) == typeof(float)) Single(MemoryMarshal.Cast<T, float>(values).ToArray(), MemoryMarshal.Cast<T, float>(values), new float[values.Length]);
        else Double(MemoryMarshal.Cast<T, double>(values).ToArray(), MemoryMarshal.Cast<T, double>(values), new double[values.Length]);
    }

    public sealed override void Backward(ReadOnlySpan<T> values, Span<T> deltas, int columns, ReadOnlySpan<T> sums = default)
    {
        var slopes = new T[deltas.Length];
        if (typeof(T) == typeof(float)) Single(MemoryMarshal.Cast<T, float>(sums), new float[deltas.Length], MemoryMarshal.Cast<T, float>(slopes.AsSpan()));
        else Double(MemoryMarshal.Cast<T, double>(sums), new double[deltas.Length], MemoryMarshal.Cast<T, double>(slopes.AsSpan()));
        Vectors.Multiply<T>(deltas, slopes);
    }

    /// <summary>Values and derivatives.</summary>
    protected abstract void Double(ReadOnlySpan<double> z, Span<double> value, Span<double> slope);

    /// <summary>Values and derivatives.</summary>
    protected abstract void Single(ReadOnlySpan<float> z, Span<float> value, Span<float> slope);
}

/// <summary>The hyperbolic tangent.</summary>
internal sealed class TanhKernel<T> : SaturatingKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected override void Double(ReadOnlySpan<double> z, Span<double> value, Span<double> slope) => Elementary.TanhAndSech2(z, value, slope);

    protected override void Single(ReadOnlySpan<float> z, Span<float> value, Span<float> slope) => ElementarySingle.TanhAndSech2(z, value, slope);
}

/// <summary>1 / (1 + exp(-z)).</summary>
internal sealed class SigmoidKernel<T> : SaturatingKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected override void Double(ReadOnlySpan<double> z, Span<double> value, Span<double> slope) => Elementary.SigmoidAndDsigmoid(z, value, slope);

    protected override void Single(ReadOnlySpan<float> z, Span<float> value, Span<float> slope) => ElementarySingle.SigmoidAndDsigmoid(z, value, slope);
}

/// <summary>p_i = exp(z_i) / sum_j exp(z_j) over the outputs of the layer, computed in double for either precision.</summary>
internal sealed class SoftmaxKernel<T> : ActivationKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override int ScratchLength(int rows, int columns) => checked(rows * columns);

    public override void Apply(Span<T> values, int columns, Span<double> scratch)
    {
        var wide = scratch[..values.Length];
        Vectors.Widen(values, wide);
        for (var start = 0; start < wide.Length; start += columns) Vectors.Subtract(wide.Slice(start, columns), Vectors.Greatest(wide.Slice(start, columns)));
        Elementary.Exp(wide, wide);
        for (var start = 0; start < wide.Length; start += columns) Vectors.Divide(wide.Slice(start, columns), Vectors.Sum(wide.Slice(start, columns)));
        Vectors.Narrow(wide, values);
    }

    // The Jacobian is diag(p) - p p'.
    public override void Backward(ReadOnlySpan<T> values, Span<T> deltas, int columns, ReadOnlySpan<T> sums = default) => Backward(values, deltas, columns, sums, 1);

    public override bool TakesFactor => true;

    // The factor comes after the mean, which is rounded once by it instead of term by term.
    public override void Backward(ReadOnlySpan<T> values, Span<T> deltas, int columns, ReadOnlySpan<T> sums, double factor)
    {
        var by = T.CreateTruncating(factor);
        for (var start = 0; start < deltas.Length; start += columns)
        {
            var p = values.Slice(start, columns);
            var delta = deltas.Slice(start, columns);
            var mean = T.Zero;
            for (var i = 0; i < delta.Length; i++) mean = T.FusedMultiplyAdd(p[i], delta[i], mean);
            for (var i = 0; i < delta.Length; i++) delta[i] = p[i] * ((by * delta[i]) - (by * mean));
        }
    }

}

/// <summary>An activation whose derivatives come from z: a class says its value and derivative for some numbers, in double for either precision.</summary>
internal abstract class SmoothKernel<T> : ActivationKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Numbers that are worked on at a time, in the cache.
    private const int Part = 256;

    public override void Apply(Span<T> values, int columns, Span<double> scratch)
    {
        Span<double> memory = stackalloc double[2 * Part];
        for (var start = 0; start < values.Length; start += Part)
        {
            var some = values.Slice(start, Math.Min(Part, values.Length - start));
            var z = memory[..some.Length];
            var result = memory.Slice(Part, some.Length);
            Vectors.Widen(some, z);
            Evaluate(z, result);
            Vectors.Narrow(result, some);
        }
    }

    public override void Backward(ReadOnlySpan<T> values, Span<T> deltas, int columns, ReadOnlySpan<T> sums = default) => Backward(values, deltas, columns, sums, 1);

    public override void Backward(ReadOnlySpan<T> values, Span<T> deltas, int columns, ReadOnlySpan<T> sums, double factor)
    {
        Span<double> memory = stackalloc double[3 * Part];
        for (var start = 0; start < deltas.Length; start += Part)
        {
            var some = deltas.Slice(start, Math.Min(Part, deltas.Length - start));
            var z = memory[..some.Length];
            var first = memory.Slice(Part, some.Length);
            var wide = memory.Slice(2 * Part, some.Length);
            Vectors.Widen(sums.Slice(start, some.Length), z);
            Vectors.Widen(some, wide);
            Backward(z, wide, first);
            if (factor != 1) Vectors.Scale(wide, factor);
            Vectors.Narrow(wide, some);
        }
    }

    /// <summary>phi(z).</summary>
    protected abstract void Evaluate(ReadOnlySpan<double> z, Span<double> value);

    /// <summary>Multiplies derivatives by phi'(z).</summary>
    /// <param name="z">The weighted sums.</param>
    /// <param name="deltas">The derivatives with respect to phi(z), and then to z.</param>
    /// <param name="memory">As many numbers to work in.</param>
    protected abstract void Backward(ReadOnlySpan<double> z, Span<double> deltas, Span<double> memory);
}

/// <summary>log(1 + exp(z)).</summary>
internal sealed class SoftplusKernel<T> : SmoothKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected override void Evaluate(ReadOnlySpan<double> z, Span<double> value) => Elementary.Softplus(z, value);

    protected override void Backward(ReadOnlySpan<double> z, Span<double> deltas, Span<double> memory)
    {
        Elementary.Sigmoid(z, memory);
        Vectors.Multiply<double>(deltas, memory);
    }
}

/// <summary>z above 0, else exp(z) - 1.</summary>
internal sealed class ELUKernel<T> : SmoothKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected override void Evaluate(ReadOnlySpan<double> z, Span<double> value)
    {
        Elementary.Expm1(z, value);
        for (var i = 0; i < z.Length; i++)
        {
            if (z[i] > 0) value[i] = z[i];
        }
    }

    protected override void Backward(ReadOnlySpan<double> z, Span<double> deltas, Span<double> memory)
    {
        Elementary.Exp(z, memory);
        for (var i = 0; i < z.Length; i++)
        {
            if (!(z[i] > 0)) deltas[i] *= memory[i];
        }
    }
}

/// <summary>z above 0, else z / 100.</summary>
internal sealed class LeakyReLUKernel<T> : SmoothKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double Slope = 0.01;

    protected override void Evaluate(ReadOnlySpan<double> z, Span<double> value)
    {
        for (var i = 0; i < z.Length; i++) value[i] = z[i] > 0 ? z[i] : Slope * z[i];
    }

    protected override void Backward(ReadOnlySpan<double> z, Span<double> deltas, Span<double> memory)
    {
        for (var i = 0; i < z.Length; i++) deltas[i] *= z[i] > 0 ? 1 : Slope;
    }
}

/// <summary>z times the probability that a standard normal number is below z.</summary>
internal sealed class GELUKernel<T> : SmoothKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected override void Evaluate(ReadOnlySpan<double> z, Span<double> value)
    {
        for (var i = 0; i < z.Length; i++) value[i] = z[i] * Below(z[i]);
    }

    // By the product rule of z erfc(-z / sqrt(2)) / 2, a term after the other: as many roundings as the sum of both terms times the derivative has.
    protected override void Backward(ReadOnlySpan<double> z, Span<double> deltas, Span<double> memory)
    {
        var root = Math.Sqrt(0.5);
        for (var i = 0; i < z.Length; i++) memory[i] = -(root * z[i] * (root * z[i]));
        Elementary.Exp(memory, memory);
        for (var i = 0; i < z.Length; i++)
        {
            var half = deltas[i] / 2;
            deltas[i] = (half * Elementary.Erfc(-root * z[i])) + (root * (2 / Math.Sqrt(Math.PI) * memory[i] * (z[i] * half)));
        }
    }

    private static double Below(double z) => 0.5 * Elementary.Erfc(-z * Math.Sqrt(0.5));
}

/// <summary>z / (1 + exp(-z)).</summary>
internal sealed class SiLUKernel<T> : SmoothKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override bool TakesFactor => true;

    protected override void Evaluate(ReadOnlySpan<double> z, Span<double> value)
    {
        Elementary.Sigmoid(z, value);
        Vectors.Multiply<double>(value, z);
    }

    // By the product rule, a term after the other: as many roundings as the sum of both terms times the derivative has.
    protected override void Backward(ReadOnlySpan<double> z, Span<double> deltas, Span<double> memory)
    {
        Elementary.Sigmoid(z, memory);
        for (var i = 0; i < z.Length; i++) deltas[i] = (deltas[i] * memory[i]) + (Elementary.Dsigmoid(z[i], memory[i]) * (z[i] * deltas[i]));
    }
}
