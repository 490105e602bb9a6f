using System.Collections.Concurrent;
using PSAutodiff.Kernels.Threading;
using PSAutodiff.Results;
using PSAutodiff.Training;

namespace PSAutodiff.Rows;

/// <summary>What the settings of a sweep are tried on. Several threads may use it.</summary>
internal interface ISweepSubject
{
    /// <summary>What there is to warn of, each once.</summary>
    IEnumerable<string> Warnings { get; }

    /// <summary>Trains over all rows.</summary>
    /// <exception cref="AutodiffException">The setting cannot be trained.</exception>
    TrainingResult Train(TrainingSetting setting, CancellationToken cancellation);

    /// <summary>The loss by which settings are compared that are trained by different losses; null where each is compared by its own.</summary>
    LossFunction? ComparedBy { get; }

    /// <summary>What <see cref="ComparedBy"/> says of a trained setting; null without.</summary>
    double? Compare(TrainingSetting setting, TrainingResult result, CancellationToken cancellation);

    /// <summary>Makes ready to train a setting over all folds but one and to measure this one.</summary>
    /// <param name="setting">The setting.</param>
    /// <param name="whole">What the training run over all rows reached.</param>
    /// <param name="folds">The number of folds.</param>
    /// <param name="seed">The seed by which rows are dealt to folds.</param>
    ISweepFolds Deal(TrainingSetting setting, TrainingResult whole, int folds, int seed);
}

/// <summary>The folds of one setting. Several threads may measure one each.</summary>
internal interface ISweepFolds
{
    /// <summary>Trains over all folds but one, and measures this one.</summary>
    /// <param name="fold">The fold, from 0.</param>
    /// <param name="progress">Is called with the part that is done.</param>
    /// <param name="machine">The machine that trains; null for this one.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">It cannot be trained or measured.</exception>
    /// <exception cref="MachineLostException">The machine is gone.</exception>
    void Measure(int fold, Action<double> progress, IMachine? machine, CancellationToken cancellation);

    /// <summary>Notes what all folds gave, when all are measured.</summary>
    SweepRow Join(SweepRow row);
}

/// <summary>A network, or several, on labelled rows.</summary>
/// <param name="network">The network where a setting has no other one.</param>
/// <param name="data">All rows.</param>
/// <param name="rows">All rows as they came, for folds; empty without.</param>
/// <param name="standardizes">Whether inputs are scaled where a setting does not say.</param>
/// <param name="standardizesTargets">The same of targets.</param>
/// <param name="loss">The loss where a setting has no other one; null for that of the network.</param>
internal sealed class NetworkSweep(Network network, NetworkData data, ArrayRows rows, bool standardizes, bool? standardizesTargets, LossFunction? loss) : ISweepSubject
{
    private readonly ConcurrentDictionary<string, bool> _warnings = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public LossFunction? ComparedBy { get; private init; }

    /// <inheritdoc/>
    public IEnumerable<string> Warnings => _warnings.Keys.Order(StringComparer.Ordinal);

    /// <inheritdoc/>
    public TrainingResult Train(TrainingSetting setting, CancellationToken cancellation)
    {
        data.Inputs.IsKept = true;
        var start = setting.Network ?? network;
        return NetworkFit.Train(
            start,
            data,
            setting.Standardizes ?? standardizes,
            setting.StandardizesTargets ?? standardizesTargets,
            LossOf(setting),
            setting.Options,
            warning => _warnings.TryAdd(warning, true),
            cancellation);
    }

    /// <inheritdoc/>
    public double? Compare(TrainingSetting setting, TrainingResult result, CancellationToken cancellation)
    {
        if (ComparedBy is not { } common) return null;
        var validation = setting.Options.ValidationFraction > 0 ? new TrainingRows(data.Rows, setting.Options).Validation : [];
        return NetworkOutput.LossOf(result.Network!, data, common, validation.Length > 0 ? validation : null, setting.Options.Threads, cancellation);
    }

    /// <inheritdoc/>
    public ISweepFolds Deal(TrainingSetting setting, TrainingResult whole, int folds, int seed) => new Folds(whole.Network!, setting.Options.Threads, rows, folds, seed, data.NumberFormat, ComparedBy);

    /// <summary>
    /// The same, comparing settings by one loss on the targets as they are where their own losses are none of the same thing: the loss that all
    /// have, else that of the network for classes, and the mean squared error for numbers.
    /// </summary>
    /// <param name="points">The settings.</param>
    /// <param name="withFolds">Whether they are measured by folds, whose targets are never scaled.</param>
    public NetworkSweep For(IReadOnlyList<SweepPoint> points, bool withFolds)
    {
        LossFunction[] losses = [.. points.Select(point => LossOf(point.Setting)).Distinct()];
        var isScaled = !withFolds && points.Select(point => point.Setting.StandardizesTargets ?? standardizesTargets ?? false).Distinct().Count() > 1;
        if (losses.Length == 1 && !isScaled) return this;
        var common = losses.Length == 1 ? losses[0] : data.Classes.Length > 0 ? NetworkTraining.DefaultLoss(network) : LossFunction.MeanSquaredError;
        return new NetworkSweep(network, data, rows, standardizes, standardizesTargets, loss) { ComparedBy = common };
    }

    private LossFunction LossOf(TrainingSetting setting) => setting.LossFunction ?? loss ?? NetworkTraining.DefaultLoss(setting.Network ?? network);

    /// <summary>Throws where networks cannot be compared on the same rows.</summary>
    /// <exception cref="AutodiffException">They have other inputs or outputs, or were trained before.</exception>
    public static void CheckAlike(IReadOnlyList<Network> networks)
    {
        var first = networks[0];
        foreach (var other in networks)
        {
            if (other.LossFunction is not null) throw new AutodiffException(ErrorIds.SweepInvalid, $"The network {other} of -Sweep was trained before, so it may know the rows that others are compared on. Take networks of New-NeuralNetwork.");
            if (other.InputSize != first.InputSize || other.OutputSize != first.OutputSize) throw new AutodiffException(ErrorIds.SweepInvalid, $"The networks of -Sweep are {first} and {other}. They need the same number of inputs and of outputs, since they are compared on the same rows.");
            if (other.LastActivation != first.LastActivation) throw new AutodiffException(ErrorIds.SweepInvalid, $"The networks of -Sweep are {first} and {other}. They need the same activation in the last layer, which says what labels are.");
        }
    }

    // The same as Test-AutodiffModel -CrossValidationFold does with the network that came back.
    private sealed class Folds : ISweepFolds
    {
        private readonly CrossValidation _validation;
        private readonly Outcome?[] _outcomes;

        public Folds(Network whole, int threads, ArrayRows rows, int folds, int seed, NumberFormat format, LossFunction? comparedBy)
        {
            string[]? features = rows.Features.Length > 0 ? rows.Features : null, labels = rows.Labels.Length > 0 ? rows.Labels : null;
            var numbers = rows.Numbers;
            _validation = new CrossValidation(whole, new ModelFitter(whole, features, labels, ColumnMap.Empty, format) { Threads = threads }, Measured);
            _validation.Deal(rows.Rows, numbers, folds, seed);
            _outcomes = new Outcome?[folds];

            Outcome Measured(IAutodiffModel fitted, int[] chosen)
            {
                var network = (Network)fitted;
                var isNumeric = network.LossFunction is not null && network.Classes.Count == 0;
                var work = StrictMessages.Take(rows.Rows, numbers, chosen, (row, number) => new LabelledRows(network, features, labels, row, number, isNumeric, format), CancellationToken.None).Work;
                var data = work.ToData(Array.ConvertAll(chosen, row => numbers[row]));
                data.Inputs.IsKept = comparedBy is not null;
                var outcome = network.Precision == NetworkPrecision.Single
                    ? NetworkOutput.Measure<float>(network, data, network.LossFunction!.Value, threads, CancellationToken.None)
                    : NetworkOutput.Measure<double>(network, data, network.LossFunction!.Value, threads, CancellationToken.None);
                return comparedBy is { } common ? outcome with { Comparison = NetworkOutput.LossOf(network, data, common, null, threads, CancellationToken.None) } : outcome;
            }
        }

        public void Measure(int fold, Action<double> progress, IMachine? machine, CancellationToken cancellation) => _outcomes[fold] = _validation.Measure(fold, progress, machine, cancellation);

        public SweepRow Join(SweepRow row)
        {
            if (Array.Exists(_outcomes, static outcome => outcome is null)) return row;
            var test = _validation.Join(_outcomes!);
            var accuracies = test.Accuracy is null ? [] : Array.ConvertAll(_outcomes, static outcome => outcome!.ToTest([], []).Accuracy!.Value);
            return row with { Test = test, Loss = test.Loss, Comparison = _outcomes.Sum(static outcome => outcome!.Comparison * outcome.Rows) / test.Rows, FoldLosses = test.FoldLosses, LossDeviation = SweepRow.DeviationOf(test.FoldLosses), AccuracyDeviation = accuracies.Length == 0 ? null : SweepRow.DeviationOf(accuracies) };
        }
    }
}

/// <summary>The parameters of a loss expression on rows.</summary>
/// <param name="makeRecipe">How a setting is trained.</param>
/// <param name="columns">The variables that rows give.</param>
/// <param name="columnNames">What the rows call each of their values.</param>
/// <param name="rows">The values of each row.</param>
/// <param name="numbers">The numbers of the rows.</param>
/// <param name="finish">Notes in a result where the rows came from.</param>
internal sealed class LossSweep(Func<TrainingSetting, LossRecipe> makeRecipe, IReadOnlyList<string> columns, IReadOnlyList<string> columnNames, double[][] rows, int[] numbers, Action<TrainingResult> finish) : ISweepSubject
{
    /// <inheritdoc/>
    public IEnumerable<string> Warnings => [];

    /// <inheritdoc/>
    public LossFunction? ComparedBy => null;

    /// <inheritdoc/>
    public double? Compare(TrainingSetting setting, TrainingResult result, CancellationToken cancellation) => null;

    /// <inheritdoc/>
    public TrainingResult Train(TrainingSetting setting, CancellationToken cancellation)
    {
        var result = makeRecipe(setting).Train(columns, rows, numbers, setting.Options, columnNames, cancellation);
        finish(result);
        return result;
    }

    /// <inheritdoc/>
    public ISweepFolds Deal(TrainingSetting setting, TrainingResult whole, int folds, int seed) => new Folds(this, setting, RowParts.CheckedFolds(rows.Length, folds, seed));

    private sealed class Folds(LossSweep sweep, TrainingSetting setting, int[][] parts) : ISweepFolds
    {
        private readonly double?[] _losses = new double?[parts.Length];

        public void Measure(int fold, Action<double> progress, IMachine? machine, CancellationToken cancellation)
        {
            var recipe = sweep.MakeRecipe(setting);
            var kept = RowParts.Others(parts, fold);
            try
            {
                var options = (setting.Options with { Progress = state => progress(state.Fraction) }).On(machine);
                var result = ModelFitter.Checked(recipe.Train(sweep.Columns, Some(kept), Array.ConvertAll(kept, row => sweep.Numbers[row]), options, sweep.ColumnNames, cancellation), cancellation);
                _losses[fold] = recipe.MeanLoss(result.Parameters!, sweep.Columns, Some(parts[fold]), setting.Options.Threads, cancellation);
            }
            catch (AutodiffException exception)
            {
                throw exception.Within(FormattableString.Invariant($"Fold {fold + 1} of {parts.Length}."));
            }
        }

        public SweepRow Join(SweepRow row)
        {
            if (Array.Exists(_losses, static loss => loss is null)) return row;
            var losses = Array.ConvertAll(_losses, static loss => loss!.Value);
            var mean = losses.Select((loss, fold) => loss * parts[fold].Length).Sum() / sweep.Rows.Length;
            return row with { Loss = mean, FoldLosses = losses, LossDeviation = SweepRow.DeviationOf(losses) };
        }

        private double[][] Some(int[] chosen) => Array.ConvertAll(chosen, row => sweep.Rows[row]);
    }

    private Func<TrainingSetting, LossRecipe> MakeRecipe => makeRecipe;

    private IReadOnlyList<string> Columns => columns;

    private IReadOnlyList<string> ColumnNames => columnNames;

    private double[][] Rows => rows;

    private int[] Numbers => numbers;
}
