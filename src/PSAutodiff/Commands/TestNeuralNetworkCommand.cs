using System.Management.Automation;
using System.Numerics;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>Measures a network on labelled rows.</summary>
[Cmdlet(VerbsDiagnostic.Test, "NeuralNetwork", DefaultParameterSetName = RowsSet)]
[OutputType(typeof(NetworkTest))]
public sealed class TestNeuralNetworkCommand : LabelledRowsCmdlet
{
    private Network _network = null!;

    /// <inheritdoc/>
    protected override void BeginProcessing() => _network = RequireNetwork("Import-Csv test.csv | Test-NeuralNetwork $net");

    /// <inheritdoc/>
    protected override void ProcessRecord() => TakeRow(_network);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        RequireData("There are no rows to test on. Pipe rows in, or give -Data and -Target.");
        try
        {
            WriteObject(Require(null, () => _network.Precision == NetworkPrecision.Single ? Measure<float>() : Measure<double>()));
        }
        catch (OperationCanceledException)
        {
            // Stopped: nobody waits for the result any more.
        }
    }

    private NetworkTest Measure<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        NetworkOutput.Test<T>(_network, TakeData(_network), LossOf(_network), ThrottleLimit, Cancellation);
}
