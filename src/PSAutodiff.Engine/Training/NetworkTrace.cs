using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using PSAutodiff.Data;
using PSAutodiff.Networks;
using PSAutodiff.Training.Models;

namespace PSAutodiff;

/// <summary>
/// What a step of training computes of a batch of rows before it moves the weights: layer by layer the weighted sums, the outputs and what
/// comes back. Dropout and noise are off.
/// </summary>
public sealed class NetworkTrace
{
    [JsonConstructor]
    internal NetworkTrace(LossFunction lossFunction, double loss, double[] rowLoss, double[,] x, double[,] targets, IReadOnlyList<LayerTrace> layers) =>
        (LossFunction, Loss, RowLoss, X, Targets, Layers) = (lossFunction, loss, rowLoss, x, targets, layers);

    /// <summary>How the loss is measured.</summary>
    public LossFunction LossFunction { get; }

    /// <summary>The mean loss over the rows.</summary>
    public double Loss { get; }

    /// <summary>The loss of each row.</summary>
    public double[] RowLoss { get; }

    /// <summary>Number of rows.</summary>
    public int Rows => X.GetLength(0);

    /// <summary>The inputs of the first layer, scaled where the network scales them: rows x inputs.</summary>
    public double[,] X { get; }

    /// <summary>The wanted outputs: rows x outputs; of a class 1 in its column and else 0.</summary>
    public double[,] Targets { get; }

    /// <summary>The layers, from the inputs to the outputs.</summary>
    public IReadOnlyList<LayerTrace> Layers { get; }

    /// <summary>Traces a batch of rows of numbers through a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="inputs">Raw inputs: rows x inputs. When the network scales its inputs, they are scaled.</param>
    /// <param name="targets">Wanted outputs: rows x outputs.</param>
    /// <param name="loss">The loss; null for <see cref="NetworkTraining.DefaultLoss"/>.</param>
    /// <exception cref="AutodiffException">The shapes do not fit, a number is not finite or no target of the loss, the loss does not go with the last layer, or there are no rows.</exception>
    public static NetworkTrace Run(Network network, double[,] inputs, double[,] targets, LossFunction? loss = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        var used = loss ?? NetworkTraining.DefaultLoss(network);
        return network.Precision == NetworkPrecision.Single ? Run<float>() : Run<double>();

        NetworkTrace Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            NetworkTrace.Run(network, NetworkTraining.CheckedRows<T>(network, inputs, targets, used), used, Environment.ProcessorCount, CancellationToken.None);
    }

    /// <summary>The loss and the number of rows in a line.</summary>
    public override string ToString() => FormattableString.Invariant($"{Rows} rows: loss {Loss}");

    /// <summary>Traces rows that fit a network, are scaled as it wants and can be measured by the loss.</summary>
    /// <exception cref="AutodiffException">There are no rows, or more than matrices can hold.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    internal static NetworkTrace Run<T>(Network network, TrainingData<T> data, LossFunction loss, int threads, CancellationToken cancellation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var rows = data.RowCount;
        if (rows == 0) throw new AutodiffException(ErrorIds.RowsMissing, "There are no rows to trace.");
        var layers = network.Layout.Layers;
        var widest = layers.Max(static layer => Math.Max(layer.Inputs, layer.Outputs));
        if ((long)rows * widest > Array.MaxLength)
        {
            throw new AutodiffException(ErrorIds.DataTooLarge, string.Create(CultureInfo.InvariantCulture, $"The matrices of {rows} rows with {widest} numbers each are too large. Trace fewer rows at a time."));
        }

        var (sums, values, deltas) = (Of(layers), Of(layers), Of(layers));
        var losses = new double[rows];
        DenseModel<T> model = null!;
        model = new DenseModel<T>(network, loss, data, threads, Look);
        var gradient = new T[network.ParameterCount];
        var mean = model.Gradient(network.FlatParameters<T>(), [.. Enumerable.Range(0, rows)], gradient, noise: null, cancellation);
        var wide = Array.ConvertAll(gradient, double.CreateTruncating);
        return new NetworkTrace(
            loss,
            mean,
            losses,
            Matrix<T>(data.Inputs, rows, data.InputSize),
            TargetsOf(data),
            layers.Select(layer => new LayerTrace(
                layer.Index + 1,
                network.Layers[layer.Index].Activation,
                Matrix<T>(sums[layer.Index], rows, layer.Outputs),
                Matrix<T>(values[layer.Index], rows, layer.Outputs),
                Matrix<T>(deltas[layer.Index], rows, layer.Outputs),
                Matrix(layer.WeightsOf<double>(wide), layer.Inputs, layer.Outputs),
                layer.BiasesOf<double>(wide).ToArray())).ToArray());

        T[][] Of(LayerPlace[] layers) => Array.ConvertAll(layers, layer => new T[rows * layer.Outputs]);

        void Look(DenseBatch<T> batch, int first)
        {
            batch.Losses.CopyTo(losses.AsSpan(first));
            foreach (var layer in layers)
            {
                var start = first * layer.Outputs;
                batch.CopyLayer(layer.Index, model.IsFused, sums[layer.Index].AsSpan(start), values[layer.Index].AsSpan(start), deltas[layer.Index].AsSpan(start));
            }
        }
    }

    private static double[,] TargetsOf<T>(TrainingData<T> data)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (data.Targets is { } targets) return Matrix<T>(targets, data.RowCount, data.OutputSize);
        var matrix = new double[data.RowCount, data.OutputSize];
        for (var row = 0; row < data.RowCount; row++)
        {
            if (data.OutputSize == 1) matrix[row, 0] = data.Classes![row];
            else matrix[row, data.Classes![row]] = 1;
        }

        return matrix;
    }

    private static double[,] Matrix<T>(ReadOnlySpan<T> values, int rows, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var matrix = new double[rows, columns];
        var flat = MemoryMarshal.CreateSpan(ref matrix[0, 0], matrix.Length);
        for (var i = 0; i < flat.Length; i++) flat[i] = double.CreateTruncating(values[i]);
        return matrix;
    }
}
