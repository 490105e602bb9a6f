using System.Numerics;

namespace PSAutodiff.Training;

/// <summary>All that a training goes on from, and what it has seen so far.</summary>
internal sealed class TrainingState<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The seed of its start, orders and noise.</summary>
    public required int Seed { get; init; }

    /// <summary>The parameters after the last step.</summary>
    public required T[] Parameters { get; set; }

    /// <summary>What the optimizer remembers.</summary>
    public required T[][] Memory { get; set; }

    /// <summary>Full epochs done.</summary>
    public int Epoch { get; set; }

    /// <summary>Rows done in the epoch after them; all of them when only its end is left to do.</summary>
    public int Position { get; set; }

    /// <summary>Steps taken.</summary>
    public int Steps { get; set; }

    /// <summary>The random numbers of the orders, before the epoch.</summary>
    public (ulong S0, ulong S1, ulong S2, ulong S3) Order { get; set; }

    /// <summary>The random numbers of the noise, after the last step.</summary>
    public (ulong S0, ulong S1, ulong S2, ulong S3) Noise { get; set; }

    /// <summary>The losses of the steps, with room for more.</summary>
    public double[] Losses { get; set; } = [];

    /// <summary>The mean losses of the full epochs.</summary>
    public List<double> EpochLoss { get; set; } = [];

    /// <summary>The last of them, for other threads; NaN before.</summary>
    public double LastEpochLoss { get; set; } = double.NaN;

    /// <summary>The losses on the validation rows after each full epoch.</summary>
    public List<double> ValidationLoss { get; set; } = [];

    /// <summary>The epoch after which the loss was least, from 1; 0 for the start. Only kept for patience.</summary>
    public int BestEpoch { get; set; }

    /// <summary>Its loss.</summary>
    public double BestLoss { get; set; } = double.PositiveInfinity;

    /// <summary>The parameters at its end; null while no loss is below infinity.</summary>
    public T[]? BestParameters { get; set; }

    /// <summary>Why it ended; null while it goes on.</summary>
    public TrainingStopReason? Reason { get; set; }

    /// <summary>Where it was no longer finite.</summary>
    public TrainingStep? Failed { get; set; }

    /// <summary>The rows of the step that failed; null when it was not in this run.</summary>
    public int[]? FailedRows { get; set; }

    /// <summary>Whether these rows fail with the parameters of the start too, where no step can be blamed.</summary>
    public bool FailsAtStart { get; set; }

    /// <summary>Whether the final losses are known, which is the last thing to do.</summary>
    public bool IsMeasured { get; set; }

    /// <summary>The mean loss over the rows trained on, with <see cref="Kept"/>; NaN until it is known.</summary>
    public double FinalLoss { get; set; } = double.NaN;

    /// <summary>The same over the validation rows; NaN when there are none.</summary>
    public double FinalValidationLoss { get; set; } = double.NaN;

    /// <summary>Number of epochs, a begun one included.</summary>
    public int BegunEpochs => Epoch + (Position > 0 ? 1 : 0);

    /// <summary>The parameters that are the result.</summary>
    public T[] Kept => BestParameters ?? Parameters;

    /// <summary>Whether it is a finished start that another one has beaten.</summary>
    public bool IsTrimmed { get; private set; }

    /// <summary>What it is judged by among other starts: its loss on the validation rows, or on all rows where there are none. Infinite while it is not known.</summary>
    /// <param name="plan">The training.</param>
    public double Judged(TrainingPlan plan) => (plan.Rows.Validation.Length > 0 ? FinalValidationLoss : FinalLoss) is var loss && double.IsNaN(loss) ? double.PositiveInfinity : loss;

    /// <summary>Whether it came to a finite end, and so is better than any start that did not.</summary>
    /// <param name="plan">The training.</param>
    public bool IsFinite(TrainingPlan plan) => Reason != TrainingStopReason.NotFinite && double.IsFinite(Judged(plan));

    /// <summary>Lets go of all that only the best restart is asked for.</summary>
    public void Trim()
    {
        IsTrimmed = true;
        (Parameters, Memory, Losses, BestParameters) = ([], [], [], null);
        EpochLoss = [];
        ValidationLoss = [];
    }
}
