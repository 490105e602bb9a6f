using System.Globalization;
using PSAutodiff.Fitting;
using PSAutodiff.Kernels;
using PSAutodiff.LinearAlgebra;

namespace PSAutodiff.Rows;

/// <summary>Measures a model that is no network on labelled rows, and by cross-validation.</summary>
internal static class ModelMeasure
{
    /// <summary>Measures what a model predicts.</summary>
    public static ModelTest Test(IAutodiffModel model, double[,] inputs, double[] labels) => Describe(model, labels, PredictionsOf(model, inputs), null);

    /// <summary>Measures what models predict that were fitted without the rows: those of each fold by one that is fitted to all others.</summary>
    /// <param name="model">A regression or a fitted curve.</param>
    /// <param name="inputs">The inputs of all rows.</param>
    /// <param name="labels">Their labels.</param>
    /// <param name="folds">The number of folds, at least 2.</param>
    /// <param name="seed">The seed by which rows are dealt to folds.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">The model cannot be fitted again, or there are fewer rows than folds.</exception>
    public static ModelTest CrossValidate(IAutodiffModel model, double[,] inputs, double[] labels, int folds, int seed, CancellationToken cancellation)
    {
        var rows = labels.Length;
        if (folds > rows) throw new AutodiffException(ErrorIds.RowsTooFew, string.Create(CultureInfo.InvariantCulture, $"{rows} rows cannot be dealt to {folds} folds. Give at most as many folds as rows."));
        int[] order = [.. Enumerable.Range(0, rows)];
        new RandomSource(seed).Shuffle(order);
        var (predictions, losses) = (new double[rows], new double[folds]);
        for (var fold = 0; fold < folds; fold++)
        {
            cancellation.ThrowIfCancellationRequested();
            int[] left = [.. order.Where((_, i) => i % folds == fold).Order()];
            int[] kept = [.. order.Where((_, i) => i % folds != fold).Order()];
            IAutodiffModel fitted;
            try
            {
                CheckLevels(model, inputs, left, kept);
                fitted = Refit(model, Rows(inputs, kept), Array.ConvertAll(kept, row => labels[row]), kept, cancellation);
            }
            catch (AutodiffException exception)
            {
                throw exception.Within(string.Create(CultureInfo.InvariantCulture, $"Fold {fold + 1} of {folds}."));
            }

            var predicted = PredictionsOf(fitted, Rows(inputs, left));
            for (var i = 0; i < left.Length; i++) predictions[left[i]] = predicted[i];
            losses[fold] = LossOf(model, Array.ConvertAll(left, row => labels[row]), predicted);
        }

        return Describe(model, labels, predictions, losses);
    }

    private static double[] PredictionsOf(IAutodiffModel model, double[,] inputs)
    {
        if (model.OutputSize != 1) throw new AutodiffException(ErrorIds.ShapeMismatch, string.Create(CultureInfo.InvariantCulture, $"The prediction is a vector of {model.OutputSize} elements; to be measured against a label it has to be a number."));
        return [.. model.Predict(inputs).Cast<double>()];
    }

    private static double LossOf(IAutodiffModel model, double[] labels, double[] predictions)
    {
        var sum = 0.0;
        for (var i = 0; i < labels.Length; i++)
        {
            var (label, predicted) = (labels[i], predictions[i]);
            sum += model.Classes.Count > 0 ? -Elementary.Log(label == 1 ? predicted : 1 - predicted) : (label - predicted) * (label - predicted);
        }

        return sum / labels.Length;
    }

    private static ModelTest Describe(IAutodiffModel model, double[] labels, double[] predictions, double[]? folds)
    {
        var loss = LossOf(model, labels, predictions);
        if (model.Classes.Count == 0) return ModelTest.OfNumbers(loss, LossFunction.MeanSquaredError, labels, predictions, 1, folds);
        var counts = new int[2, 2];
        for (var i = 0; i < labels.Length; i++) counts[(int)labels[i], NetworkOutput.ClassOf<double>([predictions[i]])]++;
        return ModelTest.OfClasses(loss, LossFunction.BinaryCrossEntropy, new ConfusionMatrix([.. model.Classes], counts), labels.Length, folds);
    }

    // What no row has that a fold is fitted to, the fit cannot know of: a level that only the rows left out have, or a class.
    private static void CheckLevels(IAutodiffModel model, double[,] inputs, int[] left, int[] kept)
    {
        if (model is not RegressionResult regression) return;
        var from = 0;
        foreach (var column in regression.Columns)
        {
            if (column.Kind == FeatureKind.Category)
            {
                var known = kept.Select(row => column.LevelOf(Cells(row, from, column.Width))).ToHashSet();
                var unknown = left.Select(row => column.LevelOf(Cells(row, from, column.Width))).FirstOrDefault(level => !known.Contains(level), -1);
                if (unknown >= 0)
                {
                    throw new AutodiffException(ErrorIds.LevelUnknown, $"The level '{column.Levels[unknown]}' of '{column.Name}' is in none of the other rows, so nothing is known of it. Leave such rows out, or give fewer folds or another -Seed.");
                }
            }

            from += column.Width;
        }

        double[] Cells(int row, int start, int width)
        {
            var cells = new double[width];
            for (var i = 0; i < width; i++) cells[i] = inputs[row, start + i];
            return cells;
        }
    }

    private static double[,] Rows(double[,] inputs, int[] rows)
    {
        var width = inputs.GetLength(1);
        var chosen = new double[rows.Length, width];
        for (var i = 0; i < rows.Length; i++) Buffer.BlockCopy(inputs, rows[i] * width * sizeof(double), chosen, i * width * sizeof(double), width * sizeof(double));
        return chosen;
    }

    private static IAutodiffModel Refit(IAutodiffModel model, double[,] inputs, double[] labels, int[] rows, CancellationToken cancellation)
    {
        switch (model)
        {
            case RegressionResult { IsWeighted: true } or CurveFitResult { IsWeighted: true }:
                throw new AutodiffException(ErrorIds.WeightInvalid, "The model was fitted with weights or a covariance of the rows, which it does not keep, so it cannot be fitted again.");
            case RegressionResult regression:
                var linear = regression as LinearRegressionResult;
                var plan = new RegressionPlan(regression.Features, regression.Label, regression.HasIntercept, linear?.Ridge ?? 0, linear?.Lasso ?? 0) { Columns = regression.Columns };
                var work = new RegressionWork(cancellation);
                if (regression is GeneralizedRegressionResult generalized) return LinearAlgebraTools.Regression(plan, generalized.Family, generalized.Classes, [.. inputs.Cast<double>()], labels, null, work);
                var fit = LinearAlgebraTools.Regression(plan);
                fit.AddRange(inputs, labels, null);
                return fit.Finish(work);
            case CurveFitResult curve:
                return Refit(curve, inputs, labels, rows, cancellation);
            default:
                throw new AutodiffException(ErrorIds.ArgumentInvalid, "A trained loss does not say how it was trained, so it cannot be fitted again. Train it on a part of the rows with Start-NetworkTraining and test it on the others.");
        }
    }

    // From where the fit to all rows ended, with its loss, bounds and tolerance.
    private static CurveFitResult Refit(CurveFitResult curve, double[,] inputs, double[] labels, int[] rows, CancellationToken cancellation)
    {
        var layout = curve.Prediction.Inputs;
        var label = "label";
        while (curve.Model.Variables.Contains(label, StringComparer.Ordinal)) label += "_";
        var columns = new ReadOnlyMemory<double>[layout.Names.Count + 1];
        var sizes = new int[columns.Length];
        for (var i = 0; i < layout.Names.Count; i++)
        {
            var (from, length) = layout.ElementsOf(i).GetOffsetAndLength(layout.Length);
            var values = new double[labels.Length * length];
            for (var row = 0; row < labels.Length; row++)
            {
                for (var j = 0; j < length; j++) values[(row * length) + j] = inputs[row, from + j];
            }

            (columns[i], sizes[i]) = (values, length);
        }

        (columns[^1], sizes[^1]) = (labels, 1);
        var data = new DataRows([.. layout.Names, label], columns, sizes, labels.Length, RowTotal.Sum);
        var fit = new CurveFit(curve.Model, ExprNode.Variable(label), data, null, [.. curve.Parameters.Keys.Cast<string>()], Array.ConvertAll(rows, static row => row + 1), cancellation);
        var options = new CurveFitOptions { Loss = curve.LossFunction, LossScale = curve.LossScale, LowerBounds = curve.LowerBounds, UpperBounds = curve.UpperBounds, Confidence = curve.Confidence };
        var fitted = fit.Run(Core.VariableLayout.ElementsOf(curve.Parameters), options, cancellation);
        // What they do not determine would stay what the fit to all rows made it.
        if (fitted.Undetermined.Count > 0) throw new AutodiffException(ErrorIds.RowsTooFew, $"The other rows do not determine {FitMessages.Listed(fitted.Undetermined)}. Give more folds or more rows, or fix a parameter.");
        return fitted;
    }
}
