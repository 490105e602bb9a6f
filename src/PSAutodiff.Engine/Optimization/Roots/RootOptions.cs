namespace PSAutodiff;

/// <summary>How long a root is searched for.</summary>
public sealed record RootOptions
{
    /// <summary>The greatest number of steps, at least 1.</summary>
    public int MaxIteration { get; init; } = 1000;

    /// <summary>
    /// The search ends when no residual is larger in magnitude: a finite number from 0 up. Null, the default, to go on until the
    /// residuals are zero as far as rounding lets it be known.
    /// </summary>
    public double? Tolerance { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxIteration);
        if (Tolerance is { } tolerance && !(tolerance >= 0 && double.IsFinite(tolerance)))
        {
            throw new ArgumentOutOfRangeException(nameof(Tolerance), tolerance, "The tolerance has to be a finite number of at least 0.");
        }
    }
}
