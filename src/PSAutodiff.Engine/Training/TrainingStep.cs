namespace PSAutodiff;

/// <summary>The loss of one training step, taken before the step changed the parameters.</summary>
/// <param name="Step">Number of the step, from 1.</param>
/// <param name="Epoch">Number of the pass over the data, from 1.</param>
/// <param name="Sample">Number of the data row, from 1; null for a step over several rows, unless it failed because of one.</param>
/// <param name="Loss">The loss on that row, or the mean over those rows.</param>
public sealed record TrainingStep(int Step, int Epoch, int? Sample, double Loss)
{
    /// <summary>The step and its loss in a line.</summary>
    public override string ToString() => FormattableString.Invariant($"step {Step}: loss {Loss}");
}
