using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Data;

namespace PSAutodiff.Rows;

/// <summary>Predicts with a network for one row after the other, and gives each again with the predictions as further properties.</summary>
internal sealed class RowPrediction(Network network, string[] columns, Action<PSObject> write, CancellationToken cancellation) : IRowWork
{
    private const string Prediction = "Prediction";
    private const string Probability = "Probability";
    private const string ProbabilityOf = "P_";

    private readonly RowReader _reader = new(columns);
    private readonly RowPredictor _predictor = RowPredictor.For(network);
    private readonly double[] _values = new double[columns.Length];
    private readonly string[] _added = [.. Names(network)];

    /// <inheritdoc/>
    public RoundedIntegers Rounded => _reader.Rounded;

    /// <inheritdoc/>
    public void Take(object row, int number)
    {
        _reader.Start(row, number);
        _reader.ReadFinite(_values);
        var outputs = _predictor.Predict(_values, cancellation);
        var copy = Conversions.CopyRow(row);
        foreach (var name in _added)
        {
            if (copy.Properties[name] is null) continue;
            throw new RowException(ErrorIds.PropertyExists, number, null, $"has a property '{name}' already, which would hold a prediction. Rename it, for example with Select-Object.") { Column = name };
        }

        var next = 0;
        foreach (var value in Added(outputs)) copy.Properties.Add(new PSNoteProperty(_added[next++], value));
        write(copy);
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
        if (network.Classes.Count == 0) return outputs.Cast<object>();
        var predicted = NetworkOutput.ClassOf<double>(outputs);
        var name = network.Classes[predicted];
        if (!NetworkOutput.IsProbability(network)) return [name];
        double[] probabilities = outputs.Length == 1 ? [1 - outputs[0], outputs[0]] : outputs;
        return [name, probabilities[predicted], .. probabilities.Cast<object>()];
    }
}
