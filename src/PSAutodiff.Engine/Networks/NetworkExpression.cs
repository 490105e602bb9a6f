using System.Globalization;
using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Networks.Activations;
using PSAutodiff.Networks.Losses;

namespace PSAutodiff.Networks;

/// <summary>Writes a network as expressions, one for each output or one of its loss, that share its hidden units.</summary>
internal static class NetworkExpression
{
    /// <summary>The outputs.</summary>
    public static ExprNode[] Build(Network network, bool withValues) => LastLayer(network, withValues).Outputs;

    /// <summary>The loss of one row.</summary>
    public static ExprNode Build(Network network, Loss loss, bool withValues)
    {
        var fused = loss.FusesInto(network);
        var (sums, outputs) = LastLayer(network, withValues);
        return loss.ToExpression(fused, fused ? sums : outputs, [.. TargetNames(network).Select(ExprNode.Variable)]);
    }

    /// <summary>The outputs as a vector: a product of a vector and a matrix for each layer.</summary>
    /// <param name="network">The network.</param>
    /// <param name="inputs">The inputs, scaled: a vector.</param>
    /// <param name="withValues">Whether the weights and biases stand there as numbers, and not as W1, b1, W2, ...</param>
    public static ExprNode OfVectors(Network network, ExprNode inputs, bool withValues) => Layers(network, inputs, withValues)[^1].Outputs;

    /// <summary>The loss of one row as an expression of a vector of inputs, one of targets, and the parameters <see cref="ParameterLayout.ArrayNames"/>.</summary>
    /// <param name="network">The network.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="inputs">The inputs, scaled: a vector.</param>
    /// <param name="targets">The targets, a vector.</param>
    /// <param name="hasFactors">Whether the inputs of all layers but the first are multiplied by <see cref="NetworkForms.FactorsName"/>.</param>
    /// <param name="hasMasks">Whether dropout multiplies by <see cref="NetworkForms.MaskName"/>; else it does nothing.</param>
    /// <param name="withValues">Whether the weights and biases stand there as numbers, and not as variables.</param>
    public static ExprNode OfVectors(Network network, Loss loss, ExprNode inputs, ExprNode targets, bool hasFactors = false, bool hasMasks = false, bool withValues = false)
    {
        var fused = loss.FusesInto(network);
        var (_, activated, outputs) = Layers(network, inputs, withValues, hasFactors, hasMasks)[^1];
        return loss.ToExpression(fused, fused ? activated : outputs, targets);
    }

    /// <summary>The weighted sums, what the activation is applied to, and the outputs of all layers, as vectors.</summary>
    /// <param name="network">The network.</param>
    /// <param name="inputs">The inputs, scaled: a vector.</param>
    /// <param name="withValues">Whether the weights and biases stand there as numbers.</param>
    /// <param name="hasFactors">Whether the inputs of all layers but the first are multiplied by <see cref="NetworkForms.FactorsName"/>.</param>
    /// <param name="hasMasks">Whether dropout multiplies by <see cref="NetworkForms.MaskName"/>; else it does nothing.</param>
    public static (ExprNode Sums, ExprNode Activated, ExprNode Outputs)[] Layers(Network network, ExprNode inputs, bool withValues, bool hasFactors = false, bool hasMasks = false)
    {
        var layers = network.Layers;
        var made = new (ExprNode Sums, ExprNode Activated, ExprNode Outputs)[layers.Count];
        var units = inputs;
        for (var l = 0; l < made.Length; l++)
        {
            var (layer, place) = (layers[l], network.Layout.Layers[l]);
            var weights = withValues ? layer.Weights : ExprNode.Variable(place.WeightsName, Shape.Matrix(layer.Inputs, layer.Outputs));
            var biases = withValues ? layer.Biases : ExprNode.Variable(place.BiasesName, Shape.Vector(layer.Outputs));
            if (hasFactors && l > 0) units *= ExprNode.Variable(NetworkForms.FactorsName(l), Shape.Vector(layer.Inputs));
            var sums = units.Dot(weights) + biases;
            var activated = units = sums;
            foreach (var step in layer.Form.StepSpan)
            {
                switch (step)
                {
                    case LayerStep.LayerNorm:
                        units = (units.LayerNorm() * Array(place.GainsName, layer.Extras.Gain)) + Array(place.OffsetsName, layer.Extras.Offset);
                        break;
                    case LayerStep.Activation:
                        (activated, units) = (units, Activation.Of(layer.Activation).ToExpression(units));
                        break;
                    case LayerStep.Skip:
                        var source = layer.Skip > l ? inputs : made[l - layer.Skip].Outputs;
                        units += !layer.Form.Projects ? source : source.Dot(withValues ? layer.Extras.Projection! : ExprNode.Variable(place.ProjectionName, Shape.Matrix(place.Projected, place.Outputs)));
                        break;
                    case LayerStep.Dropout:
                        if (hasMasks) units *= ExprNode.Variable(NetworkForms.MaskName(l), Shape.Vector(place.Outputs));
                        break;
                }
            }

            made[l] = (sums, activated, units);

            ExprNode Array(string name, double[]? values) => withValues ? values! : ExprNode.Variable(name, Shape.Vector(place.Outputs));
        }

        return made;
    }

    private static (ExprNode[] Sums, ExprNode[] Outputs) LastLayer(Network network, bool withValues)
    {
        var units = new ExprNode[network.InputSize];
        var names = InputNames(network);
        var (means, deviations) = (network.Scaling?.Means, network.Scaling?.Deviations);
        for (var i = 0; i < units.Length; i++)
        {
            units[i] = ExprNode.Variable(names[i]);
            if (means is not null) units[i] = (units[i] - means[i]) / deviations![i];
        }

        var sums = units;
        var layers = network.Layers;
        var taken = new List<ExprNode[]> { units };
        for (var l = 0; l < layers.Count; l++)
        {
            var (layer, place) = (layers[l], network.Layout.Layers[l]);
            sums = new ExprNode[layer.Outputs];
            for (var j = 0; j < sums.Length; j++)
            {
                var sum = units[0] * Weight(0, j);
                for (var i = 1; i < units.Length; i++) sum += units[i] * Weight(i, j);
                sums[j] = (withValues ? layer.BiasSpan[j] : ExprNode.Variable(place.BiasName(j))) + sum;
            }

            units = sums;
            foreach (var step in layer.Form.StepSpan)
            {
                switch (step)
                {
                    case LayerStep.LayerNorm:
                        units = [.. Normalized(units).Select((unit, j) => (unit * Of(place.GainsName, layer.Extras.Gain?[j], j)) + Of(place.OffsetsName, layer.Extras.Offset?[j], j))];
                        break;
                    case LayerStep.Activation:
                        (sums, units) = (units, Activation.Of(layer.Activation).ToExpression(units));
                        break;
                    case LayerStep.Skip:
                        var source = taken[l + 1 - layer.Skip];
                        units = [.. units.Select((unit, j) => unit + (layer.Form.Projects ? source.Select((from, i) => from * Of(place.ProjectionName.ToLowerInvariant(), layer.Extras.Projection?[i, j], i, j)).Aggregate(static (x, y) => x + y) : source[j]))];
                        break;
                }
            }

            taken.Add(units);

            ExprNode Weight(int input, int output) => withValues ? layer.WeightAt(input, output) : ExprNode.Variable(place.WeightName(input, output));

            ExprNode Of(string array, double? value, params int[] places) => withValues ? value!.Value : ExprNode.Variable(LayerPlace.NameOf(array, places));
        }

        return (sums, units);
    }

    // As the operation of that name is written out.
    private static ExprNode[] Normalized(ExprNode[] units)
    {
        var mean = units.Aggregate(static (x, y) => x + y) / units.Length;
        var centered = Array.ConvertAll(units, unit => unit - mean);
        var deviation = ExprNode.Sqrt((centered.Select(static unit => unit * unit).Aggregate(static (x, y) => x + y) / units.Length) + LayerNormOperation.Epsilon);
        return Array.ConvertAll(centered, unit => unit / deviation);
    }

    /// <summary>What the inputs are called in expressions.</summary>
    public static IReadOnlyList<string> InputNames(Network network) => Usable(network, network.Features, network.InputSize) ?? Numbered(network, "x", network.InputSize);

    // The column of classes does not hold numbers.
    private static IReadOnlyList<string> TargetNames(Network network) =>
        (network.Classes.Count > 0 ? null : Usable(network, network.Labels, network.OutputSize)) ?? Numbered(network, "y", network.OutputSize);

    // Columns ignore case, as hashtables do.
    private static IReadOnlyList<string>? Usable(Network network, IReadOnlyList<string> columns, int size)
    {
        var names = columns.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return names.Count == size && columns.All(VariableNames.IsValid) && !network.Layout.Names().Any(names.Contains) ? columns : null;
    }

    // Measured over rows, the name of a column would mean that column.
    private static string[] Numbered(Network network, string prefix, int size)
    {
        var columns = network.Features.Concat(network.Labels).ToHashSet(StringComparer.OrdinalIgnoreCase);
        string[] names;
        while ((names = [.. Enumerable.Range(1, size).Select(i => string.Create(CultureInfo.InvariantCulture, $"{prefix}{i}"))]).Any(columns.Contains)) prefix += "_";
        return names;
    }
}
