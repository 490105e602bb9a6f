using System.Numerics;
using PSAutodiff.Kernels;

namespace PSAutodiff.Tests;

/// <summary>The kernels of losses, written by hand.</summary>
internal static class LossKernels
{
    private const double Floor = 1e-9;

    /// <summary>The length of the working memory of <see cref="Measure"/>.</summary>
    public static int ScratchLength(int rows, int columns) => checked(4 * rows * columns);

    /// <summary>The loss of each row, and its derivatives with respect to predictions, or to weighted sums when they were fused.</summary>
    public static void Measure<T>(
        LossFunction function,
        bool fused,
        ReadOnlySpan<T> predictions,
        ReadOnlySpan<T> targets,
        int columns,
        Span<double> losses,
        Span<T> derivatives,
        Span<double> scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var p = scratch[..predictions.Length];
        var y = scratch.Slice(p.Length, p.Length);
        var rest = scratch[(2 * p.Length)..];
        Vectors.Widen(predictions, p);
        Vectors.Widen(targets, y);
        losses.Clear();
        switch (function)
        {
            case LossFunction.BinaryCrossEntropy when fused:
                BinaryFromSums(p, y, columns, losses, rest);
                break;
            case LossFunction.BinaryCrossEntropy:
                BinaryFromPredictions(p, y, columns, losses, rest);
                break;
            case LossFunction.CategoricalCrossEntropy when fused:
                CategoricalFromSums(p, y, columns, losses, rest);
                break;
            case LossFunction.CategoricalCrossEntropy:
                CategoricalFromPredictions(p, y, columns, losses, rest);
                break;
            case LossFunction.MeanSquaredError:
                MeanSquared(p, y, columns, losses);
                break;
            default:
                HalfSquared(p, y, columns, losses);
                break;
        }

        Vectors.Narrow(p, derivatives);
    }

    private static void BinaryFromSums(Span<double> z, ReadOnlySpan<double> y, int columns, Span<double> losses, Span<double> scratch)
    {
        var part = scratch[..z.Length];
        var logs = scratch.Slice(z.Length, z.Length);

        // With e = exp(-|z|), of sigmoid(z) and 1 - sigmoid(z) the small one is e / (1 + e), and -log of the large one log(1 + e), of the small one that
        // and |z|: no cancellation.
        for (var i = 0; i < z.Length; i++) part[i] = -Math.Abs(z[i]);
        Elementary.Exp(part, part);
        Elementary.Log1p(part, logs);
        for (var (i, row) = (0, 0); row < losses.Length; row++)
        {
            for (var end = i + columns; i < end; i++)
            {
                var small = part[i] / (1 + part[i]);
                losses[row] += logs[i];
                if (z[i] > 0 && y[i] != 1) losses[row] += (1 - y[i]) * z[i];
                else if (z[i] < 0 && y[i] != 0) losses[row] -= y[i] * z[i];
                z[i] = (z[i] > 0 ? 1 - y[i] - small : small - y[i]);
            }
        }
    }

    private static void BinaryFromPredictions(Span<double> p, ReadOnlySpan<double> y, int columns, Span<double> losses, Span<double> scratch)
    {
        var logs = scratch[..p.Length];
        for (var i = 0; i < p.Length; i++) logs[i] = p[i] + Floor;
        Elementary.Log(logs, logs);
        for (var i = 0; i < p.Length; i++) losses[i / columns] -= y[i] * logs[i];
        for (var i = 0; i < p.Length; i++) logs[i] = 1 - p[i] + Floor;
        Elementary.Log(logs, logs);
        for (var i = 0; i < p.Length; i++) losses[i / columns] -= (1 - y[i]) * logs[i];
        for (var i = 0; i < p.Length; i++) p[i] = (((1 - y[i]) / (1 - p[i] + Floor)) - (y[i] / (p[i] + Floor)));
    }

    private static void CategoricalFromSums(Span<double> z, ReadOnlySpan<double> y, int columns, Span<double> losses, Span<double> scratch)
    {
        var part = scratch[..z.Length];
        for (var start = 0; start < z.Length; start += columns) Vectors.Subtract(z.Slice(start, columns), Vectors.Greatest(z.Slice(start, columns)));
        Elementary.Exp(z, part);
        for (var row = 0; row < losses.Length; row++)
        {
            var ofZ = z.Slice(row * columns, columns);
            var ofY = y.Slice(row * columns, columns);
            var ofPart = part.Slice(row * columns, columns);
            var sum = Vectors.Sum(ofPart);
            var log = Elementary.Log(sum);
            var total = Vectors.Sum(ofY);
            for (var i = 0; i < ofZ.Length; i++)
            {
                if (ofY[i] != 0) losses[row] += ofY[i] * (log - ofZ[i]);
                ofZ[i] = ((total * ofPart[i] / sum) - ofY[i]);
            }
        }
    }

    private static void CategoricalFromPredictions(Span<double> p, ReadOnlySpan<double> y, int columns, Span<double> losses, Span<double> scratch)
    {
        var logs = scratch[..p.Length];
        for (var i = 0; i < p.Length; i++) logs[i] = p[i] + Floor;
        Elementary.Log(logs, logs);
        for (var i = 0; i < p.Length; i++) losses[i / columns] -= y[i] * logs[i];
        for (var i = 0; i < p.Length; i++) p[i] = -y[i] / (p[i] + Floor);
    }

    private static void MeanSquared(Span<double> p, ReadOnlySpan<double> y, int columns, Span<double> losses)
    {
        for (var i = 0; i < p.Length; i++) p[i] -= y[i];
        for (var i = 0; i < p.Length; i++) losses[i / columns] += p[i] * p[i] / columns;
        for (var i = 0; i < p.Length; i++) p[i] = 2 * p[i] / columns;
    }

    private static void HalfSquared(Span<double> p, ReadOnlySpan<double> y, int columns, Span<double> losses)
    {
        for (var i = 0; i < p.Length; i++) p[i] -= y[i];
        for (var i = 0; i < p.Length; i++) losses[i / columns] += p[i] * p[i] / 2;
    }
}
