using System.Management.Automation;
using System.Runtime.InteropServices;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>Predicts with a network: gives each row again with predictions, or the outputs for a matrix.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "AutodiffModel")]
[Alias("Invoke-NeuralNetwork")]
[OutputType(typeof(PSObject), typeof(double[,]))]
public sealed class InvokeAutodiffModelCommand : NetworkRowsCmdlet
{
    private bool _any;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        RequireNetwork("Import-Csv new.csv | Invoke-AutodiffModel $net");
        RequireOneSource(target: null);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        _any |= IsBound(nameof(Data)) || IsBound(nameof(InputObject));
        if (IsBound(nameof(Data))) Attempt(Data, PredictMatrix);
        else base.ProcessRecord();
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Intake.Finish();
        if (_any) return;
        WriteError(Record(new AutodiffException(ErrorIds.RowsMissing, "There is nothing to predict. Pipe rows in, or give -Data."), null));
    }

    private protected override IRowWork StartRows(object row, int number) =>
        new RowPrediction(Model, LabelledRows.Columns(Model, Feature, new RowCells(row), number, [], otherwise: null), LabelledRows.KnownColumns(Model, Feature), NumberFormat, WriteObject, Cancellation);

    private void PredictMatrix()
    {
        var inputs = NetworkData.InputsFrom(Model, Data);
        var (rows, threads) = (inputs.Rows, Environment.ProcessorCount);
        var outputs = Model.Precision == NetworkPrecision.Single
            ? NetworkOutput.Predict(Model, inputs.Take<float>(Model.Scaling), rows, threads, Cancellation)
            : NetworkOutput.Predict(Model, inputs.Take<double>(Model.Scaling), rows, threads, Cancellation);
        var matrix = new double[inputs.Rows, Model.OutputSize];
        if (matrix.Length > 0) outputs.CopyTo(MemoryMarshal.CreateSpan(ref matrix[0, 0], matrix.Length));
        WriteObject(matrix);
    }
}
