using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Serialization;

namespace PSAutodiff.Commands;

/// <summary>Saves a model as JSON.</summary>
[Cmdlet(VerbsData.Export, "AutodiffModel", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[Alias("Export-NeuralNetwork")]
[OutputType(typeof(void))]
public sealed class ExportAutodiffModelCommand : FileWritingCmdlet
{
    private IAutodiffModel? _model;

    /// <summary>The model: a network, a regression, a fitted curve, or the result of a training.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    [Alias("Network")]
    public object? Model { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!IsBound(nameof(Model))) return;
        if (_model is not null) Stop(ErrorIds.PathInvalid, "A file holds one model, but several came through the pipeline. Nothing was written. Name a file for each, for example with ForEach-Object.", Model);
        _model = Require(Model, () => Conversions.ToModel(Model));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_model is null) Stop(ErrorIds.ModelMissing, "Export-AutodiffModel was given no model. Pipe one in, for example: $model | Export-AutodiffModel model.json");
        var file = RequireFile("$model | Export-AutodiffModel model.json");
        if (ShouldProcess(file)) WriteFiles((file, ModelJson.Write(_model!)));
    }
}
