using System.Globalization;
using PSAutodiff.Networks.Activations;
using PSAutodiff.Networks.Losses;

namespace PSAutodiff.Results;

/// <summary>What to do about a training whose numbers were no longer finite.</summary>
internal static class DivergenceAdvice
{
    /// <summary>A sentence or two. The learning rate is blamed only when the loss fits the network and the step would not fail at the start as well.</summary>
    /// <param name="result">The result, with a failed step.</param>
    public static string For(TrainingResult result)
    {
        if (result.Network is { LossFunction: { } loss } network && Loss.Of(loss).AdviceFor(Activation.Of(network.Layers[^1].Activation)) is { } advice)
        {
            return $"{loss} measures probabilities, but the outputs of a last layer with {network.Layers[^1].Activation} leave 0 to 1. {advice}";
        }

        return result.FailsAtStart
            ? $"The loss or its derivatives are not finite there with the start values either, so -LearningRate is not at fault: look at the data of that step, and at logarithms, roots and quotients in the loss."
            : string.Create(CultureInfo.InvariantCulture, $"A smaller -LearningRate than {result.LearningRate} may help.");
    }
}
