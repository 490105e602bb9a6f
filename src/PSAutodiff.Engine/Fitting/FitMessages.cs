using System.Globalization;
using PSAutodiff.Core;

namespace PSAutodiff.Fitting;

/// <summary>What there is to say about a fit.</summary>
internal static class FitMessages
{
    /// <summary>A standard error that is so many times the parameter says that the model is flat along it.</summary>
    public const double Flat = 1e6;

    /// <summary>What was unusual about the end of a fit; empty for nothing.</summary>
    /// <param name="reason">Why it ended.</param>
    /// <param name="iterations">The number of steps.</param>
    /// <param name="atBound">The parameters at bounds.</param>
    /// <param name="undetermined">The parameters that the data do not determine.</param>
    /// <param name="rank">The rank of the Jacobian.</param>
    /// <param name="columns">The number of its columns.</param>
    /// <param name="flat">The parameters on which the model hardly depends at the end.</param>
    public static string Of(CurveFitStopReason reason, int iterations, string[] atBound, string[] undetermined, int rank, int columns, string[] flat)
    {
        var parts = new List<string>();
        if (reason == CurveFitStopReason.MaxIterations) parts.Add(string.Create(CultureInfo.InvariantCulture, $"The fit has not converged after {iterations} steps. Allow more with -MaxIteration, or start elsewhere."));
        if (reason == CurveFitStopReason.Stuck && flat.Length > 0) parts.Add($"No step makes the residuals smaller: the model hardly changes with {Listed(flat)} there, it is a plateau. Start elsewhere, where {(flat.Length == 1 ? "it changes" : "they change")} the model.");
        else if (reason == CurveFitStopReason.Stuck) parts.Add("No step makes the residuals smaller although the derivatives say so: the model has a kink there, or its domain ends. Start elsewhere.");
        if (undetermined.Length > 0)
        {
            parts.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"The data do not determine all parameters: the rank of the Jacobian is {rank}, but there {(columns == 1 ? "is 1 parameter" : $"are {columns} parameters")}. Other values of {FitMessages.Listed(undetermined)} fit as well, so {(undetermined.Length == 1 ? "its standard error is infinite. Fix it" : "their standard errors are infinite. Fix one of them")}, or start elsewhere."));
        }

        if (atBound.Length > 0 && reason == CurveFitStopReason.AtBound) parts.Add($"At a bound, with smaller residuals beyond it: {FitMessages.Listed(atBound)}. The standard errors of the others hold {(atBound.Length == 1 ? "it" : "them")} constant; the degrees of freedom count {(atBound.Length == 1 ? "it" : "them")}.");
        return string.Join(' ', parts);
    }

    /// <summary>Some names, then how many more there are.</summary>
    public static string Listed(IReadOnlyList<string> names)
    {
        const int most = 8;
        var listed = string.Join(", ", names.Take(most));
        return names.Count > most ? string.Create(CultureInfo.InvariantCulture, $"{listed} and {names.Count - most} more") : listed;
    }

    /// <summary>A model with numbers for its parameters.</summary>
    /// <param name="model">The model.</param>
    /// <param name="layout">The parameters.</param>
    /// <param name="point">Their values.</param>
    public static ExprNode With(ExprNode model, VariableLayout layout, double[] point)
    {
        var values = new Dictionary<string, ExprNode>(StringComparer.Ordinal);
        for (var i = 0; i < layout.Names.Count; i++)
        {
            var elements = point[layout.ElementsOf(i)];
            values.Add(layout.Names[i], layout.Shapes[i].IsNumber ? ExprNode.Constant(elements[0]) : ExprNode.Constant(new ConstantArray(elements, layout.Shapes[i].Plain())));
        }

        return model.Resolve(values);
    }
}
