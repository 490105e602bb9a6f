namespace PSAutodiff;

/// <summary>How raw inputs become a network's inputs: (x - mean) / deviation, input by input.</summary>
/// <param name="Means">The means of the training rows.</param>
/// <param name="Deviations">Their standard deviations; 1 for an input that did not vary.</param>
public sealed record FeatureScaling(double[] Means, double[] Deviations)
{
    /// <summary>A raw input as the network takes it.</summary>
    /// <param name="input">Number of the input, from 0.</param>
    /// <param name="value">The raw value.</param>
    internal double Apply(int input, double value) => (value - Means[input]) / Deviations[input];
}
