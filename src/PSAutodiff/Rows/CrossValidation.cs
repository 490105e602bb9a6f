using System.Globalization;
using PSAutodiff.Converters;
using PSAutodiff.Kernels.Threading;
using PSAutodiff.Training;

namespace PSAutodiff.Rows;

/// <summary>Measures what models predict that were fitted without the rows: those of each fold by one that is fitted to all others.</summary>
/// <param name="model">The model.</param>
/// <param name="fitter">Fits it anew.</param>
/// <param name="measure">Measures a model on some of the rows, of which it is given the indices.</param>
internal sealed class CrossValidation(IAutodiffModel model, ModelFitter fitter, Func<IAutodiffModel, int[], Outcome> measure)
{
    private readonly List<(int Fold, string Doubt)> _doubts = [];
    private IReadOnlyList<object> _rows = [];
    private int[] _numbers = [];
    private int[][] _parts = [];
    private List<(FeatureColumn Column, string[] Cells)> _levels = [];

    /// <summary>What makes the numbers of folds doubtful, each said once for all folds that it is true of.</summary>
    /// <param name="folds">The number of folds.</param>
    public IEnumerable<string> Doubts(int folds) => _doubts
        .GroupBy(static doubt => doubt.Doubt, StringComparer.Ordinal)
        .Select(group => string.Create(CultureInfo.InvariantCulture, $"In {(group.Count() == 1 ? "fold" : "folds")} {string.Join(", ", group.Select(static doubt => doubt.Fold))} of {folds} {group.Key}"));

    /// <summary>Measures them.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="numbers">Their numbers, from 1.</param>
    /// <param name="folds">The number of folds, at least 2.</param>
    /// <param name="seed">The seed by which rows are dealt to folds.</param>
    /// <param name="progress">Is called with the fold, from 1, and the part that is done of all.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">There are fewer rows than folds, or a fold cannot be fitted or measured.</exception>
    public ModelTest Run(IReadOnlyList<object> rows, int[] numbers, int folds, int seed, Action<int, double> progress, CancellationToken cancellation)
    {
        Deal(rows, numbers, folds, seed);
        var outcomes = new Outcome[folds];
        for (var fold = 0; fold < folds; fold++)
        {
            cancellation.ThrowIfCancellationRequested();
            progress(fold + 1, (double)fold / folds);
            outcomes[fold] = Measure(fold, done => progress(fold + 1, (fold + done) / folds), null, cancellation);
        }

        return Join(outcomes);
    }

    /// <summary>Deals rows to folds.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="numbers">Their numbers, from 1.</param>
    /// <param name="folds">The number of folds, at least 2.</param>
    /// <param name="seed">The seed by which rows are dealt to folds.</param>
    /// <exception cref="AutodiffException">There are fewer rows than folds.</exception>
    public void Deal(IReadOnlyList<object> rows, int[] numbers, int folds, int seed)
    {
        (_rows, _numbers, _parts) = (rows, numbers, RowParts.CheckedFolds(rows.Count, folds, seed));
        _levels = LevelsOf(rows, numbers);
    }

    /// <summary>Measures the rows of a fold by a model that is fitted to all others. Several threads may measure one each.</summary>
    /// <param name="fold">The fold, from 0.</param>
    /// <param name="progress">Is called with the part that is done.</param>
    /// <param name="machine">The machine that fits; null for this one.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">The fold cannot be fitted or measured.</exception>
    /// <exception cref="MachineLostException">The machine is gone.</exception>
    public Outcome Measure(int fold, Action<double> progress, IMachine? machine, CancellationToken cancellation)
    {
        try
        {
            int[] kept = RowParts.Others(_parts, fold);
            CheckLevels(_levels, _parts[fold], kept);
            var fitted = Fitted(kept, options => (options with { Progress = state => progress(state.Fraction) }).On(machine), cancellation);
            CheckClasses(fitted);
            if (DoubtOf(fitted) is { } doubt)
            {
                lock (_doubts) _doubts.Add((fold + 1, doubt));
            }

            return measure(fitted, _parts[fold]);
        }
        catch (AutodiffException exception)
        {
            throw exception.Within(string.Create(CultureInfo.InvariantCulture, $"Fold {fold + 1} of {_parts.Length}."));
        }
    }

    /// <summary>The measures of all rows, when those of each fold are there.</summary>
    public ModelTest Join(Outcome[] outcomes)
    {
        var places = new int[_rows.Count];
        for (var fold = 0; fold < _parts.Length; fold++)
        {
            foreach (var row in _parts[fold]) places[row] = fold + 1;
        }

        return Outcome.Joined(outcomes, _parts).ToTest(Array.ConvertAll(outcomes, static outcome => outcome.Loss), places);
    }

    private static string? DoubtOf(IAutodiffModel fitted) => fitted switch
    {
        GeneralizedRegressionResult { Separated.Count: > 0 } => "the rows of the fit are separated: its coefficients have no finite value, so its probabilities are those where the search ended, and one wrong row makes the loss huge. Leave out a column, or use more data.",
        GeneralizedRegressionResult { Converged: false } => "the coefficients were still moving when the fit ended. Look for rows far from all others, and scale columns of very different size.",
        CurveFitResult { StopReason: CurveFitStopReason.MaxIterations } => "the fit has not converged. Fit the curve with a larger -MaxIteration, or start it elsewhere.",
        CurveFitResult { StopReason: CurveFitStopReason.Stuck } => "the fit was stuck at a kink of the model or at the end of its domain. Start it elsewhere.",
        _ => null,
    };

    // What no row has that a fold is fitted to, the fit cannot know of: a level that only the rows left out have, or a class.
    private void CheckLevels(List<(FeatureColumn Column, string[] Cells)> levels, int[] left, int[] kept)
    {
        foreach (var (column, cells) in levels)
        {
            var known = kept.Select(row => cells[row]).ToHashSet(StringComparer.Ordinal);
            var unknown = left.Select(row => cells[row]).FirstOrDefault(level => !known.Contains(level));

            // A network has an input for each of its levels.
            unknown ??= model is Network ? column.Levels.FirstOrDefault(level => !known.Contains(level)) : null;
            if (unknown is not null) throw new AutodiffException(ErrorIds.LevelUnknown, $"The level '{unknown}' of '{column.Name}' is in none of the other rows, so nothing is known of it. Leave such rows out, or give fewer folds or another -Seed.");
        }
    }

    // What it says of classes is meant for all rows, and here only the others are without one.
    private IAutodiffModel Fitted(int[] kept, Func<TrainingOptions, TrainingOptions> with, CancellationToken cancellation)
    {
        try
        {
            return fitter.Fit(_rows, _numbers, kept, with, cancellation);
        }
        catch (AutodiffException exception) when (exception.ErrorId == ErrorIds.ClassCount && model.Classes.Count > 0)
        {
            throw fitter.MissingClass(_rows, _numbers, kept, cancellation) is { } missing ? Unknown(missing) : new AutodiffException(ErrorIds.ClassCount, "One class is in none of the other rows, so nothing is known of it. Give fewer folds or another -Seed.");
        }
    }

    private void CheckClasses(IAutodiffModel fitted)
    {
        var missing = model.Classes.FirstOrDefault(label => !fitted.Classes.Any(other => Data.ClassLabel.Text(other) == Data.ClassLabel.Text(label)));
        if (missing is not null && fitted.Classes.Count > 0) throw Unknown(missing);
    }

    private static AutodiffException Unknown(object label) => new(ErrorIds.ClassCount, $"The class '{Data.ClassLabel.Text(label)}' is in none of the other rows, so nothing is known of it. Leave its rows out, add rows of it, or give fewer folds or another -Seed.");

    private List<(FeatureColumn Column, string[] Cells)> LevelsOf(IReadOnlyList<object> rows, int[] numbers)
    {
        var columns = (model is Network network ? network.Columns : (model as RegressionResult)?.Columns ?? []).Where(static column => column.Kind == FeatureKind.Category).ToArray();
        var reader = new RowReader([.. columns.Select(static column => column.Name)]);
        var levels = columns.Select(column => (column, new string[rows.Count])).ToList();
        if (columns.Length == 0 || !new RowCells(rows[0]).Names.Contains(columns[0].Name, StringComparer.OrdinalIgnoreCase)) return [];
        for (var row = 0; row < rows.Count; row++)
        {
            reader.Start(rows[row], numbers[row]);
            for (var i = 0; i < columns.Length; i++) levels[i].Item2[row] = Convert.ToString(Conversions.Unwrap(reader.Cell(i)), CultureInfo.InvariantCulture)!;
        }

        return levels;
    }
}
