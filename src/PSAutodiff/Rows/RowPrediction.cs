using System.Management.Automation;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PSAutodiff.Converters;
using PSAutodiff.Exchange;

namespace PSAutodiff.Rows;

/// <summary>Predicts with a model for one row after the other, and gives each again with the predictions as further properties.</summary>
internal sealed class RowPrediction : IRowWork
{
    private readonly IAutodiffModel _model;
    private readonly ModelInputs _reader;
    private readonly Action<PSObject> _write;
    private readonly CancellationToken _cancellation;
    private readonly RowPredictor? _network;
    private readonly PredictionInterval[] _intervals;
    private readonly double _confidence;
    private readonly double[,] _inputs;
    private readonly string[] _added;

    /// <summary>Predicts with a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="reader">Reads its inputs.</param>
    /// <param name="intervals">Which limits are given too.</param>
    /// <param name="confidence">With which probability they hold what they are about.</param>
    /// <param name="write">Takes the rows with predictions.</param>
    /// <param name="cancellation">Ends it early.</param>
    public RowPrediction(IAutodiffModel model, ModelInputs reader, PredictionInterval[] intervals, double confidence, Action<PSObject> write, CancellationToken cancellation)
    {
        (_model, _reader, _intervals, _confidence, _write, _cancellation) = (model, reader, intervals, confidence, write, cancellation);
        _network = model is Network network ? RowPredictor.For(network) : null;
        _inputs = new double[1, reader.Size];
        _added = [.. PredictionNames.Of(model), .. intervals.SelectMany(static interval => new[] { $"Lower{interval}Limit", $"Upper{interval}Limit" })];
    }

    /// <inheritdoc/>
    public RoundedIntegers Rounded => _reader.Rounded;

    /// <inheritdoc/>
    public void Take(object row, int number)
    {
        var inputs = MemoryMarshal.CreateSpan(ref Unsafe.As<byte, double>(ref MemoryMarshal.GetArrayDataReference(_inputs)), _reader.Size);
        _reader.Read(row, number, inputs);
        double[] outputs = _network is not null ? _network.Predict(inputs, number, _cancellation) : CheckFinite(_model.Predict(_inputs), number);
        var copy = Conversions.CopyRow(row);
        foreach (var name in _added)
        {
            if (copy.Properties[name] is null) continue;
            throw new RowException(ErrorIds.PropertyExists, number, null, $"has a property '{name}' already, which would hold a prediction. Rename it, for example with Select-Object.") { Column = name };
        }

        var next = 0;
        foreach (var value in Added(outputs)) copy.Properties.Add(new PSNoteProperty(_added[next++], value));
        foreach (var limit in _intervals.SelectMany(interval => LimitsOf(interval, outputs))) copy.Properties.Add(new PSNoteProperty(_added[next++], limit));
        _write(copy);
    }

    // About the probability of the predicted class; the model has those about that of the second.
    private double[] LimitsOf(PredictionInterval interval, double[] outputs)
    {
        var limits = _model.LimitsFor(_inputs, interval, _confidence);
        return _model.Classes.Count == 2 && NetworkOutput.ClassOf<double>(outputs) == 0 ? [1 - limits[0, 1], 1 - limits[0, 0]] : [limits[0, 0], limits[0, 1]];
    }

    /// <summary>The predictions for a row, in order.</summary>
    /// <exception cref="RowException">One is not a finite number.</exception>
    public static double[] CheckFinite(double[,] predictions, int number)
    {
        double[] outputs = [.. predictions.Cast<double>()];
        foreach (var output in outputs)
        {
            if (!double.IsFinite(output)) throw new RowException(ErrorIds.ValueNotFinite, number, null, FormattableString.Invariant($"gets the prediction {output}, which is not a finite number.{RowException.LeftOut}"));
        }

        return outputs;
    }

    private IEnumerable<object> Added(double[] outputs)
    {
        if (_model.Classes.Count == 0) return outputs.Cast<object>();
        var predicted = NetworkOutput.ClassOf<double>(outputs);
        var name = _model.Classes[predicted];
        if (!PredictionNames.AreProbabilities(_model)) return [name];
        double[] probabilities = outputs.Length == 1 ? [1 - outputs[0], outputs[0]] : outputs;
        return [name, probabilities[predicted], .. probabilities.Cast<object>()];
    }
}
