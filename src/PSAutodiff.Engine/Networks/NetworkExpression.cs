using System.Globalization;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Networks.Activations;

namespace PSAutodiff.Networks;

/// <summary>Writes a network as expressions, one for each output, that share its hidden units.</summary>
internal static class NetworkExpression
{
    public static ExprNode[] Build(Network network, bool withValues)
    {
        var units = new ExprNode[network.InputSize];
        var names = InputNames(network);
        var (means, deviations) = (network.Scaling?.Means, network.Scaling?.Deviations);
        for (var i = 0; i < units.Length; i++)
        {
            units[i] = ExprNode.Variable(names[i]);
            if (means is not null) units[i] = (units[i] - means[i]) / deviations![i];
        }

        var layers = network.Layers;
        for (var l = 0; l < layers.Count; l++)
        {
            var (layer, place) = (layers[l], network.Layout.Layers[l]);
            var sums = new ExprNode[layer.Outputs];
            for (var j = 0; j < sums.Length; j++)
            {
                var sum = units[0] * Weight(0, j);
                for (var i = 1; i < units.Length; i++) sum += units[i] * Weight(i, j);
                sums[j] = (withValues ? layer.BiasSpan[j] : ExprNode.Variable(place.BiasName(j))) + sum;
            }

            units = Activation.Of(layer.Activation).ToExpression(sums);

            ExprNode Weight(int input, int output) => withValues ? layer.WeightAt(input, output) : ExprNode.Variable(place.WeightName(input, output));
        }

        return units;
    }

    private static IReadOnlyList<string> InputNames(Network network)
    {
        // Ignoring case, as hashtables and CSV columns do.
        var features = network.Features.ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (features.Count == network.InputSize && network.Features.All(VariableNames.IsValid) && !network.Layout.Names().Any(features.Contains)) return network.Features;

        // Measured over rows, the name of a column would mean that column.
        features.UnionWith(network.Labels);
        var prefix = "x";
        string[] names;
        while ((names = [.. Enumerable.Range(1, network.InputSize).Select(i => string.Create(CultureInfo.InvariantCulture, $"{prefix}{i}"))]).Any(features.Contains)) prefix += "_";
        return names;
    }
}
