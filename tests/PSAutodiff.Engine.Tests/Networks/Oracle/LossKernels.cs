using System.Numerics;
using PSAutodiff.Kernels;

namespace PSAutodiff.Tests;

/// <summary>The kernels of losses, written by hand.</summary>
internal static class LossKernels
{
    private const double Floor = 1e-9;

    /// <summary>What the derivatives by predictions of a loss are multiplied by at the end.</summary>
    /// <remarks>
    /// The factor 2 / columns is rounded once, where a division of each derivative would be exact to the last place: at most half a unit more,
    /// and only where columns is no power of two.
    /// </remarks>
    public static double Factor(LossFunction function, int columns) => function == LossFunction.MeanSquaredError ? 2.0 / columns : 1;

    /// <summary>The length of the working memory of <see cref="Measure"/>.</summary>
    public static int ScratchLength(int rows, int columns) => checked(4 * rows * columns);

    /// <summary>The loss of each row, and its derivatives with respect to predictions, or to weighted sums when they were fused; with their factor where <paramref name="scales"/>; quickly by the form that trained networks before.</summary>
    public static void Measure<T>(
        LossFunction function,
        bool fused,
        ReadOnlySpan<T> predictions,
        ReadOnlySpan<T> targets,
        int columns,
        Span<double> losses,
        Span<T> derivatives,
        Span<double> scratch,
        bool scales,
        bool isQuick = false)
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
            case LossFunction.BinaryCrossEntropy when fused && isQuick:
                QuickBinaryFromSums(p, y, columns, losses, rest);
                break;
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

        if (scales && Factor(function, columns) is var factor and not 1) Vectors.Scale(p, factor);
        Vectors.Narrow(p, derivatives);
    }

    // The softplus and sigmoid of z and of -z, so that nothing cancels. The form that trained networks before, e / (1 + e) - y with e = exp(-|z|),
    // left out what the divisor was rounded by, which the kernel of sigmoid adds.
    private static void BinaryFromSums(Span<double> z, ReadOnlySpan<double> y, int columns, Span<double> losses, Span<double> scratch)
    {
        var opposite = scratch[..z.Length];
        var terms = scratch.Slice(z.Length, z.Length);
        for (var i = 0; i < z.Length; i++) opposite[i] = -z[i];
        for (var i = 0; i < z.Length; i++) terms[i] = (y[i] * Elementary.Softplus(opposite[i])) + ((1 - y[i]) * Elementary.Softplus(z[i]));
        SumRows(terms, columns, losses);
        for (var i = 0; i < z.Length; i++) z[i] = (Elementary.Sigmoid(z[i]) * (1 - y[i])) - (Elementary.Sigmoid(opposite[i]) * y[i]);
    }

    // One exponential: benchmarks have this beside expressions.
    private static void QuickBinaryFromSums(Span<double> z, ReadOnlySpan<double> y, int columns, Span<double> losses, Span<double> scratch)
    {
        var part = scratch[..z.Length];
        var logs = scratch.Slice(z.Length, z.Length);
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
                z[i] = z[i] > 0 ? 1 - y[i] - small : small - y[i];
            }
        }
    }

    private static void BinaryFromPredictions(Span<double> p, ReadOnlySpan<double> y, int columns, Span<double> losses, Span<double> scratch)
    {
        var logs = scratch[..p.Length];
        var terms = scratch.Slice(p.Length, p.Length);
        for (var i = 0; i < p.Length; i++) logs[i] = p[i] + Floor;
        Elementary.Log(logs, logs);
        for (var i = 0; i < p.Length; i++) terms[i] = y[i] * logs[i];
        for (var i = 0; i < p.Length; i++) logs[i] = 1 - p[i] + Floor;
        Elementary.Log(logs, logs);

        // The two logarithms of an output are added first, which takes as many roundings as adding all of the one and then all of the other.
        for (var i = 0; i < p.Length; i++) terms[i] += (1 - y[i]) * logs[i];
        SumRows(terms, columns, losses);
        for (var row = 0; row < losses.Length; row++) losses[row] = -losses[row];
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
                // A multiplication and an addition with one rounding.
                losses[row] = Math.FusedMultiplyAdd(ofY[i], log - ofZ[i], losses[row]);

                // The probability first, as the network has it for its output; the other order takes as many roundings, and targets that sum to 1 the same.
                ofZ[i] = (total * (ofPart[i] / sum)) - ofY[i];
            }
        }
    }

    private static void CategoricalFromPredictions(Span<double> p, ReadOnlySpan<double> y, int columns, Span<double> losses, Span<double> scratch)
    {
        var logs = scratch[..p.Length];
        for (var i = 0; i < p.Length; i++) logs[i] = p[i] + Floor;
        Elementary.Log(logs, logs);

        // A multiplication and an addition with one rounding.
        for (var i = 0; i < p.Length; i++) losses[i / columns] = Math.FusedMultiplyAdd(-y[i], logs[i], losses[i / columns]);
        for (var i = 0; i < p.Length; i++) p[i] = -y[i] / (p[i] + Floor);
    }

    // One division after the sum: fewer roundings than a division of each square.
    private static void MeanSquared(Span<double> p, ReadOnlySpan<double> y, int columns, Span<double> losses)
    {
        HalfSquared(p, y, columns, losses);
        for (var row = 0; row < losses.Length; row++) losses[row] = 2 * losses[row] / columns;
    }

    private static void HalfSquared(Span<double> p, ReadOnlySpan<double> y, int columns, Span<double> losses)
    {
        for (var i = 0; i < p.Length; i++) p[i] -= y[i];
        for (var i = 0; i < p.Length; i++) losses[i / columns] += p[i] * p[i];
        for (var row = 0; row < losses.Length; row++) losses[row] /= 2;
    }

    private static void SumRows(ReadOnlySpan<double> terms, int columns, Span<double> losses)
    {
        for (var row = 0; row < losses.Length; row++) losses[row] = Vectors.Sum(terms.Slice(row * columns, columns));
    }
}
