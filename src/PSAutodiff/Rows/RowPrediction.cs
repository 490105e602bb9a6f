using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Data;

namespace PSAutodiff.Rows;

/// <summary>Predicts with a network for one row after the other, and gives each again with the predictions as further properties.</summary>
internal sealed class RowPrediction : IRowWork
{
    private const string Prediction = "Prediction";
    private const string Probability = "Probability";
    private const string ProbabilityOf = "P_";

    private readonly Network _network;
    private readonly Action<PSObject> _write;
    private readonly CancellationToken _cancellation;
    private readonly IReadOnlyList<FeatureColumn> _columns;
    private readonly RowReader _reader;
    private readonly FeatureReader _features;
    private readonly RowPredictor _predictor;
    private readonly double[] _values;
    private readonly double[] _inputs;
    private readonly string[] _added;

    /// <summary>Predicts with a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="names">Its columns.</param>
    /// <param name="columns">What they are; null for numbers.</param>
    /// <param name="format">How text is read as a number.</param>
    /// <param name="write">Takes the rows with predictions.</param>
    /// <param name="cancellation">Ends it early.</param>
    public RowPrediction(Network network, string[] names, IReadOnlyList<FeatureColumn>? columns, NumberFormat format, Action<PSObject> write, CancellationToken cancellation)
    {
        (_network, _write, _cancellation) = (network, write, cancellation);
        _columns = columns ?? [.. names.Select(static name => new FeatureColumn { Name = name })];
        _reader = new RowReader(names) { Format = format };
        _features = new FeatureReader(_reader, names.Length, isContrast: false, isFirstWhole: false, _columns);
        _predictor = RowPredictor.For(network);
        _values = new double[names.Length];
        _inputs = new double[network.InputSize];
        _added = [.. Names(network)];
        if (_columns.Sum(static column => column.Width) != network.InputSize) throw LabelledRows.WrongCount(network, names, names.Length);
    }

    /// <inheritdoc/>
    public RoundedIntegers Rounded => _reader.Rounded;

    /// <inheritdoc/>
    public void Take(object row, int number)
    {
        _reader.Start(row, number);
        _features.Read(_values);
        FeatureColumn.Encode(_columns, _values, _inputs);
        var outputs = _predictor.Predict(_inputs, _cancellation);
        var copy = Conversions.CopyRow(row);
        foreach (var name in _added)
        {
            if (copy.Properties[name] is null) continue;
            throw new RowException(ErrorIds.PropertyExists, number, null, $"has a property '{name}' already, which would hold a prediction. Rename it, for example with Select-Object.") { Column = name };
        }

        var next = 0;
        foreach (var value in Added(outputs)) copy.Properties.Add(new PSNoteProperty(_added[next++], value));
        _write(copy);
    }

    private static IEnumerable<string> Names(Network network)
    {
        if (network.Classes.Count == 0 && network.OutputSize > 1)
        {
            for (var i = 0; i < network.OutputSize; i++)
            {
                var output = network.Labels.Count == network.OutputSize ? network.Labels[i] : (i + 1).ToString(CultureInfo.InvariantCulture);
                yield return $"{Prediction}_{output}";
            }

            yield break;
        }

        yield return Prediction;
        if (!NetworkOutput.IsProbability(network)) yield break;
        yield return Probability;
        // Property names ignore case, classes do not.
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in network.Classes)
        {
            var property = ProbabilityOf + ClassLabel.Text(name);
            while (!taken.Add(property)) property += "_";
            yield return property;
        }
    }

    private IEnumerable<object> Added(double[] outputs)
    {
        var network = _network;
        if (network.Classes.Count == 0) return outputs.Cast<object>();
        var predicted = NetworkOutput.ClassOf<double>(outputs);
        var name = network.Classes[predicted];
        if (!NetworkOutput.IsProbability(network)) return [name];
        double[] probabilities = outputs.Length == 1 ? [1 - outputs[0], outputs[0]] : outputs;
        return [name, probabilities[predicted], .. probabilities.Cast<object>()];
    }
}
