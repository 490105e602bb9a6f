using System.Management.Automation;
using System.Numerics;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>Measures a network on labelled rows.</summary>
[Cmdlet(VerbsDiagnostic.Test, "AutodiffModel")]
[Alias("Test-NeuralNetwork")]
[OutputType(typeof(ModelTest))]
public sealed class TestAutodiffModelCommand : LabelledRowsCmdlet
{
    /// <inheritdoc/>
    protected override void BeginProcessing() => RequireNetwork("Import-Csv test.csv | Test-AutodiffModel $net");

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        RequireData("There are no rows to test on. Pipe rows in, or give -Data and -Target.");
        WriteObject(Require(null, () => Model.Precision == NetworkPrecision.Single ? Measure<float>() : Measure<double>()));
    }

    private ModelTest Measure<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        NetworkOutput.Test<T>(Model, TakeData(Model), LossOf(Model), ThrottleLimit, Cancellation);
}
