using System.Management.Automation;
using System.Numerics;

namespace PSAutodiff.Commands;

/// <summary>Shows what a training step computes of a batch of rows: weighted sums, outputs, what comes back, and the derivatives of all weights.</summary>
[Cmdlet(VerbsDiagnostic.Trace, "NeuralNetwork")]
[OutputType(typeof(NetworkTrace))]
public sealed class TraceNeuralNetworkCommand : LabelledRowsCmdlet
{
    /// <inheritdoc/>
    protected override void BeginProcessing() => RequireNetwork("Import-Csv xor.csv | Trace-NeuralNetwork $net -Feature x1, x2 -Label y");

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        RequireData("There are no rows to trace. Pipe rows in, or give -Data and -Target.");
        WriteObject(Require(null, () => Model.Precision == NetworkPrecision.Single ? Trace<float>() : Trace<double>()));
    }

    private NetworkTrace Trace<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var loss = LossOf(Model);
        return NetworkTrace.Run(Model, TakeData(Model).ToTrainingData<T>(Model, loss), loss, ThrottleLimit, Cancellation);
    }
}
