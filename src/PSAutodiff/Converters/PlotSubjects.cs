using System.Management.Automation;
using PSAutodiff.Reports.Plots;

namespace PSAutodiff.Converters;

/// <summary>From what users give to draw to what is drawn.</summary>
internal static class PlotSubjects
{
    /// <summary>Whether a value from the pipeline is drawn itself; else it is a row of data.</summary>
    public static bool IsSubject(object? value) => Conversions.Live(value) switch
    {
        null or string or ScriptBlock or ExprNode or ExprGradient or ExprHessian or ExprJacobian or RegressionResult or Minimum or Network or TrainingResult or WeightDecayAnalysis => true,
        { } other => Conversions.TryGetDouble(other, out _),
    };

    /// <summary>What is drawn.</summary>
    /// <exception cref="AutodiffException">It is nothing that has a curve.</exception>
    public static IReadOnlyList<PlotSubject> Of(object? value, CancellationToken cancellation)
    {
        switch (Conversions.Live(value))
        {
            case RegressionResult fit:
                return [PlotSubject.Of(fit)];
            case Minimum minimum:
                return [PlotSubject.Of(minimum.Expression is null ? throw new AutodiffException(ErrorIds.ExpressionMissing, "This minimum does not hold the function that was minimized, so it cannot be drawn.") : minimum)];
            case TrainingResult { Network: null }:
                throw new AutodiffException(ErrorIds.ExpressionMissing, "This training run of a loss holds the values of its parameters, and not the formula of what is predicted. Draw that formula with them: $rows | Show-Expression 'a*x + b' -At $result -Label y");
            case Network or TrainingResult:
                return PlotSubject.Of(Conversions.ToNetwork(value));
            default:
                return [PlotSubject.Of(Conversions.ToExpression(value, cancellation))];
        }
    }
}
