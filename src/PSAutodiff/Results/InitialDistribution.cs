namespace PSAutodiff;

/// <summary>How initial values of parameters are drawn.</summary>
public enum InitialDistribution
{
    /// <summary>Uniformly between minus and plus the scale.</summary>
    Uniform,

    /// <summary>Normally with mean 0 and the scale as standard deviation.</summary>
    Normal,
}
