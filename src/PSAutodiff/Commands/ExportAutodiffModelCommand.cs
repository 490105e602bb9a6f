using System.Management.Automation;
using System.Text;
using PSAutodiff.Converters;
using PSAutodiff.Core;
using PSAutodiff.Exchange;
using PSAutodiff.Exchange.Code;
using PSAutodiff.Exchange.Onnx;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Commands;

/// <summary>Saves a model or an expression as JSON, in a format of other programs, or a model as source code.</summary>
[Cmdlet(VerbsData.Export, "AutodiffModel", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[Alias("Export-NeuralNetwork")]
[OutputType(typeof(void))]
public sealed class ExportAutodiffModelCommand : FileWritingCmdlet
{
    // Ends of names that promise something else than JSON.
    private static readonly HashSet<string> OtherKinds = new([".csv", ".tsv", ".xml", ".clixml", ".xlsx", ".html", ".pkl", ".pt", ".pth", ".h5", ".keras", ".npz"], StringComparer.OrdinalIgnoreCase);

    private IAutodiffModel? _model;
    private ExprNode? _expression;
    private ValueSource _at = ValueSource.Empty;

    /// <summary>The model: a network, a regression, a fitted curve, the result of a training, or an expression.</summary>
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

    /// <summary>Values of variables of an expression, which become constants of the file: a dictionary, or an object with properties.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ValuesCompleter))]
    public object? At { get; set; }

    /// <summary>The shapes of variables of text and script blocks that are vectors and matrices, by name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Shape { get; set; }

    /// <summary>The variables of an expression that have a value for each row, in a file of ONNX.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VariableCompleter))]
    public string[]? BatchVariable { get; set; }

    private NetworkPrecision? WantedPrecision => IsBound(nameof(Precision)) ? Precision : null;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        RequireNames(BatchVariable);
        if (BatchVariable is not null) BatchVariable = Array.ConvertAll(BatchVariable, VariableNames.Unquoted);
        _at = Require(At, () => new ValueSource(At) { LeavesOthers = true });
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!IsBound(nameof(Model))) return;
        if (_model is not null || _expression is not null) Stop(ErrorIds.PathInvalid, "A file holds one model, but several came through the pipeline. Nothing was written. Name a file for each, for example with ForEach-Object.", Model);
        if (Conversions.Live(Model) is ExprNode or string or ScriptBlock) _expression = Require(Model, () => ToExpression(Model, _at, listsAreArrays: true));
        else _model = Require(Model, () => Conversions.ToModel(Model));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_model is null && _expression is null) Stop(ErrorIds.ModelMissing, "Export-AutodiffModel was given no model. Pipe one in, for example: $model | Export-AutodiffModel model.json");
        var file = RequireFile("$model | Export-AutodiffModel model.json");
        var format = IsBound(nameof(Format)) ? Format : ModelFile.FormatOf(file);
        if (IsBound(nameof(OpsetVersion)) && format != ModelFormat.Onnx) Stop(ErrorIds.ArgumentInvalid, $"-OpsetVersion is for ONNX, and the file is written as {format}. Use -Format Onnx, or a name that ends in .onnx.");
        if (IsBound(nameof(Precision)) && format is ModelFormat.Json or ModelFormat.Python or ModelFormat.CSharp or ModelFormat.PowerShell) Stop(ErrorIds.ArgumentInvalid, $"-Precision is for ONNX, safetensors and PyTorch. {format} keeps every number as it is.");
        if (format == ModelFormat.Json && !IsBound(nameof(Format)) && OtherKinds.Contains(System.IO.Path.GetExtension(file))) WriteWarning($"The model is written as JSON, although the name of the file ends in {System.IO.Path.GetExtension(file)}. Names that end in .json, .onnx, .safetensors, .py, .cs or .ps1 say what they hold.");
        if (BatchVariable is not null && format != ModelFormat.Onnx) Stop(ErrorIds.ArgumentInvalid, $"-BatchVariable is for ONNX, and the file is written as {format}, where each row has a value of every variable.");
        if (_expression is null && (IsBound(nameof(At)) ? nameof(At) : IsBound(nameof(Shape)) ? nameof(Shape) : IsBound(nameof(BatchVariable)) ? nameof(BatchVariable) : null) is { } ofExpressions)
        {
            Stop(ErrorIds.ArgumentInvalid, $"-{ofExpressions} is for expressions, and this is a model, whose inputs are its columns. Leave it out.");
        }

        if (CodeFile.IsCode(format))
        {
            WriteCode(file, format, _model ?? Require(Model, () => AsModel(_expression!, format)));
            return;
        }

        if (!ShouldProcess(file)) return;
        WriteFile(file, Require(Model, () => _expression is null
            ? ModelFile.Write(_model!, format, WantedPrecision, OpsetVersion, Cancellation)
            : format == ModelFormat.Onnx ? WriteExpression(_expression)
            : ModelFile.Write(AsModel(_expression, format), format, WantedPrecision, OpsetVersion, Cancellation)));
    }

    private byte[] WriteExpression(ExprNode expression)
    {
        var portable = new PortableExpression(expression, GivenOf(expression, out _), BatchVariable ?? []);
        var mapped = portable.Mapped.Select(static pair => $"'{pair.Name}' is {pair.Written}").ToArray();
        if (mapped.Length > 0) WriteWarning($"Names in ONNX are ASCII letters, digits and underscores. In the file {string.Join(", ", mapped)}.");
        return ModelFile.Write(portable, WantedPrecision ?? NetworkPrecision.Double, OpsetVersion, Cancellation);
    }

    // An expression as a model of the columns that its variables are.
    private ExpressionModel AsModel(ExprNode expression, ModelFormat format)
    {
        if (expression.ArrayShape.IsMatrix) throw new AutodiffException(ErrorIds.FormatUnsupported, $"The expression is {expression.ArrayShape.InWords()}. A model in {format} predicts a number or a vector for each row. Save it as ONNX, or write it with ConvertTo-ExprText.");
        var given = GivenOf(expression, out var variables);
        var constants = variables.Names.Zip(variables.Shapes).Where(variable => given.ContainsKey(variable.First)).ToDictionary(static variable => variable.First, variable => Constant(variable.Second, given[variable.First]), StringComparer.Ordinal);
        return new ExpressionModel(expression.Resolve(constants, Cancellation));

        static ExprNode Constant(Shape shape, double[] elements) => shape.IsNumber ? ExprNode.Constant(elements[0]) : ExprNode.Constant(new ConstantArray(elements, shape.Plain()));
    }

    private Dictionary<string, double[]> GivenOf(ExprNode expression, out VariableLayout variables)
    {
        var layout = variables = VariableLayout.Of(expression.Variables, ExprNode.Flatten([expression], Cancellation));
        var names = _at.Match(layout.Names);
        var given = Enumerable.Range(0, names.Length).Where(i => names[i] is not null).ToDictionary(i => layout.Names[i], i => _at.ElementsOf(layout.Only([layout.Names[i]])), StringComparer.Ordinal);
        WarnOfNearNames(_at, layout.Names, names);
        if (_at.Rounded.Warning is { } rounded) WriteWarning(rounded);
        return given;
    }

    private void WriteCode(string file, ModelFormat format, IAutodiffModel model)
    {
        var tensors = System.IO.Path.ChangeExtension(file, ".safetensors");
        if (format == ModelFormat.PyTorch && file == tensors) Stop(ErrorIds.PathInvalid, "PyTorch is written as two files, NAME.py and NAME.safetensors. Name the Python file, for example: $model | Export-AutodiffModel model.py -Format PyTorch");
        var code = Require(model, () => CodeFile.Write(model, format, System.IO.Path.GetFileNameWithoutExtension(file), WantedPrecision, Cancellation));
        if (!ShouldProcess(file)) return;
        var text = new UTF8Encoding(false).GetBytes(code.Text);
        if (code.Tensors is null) WriteFile(file, text);
        else WriteFiles((file, text), (tensors, code.Tensors));
        if (code.Renamed.Count == 0) return;
        var listed = string.Join(", ", code.Renamed.Take(8).Select(static pair => $"'{VisibleText.Of(pair.Name)}' as {pair.Written}"));
        WriteWarning($"{format} cannot have {(code.Renamed.Count == 1 ? "a name of a column" : "names of columns")} as {(code.Renamed.Count == 1 ? "it is" : "they are")}. Properties stand for {(code.Renamed.Count == 1 ? "it" : "them")}: {listed}{(code.Renamed.Count > 8 ? ", ..." : string.Empty)}. The file lists {(code.Renamed.Count == 1 ? "it" : "all")}.");
    }
}
