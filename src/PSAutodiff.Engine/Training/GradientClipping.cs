using System.Numerics;
using PSAutodiff.Kernels;

namespace PSAutodiff.Training;

/// <summary>Gradients that are made shorter before a step. Sums have an order of their own, so the bits do not depend on the machine.</summary>
internal static class GradientClipping
{
    private const int Part = 512;

    // Squares of what lies between neither overflow nor vanish.
    private const double Small = 1e-140;
    private const double Large = 1e140;

    /// <summary>Sets derivatives beyond a limit to it.</summary>
    public static void ClipValues<T>(Span<T> gradient, double limit)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var most = T.CreateTruncating(limit);
        foreach (ref var derivative in gradient)
        {
            if (derivative > most) derivative = most;
            else if (derivative < -most) derivative = -most;
        }
    }

    /// <summary>Shortens a gradient that is longer than a limit.</summary>
    public static void ClipNorm<T>(Span<T> gradient, double limit)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var norm = NormOf<T>(gradient);
        if (norm > limit) Vectors.Scale(gradient, T.CreateTruncating(limit / norm));
    }

    private static double NormOf<T>(ReadOnlySpan<T> gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<double> memory = stackalloc double[Part];
        var largest = 0.0;
        for (var start = 0; start < gradient.Length; start += Part) largest = Math.Max(largest, VectorSums.Largest(Next(gradient, start, memory)));
        if (largest == 0 || !double.IsFinite(largest)) return largest;
        var unit = largest is > Small and < Large ? 1 : largest;
        var sum = 0.0;
        for (var start = 0; start < gradient.Length; start += Part)
        {
            var part = Next(gradient, start, memory);
            if (unit != 1) Vectors.Divide(part, unit);
            sum += VectorSums.Dot(part, part);
        }

        return unit * Math.Sqrt(sum);
    }

    private static Span<double> Next<T>(ReadOnlySpan<T> gradient, int start, Span<double> memory)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var source = gradient.Slice(start, Math.Min(Part, gradient.Length - start));
        Vectors.Widen(source, memory[..source.Length]);
        return memory[..source.Length];
    }
}
