using System.Globalization;
using PSAutodiff.Networks.Activations;
using PSAutodiff.Networks.Losses;

namespace PSAutodiff.Results;

/// <summary>What to do about a training whose numbers were no longer finite.</summary>
internal static class DivergenceAdvice
{
    // Losses of single rows differ, those of whole epochs hardly.
    private const double EpochGrowth = 10;
    private const double StepGrowth = 1e6;
    private const int FirstSteps = 10;
    private const double EndlessFall = 1e12;

    // Below it a loss is next to nothing, and its growth says nothing.
    private const double LeastLoss = 1e-9;

    /// <summary>What is wrong with a training whose loss grew instead of falling, or fell for ever; null for others.</summary>
    /// <param name="result">The result.</param>
    public static string? Of(TrainingResult result)
    {
        if (GrownFrom(result) is { } first) return string.Create(CultureInfo.InvariantCulture, $"the loss grew from {first:g3} to {result.FinalLoss:g3}. {For(result)}");
        return result.Steps > 0 && result.FinalLoss < -EndlessFall * Math.Max(1, Math.Abs(result.Loss[0]))
            ? string.Create(CultureInfo.InvariantCulture, $"the loss fell from {result.Loss[0]:g3} to {result.FinalLoss:g3}, as if it had no lower bound. A loss measures how far a prediction is off, for example by a square, and is never less than 0.")
            : null;
    }

    // The loss at the beginning of a training whose loss grew instead of falling; null for others.
    private static double? GrownFrom(TrainingResult result)
    {
        if (result.Steps == 0 || result.FailedStep is not null || !double.IsFinite(result.FinalLoss)) return null;
        var first = result.Loss.Take(FirstSteps).Average();
        if (result.FinalLoss > StepGrowth * Math.Max(LeastLoss, Math.Abs(first))) return first;
        return result.Epochs > 1 && result.FinalLoss > EpochGrowth * Math.Max(LeastLoss, Math.Abs(result.EpochLoss[0])) ? result.EpochLoss[0] : null;
    }

    /// <summary>A sentence or two. The learning rate is blamed only when the loss fits the network and the step would not fail at the start as well.</summary>
    /// <param name="result">The result, with a failed step.</param>
    public static string For(TrainingResult result)
    {
        if (result.Network is { LossFunction: { } loss } network && Loss.Of(loss).AdviceFor(Activation.Of(network.LastActivation)) is { } advice)
        {
            return $"{loss} measures probabilities, but the outputs of a last layer with {network.LastActivation} leave 0 to 1. {advice}";
        }

        return result.FailsAtStart
            ? $"The loss or its derivatives are not finite there with the initial values either, so -LearningRate is not at fault: look at the data of that step, {(result.Network is null ? "and at logarithms, roots and quotients in the loss" : "whose numbers may be so large that squares or products of them overflow. Divide such columns by a power of ten, or scale them with -Standardize and -StandardizeTarget")}."
            : string.Create(CultureInfo.InvariantCulture, $"A smaller -LearningRate than {result.LearningRate} may help{(result.Network is null ? string.Empty : ", and -Standardize (with -StandardizeTarget) where columns are large or of different sizes")}.");
    }
}
