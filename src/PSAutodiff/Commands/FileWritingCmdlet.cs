using System.Management.Automation;
using System.Text;
using PSAutodiff.Converters;

namespace PSAutodiff.Commands;

/// <summary>A cmdlet that writes files.</summary>
public abstract class FileWritingCmdlet : AutodiffCmdlet
{
    private protected const string PathSet = "Path";
    private protected const string LiteralSet = "LiteralPath";

    /// <summary>The file.</summary>
    [Parameter(Position = 0, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public virtual string? Path { get; set; }

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

    /// <summary>The path of the file that was named.</summary>
    /// <param name="example">How to name one, for the error when none was.</param>
    private protected string RequireFile(string example)
    {
        var path = Path ?? LiteralPath;
        if (path is null) Stop(ErrorIds.PathInvalid, $"{MyInvocation.MyCommand.Name} needs -Path, the file to write, for example: {example}");
        return Require(path, () => FilePaths.Single(this, path!, LiteralPath is not null));
    }

    /// <summary>Writes files whole, all of them, or ends the command.</summary>
    private protected void WriteFiles(params IReadOnlyList<(string File, string Text)> files) => Write([.. files.Select(static file => (file.File, new UTF8Encoding(false).GetBytes(file.Text)))]);

    /// <summary>Writes files of bytes whole, all of them, or ends the command.</summary>
    private protected void WriteFiles(params IReadOnlyList<(string File, byte[] Content)> files) => Write(files);

    /// <summary>Writes a file whole, or ends the command.</summary>
    private protected void WriteFile(string file, byte[] content) => Write([(file, content)]);

    private void Write(IReadOnlyList<(string File, byte[] Content)> files) => Require<object?>(files, () =>
    {
        FilePaths.Write(files, !NoClobber, Force);
        return null;
    });
}
