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
        if (options.ValidationFraction == 0)
        {
            (Training, Validation) = ([.. Enumerable.Range(0, count)], []);
            return;
        }

        if (count == 1) throw new AutodiffException(ErrorIds.TrainingOptionInvalid, "One row cannot be divided into rows to train on and rows for validation. Train without -ValidationFraction.");
        (Validation, Training) = RowParts.Divide(count, options.ValidationFraction, options.Seed);
    }

    /// <summary>Indices of the rows trained on, ascending; at least one.</summary>
    public int[] Training { get; }

    /// <summary>Indices of the others, ascending.</summary>
    public int[] Validation { get; }
}
