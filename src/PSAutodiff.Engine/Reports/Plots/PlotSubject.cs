using System.Collections;
using System.Collections.Specialized;
using PSAutodiff.Networks;

namespace PSAutodiff.Reports.Plots;

/// <summary>Something whose curve or map is drawn.</summary>
/// <param name="Name">What legends call it.</param>
/// <param name="Expression">The function.</param>
internal sealed record PlotSubject(string Name, ExprNode Expression)
{
    // So many deviations hold about 95 percent of what is distributed normally.
    private const double BandDeviations = 2;
    private const int LongestName = 200;

    /// <summary>Half the height of the band around the curve; 0 for none.</summary>
    public double Band { get; private init; }

    /// <summary>What legends call the band.</summary>
    public string BandName { get; private init; } = string.Empty;

    /// <summary>The name of what is predicted; null when nobody knows.</summary>
    public string? Label { get; private init; }

    /// <summary>Points to draw with it, such as the steps to a minimum, and what legends call them.</summary>
    public IReadOnlyList<(string Name, IReadOnlyList<OrderedDictionary> At)> Steps { get; private init; } = [];

    /// <summary>An expression.</summary>
    public static PlotSubject Of(ExprNode expression) => new(expression.ToText(ExprTextFormat.Infix, LongestName), expression);

    /// <summary>
    /// A fit; one of least squares with a band of two residual standard errors: its result has no covariance of the coefficients that would say how
    /// sure the line itself is.
    /// </summary>
    public static PlotSubject Of(RegressionResult fit)
    {
        var text = string.Empty;
        foreach (DictionaryEntry entry in fit.Coefficients)
        {
            var (name, coefficient) = ((string)entry.Key, (double)entry.Value!);
            var isIntercept = !fit.Features.Contains(name, StringComparer.Ordinal);
            var size = FormattableString.Invariant($"{Math.Abs(coefficient):g5}{(isIntercept ? string.Empty : " * " + name)}");
            text += text.Length > 0 ? (coefficient < 0 ? " - " : " + ") + size : (coefficient < 0 ? "-" : string.Empty) + size;
        }

        if (fit is GeneralizedRegressionResult generalized)
        {
            var function = generalized.Family == RegressionFamily.Binomial ? "sigmoid" : "exp";
            return new PlotSubject(FormattableString.Invariant($"{fit.Label} = {function}({text}), deviance {generalized.Deviance:g4} of {generalized.NullDeviance:g4}"), fit.Expression) { Label = fit.Label };
        }

        var linear = (LinearRegressionResult)fit;
        var error = linear.ResidualStandardError;
        return new PlotSubject(FormattableString.Invariant($"{fit.Label} = {text}, R2 {linear.RSquared:g4}"), fit.Expression)
        {
            Band = double.IsFinite(error) ? BandDeviations * error : 0,
            BandName = FormattableString.Invariant($"{BandDeviations} residual standard errors of {error:g4} to both sides"),
            Label = fit.Label,
        };
    }

    /// <summary>The function of a minimum, with the minimum and the steps to it when they were kept.</summary>
    /// <param name="minimum">A minimum whose function is known.</param>
    public static PlotSubject Of(Minimum minimum)
    {
        (string, IReadOnlyList<OrderedDictionary>) end = (FormattableString.Invariant($"end of {minimum.Method}, value {minimum.Value:g6}"), [minimum.At]);
        return Of(minimum.Expression!.OfNumbers("A plot")) with
        {
            Steps = minimum.Path.Count > 1 ? [("steps before", [.. minimum.Path.Take(minimum.Path.Count - 1).Select(static step => step.At)]), end] : [end],
        };
    }

    /// <summary>The outputs of a network.</summary>
    public static IReadOnlyList<PlotSubject> Of(Network network)
    {
        var outputs = NetworkExpression.Build(network, withValues: true);
        return [.. outputs.Select((output, i) => new PlotSubject(NameOf(network, i), output) { Label = network.Labels.Count == outputs.Length ? network.Labels[i] : null })];
    }

    private static string NameOf(Network network, int output) =>
        network.Classes.Count == network.OutputSize ? Data.ClassLabel.Text(network.Classes[output]) :
        network.Labels.Count == network.OutputSize ? network.Labels[output] :
        FormattableString.Invariant($"output {output + 1} of {network}");
}
