using System.Management.Automation;

namespace PSAutodiff.Commands;

/// <summary>Reads files in the IDX format, that of the MNIST data, plain or compressed by gzip.</summary>
[Cmdlet(VerbsData.Import, "IdxData", DefaultParameterSetName = PathSet)]
[OutputType(typeof(IdxData))]
public sealed class ImportIdxDataCommand : FileReadingCmdlet
{
    private protected override object Read(FileStream file) => IdxData.Read(file, Cancellation);
}
