using System.Management.Automation;
using System.Numerics;
using System.Runtime.InteropServices;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>Predicts with a model: gives each row again with predictions, or the outputs for a matrix.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "AutodiffModel")]
[Alias("Invoke-NeuralNetwork")]
[OutputType(typeof(PSObject), typeof(double[,]))]
public sealed class InvokeAutodiffModelCommand : ModelRowsCmdlet
{
    private bool _any;

    /// <summary>Which limits about predictions are given too.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public PredictionInterval[]? Interval { get; set; }

    /// <summary>The probability with which limits hold what they are about.</summary>
    [Parameter]
    public double Confidence { get; set; } = new CurveFitOptions().Confidence;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        RequireModel("Import-Csv new.csv | Invoke-AutodiffModel $model");
        RequireOneSource(target: null);
        if (Interval is null)
        {
            if (IsBound(nameof(Confidence))) WriteWarning("-Confidence is about limits: it goes with -Interval.");
            return;
        }

        if (IsBound(nameof(Data))) Stop(ErrorIds.ArgumentInvalid, "-Interval adds properties to rows from the pipeline and does not go with -Data. For a matrix call $model.LimitsFor(matrix, interval, confidence).");
        foreach (var interval in Interval) Require(Model, () => UsedModel.LimitsFor(new double[0, UsedModel.Inputs.Count], interval, Confidence));
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
        new RowPrediction(UsedModel, InputsOf(row, number), [.. (Interval ?? []).Distinct()], Confidence, WriteObject, Cancellation);

    private ModelInputs InputsOf(object row, int number)
    {
        if (UsedModel is not Network network) return ModelInputs.Of(UsedModel, Map, row, number, FormatFor(UsedModel));
        var names = LabelledRows.Columns(network, Feature, new RowCells(row), number, [], otherwise: null);
        var inputs = ModelInputs.Of(LabelledRows.KnownColumns(network, Feature) ?? [.. names.Select(static name => new FeatureColumn { Name = name })], FormatFor(network));
        return inputs.Size == network.InputSize ? inputs : throw LabelledRows.WrongCount(network, names, names.Length);
    }

    private void PredictMatrix()
    {
        if (UsedModel is not Network network)
        {
            WriteObject(UsedModel.Predict(NumberTable.From(Data, "-Data").ToMatrix()));
            return;
        }

        var inputs = NetworkData.InputsFrom(network, Data);
        var (rows, threads) = (inputs.Rows, Environment.ProcessorCount);
        var outputs = network.Precision == NetworkPrecision.Single ? Predict<float>() : Predict<double>();
        var matrix = new double[inputs.Rows, network.OutputSize];
        if (matrix.Length > 0) outputs.CopyTo(MemoryMarshal.CreateSpan(ref matrix[0, 0], matrix.Length));
        WriteObject(matrix);

        double[] Predict<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var scaled = inputs.Take<T>(network.Scaling);
            NetworkData.RequireHeld<T>(scaled, inputs.Width, network.Scaling is not null, static (row, column) => FormattableString.Invariant($"-Data, row {row + 1}, column {column + 1}"));
            return NetworkOutput.Predict(network, scaled, rows, threads, Cancellation);
        }
    }
}
