using System.Globalization;

namespace PSAutodiff.Training;

/// <summary>What all starts of a training have in common.</summary>
internal sealed class TrainingPlan
{
    /// <summary>Plans a training.</summary>
    /// <param name="rowCount">Number of data rows.</param>
    /// <param name="samples">The numbers under which rows are reported; null for 1, 2, 3, ...</param>
    /// <param name="options">How to train.</param>
    /// <exception cref="AutodiffException">An option is out of its range, there are no rows, or there are too many steps.</exception>
    public TrainingPlan(int rowCount, int[]? samples, TrainingOptions options)
    {
        options.Check();
        if (samples is not null && samples.Length != rowCount) throw new ArgumentException($"There are {rowCount} rows but {samples.Length} numbers for them.", nameof(samples));
        Options = options;
        Samples = samples;
        Rows = new TrainingRows(rowCount, options);
        if (options.Optimizer == TrainingOptimizer.LBFGS && options.BatchSize < Rows.Training.Length)
        {
            throw new AutodiffException(ErrorIds.TrainingOptionInvalid, string.Create(CultureInfo.InvariantCulture, $"LBFGS takes all rows in each step, and there are {Rows.Training.Length} to train on, but BatchSize is {options.BatchSize}. Leave it out, or take Adam for batches."));
        }

        StepsPerEpoch = (Rows.Training.Length - 1) / options.BatchSize + 1;
        var steps = Math.Min((long)StepsPerEpoch * options.Epochs, options.MaxSteps ?? long.MaxValue);
        if (steps > Array.MaxLength)
        {
            throw new AutodiffException(
                ErrorIds.StepsTooMany,
                string.Create(CultureInfo.InvariantCulture, $"{StepsPerEpoch} steps an epoch times {options.Epochs} epochs are more than the result can hold ({Array.MaxLength}). Take larger batches, fewer epochs or a limit of steps."));
        }

        Steps = (int)steps;
    }

    /// <summary>Whether the model draws masks of dropout at each step.</summary>
    /// <exception cref="AutodiffException">The optimizer needs a loss that stays the same.</exception>
    public bool HasMasks
    {
        get;
        init
        {
            if (value && Options.Optimizer == TrainingOptimizer.LBFGS) throw new AutodiffException(ErrorIds.TrainingOptionInvalid, "LBFGS finds the length of its steps on a loss that stays the same, but the network has layers with dropout, which changes it at each step. Leave dropout out of the layers, or take Adam.");
            field = value;
        }
    }

    /// <summary>How to train.</summary>
    public TrainingOptions Options { get; }

    /// <summary>The rows.</summary>
    public TrainingRows Rows { get; }

    /// <summary>The numbers under which rows are reported; null for 1, 2, 3, ...</summary>
    public int[]? Samples { get; }

    /// <summary>How many rows of data a row stands for: more than 1 where all that stay elsewhere are one.</summary>
    public int RowsOfEach { get; init; } = 1;

    /// <summary>Number of steps in a full epoch.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>The most steps that a start takes.</summary>
    public int Steps { get; }
}
