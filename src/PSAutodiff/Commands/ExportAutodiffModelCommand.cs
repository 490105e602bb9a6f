using System.Management.Automation;
using PSAutodiff.Converters;

namespace PSAutodiff.Commands;

/// <summary>Saves a network as JSON.</summary>
[Cmdlet(VerbsData.Export, "AutodiffModel", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[Alias("Export-NeuralNetwork")]
[OutputType(typeof(void))]
public sealed class ExportAutodiffModelCommand : FileWritingCmdlet
{
    private int _networks;

    /// <summary>The network, or the result of a training that has one.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public object? Network { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!IsBound(nameof(Network))) return;
        if (++_networks > 1) Stop(ErrorIds.PathInvalid, "A file holds one network, but several came through the pipeline. The file holds the first.", Network);
        var network = Require(Network, () => Conversions.ToNetwork(Network));
        var file = RequireFile("$net | Export-AutodiffModel model.json");
        if (ShouldProcess(file)) WriteFile(file, network.ToJson());
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_networks == 0) Stop(ErrorIds.NetworkMissing, "Export-AutodiffModel was given no network. Pipe one in, for example: $net | Export-AutodiffModel model.json");
    }
}
