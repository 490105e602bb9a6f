using System.Globalization;
using System.Numerics;

namespace PSAutodiff.Rows;

/// <summary>Trains a network on data, whatever they came from.</summary>
internal static class NetworkFit
{
    private const int MostColumnsNamed = 5;

    /// <summary>Trains a network.</summary>
    /// <param name="network">The network; it stays as it is.</param>
    /// <param name="data">The data, which are used up.</param>
    /// <param name="standardize">Whether inputs are scaled by the data, where the network does not scale them yet.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="options">How.</param>
    /// <param name="warn">Takes a warning; null for nobody.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">The data do not suit the network or the loss.</exception>
    public static TrainingResult Train(Network network, NetworkData data, bool standardize, LossFunction loss, TrainingOptions options, Action<string>? warn, CancellationToken cancellation)
    {
        var scales = network.Scaling is null && standardize;
        var described = data.Describe(network, scales ? MeasureScaling(data, warn) : network.Scaling);
        return described.Precision == NetworkPrecision.Single ? Run<float>() : Run<double>();

        TrainingResult Run<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            NetworkTraining.Run(described, data.ToTrainingData<T>(described, loss), loss, options, cancellation, data.RowNumbers, scales);
    }

    private static FeatureScaling MeasureScaling(NetworkData data, Action<string>? warn)
    {
        var (means, deviations) = data.Inputs.MeasureScaling();
        var constant = new List<string>();
        for (var i = 0; i < deviations.Length; i++)
        {
            if (deviations[i] > 0) continue;
            deviations[i] = 1;
            constant.Add(data.Features.Length > 0 ? $"'{data.Features[i]}'" : (i + 1).ToString(CultureInfo.InvariantCulture));
        }

        if (constant.Count > 0)
        {
            warn?.Invoke(string.Create(
                CultureInfo.InvariantCulture,
                $"{constant.Count} input column{(constant.Count == 1 ? " has" : "s have")} the same value in every row and {(constant.Count == 1 ? "is" : "are")} only moved to 0: {string.Join(", ", constant.Take(MostColumnsNamed))}{(constant.Count > MostColumnsNamed ? ", ..." : string.Empty)}."));
        }

        return new FeatureScaling(means, deviations);
    }
}
