using System.Management.Automation;
using System.Text;
using PSAutodiff.Converters;
using PSAutodiff.Exchange;
using PSAutodiff.Exchange.Code;
using PSAutodiff.Exchange.Onnx;

namespace PSAutodiff.Commands;

/// <summary>Saves a model as JSON, in a format of other programs, or as source code.</summary>
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
        if (IsBound(nameof(Precision)) && format is ModelFormat.Json or ModelFormat.Python or ModelFormat.CSharp or ModelFormat.PowerShell) Stop(ErrorIds.ArgumentInvalid, $"-Precision is for ONNX, safetensors and PyTorch. {format} keeps every number as it is.");
        if (format == ModelFormat.Json && !IsBound(nameof(Format)) && OtherKinds.Contains(System.IO.Path.GetExtension(file))) WriteWarning($"The model is written as JSON, although the name of the file ends in {System.IO.Path.GetExtension(file)}. Names that end in .json, .onnx, .safetensors, .py, .cs or .ps1 say what they hold.");
        if (CodeFile.IsCode(format))
        {
            WriteCode(file, format);
            return;
        }

        if (!ShouldProcess(file)) return;
        WriteFile(file, Require(_model, () => ModelFile.Write(_model!, format, IsBound(nameof(Precision)) ? Precision : null, OpsetVersion, Cancellation)));
    }
    private void WriteCode(string file, ModelFormat format)
    {
        var tensors = System.IO.Path.ChangeExtension(file, ".safetensors");
        if (format == ModelFormat.PyTorch && file == tensors) Stop(ErrorIds.PathInvalid, "PyTorch is written as two files, NAME.py and NAME.safetensors. Name the Python file, for example: $model | Export-AutodiffModel model.py -Format PyTorch");
        var code = Require(_model, () => CodeFile.Write(_model!, format, System.IO.Path.GetFileNameWithoutExtension(file), IsBound(nameof(Precision)) ? Precision : null, Cancellation));
        if (!ShouldProcess(file)) return;
        var text = new UTF8Encoding(false).GetBytes(code.Text);
        if (code.Tensors is null) WriteFile(file, text);
        else WriteFiles((file, text), (tensors, code.Tensors));
        if (code.Renamed.Count == 0) return;
        var listed = string.Join(", ", code.Renamed.Take(8).Select(static pair => $"'{VisibleText.Of(pair.Name)}' as {pair.Written}"));
        WriteWarning($"{format} cannot have {(code.Renamed.Count == 1 ? "a name of a column" : "names of columns")} as {(code.Renamed.Count == 1 ? "it is" : "they are")}. Properties stand for {(code.Renamed.Count == 1 ? "it" : "them")}: {listed}{(code.Renamed.Count > 8 ? ", ..." : string.Empty)}. The file lists {(code.Renamed.Count == 1 ? "it" : "all")}.");
    }
}
