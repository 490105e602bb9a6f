namespace PSAutodiff;

/// <summary>How far a training is.</summary>
/// <param name="Epoch">The epoch it is in, from 1.</param>
/// <param name="Epochs">How many there will be at most.</param>
/// <param name="Fraction">The part of all steps, all restarts included, that is done: 0 to 1.</param>
/// <param name="Loss">The mean loss of the last full epoch; NaN before.</param>
/// <param name="Machines">What each of several machines does; null where there are none.</param>
public readonly record struct TrainingProgress(int Epoch, int Epochs, double Fraction, double Loss, string? Machines = null);
