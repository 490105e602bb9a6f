namespace PSAutodiff;

/// <summary>How much a weight u matters: its saliency.</summary>
public enum PruningMethod
{
    /// <summary>h u^2 / 2, with h the second derivative of the mean loss with respect to u (LeCun, Denker and Solla, 1990).</summary>
    OptimalBrainDamage,

    /// <summary>u^2 / 2: as if all h were 1.</summary>
    Magnitude,
}
