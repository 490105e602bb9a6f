using System.Collections;
using System.Globalization;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Converters;

/// <summary>
/// Reads lists of layers as users write them: sizes, each with what its layer does after it in order, or nothing, as in 16,layernorm,tanh,skip,3,softmax.
/// </summary>
internal static class LayerList
{
    /// <summary>What may stand after a size beside activations.</summary>
    public static readonly string[] Steps = ["layernorm", "skip", "project", "dropout=0.2"];

    /// <summary>The layers: at least one, all with a size.</summary>
    /// <exception cref="AutodiffException">The list is none; the message says where.</exception>
    public static List<LayerForm> Parse(object? value, string parameter)
    {
        var layers = new List<LayerForm>();
        var items = Items(value);
        var named = false;
        for (var i = 0; i < items.Count; i++)
        {
            var item = items[i];
            if (TryGetSize(item, parameter, i, out var size))
            {
                layers.Add(new LayerForm(size, ActivationFunction.Linear));
                named = false;
                continue;
            }

            var (step, number) = StepOf(item, parameter, i);
            if (step is { } other)
            {
                if (layers.Count == 0) throw Invalid(parameter, i, item, $"it is done with the weighted sums of a layer and needs a size before it, as in 16,{item}.");
                if (layers[^1].Steps.Contains(other)) throw Invalid(parameter, i, item, $"the layer of {layers[^1].Outputs} has {other} already. Write the size of the next layer first.");
                layers[^1] = WithStep(layers[^1], other, number, isProjected: Word(item) == "project");
                continue;
            }

            var activation = Activation(item, parameter, i);
            if (layers.Count == 0) throw Invalid(parameter, i, item, $"an activation needs a size before it, as in 16,{item}.");
            if (named) throw Invalid(parameter, i, item, $"the layer of {layers[^1].Outputs} has the activation {layers[^1].Activation} already. Write the size of the next layer first.");
            var last = layers[^1];
            if (activation != ActivationFunction.Linear) layers[^1] = new LayerForm(last.Outputs, activation, [.. last.Steps, LayerStep.Activation], last.Skip, last.Projects, last.Dropout);
            named = true;
        }

        return layers.Count > 0
            ? layers
            : throw new AutodiffException(ErrorIds.LayerInvalid, $"-{parameter} names no layer. Give sizes and activations, as in 16,tanh,3,softmax.");
    }

    /// <summary>Activations alone, one for each layer; null when the list holds sizes.</summary>
    /// <exception cref="AutodiffException">Something is neither.</exception>
    public static List<ActivationFunction>? ParseActivations(object? value, string parameter)
    {
        var activations = new List<ActivationFunction>();
        var items = Items(value);
        for (var i = 0; i < items.Count; i++)
        {
            if (TryGetSize(items[i], parameter, i, out _)) return null;
            activations.Add(Activation(items[i], parameter, i));
        }

        return activations;
    }

    private static LayerForm WithStep(LayerForm layer, LayerStep step, double number, bool isProjected) => new(
        layer.Outputs,
        layer.Activation,
        [.. layer.Steps, step],
        step == LayerStep.Skip ? (int)number : layer.Skip,
        layer.Projects || isProjected,
        step == LayerStep.Dropout ? number : layer.Dropout);

    // A word, and a number after a space or a sign: skip=2, 'dropout 0.2', 'dropout(0.2)'.
    private static (LayerStep? Step, double Number) StepOf(object? item, string parameter, int index)
    {
        var number = NumberOf(item);
        switch (Word(item))
        {
            case "layernorm" or "layer_norm" or "layernormalization":
                return number is null ? (LayerStep.LayerNorm, 0) : throw Invalid(parameter, index, item, "layernorm takes no number.");
            case "skip" or "residual" or "project":
                if (number is null) return (LayerStep.Skip, 1);
                return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var layers) && layers >= 1
                    ? (LayerStep.Skip, layers)
                    : throw Invalid(parameter, index, item, "a skip connection reaches over a whole number of layers from 1, as in skip=2.");
            case "dropout":
                return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var part) && part is > 0 and < 1
                    ? (LayerStep.Dropout, part)
                    : throw Invalid(parameter, index, item, "dropout takes the part of the outputs that become 0, above 0 and below 1, as in dropout=0.2.");
            default:
                return (null, 0);
        }
    }

    private static string Word(object? item)
    {
        if (item is not string text) return string.Empty;
        text = text.Trim();
        var end = text.AsSpan().IndexOfAny("=:( ");
        return (end < 0 ? text : text[..end]).ToLowerInvariant();
    }

    // Null where there is neither a number nor a sign before one.
    private static string? NumberOf(object? item)
    {
        if (item is not string text) return null;
        text = text.Trim();
        var end = text.AsSpan().IndexOfAny("=:( ");
        if (end < 0) return null;
        text = text[end..].Trim();
        return text.StartsWith('(') && text.EndsWith(')') ? text[1..^1].Trim() : text.TrimStart('=', ':').Trim();
    }

    private static List<object?> Items(object? value) => Conversions.Unwrap(value) switch
    {
        null => [],
        IEnumerable list and not string => [.. list.Cast<object?>().Select(Conversions.Unwrap)],
        { } one => [one],
    };

    private static bool TryGetSize(object? item, string parameter, int index, out int size)
    {
        size = 0;
        if (item is ActivationFunction || !Conversions.TryGetDouble(item, out var number)) return false;
        if (number is < 1 or > int.MaxValue || number != Math.Floor(number) || !double.IsFinite(number))
        {
            throw Invalid(parameter, index, item, "the size of a layer is a whole number from 1.");
        }

        size = (int)number;
        return true;
    }

    private static ActivationFunction Activation(object? item, string parameter, int index) => item switch
    {
        ActivationFunction activation => activation,
        string text when Networks.Activations.Activation.Named(text.Trim()) is { } activation => activation,
        _ => throw Invalid(parameter, index, item, $"that is neither the size of a layer nor an activation{(parameter == "Activation" ? string.Empty : " nor another step of a layer")}. Activations are: {string.Join(", ", Enum.GetNames<ActivationFunction>())}.{(parameter == "Activation" ? string.Empty : $" Other steps are: {string.Join(", ", Steps)}.")}{NearNames.Hint(Convert.ToString(item, CultureInfo.InvariantCulture)!, Enum.GetNames<ActivationFunction>())}"),
    };

    private static AutodiffException Invalid(string parameter, int index, object? item, string problem) => new(
        ErrorIds.LayerInvalid,
        string.Create(CultureInfo.InvariantCulture, $"-{parameter}, item {index + 1}, {Text(item)}: {problem}"));

    private static string Text(object? item) => item is string or null ? ValueSource.Describe(item) : Convert.ToString(item, CultureInfo.InvariantCulture)!;
}
