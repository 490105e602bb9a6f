using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using PSAutodiff.Data;
using PSAutodiff.Execution.Arrays;
using PSAutodiff.Kernels;
using PSAutodiff.Measurements;
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
    public override string ToString() => FormattableString.Invariant($"{Rows} {(Rows == 1 ? "row" : "rows")}: loss {Loss}");

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

        // Of each row: the loss, and of every layer the weighted sums, the outputs, and the derivatives by the sums, which are those by the biases.
        var program = NetworkForms.Get(network, $"trace of {loss} in {typeof(T)}", () => Program(network, typeof(T) == typeof(float), loss));
        var columns = new T[checked(rows * data.OutputSize)];
        for (var row = 0; row < rows; row++) data.CopyTargets(row, columns.AsSpan(row * data.OutputSize, data.OutputSize));
        var parameters = network.FlatParameters<T>();
        var results = program.Results.Shapes.Select(shape => new double[checked(rows * (int)shape.Count)]).ToArray();
        new RowRun<T>(program, threads).Evaluate(parameters, [data.Inputs, columns], rows, results, cancellation);
        var gradient = new T[network.ParameterCount];
        var mean = NetworkModel<T>.Of(network, loss, data, threads).Gradient(parameters, [.. Enumerable.Range(0, rows)], gradient, noise: null, cancellation);
        var wide = Array.ConvertAll(gradient, double.CreateTruncating);
        return new NetworkTrace(
            loss,
            mean,
            results[0],
            Matrix<T>(data.Inputs, rows, data.InputSize),
            Matrix<T>(columns, rows, data.OutputSize),
            layers.Select(layer =>
            {
                var at = 1 + (3 * layer.Index);
                var deltas = results[at + 2];
                Vectors.Divide(deltas, (double)rows);
                var extras = layer.ExtrasOf<double>(wide);
                return new LayerTrace(
                    layer.Index + 1,
                    network.Layers[layer.Index].Activation,
                    Matrix<double>(results[at], rows, layer.Outputs),
                    Matrix<double>(results[at + 1], rows, layer.Outputs),
                    Matrix<double>(deltas, rows, layer.Outputs),
                    Matrix(layer.WeightsOf<double>(wide), layer.Inputs, layer.Outputs),
                    layer.BiasesOf<double>(wide).ToArray())
                {
                    DGain = extras.Gain,
                    DOffset = extras.Offset,
                    DProjection = extras.Projection,
                };
            }).ToArray());
    }

    private static RowProgram Program(Network network, bool isNarrow, LossFunction loss)
    {
        var inputs = ExprNode.Variable(NetworkForms.Inputs, Core.Shape.Vector(network.InputSize));
        var targets = ExprNode.Variable(NetworkForms.Targets, Core.Shape.Vector(network.OutputSize));
        var measured = NetworkExpression.OfVectors(network, Networks.Losses.Loss.Of(loss), inputs, targets);
        var derivatives = NumericDerivatives.Of(measured, [.. network.Layout.Layers.Select(static layer => layer.BiasesName)]);
        var deltas = derivatives.Gradient.Nodes();
        var layers = NetworkExpression.Layers(network, inputs, withValues: false);
        return NetworkForms.ForValues(network, isNarrow, [measured, .. layers.SelectMany((layer, l) => new[] { layer.Sums, layer.Outputs, deltas[l] })], NetworkForms.Columns(network, withTargets: true));
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
