using PSAutodiff.Core;
using PSAutodiff.Data;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Measurements;
using PSAutodiff.Networks.Losses;
using PSAutodiff.Training.Models;

namespace PSAutodiff;

/// <summary>Checks what backpropagation gives for a network against central differences of its mean loss.</summary>
public static class NetworkDerivatives
{
    // Roundings of an output of a layer beside those of its sum, and of a loss.
    private const int RoundingsOfOutput = 4;
    private const int RoundingsOfLoss = 16;

    /// <summary>Checks the derivatives of the mean loss over rows of numbers with respect to weights and biases.</summary>
    /// <param name="network">The network. One of single precision is checked in double precision: its own has too few digits for differences.</param>
    /// <param name="inputs">Raw inputs: rows x inputs. When the network scales its inputs, they are scaled.</param>
    /// <param name="targets">Wanted outputs: rows x outputs.</param>
    /// <param name="loss">The loss; null for <see cref="NetworkTraining.DefaultLoss"/>.</param>
    /// <param name="parameters">The names of the weights and biases to check; null for all but pruned weights, which are not parameters.</param>
    /// <param name="step">As for <see cref="DerivativeCheck.Run"/>.</param>
    /// <param name="tolerance">As for <see cref="DerivativeCheck.Run"/>.</param>
    /// <param name="cancellation">Ends the check early.</param>
    /// <returns>A check for each weight and bias, in the order of <see cref="Network.Parameters"/>, or in that of the names.</returns>
    /// <exception cref="AutodiffException">
    /// The shapes do not fit, a number is not finite or no target of the loss, the loss does not go with the last layer, there are no rows, or
    /// a name is none of a parameter.
    /// </exception>
    /// <exception cref="OperationCanceledException">The check was cancelled.</exception>
    public static IReadOnlyList<DerivativeCheck> Check(
        Network network,
        double[,] inputs,
        double[,] targets,
        LossFunction? loss = null,
        IReadOnlyList<string>? parameters = null,
        double? step = null,
        double? tolerance = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        var used = loss ?? NetworkTraining.DefaultLoss(network);
        var wide = network.WithPrecision(NetworkPrecision.Double);
        return Check(wide, NetworkTraining.CheckedRows<double>(wide, inputs, targets, used), used, Environment.ProcessorCount, parameters, step, tolerance, null, cancellation);
    }

    /// <summary>Checks them on rows that fit the network, are scaled as it wants and can be measured by the loss.</summary>
    /// <param name="network">The network, of double precision.</param>
    /// <param name="data">The rows.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="threads">The most threads, at least 1.</param>
    /// <param name="parameters">The names of the weights and biases to check; null for all but pruned weights.</param>
    /// <param name="step">The step to either side; null to choose one.</param>
    /// <param name="tolerance">The largest error; null for the usual one.</param>
    /// <param name="progress">Told how many are done, and of how many.</param>
    /// <param name="cancellation">Ends the check early.</param>
    internal static IReadOnlyList<DerivativeCheck> Check(
        Network network,
        TrainingData<double> data,
        LossFunction loss,
        int threads,
        IReadOnlyList<string>? parameters,
        double? step,
        double? tolerance,
        Action<int, int>? progress,
        CancellationToken cancellation)
    {
        DerivativeCheck.RequirePositive(step, ErrorIds.StepInvalid, "step");
        DerivativeCheck.RequirePositive(tolerance, ErrorIds.ToleranceInvalid, "tolerance");
        var point = network.FlatParameters();
        string[] names = [.. network.Layout.Names()];
        var chosen = Chosen(network, names, parameters);
        var trace = NetworkTrace.Run(network, data, loss, threads, cancellation);
        var derivatives = trace.Layers.SelectMany(static layer => (IEnumerable<double>)[.. layer.DW.Cast<double>(), .. layer.Db, .. layer.DGain ?? [], .. layer.DOffset ?? [], .. layer.DProjection?.Cast<double>() ?? []]).ToArray();
        var model = NetworkModel<double>.Of(network, loss, data, threads);
        int[] rows = [.. Enumerable.Range(0, data.RowCount)];
        var moved = network.FlatParameters();
        var central = new CentralDifference(point, trace.Loss, Bound(network, trace), (parameter, positions) =>
        {
            var values = Array.ConvertAll(positions, position =>
            {
                moved[parameter] = position;
                return model.Loss(moved, rows, cancellation);
            });
            moved[parameter] = point[parameter];
            return values;
        });
        var checks = new DerivativeCheck[chosen.Length];
        for (var i = 0; i < checks.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Invoke(i, checks.Length);
            var index = chosen[i];
            checks[i] = DerivativeCheck.Check(names[index], point[index], trace.Loss, derivatives[index], central.Along(index, step), tolerance, "the mean loss");
        }

        return checks;
    }

    private static int[] Chosen(Network network, string[] names, IReadOnlyList<string>? parameters)
    {
        var frozen = network.FrozenIndices().ToHashSet();
        if (parameters is null) return [.. Enumerable.Range(0, names.Length).Where(index => !frozen.Contains(index))];
        var places = new NamePlaces(names);
        return [.. parameters.Select(name =>
        {
            if (!places.TryGetValue(name, out var index))
            {
                var some = string.Join(", ", names.Take(12));
                throw new AutodiffException(ErrorIds.VariableUnknown, $"The network has no weight or bias '{name}'. It has: {some}{(names.Length > 12 ? ", ..." : string.Empty)}.{NearNames.Hint(name, names)}");
            }

            return !frozen.Contains(index) ? index : throw new AutodiffException(ErrorIds.VariableUnknown, $"The weight '{name}' was pruned: it stays 0 and has no derivative to check.");
        })];
    }

    /// <summary>
    /// How far rounding may move the mean loss, to first order: a sum of n products is off by at most n + 1 roundings of the sum of their sizes,
    /// and what is off in z counts by the derivative of the loss with respect to z.
    /// </summary>
    private static double Bound(Network network, NetworkTrace trace)
    {
        var bound = RoundingsOfLoss * Math.Abs(trace.Loss);

        // Of a sure prediction the logarithm of a sum near 1 is what is left of it.
        if (Loss.Of(trace.LossFunction) is CrossEntropyLoss) bound += RoundingsOfLoss;
        var inputs = trace.X;
        foreach (var (layer, place) in trace.Layers.Zip(network.Layers))
        {
            var weights = place.Weights;
            var biases = place.Biases;
            for (var row = 0; row < trace.Rows; row++)
            {
                for (var j = 0; j < layer.Outputs; j++)
                {
                    if (layer.Delta[row, j] == 0) continue;
                    var size = Math.Abs(biases[j]);
                    for (var i = 0; i < layer.Inputs; i++) size += Math.Abs(inputs[row, i] * weights[i, j]);
                    bound += Math.Abs(layer.Delta[row, j]) * size * (layer.Inputs + 1 + RoundingsOfOutput + (place.Form.IsPlain ? 0 : layer.Outputs + RoundingsOfOutput));
                }
            }

            inputs = layer.Y;
        }

        return double.IsFinite(bound) ? Rounding.Unit * bound : RoundingsOfLoss * Rounding.Unit * Math.Abs(trace.Loss);
    }
}
