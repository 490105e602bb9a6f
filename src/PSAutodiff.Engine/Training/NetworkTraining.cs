using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using PSAutodiff.Core;
using PSAutodiff.Data;
using PSAutodiff.Networks;
using PSAutodiff.Networks.Losses;
using PSAutodiff.Training;
using PSAutodiff.Training.Machines;
using PSAutodiff.Training.Models;

namespace PSAutodiff;

/// <summary>Trains dense networks.</summary>
public static class NetworkTraining
{
    /// <summary>Trains a network on rows of numbers.</summary>
    /// <param name="network">The network; it stays as it is. Further restarts draw its weights anew, by its initializer.</param>
    /// <param name="inputs">Raw inputs: rows x inputs. When the network scales its inputs, they are scaled.</param>
    /// <param name="targets">Wanted outputs: rows x outputs.</param>
    /// <param name="loss">The loss; null for <see cref="DefaultLoss"/>.</param>
    /// <param name="options">How to train.</param>
    /// <param name="cancellation">Ends the training early; what was reached is returned.</param>
    /// <exception cref="AutodiffException">
    /// The shapes do not fit, a number is not finite or no target of the loss, the loss does not go with the last layer, there are no rows,
    /// an option is out of its range, or a checkpoint cannot be written or is not one of this training.
    /// </exception>
    public static TrainingResult Run(Network network, double[,] inputs, double[,] targets, LossFunction? loss, TrainingOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(options);
        var used = loss ?? DefaultLoss(network);
        return network.Precision == NetworkPrecision.Single ? Run<float>() : Run<double>();

        TrainingResult Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            NetworkTraining.Run(network, CheckedRows<T>(network, inputs, targets, used), used, options, cancellation);
    }

    /// <summary>The loss for the last layer's activation when none is named: cross-entropy for softmax and sigmoid, else the mean squared error.</summary>
    public static LossFunction DefaultLoss(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return Loss.DefaultFor(network);
    }

    /// <summary>Trains a network on rows that fit it and are scaled as it wants.</summary>
    /// <param name="network">The network; it stays as it is.</param>
    /// <param name="data">The rows.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="options">How to train.</param>
    /// <param name="cancellation">Ends the training early; what was reached is returned.</param>
    /// <param name="samples">The numbers under which rows are reported; null for 1, 2, 3, ...</param>
    /// <param name="standardizes">Whether the scaling of the network was made from these rows.</param>
    /// <param name="targets">How the targets of these rows were scaled; null for not at all. The network that comes back gives targets as they were.</param>
    internal static TrainingResult Run<T>(Network network, TrainingData<T> data, LossFunction loss, TrainingOptions options, CancellationToken cancellation, int[]? samples = null, bool standardizes = false, FeatureScaling? targets = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var plan = new TrainingPlan(data.RowCount, samples, options) { HasMasks = network.HasDropout };
        CheckRestarts(network, options);

        // New weights are meant for scaled targets, trained ones give those that they were trained on.
        var start = targets is not null && network.LossFunction is not null ? TargetScaling.TakeOut(network, targets) : network;
        var threads = Math.Max(1, options.Threads / TrainingLoop<T>.Workers(options));
        var model = NetworkModel<T>.Of(network, loss, data, threads, options.HasNoise || network.HasDropout);
        var loop = new TrainingLoop<T>(model, plan, start.FlatParameters<T>(), seed => network.Redrawn(seed).FlatParameters<T>())
        {
            Subject = () => (HashOf(start, loss), HashOf(data)),
            Job = () => TrainingJob.Write(network, data, loss, plan),
        };
        var (result, parameters, best) = loop.Run(cancellation);
        var begun = best == 0 ? network : network.Redrawn(result.Restarts.Single(static restart => restart.IsBest).Seed);
        var trained = begun.WithParameters<T>(parameters);
        if (targets is not null) trained = TargetScaling.PutInto(trained, targets);
        result.Network = trained.WithLoss(loss).WithRecipe(NetworkRecipe.Of(network, standardizes, options) with { StandardizesTargets = targets is not null });
        return result;
    }

    /// <summary>Trains a network over rows that stay elsewhere in parts, and are scaled as it wants.</summary>
    /// <param name="network">The network; it stays as it is.</param>
    /// <param name="rows">The inputs and targets of each row, joined to a mean.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="options">How to train.</param>
    /// <param name="standardizes">Whether the scaling of the network was made from these rows.</param>
    /// <param name="cancellation">Ends the training early; what was reached is returned.</param>
    /// <exception cref="AutodiffException">See <see cref="PartsTraining.Run"/>.</exception>
    internal static TrainingResult RunParts(Network network, DataRows rows, LossFunction loss, TrainingOptions options, bool standardizes, CancellationToken cancellation)
    {
        if (network.HasDropout) throw new AutodiffException(ErrorIds.TrainingOptionInvalid, "Rows that stay in parts are taken without noise, but the network has layers with dropout. Leave dropout out of the layers.");
        CheckRestarts(network, options);
        if (network.Precision == NetworkPrecision.Single) throw new AutodiffException(ErrorIds.TrainingOptionInvalid, "Rows that stay in parts are trained on in double precision, and the network is one of single precision. Make it with double precision.");
        var expression = NetworkForms.LossOf(network, loss);
        var layout = VariableLayout.Of([.. network.Layout.ArrayNames()], ExprNode.Flatten([expression], cancellation));
        var (result, parameters, best) = PartsTraining.Run(expression, layout, rows, network.FlatParameters(), seed => network.Redrawn(seed).FlatParameters(), network.Layout.IsWeight, network.FrozenIndices(), options, cancellation);
        var begun = best == 0 ? network : network.Redrawn(result.Restarts.Single(static restart => restart.IsBest).Seed);
        result.Network = begun.WithParameters<double>(parameters).WithLoss(loss).WithRecipe(NetworkRecipe.Of(network, standardizes, PartsTraining.OptionsFor(options, rows.Count)));
        return result;
    }

    private static void CheckRestarts(Network network, TrainingOptions options)
    {
        if (options.Restarts > 1 && network.Initializer == NetworkInitializer.Given)
        {
            throw new AutodiffException(
                ErrorIds.RestartsNeedStarts,
                "Restarts begin with new random weights, but this network's weights were given. Make it with an initializer, or train it once.");
        }
    }

    /// <summary>Rows as a network takes them, that a loss can measure.</summary>
    /// <param name="network">The network. When it scales its inputs, they are scaled.</param>
    /// <param name="inputs">Raw inputs: rows x inputs.</param>
    /// <param name="targets">Wanted outputs: rows x outputs.</param>
    /// <param name="loss">The loss.</param>
    /// <exception cref="AutodiffException">The shapes do not fit, a number is not finite or no target of the loss, or the loss does not go with the last layer.</exception>
    internal static TrainingData<T> CheckedRows<T>(Network network, double[,] inputs, double[,] targets, LossFunction loss)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var data = RowsOf<T>(network, inputs, targets);
        Loss.Of(loss).CheckLayer(network, data);
        Loss.Of(loss).CheckTargets<T>(
            data.Targets,
            network.OutputSize,
            static (row, column) => string.Create(CultureInfo.InvariantCulture, $"Row {row + 1} of the targets{(column < 0 ? string.Empty : $", column {column + 1}")}"));
        return data;
    }

    /// <summary>Rows as a network takes them.</summary>
    /// <param name="network">The network. When it scales its inputs, they are scaled.</param>
    /// <param name="inputs">Raw inputs: rows x inputs.</param>
    /// <param name="targets">Wanted outputs: rows x outputs.</param>
    /// <exception cref="AutodiffException">The shapes do not fit, or a number is not finite.</exception>
    internal static TrainingData<T> RowsOf<T>(Network network, double[,] inputs, double[,] targets)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (inputs.GetLength(0) != targets.GetLength(0))
        {
            throw new AutodiffException(ErrorIds.LengthMismatch, $"There are {inputs.GetLength(0)} rows of inputs but {targets.GetLength(0)} rows of targets.");
        }

        CheckMatrix(inputs, network.InputSize, "inputs");
        CheckMatrix(targets, network.OutputSize, "targets");
        return new TrainingData<T>
        {
            Inputs = FeatureScaling.Flatten<T>(inputs, network.Scaling),
            Targets = FeatureScaling.Flatten<T>(targets, null),
            RowCount = inputs.GetLength(0),
            InputSize = network.InputSize,
            OutputSize = network.OutputSize,
        };
    }

    // What is either "inputs" or "targets".
    private static void CheckMatrix(double[,] values, int columns, string what)
    {
        if (values.GetLength(1) != columns)
        {
            throw new AutodiffException(ErrorIds.LengthMismatch, $"The network has {columns} {(what == "inputs" ? "inputs" : "outputs")}, but the rows have {values.GetLength(1)} {what}.");
        }

        for (var row = 0; row < values.GetLength(0); row++)
        {
            for (var column = 0; column < columns; column++)
            {
                if (double.IsFinite(values[row, column])) continue;
                throw new AutodiffException(
                    ErrorIds.ValueNotFinite,
                    string.Create(CultureInfo.InvariantCulture, $"Row {row + 1} of the {what}, column {column + 1}: {values[row, column]} cannot be trained on."));
            }
        }
    }

    private static byte[] HashOf(Network network, LossFunction loss)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var layers = network.Layers.Select(static layer => string.Create(CultureInfo.InvariantCulture, $"{layer.Inputs},{layer.Outputs},{(layer.Form.IsPlain ? layer.Activation.ToString() : layer.Form.Text)};"));
        hash.AppendData(Encoding.UTF8.GetBytes($"network;{network.Precision};{network.Initializer};{loss};{string.Concat(layers)}"));
        hash.AppendData(MemoryMarshal.AsBytes<double>(network.FlatParameters()));
        hash.AppendData(MemoryMarshal.AsBytes<int>(network.FrozenIndices()));
        return hash.GetHashAndReset();
    }

    private static byte[] HashOf<T>(TrainingData<T> data)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{typeof(T).Name},{data.RowCount},{data.InputSize},{data.OutputSize};")));
        hash.AppendData(MemoryMarshal.AsBytes<T>(data.Inputs.AsSpan(0, data.RowCount * data.InputSize)));
        if (data.Targets is not null) hash.AppendData(MemoryMarshal.AsBytes<T>(data.Targets.AsSpan(0, data.RowCount * data.OutputSize)));
        if (data.Classes is not null) hash.AppendData(MemoryMarshal.AsBytes<int>(data.Classes.AsSpan(0, data.RowCount)));
        return hash.GetHashAndReset();
    }
}
