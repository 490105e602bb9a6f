using System.Numerics;
using System.Runtime.InteropServices;
using PSAutodiff.Kernels;

namespace PSAutodiff.Networks;

/// <summary>
/// Activations of many rows at a time, and their derivatives from their values (next to saturation from the weighted sums), by the
/// engine's kernels; softmax is computed in double for either precision.
/// </summary>
internal static class DenseActivations
{
    // From here on 1 - tanh(z)^2 and 1 - sigmoid(z) have lost too many of their digits: two of the seven, or four of the sixteen.
    private static T Saturation<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.CreateTruncating(typeof(T) == typeof(float) ? 0.99 : 0.9999);

    /// <summary>Replaces weighted sums z by phi(z).</summary>
    /// <param name="activation">phi.</param>
    /// <param name="values">z, row after row: any number of rows x columns.</param>
    /// <param name="columns">Outputs of the layer.</param>
    /// <param name="scratch">Working memory, for softmax as long as the values.</param>
    public static void Apply<T>(ActivationFunction activation, Span<T> values, int columns, Span<double> scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (activation)
        {
            case ActivationFunction.ReLU:
                Rectify(values);
                break;
            case ActivationFunction.Sigmoid:
                if (typeof(T) == typeof(float)) ElementarySingle.Sigmoid(MemoryMarshal.Cast<T, float>(values));
                else Elementary.Sigmoid(MemoryMarshal.Cast<T, double>(values), MemoryMarshal.Cast<T, double>(values));
                break;
            case ActivationFunction.Tanh:
                if (typeof(T) == typeof(float)) ElementarySingle.Tanh(MemoryMarshal.Cast<T, float>(values));
                else Elementary.Tanh(MemoryMarshal.Cast<T, double>(values), MemoryMarshal.Cast<T, double>(values));
                break;
            case ActivationFunction.Softmax:
                var wide = scratch[..values.Length];
                Widen(values, wide);
                for (var start = 0; start < wide.Length; start += columns) Subtract(wide.Slice(start, columns), Largest(wide.Slice(start, columns)));
                Elementary.Exp(wide, wide);
                for (var start = 0; start < wide.Length; start += columns) Divide(wide.Slice(start, columns), Sum(wide.Slice(start, columns)));
                Narrow(wide, values);
                break;
        }
    }

    /// <summary>Turns the derivatives with respect to phi(z) into those with respect to z.</summary>
    /// <param name="activation">phi.</param>
    /// <param name="values">phi(z), row after row.</param>
    /// <param name="deltas">The derivatives, row after row.</param>
    /// <param name="columns">Outputs of the layer.</param>
    /// <param name="sums">z, row after row, for the digits of the derivatives of sigmoid and tanh where phi(z) saturates.</param>
    public static void Backward<T>(ActivationFunction activation, ReadOnlySpan<T> values, Span<T> deltas, int columns, ReadOnlySpan<T> sums = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (activation)
        {
            case ActivationFunction.ReLU:
                Rectified(values, deltas);
                break;
            case ActivationFunction.Sigmoid:
                Sigmoid(values, deltas, sums);
                break;
            case ActivationFunction.Tanh:
                Tanh(values, deltas, sums);
                break;
            case ActivationFunction.Softmax:
                for (var start = 0; start < deltas.Length; start += columns) Softmax(values.Slice(start, columns), deltas.Slice(start, columns));
                break;
        }
    }

    /// <summary>The numbers as doubles.</summary>
    public static void Widen<T>(ReadOnlySpan<T> source, Span<double> target)
        where T : unmanaged
    {
        target = target[..source.Length];
        if (typeof(T) == typeof(double))
        {
            MemoryMarshal.Cast<T, double>(source).CopyTo(target);
            return;
        }

        var numbers = MemoryMarshal.Cast<T, float>(source);
        var i = 0;
        for (; i + Vector<float>.Count <= numbers.Length; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(numbers[i..]), out var low, out var high);
            low.CopyTo(target[i..]);
            high.CopyTo(target[(i + Vector<double>.Count)..]);
        }

        for (; i < numbers.Length; i++) target[i] = numbers[i];
    }

    /// <summary>The doubles rounded to the numbers.</summary>
    public static void Narrow<T>(ReadOnlySpan<double> source, Span<T> target)
        where T : unmanaged
    {
        target = target[..source.Length];
        if (typeof(T) == typeof(double))
        {
            source.CopyTo(MemoryMarshal.Cast<T, double>(target));
            return;
        }

        var numbers = MemoryMarshal.Cast<T, float>(target);
        var i = 0;
        for (; i + Vector<float>.Count <= numbers.Length; i += Vector<float>.Count)
        {
            Vector.Narrow(new Vector<double>(source[i..]), new Vector<double>(source[(i + Vector<double>.Count)..])).CopyTo(numbers[i..]);
        }

        for (; i < numbers.Length; i++) numbers[i] = (float)source[i];
    }

    /// <summary>Multiplies numbers by others, one by one.</summary>
    public static void Multiply<T>(ReadOnlySpan<T> factors, Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        factors = factors[..values.Length];
        var i = 0;
        for (; i + Vector<T>.Count <= values.Length; i += Vector<T>.Count) (new Vector<T>(values[i..]) * new Vector<T>(factors[i..])).CopyTo(values[i..]);
        for (; i < values.Length; i++) values[i] *= factors[i];
    }

    /// <summary>Adds numbers to others, one by one.</summary>
    public static void Add<T>(ReadOnlySpan<T> terms, Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        terms = terms[..values.Length];
        var i = 0;
        for (; i + Vector<T>.Count <= values.Length; i += Vector<T>.Count) (new Vector<T>(values[i..]) + new Vector<T>(terms[i..])).CopyTo(values[i..]);
        for (; i < values.Length; i++) values[i] += terms[i];
    }

    /// <summary>The largest of some numbers; NaN when one is NaN.</summary>
    public static double Largest(ReadOnlySpan<double> values)
    {
        var largest = double.NegativeInfinity;
        foreach (var value in values) largest = Math.Max(largest, value);
        return largest;
    }

    /// <summary>The sum of some numbers, from the first on.</summary>
    public static double Sum(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += value;
        return sum;
    }

    /// <summary>Subtracts a number from each.</summary>
    public static void Subtract(Span<double> values, double number)
    {
        foreach (ref var value in values) value -= number;
    }

    private static void Divide(Span<double> values, double divisor)
    {
        foreach (ref var value in values) value /= divisor;
    }

    // NaN stays NaN.
    private static void Rectify<T>(Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
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

    private static void Rectified<T>(ReadOnlySpan<T> values, Span<T> deltas)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
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

    private static void Sigmoid<T>(ReadOnlySpan<T> values, Span<T> deltas, ReadOnlySpan<T> sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        values = values[..deltas.Length];
        var saturation = new Vector<T>(Saturation<T>());
        var i = 0;
        for (; i + Vector<T>.Count <= deltas.Length; i += Vector<T>.Count)
        {
            var s = new Vector<T>(values[i..]);
            var slope = s * (Vector<T>.One - s);
            if (sums.Length > 0 && Vector.GreaterThanAny(s, saturation))
            {
                var z = new Vector<T>(sums[i..]);
                for (var k = 0; k < Vector<T>.Count; k++) slope = slope.WithElement(k, SigmoidSlope(s[k], z[k], slope[k]));
            }

            (new Vector<T>(deltas[i..]) * slope).CopyTo(deltas[i..]);
        }

        for (; i < deltas.Length; i++)
        {
            var slope = values[i] * (T.One - values[i]);
            deltas[i] *= sums.Length > 0 ? SigmoidSlope(values[i], sums[i], slope) : slope;
        }
    }

    private static void Tanh<T>(ReadOnlySpan<T> values, Span<T> deltas, ReadOnlySpan<T> sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        values = values[..deltas.Length];
        var saturation = new Vector<T>(Saturation<T>());
        var i = 0;
        for (; i + Vector<T>.Count <= deltas.Length; i += Vector<T>.Count)
        {
            var t = new Vector<T>(values[i..]);
            var slope = Vector<T>.One - (t * t);
            if (sums.Length > 0 && Vector.GreaterThanAny(Vector.Abs(t), saturation))
            {
                var z = new Vector<T>(sums[i..]);
                for (var k = 0; k < Vector<T>.Count; k++) slope = slope.WithElement(k, TanhSlope(t[k], z[k], slope[k]));
            }

            (new Vector<T>(deltas[i..]) * slope).CopyTo(deltas[i..]);
        }

        for (; i < deltas.Length; i++)
        {
            var slope = T.One - (values[i] * values[i]);
            deltas[i] *= sums.Length > 0 ? TanhSlope(values[i], sums[i], slope) : slope;
        }
    }

    private static T SigmoidSlope<T>(T s, T z, T otherwise)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        s > Saturation<T>() ? T.CreateTruncating(Elementary.Dsigmoid(double.CreateTruncating(z), double.CreateTruncating(s))) : otherwise;

    private static T TanhSlope<T>(T t, T z, T otherwise)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        T.Abs(t) > Saturation<T>() ? T.CreateTruncating(Elementary.Sech2(double.CreateTruncating(z), double.CreateTruncating(t))) : otherwise;

    // The Jacobian is diag(p) - p p'.
    private static void Softmax<T>(ReadOnlySpan<T> values, Span<T> deltas)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var mean = T.Zero;
        for (var i = 0; i < deltas.Length; i++) mean = T.FusedMultiplyAdd(values[i], deltas[i], mean);
        for (var i = 0; i < deltas.Length; i++) deltas[i] = values[i] * (deltas[i] - mean);
    }
}
