using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Exchange;
using PSAutodiff.Exchange.Onnx;

namespace PSAutodiff.Commands;

/// <summary>Saves a model as JSON, or in a format of other programs.</summary>
[Cmdlet(VerbsData.Export, "AutodiffModel", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[Alias("Export-NeuralNetwork")]
[OutputType(typeof(void))]
public sealed class ExportAutodiffModelCommand : FileWritingCmdlet
{
    // Ends of names that promise something else than JSON.
    private static readonly HashSet<string> OtherKinds = new([".csv", ".tsv", ".xml", ".clixml", ".xlsx", ".html", ".pkl", ".pt", ".pth", ".h5", ".keras", ".npz"], StringComparer.OrdinalIgnoreCase);

    private IAutodiffModel? _model;

    /// <summary>The model: a network, a regression, a fitted curve, or the result of a training.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    [Alias("Network")]
    public object? Model { get; set; }

    /// <summary>The format; by default the one that the end of the file's name says, else JSON.</summary>
    [Parameter]
    public ModelFormat Format { get; set; }

    /// <summary>The numbers in the file; by default those of the model.</summary>
    [Parameter]
    public NetworkPrecision Precision { get; set; }

    /// <summary>The version of the operations of ONNX.</summary>
    [Parameter]
    [ValidateRange(OnnxWriter.OldestOpset, OnnxWriter.NewestOpset)]
    public int OpsetVersion { get; set; } = OnnxWriter.OldestOpset;

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
        var format = IsBound(nameof(Format)) ? Format : ModelFile.FormatOf(file);
        if (IsBound(nameof(OpsetVersion)) && format != ModelFormat.Onnx) Stop(ErrorIds.ArgumentInvalid, $"-OpsetVersion is for ONNX, and the file is written as {format}. Use -Format Onnx, or a name that ends in .onnx.");
        if (IsBound(nameof(Precision)) && format == ModelFormat.Json) Stop(ErrorIds.ArgumentInvalid, "-Precision is for ONNX and safetensors. JSON keeps every number as it is.");
        if (format == ModelFormat.Json && !IsBound(nameof(Format)) && OtherKinds.Contains(System.IO.Path.GetExtension(file))) WriteWarning($"The model is written as JSON, although the name of the file ends in {System.IO.Path.GetExtension(file)}. Names that end in .json, .onnx or .safetensors say what they hold.");
        if (!ShouldProcess(file)) return;
        WriteFile(file, Require(_model, () => ModelFile.Write(_model!, format, IsBound(nameof(Precision)) ? Precision : null, OpsetVersion, Cancellation)));
    }
}
