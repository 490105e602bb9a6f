using System.Collections.Specialized;

namespace PSAutodiff;

/// <summary>What a training reached and how it got there.</summary>
public sealed class TrainingResult
{
    private readonly int[] _samples;

    internal TrainingResult(int[] samples) => _samples = samples;

    /// <summary>The trained parameters: name to value, in the order in which they were named.</summary>
    public required OrderedDictionary Parameters { get; init; }

    /// <summary>The loss of every step, before the step.</summary>
    public required IReadOnlyList<double> Loss { get; init; }

    /// <summary>The mean of <see cref="Loss"/> over every epoch, the last one possibly incomplete.</summary>
    public required IReadOnlyList<double> EpochLoss { get; init; }

    /// <summary>The mean loss over the data with the final parameters.</summary>
    public required double FinalLoss { get; init; }

    /// <summary>Number of steps taken.</summary>
    public int Steps => Loss.Count;

    /// <summary>Number of passes over the data, a begun one included.</summary>
    public int Epochs => EpochLoss.Count;

    /// <summary>The epoch with the least mean loss, from 1; 0 when there was none.</summary>
    public int BestEpoch
    {
        get
        {
            var best = -1;
            for (var i = 0; i < EpochLoss.Count; i++)
            {
                if (best < 0 || EpochLoss[i] < EpochLoss[best]) best = i;
            }

            return best + 1;
        }
    }

    /// <summary>Why it ended.</summary>
    public required TrainingStopReason StopReason { get; init; }

    /// <summary>The step, epoch, sample and loss at which the loss or a parameter was no longer finite; else null.</summary>
    public TrainingStep? FailedStep { get; init; }

    /// <summary>The seed of the random start; the same seed gives the same result.</summary>
    public required int Seed { get; init; }

    /// <summary>Time spent in the training itself.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>One object for every step, for example for Export-Csv.</summary>
    public IEnumerable<TrainingStep> History
    {
        get
        {
            for (var i = 0; i < Loss.Count; i++)
            {
                yield return new TrainingStep(i + 1, (i / _samples.Length) + 1, _samples[i % _samples.Length], Loss[i]);
            }
        }
    }
}
