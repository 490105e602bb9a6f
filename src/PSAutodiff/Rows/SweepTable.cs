using System.Collections;
using System.Collections.Specialized;
using System.Globalization;
using PSAutodiff.Converters;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Results;

namespace PSAutodiff.Rows;

/// <summary>One row of the table of a sweep.</summary>
/// <param name="Settings">Its values by name.</param>
/// <param name="Setting">What is trained with them.</param>
internal sealed record SweepPoint(OrderedDictionary Settings, TrainingSetting Setting)
{
    /// <summary>Why these cannot go together, whatever the rows are; null where they can.</summary>
    public AutodiffException? Fault { get; init; }
}

/// <summary>The table of settings that a sweep goes through: each value of each key with each of all others.</summary>
internal static class SweepTable
{
    private const int MostRows = 100_000;

    /// <summary>Makes the table.</summary>
    /// <param name="sweep">The values of each key, or a single one. An ordered dictionary goes by its order, any other one by names; the last key changes fastest.</param>
    /// <param name="ofNetwork">Whether a network is trained.</param>
    /// <param name="whole">What is trained without the sweep.</param>
    /// <param name="isGiven">Whether a parameter was given beside it.</param>
    /// <param name="check">Checks the options of a row.</param>
    /// <exception cref="AutodiffException">A key or a value is none, or no row can be trained.</exception>
    public static IReadOnlyList<SweepPoint> Make(IDictionary sweep, bool ofNetwork, TrainingSetting whole, Func<string, bool> isGiven, Action<TrainingOptions> check)
    {
        var axes = Axes(sweep, ofNetwork, isGiven);
        var count = axes.Aggregate(1L, static (product, axis) => Math.Min(product * axis.Values.Length, int.MaxValue));
        if (count > MostRows) throw Invalid($"-Sweep makes more than {MostRows} settings. Leave values or keys out.");
        var points = new SweepPoint[count];
        for (var row = 0; row < points.Length; row++)
        {
            var (settings, setting, left) = (new OrderedDictionary(StringComparer.OrdinalIgnoreCase), whole, row);
            var values = new object[axes.Count];
            for (var i = axes.Count - 1; i >= 0; i--) (values[i], left) = (axes[i].Values[left % axes[i].Values.Length], left / axes[i].Values.Length);
            for (var i = 0; i < values.Length; i++)
            {
                settings.Add(axes[i].Key.Name, values[i]);
                setting = axes[i].Key.Apply(setting, values[i]);
            }

            if (!setting.HasLearningRate) setting = setting with { Options = setting.Options with { LearningRate = TrainingSetting.DefaultRate(ofNetwork, setting.Options.Optimizer) } };
            if (!setting.HasBatchSize) setting = setting with { Options = setting.Options with { BatchSize = TrainingSetting.DefaultBatch(ofNetwork, setting.Options.Optimizer) } };
            AutodiffException? fault = null;
            try
            {
                check(setting.Options);
                // As the command says of its parameter.
                if (setting.InitialScale is < 0 or double.NaN or double.PositiveInfinity) throw Invalid($"-InitialScale has to be a finite number of at least 0, not {setting.InitialScale}.");
            }
            catch (AutodiffException exception)
            {
                fault = exception;
            }

            points[row] = new SweepPoint(settings, setting) { Fault = fault };
        }

        // With none that can be trained, there is no need to read the rows.
        return Array.Exists(points, static point => point.Fault is null) ? points : throw points[0].Fault!.Within($"-Sweep with {SweepKey.Describe(points[0].Settings)}:");
    }

    private static List<(SweepKey Key, object[] Values)> Axes(IDictionary sweep, bool ofNetwork, Func<string, bool> isGiven)
    {
        var axes = new List<(SweepKey Key, object[] Values)>();
        var entries = sweep.Cast<DictionaryEntry>().Select(static entry => (Name: Conversions.NameOf(entry), entry.Value)).ToList();
        if (sweep is not IOrderedDictionary) entries = [.. entries.OrderBy(static entry => entry.Name, StringComparer.OrdinalIgnoreCase)];
        if (entries.Count == 0) throw Invalid($"-Sweep is empty. Give values of settings, for example @{{ LearningRate = 0.1, 0.01 }}.");
        foreach (var (name, value) in entries)
        {
            string[] allowed = [.. SweepKey.For(ofNetwork).Select(static key => key.Name)];
            if (SweepKey.Find(name) is not { } key || !allowed.Contains(key.Name, StringComparer.Ordinal))
            {
                throw Invalid($"-Sweep has the key '{name}', which is not a setting of a training run of {(ofNetwork ? "a network" : "a loss expression")}. The settings are: {string.Join(", ", allowed)}.{NearNames.Hint(name, allowed)}");
            }

            if (isGiven(key.Name)) throw Invalid($"-{key.Name} is given, and -Sweep has values of it too. Leave one of the two out.");
            if (axes.Exists(axis => axis.Key == key)) throw Invalid($"-Sweep has the setting {key.Name} under two names. Leave one of the two out.");
            axes.Add((key, ValuesOf(key, value)));
        }

        return axes;
    }

    private static object[] ValuesOf(SweepKey key, object? given)
    {
        var cells = Conversions.Unwrap(given) is IList list ? list.Cast<object?>().ToArray() : [given];
        if (cells.Length == 0) throw Invalid($"-Sweep has no values of {key.Name}. Give at least one.");
        var values = new object[cells.Length];
        var texts = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < cells.Length; i++)
        {
            var cell = Conversions.Live(cells[i]);
            if (cell is System.Management.Automation.SwitchParameter flag) cell = flag.ToBool();
            values[i] = key.Read(key.Type == typeof(Network) && cell is TrainingResult or SweepRow ? Conversions.ToNetwork(cell) : cell)
                ?? throw Invalid($"-Sweep has a value of {key.Name} that is {ValueSource.Describe(cells[i])}. Its values are {key.Wanted}.");
            if (!texts.Add(SweepKey.TextOf(values[i]))) throw Invalid($"-Sweep has the same value of {key.Name} twice: {SweepKey.Describe(new Hashtable { [key.Name] = values[i] })}. Leave one of the two out.");
        }

        return values;
    }

    private static AutodiffException Invalid(FormattableString message) => new(ErrorIds.SweepInvalid, message.ToString(CultureInfo.InvariantCulture));
}
