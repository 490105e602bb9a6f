using System.Globalization;
using PSAutodiff.Data;

namespace PSAutodiff.Networks;

/// <summary>The columns that a network works on; see the properties of <see cref="Network"/>. Immutable.</summary>
internal sealed class NetworkColumns
{
    private readonly string[] _features = [];
    private readonly string[] _labels = [];
    private readonly object[] _classes = [];
    private readonly FeatureColumn[] _columns = [];

    /// <summary>Makes the columns of a network.</summary>
    /// <exception cref="AutodiffException">Their number does not fit the network, a name is given twice, or a deviation is not above 0.</exception>
    public NetworkColumns(Network network, IReadOnlyList<string> features, IReadOnlyList<string> labels, IReadOnlyList<object> classes, FeatureScaling? scaling, IReadOnlyList<FeatureColumn>? columns = null, NumberFormat format = NumberFormat.Plain, FeatureScaling? targets = null)
    {
        var (inputs, outputs) = (network.InputSize, network.OutputSize);
        _features = Names(features, "features", inputs, $"the network has {inputs} inputs");
        _columns = [.. columns ?? []];
        if (_columns.Length > 0 && !_columns.SelectMany(static column => column.Inputs).SequenceEqual(_features)) throw Invalid("The columns do not make the inputs that 'features' names.");
        _labels = Names(labels, "labels", labels is [_] ? 1 : outputs, $"the network has {outputs} outputs");
        var inputColumns = new HashSet<string>(_columns.Length > 0 ? _columns.Select(static column => column.Name) : _features, StringComparer.Ordinal);
        if (Array.Find(_labels, inputColumns.Contains) is { } both) throw Invalid($"'{both}' is both a feature and a label. A column is one of the two.");
        if (_labels.Length > 1 && classes.Count > 0) throw Invalid($"There are {_labels.Length} labels beside classes. Classes are those of one label.");
        foreach (var label in classes)
        {
            if (label is null) throw Invalid("One of the classes is null.");
            if (!ClassLabel.IsSupported(label)) throw Invalid($"A class is a text, a Boolean, a finite number, a date, a time, an identifier or a member of an enumeration, not a {label.GetType().Name}.");
        }

        Names([.. classes.Select(ClassLabel.Text)], "classes", Math.Max(outputs, 2), $"the network has {outputs} outputs");
        _classes = [.. classes];
        if (scaling is not null) CheckScaling(scaling, inputs, "input");
        if (targets is not null) CheckTargets(network, targets);
        (Scaling, NumberFormat, TargetScaling) = (scaling, format, targets);
    }

    private NetworkColumns()
    {
    }

    /// <summary>No columns.</summary>
    public static NetworkColumns None { get; } = new();

    // Copies, and arrays, since PowerShell cannot index what the compiler makes of a collection expression.
    public string[] Features => [.. _features];

    public string[] Labels => [.. _labels];

    public object[] Classes => [.. _classes];

    public FeatureColumn[] Columns => [.. _columns];

    public FeatureScaling? Scaling { get; }

    public NumberFormat NumberFormat { get; }

    /// <summary>How targets were scaled in its training; null for not at all.</summary>
    public FeatureScaling? TargetScaling { get; }

    private static string[] Names(IReadOnlyList<string> names, string what, int wanted, string because)
    {
        if (names.Count == 0) return [];
        if (names.Count != wanted) throw Invalid($"There are {names.Count} {what} where {wanted} are wanted: {because}.");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (name is null) throw Invalid($"One of the {what} is null.");
            if (!seen.Add(name)) throw Invalid($"'{name}' stands twice among the {what}.");
            for (var i = 0; i < name.Length; i++)
            {
                if (!char.IsSurrogate(name[i])) continue;
                if (!char.IsSurrogatePair(name, i)) throw Invalid($"One of the {what} holds half a surrogate pair, which is not text.");
                i++;
            }
        }

        return [.. names];
    }

    private void CheckTargets(Network network, FeatureScaling targets)
    {
        if (_classes.Length > 0) throw Invalid("Its targets are scaled, but it predicts classes. Only numbers are scaled.");
        if (network.Layers[^1] is { Form: not { IsPlain: true, Activation: ActivationFunction.Linear } and var last }) throw Invalid($"Its targets are scaled, but its last layer is {last.Text}. Only linear outputs are scaled.");
        CheckScaling(targets, network.OutputSize, "output");
    }

    // What is "input" or "output".
    private static void CheckScaling(FeatureScaling scaling, int count, string what)
    {
        var (means, deviations) = scaling;
        if (means.Length != count || deviations.Length != count)
        {
            throw Invalid($"The scaling has {means.Length} means and {deviations.Length} deviations, but the network has {count} {what}s.");
        }

        for (var i = 0; i < count; i++)
        {
            if (!double.IsFinite(means[i]) || !double.IsFinite(deviations[i]) || deviations[i] <= 0)
            {
                throw Invalid(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The scaling of {what} {i + 1} has the mean {means[i]} and the deviation {deviations[i]}. Both have to be finite, and the deviation above 0."));
            }
        }
    }

    private static AutodiffException Invalid(string message) => new(ErrorIds.NetworkInvalid, message);
}
