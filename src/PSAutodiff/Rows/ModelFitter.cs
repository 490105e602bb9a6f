using PSAutodiff.Core;
using PSAutodiff.Fitting;
using PSAutodiff.Measurements;
using PSAutodiff.Networks;

namespace PSAutodiff.Rows;

/// <summary>Fits a model anew, as it was made, to rows as they come from a table: what the cmdlet that made it would make of these alone.</summary>
/// <param name="model">The model, which says how it was made.</param>
/// <param name="features">The columns of the inputs where the model does not know them, or these are others; null for those it knows.</param>
/// <param name="labels">The same of the labels of a network.</param>
/// <param name="map">The columns of variables that are vectors or matrices.</param>
/// <param name="format">How text is read as a number.</param>
internal sealed class ModelFitter(IAutodiffModel model, string[]? features, string[]? labels, ColumnMap map, NumberFormat format)
{
    /// <summary>The most threads to use.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Why a model cannot be fitted anew, and what to do; null where it can.</summary>
    public static AutodiffException? WhyNot(IAutodiffModel model) => model switch
    {
        Network { Recipe: null } => new(ErrorIds.RecipeMissing, "The network does not say how it was trained, so it cannot be trained again for each fold: it was not trained yet, was pruned or changed since, or comes from a file of a version before 5. Train it with Start-NetworkTraining and give what that returns."),
        Network { Recipe.IsContinued: true } => new(ErrorIds.RecipeMissing, "The network was trained on when it had been trained before, so what it began with may know the rows of every fold. Train a network of New-NeuralNetwork in one training, and give what that returns."),
        RegressionResult { IsWeighted: true, WeightColumn: null } => new(ErrorIds.RecipeMissing, "The regression was fitted with -Covariance, which says nothing of fewer rows, so it cannot be fitted again for each fold. Give the weights in a column with -Weight."),
        CurveFitResult { Recipe: null } => new(ErrorIds.RecipeMissing, "The fit does not say where it began, so it cannot be done again for each fold: it comes from an older file. Fit the curve again with Invoke-CurveFit."),
        ExpressionModel { Recipe: null } => new(ErrorIds.RecipeMissing, "The model is an expression that does not say how its parameters were trained, so they cannot be trained again for each fold. Train them with Start-NetworkTraining -Loss ... -Prediction ... and give what that returns."),
        _ => null,
    };

    /// <summary>Reads what fits need of rows beside the inputs and labels of the model; null for nothing.</summary>
    /// <param name="row">The first row.</param>
    /// <param name="number">Its number.</param>
    public VariableReader? Others(object row, int number) => model switch
    {
        RegressionResult { WeightColumn: { } weight } => Reader([ExprNode.Variable(weight)], [], row, number),
        CurveFitResult { Recipe.Weight: { } weight } => Reader([weight], [], row, number),
        ExpressionModel { Recipe: { } recipe } => Reader([recipe.Loss], recipe.Parameters, row, number),
        _ => null,
    };

    /// <summary>Fits the model to some of the rows.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="numbers">Their numbers, from 1.</param>
    /// <param name="chosen">The indices of those that it is fitted to.</param>
    /// <param name="with">Gives options of training what does not decide the result.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">It cannot be fitted to these.</exception>
    public IAutodiffModel Fit(IReadOnlyList<object> rows, int[] numbers, int[] chosen, Func<TrainingOptions, TrainingOptions> with, CancellationToken cancellation)
    {
        var given = Array.ConvertAll(chosen, row => numbers[row]);
        switch (model)
        {
            case RegressionResult regression:
                var (intake, work) = StrictMessages.Take(rows, numbers, chosen, (row, number) => RegressionWork(regression, row, number), cancellation);
                return work.Finish(intake, new RegressionWork(cancellation));
            case CurveFitResult fit:
                return Fit(fit, StrictMessages.Take(rows, numbers, chosen, (row, number) => new CurveRows(CurveReader(fit, row, number)), cancellation).Work.ToData(), given, cancellation);
            case ExpressionModel { Recipe: { } recipe }:
                var values = StrictMessages.Take(rows, numbers, chosen, (row, number) => new LossRows(Reader([recipe.Loss], recipe.Parameters, row, number)), cancellation).Work;
                return new ExpressionModel(Checked(recipe.Train(values.Columns, values.Values, given, with(recipe.Options with { Threads = Threads }), values.ColumnNames, cancellation), cancellation).Prediction!);
            default:
                var network = (Network)model;
                return Fit(network, network.Recipe!, rows, numbers, chosen, with, cancellation);
        }
    }

    /// <summary>A result, if its training went to its end.</summary>
    /// <exception cref="AutodiffException">It did not.</exception>
    public static TrainingResult Checked(TrainingResult result, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (result.FailedStep is not { } failed) return result;
        throw new AutodiffException(ErrorIds.LossNotFinite, FormattableString.Invariant($"The training stopped at step {failed.Step} (epoch {failed.Epoch}): the loss or a parameter became infinite or NaN. {Results.DivergenceAdvice.For(result)}"));
    }

    private RegressionRows RegressionWork(RegressionResult regression, object row, int number)
    {
        var (linear, family) = (regression as LinearRegressionResult, (regression as GeneralizedRegressionResult)?.Family ?? RegressionFamily.Gaussian);
        string[] names = features ?? (regression.Columns.Count > 0 ? [.. regression.Columns.Select(static column => column.Name)] : [.. regression.Features]);
        return new RegressionRows(names, regression.Label, regression.WeightColumn, null, family, regression.HasIntercept, format, Plan, row, number);

        RegressionPlan Plan(string[] used, string label) => new(used, label, regression.HasIntercept, linear?.Ridge ?? 0, linear?.Lasso ?? 0) { IsWeighted = regression.IsWeighted, Weight = regression.WeightColumn };
    }

    // All variables that are not parameters, in the order of a fit.
    private VariableReader Reader(ExprNode[] expressions, IReadOnlyList<string> parameters, object row, int number)
    {
        var flat = ExprNode.Flatten(expressions);
        string[] variables = [.. expressions.SelectMany(static expression => expression.Variables).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return new VariableReader(VariableLayout.Of([.. variables.Except(parameters, StringComparer.Ordinal)], flat), variables, Converters.ValueSource.Empty, map, ArrayPoints.PlacesOf(flat), row, number) { Format = format };
    }

    private VariableReader CurveReader(CurveFitResult fit, object row, int number) =>
        Reader(fit.Recipe!.Weight is { } weight ? [fit.Model, fit.Label, weight] : [fit.Model, fit.Label], [.. fit.Parameters.Keys.Cast<string>()], row, number);

    /// <summary>The first class of a network that none of some rows has; null where there is none, and for other models.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="numbers">Their numbers, from 1.</param>
    /// <param name="chosen">The indices of the rows.</param>
    /// <param name="cancellation">Ends it early.</param>
    public object? MissingClass(IReadOnlyList<object> rows, int[] numbers, int[] chosen, CancellationToken cancellation)
    {
        if (model is not Network network) return null;
        var work = StrictMessages.Take(rows, numbers, chosen, (row, number) => new LabelledRows(network, InputsOf(network), labels ?? [.. network.Labels], row, number, numeric: false, format), cancellation).Work;
        var there = work.ToData(Array.ConvertAll(chosen, row => numbers[row])).ClassIndices?.ToHashSet() ?? [];
        return network.Classes.Where((_, index) => !there.Contains(index)).FirstOrDefault();
    }

    private string[] InputsOf(Network network) => features ?? (network.Columns.Count > 0 ? [.. network.Columns.Select(static column => column.Name)] : [.. network.Features]);

    private static CurveFitResult Fit(CurveFitResult fit, DataRows data, int[] numbers, CancellationToken cancellation)
    {
        var again = new CurveFit(fit.Model, fit.Label, data, fit.Recipe!.Weight, [.. fit.Parameters.Keys.Cast<string>()], numbers, cancellation) { InputColumns = fit.InputColumns, NumberFormat = fit.NumberFormat };
        var fitted = again.Run(fit.Recipe.Start, fit.Recipe.OptionsOf(fit), cancellation);
        cancellation.ThrowIfCancellationRequested();

        // What they do not determine would be as good as any number.
        if (fitted.Undetermined.Count > 0) throw new AutodiffException(ErrorIds.RowsTooFew, $"The other rows do not determine {FitMessages.Listed(fitted.Undetermined)}. Give more folds or more rows, or fix a parameter.");
        return fitted;
    }

    private Network Fit(Network network, NetworkRecipe recipe, IReadOnlyList<object> rows, int[] numbers, int[] chosen, Func<TrainingOptions, TrainingOptions> with, CancellationToken cancellation)
    {
        var start = recipe.StartOf(network);
        var work = StrictMessages.Take(rows, numbers, chosen, (row, number) => new LabelledRows(start, InputsOf(network), labels ?? [.. network.Labels], row, number, numeric: false, format), cancellation).Work;
        var data = work.ToData(Array.ConvertAll(chosen, row => numbers[row]));
        return Checked(NetworkFit.Train(start, data, recipe.Standardizes, recipe.StandardizesTargets, network.LossFunction!.Value, with(recipe.Options with { Threads = Threads }), warn: null, cancellation), cancellation).Network!;
    }

    // The finite numbers of the columns of a fit.
    private sealed class CurveRows(VariableReader reader) : IRowWork
    {
        private readonly ColumnBuffers _buffers = new(reader);

        public Converters.RoundedIntegers Rounded => reader.Rounded;

        public void Take(object row, int number) => _buffers.Add(row, number);

        public DataRows ToData() => _buffers.ToData(RowTotal.Sum);
    }
}
