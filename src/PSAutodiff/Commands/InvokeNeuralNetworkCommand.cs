using System.Globalization;
using System.Management.Automation;
using System.Runtime.InteropServices;
using PSAutodiff.Converters;
using PSAutodiff.Data;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>Predicts with a network: gives each row again with predictions, or the outputs for a matrix.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "NeuralNetwork", DefaultParameterSetName = RowsSet)]
[OutputType(typeof(PSObject), ParameterSetName = [RowsSet])]
[OutputType(typeof(double[,]), ParameterSetName = [DataSet])]
public sealed class InvokeNeuralNetworkCommand : AutodiffCmdlet
{
    private const string RowsSet = "Rows";
    private const string DataSet = "Data";
    private const string Prediction = "Prediction";
    private const string Probability = "Probability";
    private const string ProbabilityOf = "P_";

    private Network _network = null!;
    private RowReader? _reader;
    private RowPredictor _predictor = null!;
    private double[] _values = [];
    private string[] _added = [];
    private RowIntake _rows = null!;
    private bool _any;

    /// <summary>The rows: objects or dictionaries with the features.</summary>
    [Parameter(ValueFromPipeline = true, ParameterSetName = RowsSet)]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>The network, or the result of a training that has one.</summary>
    [Parameter(Position = 0)]
    [AllowNull]
    public object? Network { get; set; }

    /// <summary>The columns that are the inputs, in order; by default those it was trained on.</summary>
    [Parameter(ParameterSetName = RowsSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Feature { get; set; }

    /// <summary>The inputs as a matrix: rows x inputs.</summary>
    [Parameter(ParameterSetName = DataSet)]
    [AllowNull]
    public object? Data { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (!IsBound(nameof(Network))) Stop(ErrorIds.NetworkMissing, "Invoke-NeuralNetwork needs -Network, for example: Import-Csv new.csv | Invoke-NeuralNetwork $net");
        _network = Require(Network, () => Conversions.ToNetwork(Network));
        _rows = new RowIntake(this, PredictRow);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (IsBound(nameof(Data)))
        {
            _any = true;
            Attempt(Data, PredictMatrix);
        }
        else if (IsBound(nameof(InputObject)))
        {
            _any = true;
            _rows.Take(InputObject);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        _rows.Finish(_reader?.Rounded);
        if (_any) return;
        WriteError(Record(new AutodiffException(ErrorIds.RowsMissing, "There is nothing to predict. Pipe rows in, or give -Data."), null));
    }

    private void PredictMatrix()
    {
        var inputs = NetworkData.InputsFrom(_network, Data);
        try
        {
            var (rows, threads) = (inputs.Rows, Environment.ProcessorCount);
            var outputs = _network.Precision == NetworkPrecision.Single
                ? NetworkOutput.Predict(_network, inputs.Take<float>(_network.Scaling), rows, threads, Cancellation)
                : NetworkOutput.Predict(_network, inputs.Take<double>(_network.Scaling), rows, threads, Cancellation);
            var matrix = new double[inputs.Rows, _network.OutputSize];
            if (matrix.Length > 0) outputs.CopyTo(MemoryMarshal.CreateSpan(ref matrix[0, 0], matrix.Length));
            WriteObject(matrix);
        }
        catch (OperationCanceledException)
        {
            // Stopped: nobody waits for the result any more.
        }
    }

    private void PredictRow(object row)
    {
        _reader ??= StartReading(row);
        _reader.Start(row, _rows.Number);
        _reader.ReadFinite(_values);
        var outputs = _predictor.Predict(_values, Cancellation);
        var copy = Conversions.CopyRow(row);
        foreach (var name in _added)
        {
            if (copy.Properties[name] is null) continue;
            throw new RowException(ErrorIds.PropertyExists, _rows.Number, null, $"has a property '{name}' already, which would hold a prediction. Rename it, for example with Select-Object.") { Column = name };
        }

        var next = 0;
        foreach (var value in Added(outputs)) copy.Properties.Add(new PSNoteProperty(_added[next++], value));
        WriteObject(copy);
    }

    private RowReader StartReading(object row)
    {
        RowReader.RequireColumns(row, _rows.Number);
        var columns = Require(row, () => LabelledRows.Columns(_network, Feature, new RowCells(row), _rows.Number, [], otherwise: null));
        _values = new double[columns.Length];
        _added = [.. Names()];
        _predictor = RowPredictor.For(_network);
        return new RowReader(columns);
    }

    private IEnumerable<string> Names()
    {
        if (_network.Classes.Count == 0 && _network.OutputSize > 1)
        {
            for (var i = 0; i < _network.OutputSize; i++)
            {
                var output = _network.Labels.Count == _network.OutputSize ? _network.Labels[i] : (i + 1).ToString(CultureInfo.InvariantCulture);
                yield return $"{Prediction}_{output}";
            }

            yield break;
        }

        yield return Prediction;
        if (!NetworkOutput.IsProbability(_network)) yield break;
        yield return Probability;
        // Property names ignore case, classes do not.
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in _network.Classes)
        {
            var property = ProbabilityOf + ClassLabel.Text(name);
            while (!taken.Add(property)) property += "_";
            yield return property;
        }
    }

    private IEnumerable<object> Added(double[] outputs)
    {
        if (_network.Classes.Count == 0) return outputs.Cast<object>();
        var predicted = NetworkOutput.ClassOf<double>(outputs);
        var name = _network.Classes[predicted];
        if (!NetworkOutput.IsProbability(_network)) return [name];
        double[] probabilities = outputs.Length == 1 ? [1 - outputs[0], outputs[0]] : outputs;
        return [name, probabilities[predicted], .. probabilities.Cast<object>()];
    }
}
