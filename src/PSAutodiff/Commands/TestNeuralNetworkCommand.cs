using System.Management.Automation;
using System.Numerics;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>Measures a network on labelled rows.</summary>
[Cmdlet(VerbsDiagnostic.Test, "NeuralNetwork")]
[OutputType(typeof(NetworkTest))]
public sealed class TestNeuralNetworkCommand : LabelledRowsCmdlet
{
    /// <inheritdoc/>
    protected override void BeginProcessing() => RequireNetwork("Import-Csv test.csv | Test-NeuralNetwork $net");

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        RequireData("There are no rows to test on. Pipe rows in, or give -Data and -Target.");
        WriteObject(Require(null, () => Model.Precision == NetworkPrecision.Single ? Measure<float>() : Measure<double>()));
    }

    private NetworkTest Measure<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        NetworkOutput.Test<T>(Model, TakeData(Model), LossOf(Model), ThrottleLimit, Cancellation);
}
