using PSAutodiff.Core;

namespace PSAutodiff.Fitting;

/// <summary>Predicts by a fitted curve, and says how far off it may be.</summary>
internal sealed class CurvePrediction
{
    private readonly CurveFitResult _fit;
    private readonly double[] _point;
    private readonly CompiledExpression _value;
    private CompiledExpression? _derivatives;

    /// <summary>Compiles the model of a fit.</summary>
    public CurvePrediction(CurveFitResult fit)
    {
        _fit = fit;
        Flat = ExprNode.Flatten([fit.Model]);
        Parameters = VariableLayout.Of(fit.Parameters);
        Inputs = VariableLayout.Of([.. fit.Model.Variables.Where(name => !Parameters.Names.Contains(name, StringComparer.Ordinal))], Flat);
        _point = VariableLayout.ElementsOf(fit.Parameters);
        _value = CompiledExpression.Compile(Inputs.Before(VariableLayout.Of(Parameters.Names, Flat)), Flat, CancellationToken.None);
    }

    /// <summary>The columns of the model.</summary>
    public VariableLayout Inputs { get; }

    /// <summary>Its parameters.</summary>
    public VariableLayout Parameters { get; }

    /// <summary>The model in a graph of its own.</summary>
    public RootedGraph Flat { get; }

    /// <summary>The value of the model for rows of its columns.</summary>
    public double[,] Predict(double[,] inputs)
    {
        ModelRows.Check(inputs, Inputs.Length);
        var outputs = new double[inputs.GetLength(0), 1];
        for (var row = 0; row < outputs.Length; row++) outputs[row, 0] = _value.Evaluate([.. ModelRows.Of(inputs, row), .. _point]);
        return outputs;
    }

    /// <summary>The limits of rows of columns.</summary>
    public double[,] LimitsFor(double[,] inputs, PredictionInterval interval, double confidence)
    {
        ModelRows.Check(inputs, Inputs.Length);
        ModelRows.CheckConfidence(confidence);
        if (_fit.CovarianceRoot is not { } root)
        {
            throw ModelRows.WithoutLimits(_fit.DegreesOfFreedom <= 0
                ? "The fit has as many parameters as rows, so nothing is known of the noise and there are no limits about its predictions. Fit it to more rows."
                : _fit.Undetermined.Count == 0 ? "The fit has no covariance of its parameters, so there are no limits about its predictions. Fit the curve again with Invoke-CurveFit."
                : $"The data do not determine {FitMessages.Listed(_fit.Undetermined)}, so there are no limits about predictions of the fit. Fix one of the parameters, or start the fit elsewhere.");
        }

        _derivatives ??= FitProgram.Compile(_fit.Model, VariableLayout.Of(Parameters.Names, Flat), Inputs, CancellationToken.None).Compiled;
        var quantile = StudentT.Quantile(1 - confidence, _fit.DegreesOfFreedom);
        var limits = new double[inputs.GetLength(0), 2];
        var results = new double[_point.Length + 1];
        for (var row = 0; row < limits.GetLength(0); row++)
        {
            _derivatives.Evaluate([.. ModelRows.Of(inputs, row), .. _point], results);
            var spread = ModelRows.Spread(root, results.AsSpan(0, _point.Length));
            if (interval == PredictionInterval.Prediction) spread = double.Hypot(spread, _fit.ResidualStandardError);
            (limits[row, 0], limits[row, 1]) = (results[^1] - (quantile * spread), results[^1] + (quantile * spread));
        }

        return limits;
    }
}
