using PSAutodiff.Core;

namespace PSAutodiff.Fitting;

/// <summary>
/// How sure what a fitted curve predicts is, by the delta method: with g the derivatives of the model by the parameters and C their covariance, the
/// variance of the curve is g'Cg, and that of a new observation of weight 1 is larger by the square of the residual standard error.
/// </summary>
internal sealed class CurveFitLimits
{
    private readonly CurveFitResult _fit;
    private readonly CompiledExpression _compiled;
    private readonly ReadOnlyMemory<double>[] _parameters;
    private readonly int _size;

    /// <param name="fit">The fit.</param>
    /// <param name="columns">The columns of the model with their shapes, in order; null for all, which then are numbers, in ordinal order.</param>
    /// <param name="cancellation">Ends the preparation early.</param>
    public CurveFitLimits(CurveFitResult fit, VariableLayout? columns = null, CancellationToken cancellation = default)
    {
        _fit = fit;
        var (layout, point) = (VariableLayout.Of(fit.Parameters), VariableLayout.ElementsOf(fit.Parameters));
        Columns = columns ?? new VariableLayout([.. fit.Expression.Variables.Union(fit.Model.Variables).Except(layout.Names, StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
        _compiled = FitProgram.Compile(fit.Model, layout, Columns, cancellation).Compiled;
        _size = layout.Length;
        _parameters = [.. Enumerable.Range(0, layout.Names.Count).Select(i => (ReadOnlyMemory<double>)point[layout.ElementsOf(i)])];
    }

    /// <summary>The columns, in the order in which <see cref="At"/> wants them.</summary>
    public VariableLayout Columns { get; }

    /// <summary>What the curve is in rows, its standard error there, and that of a new observation.</summary>
    /// <param name="columns">The values of <see cref="Columns"/>, in order; of arrays all elements of a row, then those of the next.</param>
    /// <param name="cancellation">Ends it early.</param>
    public (double[] Values, double[] OfCurve, double[] OfObservation) At(IReadOnlyList<ReadOnlyMemory<double>> columns, CancellationToken cancellation = default)
    {
        // A number for all rows takes the place of a column of it.
        var outputs = _compiled.EvaluateRows([.. columns, .. _parameters], cancellation);
        var values = outputs[_size];
        var (curve, observation) = (new double[values.Length], new double[values.Length]);
        var (slopes, noise) = (new double[_size], _fit.ResidualStandardError);
        for (var row = 0; row < values.Length; row++)
        {
            for (var i = 0; i < _size; i++) slopes[i] = outputs[i][row];
            curve[row] = Spread(slopes);
            observation[row] = Math.Sqrt((curve[row] * curve[row]) + (noise * noise));
        }

        return (values, curve, observation);
    }

    /// <summary>By how many standard errors the limits lie off, on either side.</summary>
    /// <param name="confidence">The probability with which the limits hold.</param>
    public double Quantile(double confidence) => StudentT.Quantile(1 - confidence, _fit.DegreesOfFreedom);

    private double Spread(double[] slopes)
    {
        var variance = 0.0;
        for (var i = 0; i < _size; i++)
        {
            // What the data do not determine is no matter where the curve does not depend on it.
            if (slopes[i] == 0) continue;
            if (double.IsInfinity(_fit.Covariance[i, i])) return double.PositiveInfinity;
            for (var j = 0; j < _size; j++)
            {
                if (slopes[j] != 0) variance += slopes[i] * slopes[j] * _fit.Covariance[i, j];
            }
        }

        return Math.Sqrt(Math.Max(0, variance));
    }
}
