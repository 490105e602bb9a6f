namespace PSAutodiff;

/// <summary>How raw inputs become a network's inputs: (x - mean) / deviation, input by input. Immutable: the arrays are copies.</summary>
public sealed record FeatureScaling
{
    private readonly double[] _means;
    private readonly double[] _deviations;

    /// <summary>Makes a scaling. The arrays are copied.</summary>
    /// <param name="means">The means of the training rows.</param>
    /// <param name="deviations">Their standard deviations; 1 for an input that did not vary.</param>
    public FeatureScaling(double[] means, double[] deviations)
    {
        ArgumentNullException.ThrowIfNull(means);
        ArgumentNullException.ThrowIfNull(deviations);
        (_means, _deviations) = ([.. means], [.. deviations]);
    }

    /// <summary>The means of the training rows.</summary>
    public double[] Means => [.. _means];

    /// <summary>Their standard deviations; 1 for an input that did not vary.</summary>
    public double[] Deviations => [.. _deviations];

    /// <summary>Means and deviations.</summary>
    public void Deconstruct(out double[] means, out double[] deviations) => (means, deviations) = (Means, Deviations);

    /// <summary>Means and deviations in a line.</summary>
    public override string ToString() => $"means {Listed(_means)}; deviations {Listed(_deviations)}";

    /// <summary>A raw input as the network takes it.</summary>
    /// <param name="input">Number of the input, from 0.</param>
    /// <param name="value">The raw value.</param>
    internal double Apply(int input, double value) => (value - _means[input]) / _deviations[input];

    private static string Listed(double[] numbers) => string.Join(", ", numbers.Select(static number => FormattableString.Invariant($"{number}")));
}
