using System.Globalization;
using PSAutodiff.Data;
using PSAutodiff.Networks.Activations;

namespace PSAutodiff.Exchange;

/// <summary>The properties that rows get with predictions.</summary>
internal static class PredictionNames
{
    private const string Prediction = "Prediction";
    private const string Probability = "Probability";
    private const string ProbabilityOf = "P_";

    /// <summary>Whether the outputs of a model are probabilities of its classes.</summary>
    public static bool AreProbabilities(IAutodiffModel model) =>
        model.Classes.Count > 0 && (model is not Network network || Activation.Of(network.LastActivation).GivesProbabilities);

    /// <summary>The names of the properties, in order.</summary>
    public static IReadOnlyList<string> Of(IAutodiffModel model)
    {
        if (model.Classes.Count == 0 && model.OutputSize > 1)
        {
            return model is Network { Labels: var labels } && labels.Count == model.OutputSize
                ? [.. labels.Select(static label => $"{Prediction}_{label}")]
                : [.. Enumerable.Range(1, model.OutputSize).Select(static i => string.Create(CultureInfo.InvariantCulture, $"{Prediction}_{i}"))];
        }

        if (!AreProbabilities(model)) return [Prediction];

        // Property names ignore case, classes do not.
        var names = new List<string> { Prediction, Probability };
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var label in model.Classes)
        {
            var name = ProbabilityOf + ClassLabel.Text(label);
            while (!taken.Add(name)) name += "_";
            names.Add(name);
        }

        return names;
    }
}
