using System.Globalization;
using PSAutodiff.Kernels;
using PSAutodiff.Networks;

namespace PSAutodiff;

/// <summary>
/// Finds the weights of a network that matter least, sets them to 0 and freezes them there (Y. LeCun, J. Denker, S. Solla: Optimal
/// Brain Damage, 1990). Biases are never pruned.
/// </summary>
public static class NetworkPruning
{
    /// <summary>The second derivatives of the mean loss with respect to every parameter, each twice to the same one: the diagonal of the Hessian, exactly.</summary>
    /// <param name="network">The network; also one in single precision is computed in double.</param>
    /// <param name="inputs">Raw inputs: rows x inputs. When the network scales its inputs, they are scaled.</param>
    /// <param name="targets">Wanted outputs: rows x outputs.</param>
    /// <param name="loss">The loss; null for that of the training, else by the last layer.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>One for each parameter, in the order of <see cref="Network.Parameters"/>; that of a frozen weight is there too.</returns>
    /// <exception cref="AutodiffException">The shapes do not fit, a number is not finite, or there are no rows.</exception>
    public static double[] SecondDerivatives(Network network, double[,] inputs, double[,] targets, LossFunction? loss = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        var data = NetworkTraining.RowsOf<double>(network, inputs, targets);
        if (data.RowCount == 0) throw new AutodiffException(ErrorIds.RowsMissing, "There are no rows to measure second derivatives on.");
        return new DenseCurvature(network, loss ?? network.LossFunction ?? NetworkTraining.DefaultLoss(network)).Diagonal(data, cancellation);
    }

    /// <summary>The saliencies of all weights in the order of the parameters, and which of them pruning would set to 0.</summary>
    /// <param name="network">The network.</param>
    /// <param name="secondDerivatives">What <see cref="SecondDerivatives"/> gives; null for 1 each, so for pruning by magnitude.</param>
    /// <param name="fraction">The part of all weights that is pruned, those pruned before included: at least 0 and below 1.</param>
    /// <exception cref="AutodiffException">The fraction is out of its range, or a second derivative is not finite.</exception>
    public static IReadOnlyList<WeightSaliency> Score(Network network, IReadOnlyList<double>? secondDerivatives, double fraction)
    {
        var (saliencies, pruned) = Rank(network, secondDerivatives, fraction);
        var parameters = network.FlatParameters();
        var scores = new WeightSaliency[network.WeightCount];
        var next = 0;
        foreach (var weight in network.Layout.Weights())
        {
            var index = weight.Index;
            scores[next++] = new WeightSaliency(
                weight.Name, weight.Layer.Index + 1, weight.Input + 1, weight.Output + 1, parameters[index], secondDerivatives?[index] ?? 1, saliencies[index], pruned.Contains(index));
        }

        return scores;
    }

    /// <summary>Sets the least salient weights to 0 and freezes them.</summary>
    /// <param name="network">The network; it stays as it is.</param>
    /// <param name="secondDerivatives">What <see cref="SecondDerivatives"/> gives; null for pruning by magnitude.</param>
    /// <param name="fraction">
    /// The part of all weights that is pruned then, those pruned before included, to the nearest number of weights: at least 0 and below 1.
    /// When as many are pruned already, nothing happens. Of weights that are equally salient the first are pruned.
    /// </param>
    /// <exception cref="AutodiffException">The fraction is out of its range, a second derivative is not finite, or a layer would lose its last weight.</exception>
    public static Network Prune(Network network, IReadOnlyList<double>? secondDerivatives, double fraction)
    {
        var (_, pruned) = Rank(network, secondDerivatives, fraction);
        if (pruned.Count == network.FrozenCount) return network;
        var left = network.Layout.Layers.Select(static layer => layer.WeightCount).ToArray();
        foreach (var weight in network.Layout.Weights())
        {
            if (!pruned.Contains(weight.Index) || --left[weight.Layer.Index] > 0) continue;
            throw new AutodiffException(
                ErrorIds.LayerEmptied,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"With {pruned.Count} of {network.WeightCount} weights pruned (fraction {fraction}), layer {weight.Layer.Index + 1} would have none left of its {weight.Layer.WeightCount}, and the outputs would no longer depend on the inputs. Prune a smaller fraction."));
        }

        return network.WithFrozen(pruned);
    }

    /// <summary>
    /// The part of the weights that is pruned after a round of several: of the weights that are left each round keeps the same part, so the
    /// first rounds, in which the network has weights to spare, prune the most.
    /// </summary>
    /// <param name="before">The part that is pruned before the first round.</param>
    /// <param name="fraction">The part that is pruned after the last round; below 1.</param>
    /// <param name="round">From 1.</param>
    /// <param name="rounds">How many there are.</param>
    internal static double FractionAfter(double before, double fraction, int round, int rounds) => round == rounds || before >= fraction
        ? fraction
        : 1 - ((1 - before) * Elementary.Pow((1 - fraction) / (1 - before), (double)round / rounds));

    /// <summary>Throws unless a fraction is one.</summary>
    internal static void CheckFraction(double fraction)
    {
        if (fraction is >= 0 and < 1) return;
        throw new AutodiffException(
            ErrorIds.FractionInvalid,
            string.Create(CultureInfo.InvariantCulture, $"The fraction of weights to prune has to be at least 0 and below 1, not {fraction}. 0.7 prunes 70 % of them."));
    }

    private static (double[] Saliencies, HashSet<int> Pruned) Rank(Network network, IReadOnlyList<double>? secondDerivatives, double fraction)
    {
        ArgumentNullException.ThrowIfNull(network);
        CheckFraction(fraction);
        if (secondDerivatives is not null && secondDerivatives.Count != network.ParameterCount)
        {
            throw new ArgumentException($"There are {network.ParameterCount} parameters, but {secondDerivatives.Count} second derivatives.", nameof(secondDerivatives));
        }

        var pruned = network.FrozenIndices().ToHashSet();
        var saliencies = network.FlatParameters();
        var candidates = new List<int>();
        foreach (var weight in network.Layout.Weights())
        {
            var index = weight.Index;
            var (value, second) = (saliencies[index], secondDerivatives?[index] ?? 1);
            saliencies[index] = second * value * value / 2;
            if (!double.IsFinite(saliencies[index]))
            {
                throw new AutodiffException(
                    ErrorIds.ValueNotFinite,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The weight {weight.Name} is {value} and the second derivative of the loss is {second} there, so its saliency is not a finite number. Are the data and the network of reasonable size?"));
            }

            if (!pruned.Contains(index)) candidates.Add(index);
        }

        var count = (int)Math.Round(fraction * network.WeightCount, MidpointRounding.AwayFromZero) - pruned.Count;

        // A stable order: the first of equals come first.
        if (count > 0) pruned.UnionWith(candidates.OrderBy(index => saliencies[index]).Take(count));
        return (saliencies, pruned);
    }
}
