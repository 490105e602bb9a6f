namespace PSAutodiff;

/// <summary>One of several starts of a training.</summary>
/// <param name="Restart">Its number, from 1.</param>
/// <param name="Seed">The seed of its start and of its random choices.</param>
/// <param name="FinalLoss">The mean loss over the data at its end.</param>
/// <param name="ValidationLoss">The loss on the validation rows at its end; null when there are none.</param>
/// <param name="Steps">Steps it took.</param>
/// <param name="Epochs">Passes over the data, a begun one included.</param>
/// <param name="StopReason">Why it ended.</param>
/// <param name="IsBest">Whether it is the one that was kept.</param>
public sealed record TrainingRestart(int Restart, int Seed, double FinalLoss, double? ValidationLoss, int Steps, int Epochs, TrainingStopReason StopReason, bool IsBest)
{
    /// <summary>The restart and its loss in a line.</summary>
    public override string ToString() => FormattableString.Invariant($"restart {Restart}: loss {FinalLoss}");
}
