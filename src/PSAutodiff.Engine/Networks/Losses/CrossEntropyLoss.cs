using System.Globalization;
using System.Numerics;
using PSAutodiff.Data;
using PSAutodiff.Networks.Activations;

namespace PSAutodiff.Networks.Losses;

/// <summary>A loss that takes predictions for probabilities, of which it measures the logarithms.</summary>
/// <param name="fusesWith">The activation whose weighted sums it can be computed from.</param>
internal abstract class CrossEntropyLoss(ActivationFunction fusesWith) : Loss
{
    // Within the logarithms of predictions that are not known by their weighted sums.
    protected const double Floor = 1e-9;

    public override ActivationFunction? FusesWith => fusesWith;

    public override string? AdviceFor(Activation last) => last.GivesProbabilities ? null : $"Give it {Activation.Of(fusesWith).Names[0]}, or take the loss MeanSquaredError.";

    public override void CheckLayer<T>(Network network, TrainingData<T>? data)
    {
        var last = Activation.Of(network.LastActivation);
        if (AdviceFor(last) is { } advice)
        {
            if (network.Initializer != NetworkInitializer.Given) throw Invalid($"the last layer is {network.Layers[^1].Form.Text}, whose outputs are not probabilities. {advice}");
            if (data is null) return;
            var outputs = new DensePrediction<T>(network, threads: 1).Predict(data.Inputs, data.RowCount, CancellationToken.None);
            var outside = Array.FindIndex(outputs, static output => !(output >= T.Zero && output <= T.One));
            if (outside >= 0) throw Invalid(string.Create(CultureInfo.InvariantCulture, $"the last layer is {network.Layers[^1].Form.Text} and its output {outputs[outside]} is not one. {advice}"));
        }
        else if (ProblemWith(last, network.OutputSize) is { } problem)
        {
            throw Invalid(problem);
        }

        AutodiffException Invalid(string problem) => new(ErrorIds.LossFunctionInvalid, $"{Function} measures probabilities, but {problem}");
    }

    public override void CheckTargets<T>(ReadOnlySpan<T> targets, int columns, Func<int, int, string> place)
    {
        for (var i = 0; i < targets.Length; i++)
        {
            if (double.CreateTruncating(targets[i]) is var target && target >= Targets.Least && target <= Targets.Greatest) continue;
            throw Invalid(string.Create(CultureInfo.InvariantCulture, $"{place(i / columns, i % columns)}: the target {targets[i]} {WhyNot(targets, columns)}"));
        }

        for (var start = 0; start < targets.Length; start += columns)
        {
            var sum = 0.0;
            foreach (var target in targets.Slice(start, columns)) sum += double.CreateTruncating(target);
            if (ProblemOfSum(sum) is not { } problem) continue;
            throw Invalid($"{place(start / columns, -1)}: {problem}");
        }

        static AutodiffException Invalid(string message) => new(ErrorIds.TargetInvalid, message);
    }

    /// <summary>What is wrong with a target, and with the others, as a sentence without its subject.</summary>
    protected abstract string WhyNot<T>(ReadOnlySpan<T> targets, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>What is wrong with the sum of a row's targets; null for nothing.</summary>
    protected virtual string? ProblemOfSum(double sum) => null;

    /// <summary>What is wrong with a last layer whose outputs are probabilities; null for nothing.</summary>
    protected virtual string? ProblemWith(Activation last, int outputs) => last.SumsToOne && outputs == 1
        ? "a softmax of one output is always 1. Give the last layer an output for each class, or sigmoid."
        : null;
}
