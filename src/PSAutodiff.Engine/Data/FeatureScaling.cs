using System.Numerics;
using PSAutodiff.Data;

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

    /// <summary>The numbers of rows, row after row, scaled when there is a scaling.</summary>
    internal static T[] Flatten<T>(double[,] rows, FeatureScaling? scaling)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var columns = rows.GetLength(1);
        var flat = new T[rows.Length];
        for (var i = 0; i < flat.Length; i++)
        {
            var column = i % columns;
            var value = rows[i / columns, column];
            flat[i] = T.CreateTruncating(scaling is null ? value : scaling.Apply(column, value));
            if (double.IsFinite(value) && !T.IsFinite(flat[i])) throw NumberRange.TooLarge<T>(FormattableString.Invariant($"Row {(i / columns) + 1}, column {column + 1}: {value}"), scaling is not null);
        }

        return flat;
    }

    private static string Listed(double[] numbers) => string.Join(", ", numbers.Select(static number => FormattableString.Invariant($"{number}")));
}
