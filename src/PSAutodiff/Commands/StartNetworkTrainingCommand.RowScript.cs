using PSAutodiff.Remoting;

namespace PSAutodiff.Commands;

/// <summary>Training over rows that sessions read by -RowScript.</summary>
public sealed partial class StartNetworkTrainingCommand
{
    // Each step takes all rows where they are, in their order.
    private static readonly string[] OfSingleRows =
    [
        nameof(BatchSize), nameof(Shuffle), nameof(ValidationFraction), nameof(InputNoise), nameof(GaussianDropout), nameof(CheckpointPath), nameof(CheckpointInterval),
        nameof(Resume), nameof(Force), nameof(Sweep), nameof(CrossValidationFold), nameof(Data), nameof(Target), nameof(Column), nameof(IncludeLocal), nameof(ThrottleLimit),
    ];

    private RowScriptSource? _source;

    private void BeginRowScript()
    {
        if (RowScript is null)
        {
            if (IsBound(nameof(Part))) Stop(ErrorIds.ArgumentInvalid, "-Part is about rows that stay in sessions. Give the script that reads them there with -RowScript, or leave it out.");
            return;
        }

        if (Array.Find(OfSingleRows, IsBound) is { } other) Stop(ErrorIds.ArgumentInvalid, $"-{other} does not go with -RowScript: each step takes all rows on the machines where they stay, in their order. Leave one of the two out.");
        if (IsBound(nameof(StandardizeTarget))) Stop(ErrorIds.ArgumentInvalid, "-StandardizeTarget does not go with -RowScript: targets are scaled by all rows, which are on several machines. Scale the target in the script, for example with Select-Object, or leave -StandardizeTarget out.");
        _source = Require(RowScript, () => RowScriptForm.SourceOf(this, RowScript, Session, Part, TimeoutSeconds, [])) is { } source ? source with { NumberFormat = NumberFormat, MissingValue = MissingValue } : null;
    }

    private void TrainParts(TrainingOptions options)
    {
        using var parts = Require(RowScript, () => new RowScriptParts(_source!, _form.Reading(_source!, Cancellation), WriteWarning, line => ShowProgress(Activity, line), Cancellation));
        TrainingResult? result = null;
        try
        {
            result = Require(null, () => _form.TrainParts(parts, options));
        }
        catch (OperationCanceledException) when (parts.Loss is not null)
        {
            // Before there was a result.
        }

        RowScriptForm.RequireWhole(this, parts, ResultVariable, result);
        Finish(result!);
    }
}
