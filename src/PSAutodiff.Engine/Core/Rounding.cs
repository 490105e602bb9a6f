namespace PSAutodiff.Core;

/// <summary>What an operation says of rounding, for bounds on errors: its own, and what becomes of its arguments' errors.</summary>
/// <param name="Units">Its own relative error at the most, in halves of a unit in the last place; 0 when nothing is ever rounded.</param>
internal sealed record Rounding(int Units)
{
    /// <summary>Half the distance from 1 to the next double: the relative error of one correct rounding.</summary>
    public const double Unit = 1.0 / (1L << 53);

    /// <summary>Gives one of its arguments, its negative, or a small whole number.</summary>
    public static readonly Rounding None = new(0);

    /// <summary>The same of a step function: it jumps wherever an argument's error reaches across a step.</summary>
    public static readonly Rounding Step = None with { Jumps = static (error, _, _) => error > 0 };

    /// <summary>Within 2 units in the last place.</summary>
    public static readonly Rounding Function = new(4);

    /// <summary>Of a wave: where the angle is known less well, up to the factor that bounds are off by, its error spans a good part of a turn.</summary>
    public static readonly Rounding Wave = Function with { LargestArgumentError = 1.0 / 8 };

    /// <summary>The error that errors ex of x and ey of y make of the value.</summary>
    public delegate double Propagation(double value, double x, double ex, double y, double ey);

    /// <summary>Whether the value at (x, y) happens to need no rounding; null when nobody can tell.</summary>
    public Func<double, double, bool>? IsExact { get; init; }

    /// <summary>The same of decimal numbers, for values that are exact in the digits that people write; null when there is no such thing.</summary>
    public Func<decimal, decimal, decimal>? InDecimals { get; init; }

    /// <summary>The power of ten of a result by those of the numbers, for decimals of every size; null where they must have the same.</summary>
    public Func<int, int, int>? DecimalExponent { get; init; }

    /// <summary>What errors of the arguments make of the value; null when it is found by moving the arguments.</summary>
    public Propagation? Propagates { get; init; }

    /// <summary>Whether a value may be so small that digits are lost.</summary>
    public bool MayUnderflow { get; init; } = true;

    /// <summary>An error of the first argument beyond which nothing is known of the value.</summary>
    public double LargestArgumentError { get; init; } = double.PositiveInfinity;

    /// <summary>For a value that jumps: whether it may, given its error, the first argument and that one's error.</summary>
    public Func<double, double, double, bool>? Jumps { get; init; }
}
