using PSAutodiff.Core;
using PSAutodiff.Training.Models;

namespace PSAutodiff.Training;

/// <summary>Trains over rows that stay elsewhere in parts: each step takes all of them.</summary>
internal static class PartsTraining
{
    /// <summary>The options with which all rows are taken in each step, whatever their number.</summary>
    /// <exception cref="AutodiffException">An option is about single rows.</exception>
    public static TrainingOptions OptionsFor(TrainingOptions options, int rows)
    {
        if (options.HasNoise || options.Shuffle || options.ValidationFraction > 0 || options.CheckpointPath is not null) throw new AutodiffException(ErrorIds.TrainingOptionInvalid, "Rows that stay in parts are taken all at once, in their order: without noise, without dropout, not shuffled, none of them for validation, and without checkpoints.");

        // One is not a batch of one row, which a message would name.
        return options with { Threads = 1, BatchSize = Math.Max(2, rows), Machines = null };
    }

    /// <summary>Trains.</summary>
    /// <param name="loss">The loss of one row.</param>
    /// <param name="parameters">Its variables that are trained.</param>
    /// <param name="rows">The rows, joined to a mean.</param>
    /// <param name="start">Their first values.</param>
    /// <param name="newStart">Those of further starts, by their seeds.</param>
    /// <param name="decays">Whether weight decay applies to a parameter.</param>
    /// <param name="frozen">The parameters that stay as they are.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Ends it early; what was reached is returned.</param>
    /// <returns>The result without the parameters, the parameters of the best start, and its number, from 0.</returns>
    /// <exception cref="AutodiffException">An option is out of its range or about single rows, or the loss is not a number.</exception>
    public static (TrainingResult Result, double[] Parameters, int Best) Run(ExprNode loss, VariableLayout parameters, DataRows rows, double[] start, Func<int, double[]> newStart, Func<int, bool> decays, int[] frozen, TrainingOptions options, CancellationToken cancellation)
    {
        var plan = new TrainingPlan(1, null, OptionsFor(options, rows.Count)) { RowsOfEach = rows.Count };
        return new TrainingLoop<double>(new PartsModel(loss, parameters, rows, decays, frozen, cancellation), plan, start, newStart).Run(cancellation);
    }
}
