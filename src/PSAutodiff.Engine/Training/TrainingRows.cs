using PSAutodiff.Kernels;

namespace PSAutodiff.Training;

/// <summary>The rows that are trained on and those that only measure.</summary>
internal sealed class TrainingRows
{
    /// <summary>Divides rows at random.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="options">The fraction for validation, rounded to whole rows, and the seed.</param>
    public TrainingRows(int count, TrainingOptions options)
    {
        if (count < 1) throw new AutodiffException(ErrorIds.RowsMissing, "There are no rows to train on.");
        var all = new int[count];
        for (var i = 0; i < count; i++) all[i] = i;
        if (options.ValidationFraction == 0)
        {
            (Training, Validation) = (all, []);
            return;
        }

        if (count == 1) throw new AutodiffException(ErrorIds.TrainingOptionInvalid, "One row cannot be divided into rows to train on and rows for validation. Train without ValidationFraction.");
        var measured = Math.Clamp((int)Math.Round(options.ValidationFraction * count), 1, count - 1);
        new RandomSource(options.Seed, TrainingStreams.Validation).Shuffle(all);
        Array.Sort(all, 0, measured);
        Array.Sort(all, measured, count - measured);
        (Validation, Training) = (all[..measured], all[measured..]);
    }

    /// <summary>Indices of the rows trained on, ascending; at least one.</summary>
    public int[] Training { get; }

    /// <summary>Indices of the others, ascending.</summary>
    public int[] Validation { get; }
}
