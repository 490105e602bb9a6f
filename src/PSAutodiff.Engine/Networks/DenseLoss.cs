using System.Numerics;
using PSAutodiff.Kernels;

namespace PSAutodiff.Networks;

/// <summary>Losses of many rows and their derivatives; everything is computed in double for either precision.</summary>
internal static class DenseLoss
{
    // Within the logarithms of predictions that are not known by their weighted sums.
    internal const double Floor = 1e-9;

    /// <summary>Whether loss and derivatives are computed from the last layer's weighted sums.</summary>
    public static bool IsFused(LossFunction loss, ActivationFunction activation) =>
        (loss, activation) is (LossFunction.BinaryCrossEntropy, ActivationFunction.Sigmoid) or (LossFunction.CategoricalCrossEntropy, ActivationFunction.Softmax);

    /// <summary>The length of the working memory of either way.</summary>
    public static int ScratchLength(int rows, int columns) => checked(4 * rows * columns);

    /// <summary>From predictions p: the loss of each row, and the derivatives of the mean loss with respect to p.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="predictions">p, row after row: rows x columns.</param>
    /// <param name="targets">The targets, row after row.</param>
    /// <param name="columns">Number of outputs.</param>
    /// <param name="rowCount">Rows over which the mean is taken: these and others.</param>
    /// <param name="losses">Gets the loss of each of these rows.</param>
    /// <param name="derivatives">Gets the derivatives, row after row.</param>
    /// <param name="scratch">Working memory.</param>
    public static void FromPredictions<T>(
        LossFunction loss,
        ReadOnlySpan<T> predictions,
        ReadOnlySpan<T> targets,
        int columns,
        int rowCount,
        Span<double> losses,
        Span<T> derivatives,
        Span<double> scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var p = scratch[..predictions.Length];
        var y = scratch.Slice(p.Length, p.Length);
        var logs = scratch.Slice(2 * p.Length, p.Length);
        DenseActivations.Widen(predictions, p);
        DenseActivations.Widen(targets, y);
        losses.Clear();
        switch (loss)
        {
            case LossFunction.BinaryCrossEntropy:
                for (var i = 0; i < p.Length; i++) logs[i] = p[i] + Floor;
                Elementary.Log(logs, logs);
                for (var i = 0; i < p.Length; i++) losses[i / columns] -= y[i] * logs[i];
                for (var i = 0; i < p.Length; i++) logs[i] = 1 - p[i] + Floor;
                Elementary.Log(logs, logs);
                for (var i = 0; i < p.Length; i++) losses[i / columns] -= (1 - y[i]) * logs[i];
                for (var i = 0; i < p.Length; i++) p[i] = (((1 - y[i]) / (1 - p[i] + Floor)) - (y[i] / (p[i] + Floor))) / rowCount;
                break;
            case LossFunction.CategoricalCrossEntropy:
                for (var i = 0; i < p.Length; i++) logs[i] = p[i] + Floor;
                Elementary.Log(logs, logs);
                for (var i = 0; i < p.Length; i++) losses[i / columns] -= y[i] * logs[i];
                for (var i = 0; i < p.Length; i++) p[i] = -y[i] / (p[i] + Floor) / rowCount;
                break;
            case LossFunction.MeanSquaredError:
                for (var i = 0; i < p.Length; i++) p[i] -= y[i];
                for (var i = 0; i < p.Length; i++) losses[i / columns] += p[i] * p[i] / columns;
                for (var i = 0; i < p.Length; i++) p[i] = 2 * p[i] / columns / rowCount;
                break;
            default:
                for (var i = 0; i < p.Length; i++) p[i] -= y[i];
                for (var i = 0; i < p.Length; i++) losses[i / columns] += p[i] * p[i] / 2;
                for (var i = 0; i < p.Length; i++) p[i] /= rowCount;
                break;
        }

        DenseActivations.Narrow(p, derivatives);
    }

    /// <summary>From weighted sums z, when <see cref="IsFused"/>: the loss of each row, and the derivatives of the mean loss with respect to z.</summary>
    /// <param name="loss">Binary cross-entropy of a sigmoid, or categorical of a softmax.</param>
    /// <param name="sums">z, row after row: rows x columns.</param>
    /// <param name="targets">The targets, row after row.</param>
    /// <param name="columns">Number of outputs.</param>
    /// <param name="rowCount">Rows over which the mean is taken: these and others.</param>
    /// <param name="losses">Gets the loss of each of these rows.</param>
    /// <param name="derivatives">Gets the derivatives, row after row.</param>
    /// <param name="scratch">Working memory.</param>
    public static void FromSums<T>(
        LossFunction loss,
        ReadOnlySpan<T> sums,
        ReadOnlySpan<T> targets,
        int columns,
        int rowCount,
        Span<double> losses,
        Span<T> derivatives,
        Span<double> scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var z = scratch[..sums.Length];
        var y = scratch.Slice(z.Length, z.Length);
        var part = scratch.Slice(2 * z.Length, z.Length);
        var logs = scratch.Slice(3 * z.Length, z.Length);
        DenseActivations.Widen(sums, z);
        DenseActivations.Widen(targets, y);
        losses.Clear();
        if (loss == LossFunction.BinaryCrossEntropy)
        {
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
                    z[i] = (z[i] > 0 ? 1 - y[i] - small : small - y[i]) / rowCount;
                }
            }
        }
        else
        {
            for (var start = 0; start < z.Length; start += columns) DenseActivations.Subtract(z.Slice(start, columns), DenseActivations.Largest(z.Slice(start, columns)));
            Elementary.Exp(z, part);
            for (var row = 0; row < losses.Length; row++)
            {
                var ofZ = z.Slice(row * columns, columns);
                var ofY = y.Slice(row * columns, columns);
                var ofPart = part.Slice(row * columns, columns);
                var sum = DenseActivations.Sum(ofPart);
                var log = Elementary.Log(sum);
                var total = DenseActivations.Sum(ofY);
                for (var i = 0; i < ofZ.Length; i++)
                {
                    if (ofY[i] != 0) losses[row] += ofY[i] * (log - ofZ[i]);
                    ofZ[i] = ((total * ofPart[i] / sum) - ofY[i]) / rowCount;
                }
            }
        }

        DenseActivations.Narrow(z, derivatives);
    }
}
