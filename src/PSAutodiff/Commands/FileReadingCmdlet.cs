using System.Management.Automation;
using PSAutodiff.Converters;

namespace PSAutodiff.Commands;

/// <summary>A cmdlet that makes an object of each file it is given.</summary>
public abstract class FileReadingCmdlet : AutodiffCmdlet
{
    private protected const string PathSet = "Path";
    private protected const string LiteralSet = "LiteralPath";

    private bool _any;

    /// <summary>The files; wildcards are allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>The files, with no character taken for a wildcard.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralSet)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>The object of an open file.</summary>
    private protected abstract object Read(FileStream file);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var isLiteral = ParameterSetName == LiteralSet;
        foreach (var path in (isLiteral ? LiteralPath : Path) ?? [])
        {
            _any = true;
            Attempt(path, () =>
            {
                foreach (var file in FilePaths.Existing(this, path, isLiteral)) Attempt(file, () => ReadFile(file));
            });
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_any) return;
        WriteError(Record(new AutodiffException(ErrorIds.PathInvalid, $"{MyInvocation.MyCommand.Name} was given no file. Name one with -Path."), null));
    }

    private void ReadFile(string file)
    {
        object read;
        using (var stream = FilePaths.Open(file))
        {
            try
            {
                read = Read(stream);
            }
            catch (AutodiffException exception)
            {
                throw exception.Within($"The file '{file}' cannot be read.");
            }
            catch (IOException exception)
            {
                throw new AutodiffException(ErrorIds.FileUnreadable, $"The file '{file}' cannot be read: {exception.Message}");
            }
        }

        WriteObject(read);
    }
}
