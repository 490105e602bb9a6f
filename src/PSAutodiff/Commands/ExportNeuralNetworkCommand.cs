using System.Management.Automation;
using PSAutodiff.Converters;

namespace PSAutodiff.Commands;

/// <summary>Saves a network as JSON.</summary>
[Cmdlet(VerbsData.Export, "NeuralNetwork", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class ExportNeuralNetworkCommand : AutodiffCmdlet
{
    private const string PathSet = "Path";
    private const string LiteralSet = "LiteralPath";

    private int _networks;

    /// <summary>The network, or the result of a training that has one.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public object? Network { get; set; }

    /// <summary>The file.</summary>
    [Parameter(Position = 0, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The file, with no character taken for a wildcard.</summary>
    [Parameter(ParameterSetName = LiteralSet)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string? LiteralPath { get; set; }

    /// <summary>Replace a write-protected file too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Do not replace a file.</summary>
    [Parameter]
    [Alias("NoOverwrite")]
    public SwitchParameter NoClobber { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!IsBound(nameof(Network))) return;
        if (++_networks > 1) Stop(ErrorIds.PathInvalid, "A file holds one network, but several came through the pipeline. The file holds the first.", Network);
        var network = Require(Network, () => Conversions.ToNetwork(Network));
        var path = Path ?? LiteralPath;
        if (path is null) Stop(ErrorIds.PathInvalid, "Export-NeuralNetwork needs -Path, the file to write, for example: $net | Export-NeuralNetwork model.json");
        var file = Require(path, () => FilePaths.Single(this, path!, LiteralPath is not null));
        if (!ShouldProcess(file)) return;
        Require<object?>(file, () =>
        {
            FilePaths.Write(file, network.ToJson(), !NoClobber, Force);
            return null;
        });
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_networks == 0) Stop(ErrorIds.NetworkMissing, "Export-NeuralNetwork was given no network. Pipe one in, for example: $net | Export-NeuralNetwork model.json");
    }
}
