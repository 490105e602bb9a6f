using System.Globalization;
using System.Numerics;
using PSAutodiff.Data;
using PSAutodiff.Training;

namespace PSAutodiff.Rows;

/// <summary>Trains a network on data, whatever they came from.</summary>
internal static class NetworkFit
{
    private const int MostColumnsNamed = 5;

    // Of a target's deviation, what outputs may be apart.
    private const double MostOfDeviation = 1e-3;

    /// <summary>Trains a network.</summary>
    /// <param name="network">The network; it stays as it is.</param>
    /// <param name="data">The data, which are used up.</param>
    /// <param name="standardize">Whether inputs are scaled by the data, where the network does not scale them yet.</param>
    /// <param name="standardizeTargets">Whether targets are scaled, by the data where the network was not trained on scaled ones; null for as the network was trained.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="options">How.</param>
    /// <param name="warn">Takes a warning; null for nobody.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">The data do not suit the network or the loss.</exception>
    public static TrainingResult Train(Network network, NetworkData data, bool standardize, bool? standardizeTargets, LossFunction loss, TrainingOptions options, Action<string>? warn, CancellationToken cancellation)
    {
        var scales = network.Scaling is null && standardize;

        // Rows for validation are as unknown as those to come.
        var rows = options.ValidationFraction > 0 && data.Rows > 1 ? new TrainingRows(data.Rows, options).Training : null;
        var targets = standardizeTargets == false ? null : data.KnownTargets(network);
        if (targets is not null || standardizeTargets == true) CheckScalable(network, loss);
        if (standardizeTargets == true) targets ??= OfVarying(data.MeasureTargets(rows), data.Labels, "target", warn);
        if (targets is not null && network.Precision == NetworkPrecision.Single) CheckHeldInSingle(targets, data.Labels);
        var described = data.Describe(network, scales ? MeasureInputs(data, rows, warn) : network.Scaling, targets);
        return described.Precision == NetworkPrecision.Single ? Run<float>() : Run<double>();

        TrainingResult Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            NetworkTraining.Run(described, data.ToTrainingData<T>(described, loss, targets), loss, options, cancellation, data.RowNumbers, scales, targets);
    }

    private static void CheckScalable(Network network, LossFunction loss)
    {
        var last = network.Layers[^1].Form;
        if (last is not { IsPlain: true, Activation: ActivationFunction.Linear }) throw new AutodiffException(ErrorIds.NetworkInvalid, $"-StandardizeTarget makes the way back to the targets part of the last layer, whose outputs have to be linear. Here they are {last.Text}. Give New-NeuralNetwork a last layer of a size alone, without an activation or anything else.");
        if (Networks.Losses.Loss.Of(loss) is Networks.Losses.CrossEntropyLoss) throw new AutodiffException(ErrorIds.LossFunctionInvalid, $"{loss} measures probabilities, which -StandardizeTarget does not scale. Take the loss MeanSquaredError.");
    }

    private static FeatureScaling MeasureInputs(NetworkData data, int[]? rows, Action<string>? warn) => OfVarying(data.Inputs.MeasureScaling(rows), data.Features, "input", warn);

    // The way back to the targets is part of the last layer, whose outputs are then as coarse as single numbers of the targets' size.
    private static void CheckHeldInSingle(FeatureScaling targets, string[] names)
    {
        var (means, deviations) = targets;
        for (var i = 0; i < means.Length; i++)
        {
            if (!float.IsFinite((float)means[i]) || !float.IsFinite((float)deviations[i])) throw NumberRange.TooLarge<float>(string.Create(CultureInfo.InvariantCulture, $"The target {Named(i)}, about {means[i]:g6},"), isScaled: false);
            var step = MathF.BitIncrement(MathF.Abs((float)means[i])) - MathF.Abs((float)means[i]);
            if (step <= MostOfDeviation * deviations[i]) continue;
            throw new AutodiffException(
                ErrorIds.NetworkInvalid,
                string.Create(CultureInfo.InvariantCulture, $"The target {Named(i)} varies by {deviations[i]:g3} about {means[i]:g6}, where numbers in single precision are {step:g3} apart, so that predictions would be too coarse. Take -Precision Double in New-NeuralNetwork, or subtract {means[i]:g3} from the target."));
        }

        string Named(int i) => names.Length > i ? $"'{names[i]}'" : (i + 1).ToString(CultureInfo.InvariantCulture);
    }

    // What does not vary is only moved to 0.
    private static FeatureScaling OfVarying(FeatureScaling scaling, string[] names, string what, Action<string>? warn)
    {
        var (means, deviations) = scaling;
        var constant = new List<string>();
        for (var i = 0; i < deviations.Length; i++)
        {
            if (deviations[i] > 0) continue;
            deviations[i] = 1;
            constant.Add(names.Length > i ? $"'{names[i]}'" : (i + 1).ToString(CultureInfo.InvariantCulture));
        }

        if (constant.Count > 0)
        {
            warn?.Invoke(string.Create(
                CultureInfo.InvariantCulture,
                $"{constant.Count} {what} column{(constant.Count == 1 ? " has" : "s have")} the same value in every row and {(constant.Count == 1 ? "is" : "are")} only moved to 0: {string.Join(", ", constant.Take(MostColumnsNamed))}{(constant.Count > MostColumnsNamed ? ", ..." : string.Empty)}."));
        }

        return new FeatureScaling(means, deviations);
    }
}
