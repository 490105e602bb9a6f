using System.Management.Automation;
using System.Numerics;

namespace PSAutodiff.Commands;

/// <summary>Measures a network on labelled rows.</summary>
[Cmdlet(VerbsDiagnostic.Test, "NeuralNetwork", DefaultParameterSetName = RowsSet)]
[OutputType(typeof(NetworkTest))]
public sealed class TestNeuralNetworkCommand : AutodiffCmdlet, IDisposable
{
    private const string RowsSet = "Rows";
    private const string DataSet = "Data";

    private readonly CancellationTokenSource _cancellation = new();
    private Network? _network;
    private LabelledRows? _labelled;
    private int _nullRows;

    /// <summary>The rows: objects or dictionaries with the features and the labels.</summary>
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

    /// <summary>The columns of the labels; by default those it was trained on.</summary>
    [Parameter(ParameterSetName = RowsSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Label { get; set; }

    /// <summary>The inputs as a matrix: rows x inputs.</summary>
    [Parameter(ParameterSetName = DataSet)]
    [AllowNull]
    public object? Data { get; set; }

    /// <summary>The right answers: a matrix of rows x outputs, or a list of numbers or classes.</summary>
    [Parameter(ParameterSetName = DataSet)]
    [AllowNull]
    public object? Target { get; set; }

    /// <summary>What predictions are measured by; by default what it was trained with.</summary>
    [Parameter]
    public LossFunction LossFunction { get; set; }

    /// <summary>The most threads to use.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int ThrottleLimit { get; set; } = Environment.ProcessorCount;

    /// <inheritdoc/>
    public void Dispose() => _cancellation.Dispose();

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (!IsBound(nameof(Network))) Stop(ErrorIds.NetworkMissing, "Test-NeuralNetwork needs -Network, for example: Import-Csv test.csv | Test-NeuralNetwork $net");
        _network = Require(Network, () => Conversions.ToNetwork(Network));
        if (IsBound(nameof(Data)) != IsBound(nameof(Target))) Stop(ErrorIds.DataInvalid, "-Data, the inputs, and -Target, the right answers, go together.");
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!IsBound(nameof(InputObject))) return;
        Attempt(InputObject, () =>
        {
            if (InputObject is null && _labelled is null) throw RowReader.RowIsNull(++_nullRows);
            // A network that was trained without classes gives numbers.
            _labelled ??= Require(InputObject, () => new LabelledRows(_network!, Feature, Label, InputObject!, _nullRows, numeric: _network!.LossFunction is not null && _network.Classes.Count == 0));
            _labelled.Add(InputObject);
        });
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!IsBound(nameof(Data)) && _labelled is not { Count: > 0 }) Stop(ErrorIds.RowsMissing, "There are no rows to test on. Pipe rows in, or give -Data and -Target.");
        try
        {
            WriteObject(Require(null, () =>
            {
                var data = IsBound(nameof(Data)) ? NetworkData.FromArrays(_network!, Data, Target) : _labelled!.ToData();
                return _network!.Precision == NetworkPrecision.Single ? Measure<float>(_network, data) : Measure<double>(_network, data);
            }));
        }
        catch (OperationCanceledException)
        {
            // Stopped: nobody waits for the result any more.
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _cancellation.Cancel();

    private bool IsBound(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    private NetworkTest Measure<T>(Network network, NetworkData data)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var loss = IsBound(nameof(LossFunction)) ? LossFunction : network.LossFunction ?? NetworkTraining.DefaultLoss(network);
        return NetworkOutput.Test<T>(network, data, loss, ThrottleLimit, _cancellation.Token);
    }
}
