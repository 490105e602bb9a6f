namespace PSAutodiff.Networks;

/// <summary>
/// Targets that are scaled to mean 0 and standard deviation 1 for a training. The way back is part of the last layer, which is linear: its weights are
/// multiplied by the deviations, and its biases too before the means are added. So a network predicts without it, and remembers it
/// for a training that goes on.
/// </summary>
internal static class TargetScaling
{
    /// <summary>The network that gives d p + m where this one gives p.</summary>
    public static Network PutInto(Network network, FeatureScaling targets)
    {
        var (means, deviations) = targets;
        return Change(network, (output, weight) => weight * deviations[output], (output, bias) => (bias * deviations[output]) + means[output]);
    }

    /// <summary>The network that gives (p - m) / d where this one gives p.</summary>
    public static Network TakeOut(Network network, FeatureScaling targets)
    {
        var (means, deviations) = targets;
        return Change(network, (output, weight) => weight / deviations[output], (output, bias) => (bias - means[output]) / deviations[output]);
    }

    private static Network Change(Network network, Func<int, double, double> ofWeight, Func<int, double, double> ofBias)
    {
        var last = network.Layout.Last;
        var parameters = network.FlatParameters();
        for (var i = last.Start; i < last.Bias; i++) parameters[i] = ofWeight((i - last.Start) % last.Outputs, parameters[i]);
        for (var i = last.Bias; i < last.End; i++) parameters[i] = ofBias(i - last.Bias, parameters[i]);
        return network.WithParameters<double>(parameters);
    }
}
