namespace PSAutodiff.Core;

/// <summary>What running error analysis knows where an operation on arrays was computed: its value, and the errors of its arguments.</summary>
internal readonly ref struct ArrayErrors
{
    /// <summary>How far each element of the first argument may be from its exact value; never NaN, infinite where nothing is known.</summary>
    public required ReadOnlySpan<double> X { get; init; }

    /// <summary>The same of the second argument.</summary>
    public required ReadOnlySpan<double> Y { get; init; }

    /// <summary>The elements of the value.</summary>
    public required ReadOnlySpan<double> Value { get; init; }

    /// <summary>The error of an element that may be 0 or 1: 1, or infinite where nothing is to be known of what jumps.</summary>
    public required double OfJump { get; init; }

    /// <summary>The error of so many roundings, each of a number of at most this magnitude.</summary>
    public static double OfRounding(double count, double magnitude) => count * Rounding.Unit * magnitude;
}
