using System.Globalization;
using PSAutodiff.Kernels;

namespace PSAutodiff.Training;

/// <summary>
/// Deals rows to parts by a seed, for validation and for folds alike: the first of n folds holds the rows that a training with the same seed
/// leaves for validation as an n-th.
/// </summary>
internal static class RowParts
{
    /// <summary>Deals rows to folds whose numbers of rows differ by one at most.</summary>
    /// <param name="count">How many rows there are, at least as many as folds.</param>
    /// <param name="folds">The number of folds.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>The indices of the rows of each fold, ascending.</returns>
    public static int[][] Folds(int count, int folds, int seed)
    {
        var all = Shuffled(count, seed);
        var parts = new int[folds][];
        var from = 0;
        for (var fold = 0; fold < folds; fold++)
        {
            var to = fold == folds - 1 ? count : Math.Clamp((int)Math.Round((fold + 1.0) / folds * count), from + 1, count - (folds - 1 - fold));
            parts[fold] = [.. all[from..to].Order()];
            from = to;
        }

        return parts;
    }

    /// <summary>Deals rows to folds, if there are enough.</summary>
    /// <exception cref="AutodiffException">There are fewer rows than folds.</exception>
    public static int[][] CheckedFolds(int count, int folds, int seed) => folds <= count
        ? Folds(count, folds, seed)
        : throw new AutodiffException(ErrorIds.RowsTooFew, string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "row" : "rows")} cannot be divided into {folds} folds. Give at most as many folds as rows."));

    /// <summary>The rows of all folds but one, ascending.</summary>
    public static int[] Others(int[][] folds, int fold) => [.. folds.Where((_, other) => other != fold).SelectMany(static part => part).Order()];

    /// <summary>Divides rows in two.</summary>
    /// <param name="count">How many rows there are, at least two.</param>
    /// <param name="fraction">The part that is measured, rounded to whole rows, at least one row of either kind.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>The indices of those measured and of the others, ascending.</returns>
    public static (int[] Measured, int[] Others) Divide(int count, double fraction, int seed)
    {
        var all = Shuffled(count, seed);
        var measured = Math.Clamp((int)Math.Round(fraction * count), 1, count - 1);
        return ([.. all[..measured].Order()], [.. all[measured..].Order()]);
    }

    private static int[] Shuffled(int count, int seed)
    {
        int[] all = [.. Enumerable.Range(0, count)];
        new RandomSource(seed, TrainingStreams.Validation).Shuffle(all);
        return all;
    }
}
