using System.Globalization;
using System.Numerics;
using PSAutodiff.Data;

namespace PSAutodiff.Networks;

/// <summary>Which last layers a loss goes with, and which targets it can measure. Outside of it a training falls without end, or nowhere.</summary>
internal static class LossDomain
{
    // Probabilities that were rounded when they were written.
    private const double SumAllowed = 0.011;

    /// <summary>Whether a loss takes outputs for probabilities that the last layer does not promise.</summary>
    public static bool IsUnbound(Network network, LossFunction loss) =>
        loss is LossFunction.BinaryCrossEntropy or LossFunction.CategoricalCrossEntropy && network.Layers[^1].Activation is not (ActivationFunction.Sigmoid or ActivationFunction.Softmax);

    /// <summary>Throws unless the last layer gives what a loss measures.</summary>
    /// <param name="network">
    /// The network. With a last layer that promises no probabilities its outputs are looked at when its weights were given; drawn ones do not keep
    /// to 0 to 1.
    /// </param>
    /// <param name="loss">The loss.</param>
    /// <param name="data">The rows that it will measure.</param>
    /// <exception cref="AutodiffException">They do not go together.</exception>
    public static void CheckLayer<T>(Network network, LossFunction loss, TrainingData<T> data)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var activation = network.Layers[^1].Activation;
        if (IsUnbound(network, loss))
        {
            if (network.Initializer != NetworkInitializer.Given) throw Invalid($"the last layer is {activation}, whose outputs are no probabilities. {Mended(loss)}");
            var outputs = new DensePrediction<T>(network, threads: 1).Predict(data.Inputs, data.RowCount, CancellationToken.None);
            var outside = Array.FindIndex(outputs, static output => !(output >= T.Zero && output <= T.One));
            if (outside >= 0) throw Invalid(string.Create(CultureInfo.InvariantCulture, $"the last layer is {activation} and gives {outputs[outside]}, which is none. {Mended(loss)}"));
        }
        else if (loss is LossFunction.BinaryCrossEntropy or LossFunction.CategoricalCrossEntropy)
        {
            if (activation == ActivationFunction.Softmax && network.OutputSize == 1) throw Invalid("a softmax of one output is always 1. Give the last layer an output for each class, or sigmoid.");
            if (activation == ActivationFunction.Sigmoid && loss == LossFunction.CategoricalCrossEntropy) throw Invalid("the outputs of a sigmoid do not sum to 1. Give the last layer softmax, or take the loss BinaryCrossEntropy.");
        }

        AutodiffException Invalid(string problem) => new(ErrorIds.LossFunctionInvalid, $"{loss} measures probabilities, but {problem}");
    }

    /// <summary>What makes a loss and a last layer go together.</summary>
    public static string Mended(LossFunction loss) => $"Give it {(loss == LossFunction.BinaryCrossEntropy ? "sigmoid" : "softmax")}, or take the loss MeanSquaredError.";

    /// <summary>Throws unless a loss can measure all targets.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="targets">The targets, row after row: rows x columns.</param>
    /// <param name="columns">Number of outputs.</param>
    /// <param name="place">What an error calls a target, or with a column below 0 a row; both from 0.</param>
    /// <exception cref="AutodiffException">It cannot measure one; the message names it.</exception>
    public static void CheckTargets<T>(LossFunction loss, ReadOnlySpan<T> targets, int columns, Func<int, int, string> place)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (loss is not (LossFunction.BinaryCrossEntropy or LossFunction.CategoricalCrossEntropy)) return;
        var categorical = loss == LossFunction.CategoricalCrossEntropy;
        for (var i = 0; i < targets.Length; i++)
        {
            if (targets[i] >= T.Zero && (categorical || targets[i] <= T.One)) continue;
            var problem = categorical
                ? "is below 0, but CategoricalCrossEntropy takes the targets of a row for the probabilities of its classes."
                : $"is not between 0 and 1, as BinaryCrossEntropy needs it. {Advice(targets, columns)}";
            throw new AutodiffException(ErrorIds.TargetInvalid, string.Create(CultureInfo.InvariantCulture, $"{place(i / columns, i % columns)}: the target {targets[i]} {problem}"));
        }

        for (var start = 0; categorical && start < targets.Length; start += columns)
        {
            var sum = 0.0;
            foreach (var target in targets.Slice(start, columns)) sum += double.CreateTruncating(target);
            if (Math.Abs(sum - 1) <= SumAllowed) continue;
            throw new AutodiffException(
                ErrorIds.TargetInvalid,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{place(start / columns, -1)}: the targets sum to {sum}, not to 1, but CategoricalCrossEntropy takes them for the probabilities of the classes. For several classes at once give the last layer sigmoid and take the loss BinaryCrossEntropy."));
        }
    }

    private static string Advice<T>(ReadOnlySpan<T> targets, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (one, other) = (targets[0], targets[0]);
        var more = columns > 1;
        for (var i = 1; i < targets.Length && !more; i++)
        {
            if (targets[i] == one || targets[i] == other) continue;
            more = other != one;
            other = targets[i];
        }

        return more || one == other
            ? "Scale the targets to between 0 and 1, or give the last layer linear outputs for numbers."
            : string.Create(CultureInfo.InvariantCulture, $"The targets are two values, {T.Min(one, other)} and {T.Max(one, other)}: to predict them as classes, give the last layer 2 outputs with softmax, or write 0 and 1 for them.");
    }
}
