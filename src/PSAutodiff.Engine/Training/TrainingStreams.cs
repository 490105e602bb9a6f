namespace PSAutodiff.Training;

/// <summary>The random streams of a training's seed; 0 is that of the initial values.</summary>
internal static class TrainingStreams
{
    /// <summary>The seeds of restarts.</summary>
    public const int Restarts = 1;

    /// <summary>The choice of validation rows.</summary>
    public const int Validation = 2;

    /// <summary>The orders of the rows.</summary>
    public const int Order = 3;

    /// <summary>Noise on inputs and layers.</summary>
    public const int Noise = 4;
}
