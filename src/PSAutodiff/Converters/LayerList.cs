using System.Collections;
using System.Globalization;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Converters;

/// <summary>Reads lists of layers as users write them: sizes, each with the activation after it or linear, as in 16,tanh,3,softmax.</summary>
internal static class LayerList
{
    /// <summary>The layers: at least one, all with a size.</summary>
    /// <exception cref="AutodiffException">The list is none; the message says where.</exception>
    public static List<(int Outputs, ActivationFunction Activation)> Parse(object? value, string parameter)
    {
        var layers = new List<(int Outputs, ActivationFunction Activation)>();
        var items = Items(value);
        var named = false;
        for (var i = 0; i < items.Count; i++)
        {
            var item = items[i];
            if (TryGetSize(item, parameter, i, out var size))
            {
                layers.Add((size, ActivationFunction.Linear));
                named = false;
                continue;
            }

            var activation = Activation(item, parameter, i);
            if (layers.Count == 0) throw Invalid(parameter, i, item, $"an activation needs a size before it, as in 16,{item}.");
            if (named) throw Invalid(parameter, i, item, $"the layer of {layers[^1].Outputs} has the activation {layers[^1].Activation} already. Write the size of the next layer first.");
            layers[^1] = (layers[^1].Outputs, activation);
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
        _ => throw Invalid(parameter, index, item, $"that is neither the size of a layer nor an activation. Activations are: {string.Join(", ", Enum.GetNames<ActivationFunction>())}.{NearNames.Hint(Convert.ToString(item, CultureInfo.InvariantCulture)!, Enum.GetNames<ActivationFunction>())}"),
    };

    private static AutodiffException Invalid(string parameter, int index, object? item, string problem) => new(
        ErrorIds.LayerInvalid,
        string.Create(CultureInfo.InvariantCulture, $"-{parameter}, item {index + 1}, {Text(item)}: {problem}"));

    private static string Text(object? item) => item is string or null ? ValueSource.Describe(item) : Convert.ToString(item, CultureInfo.InvariantCulture)!;
}
