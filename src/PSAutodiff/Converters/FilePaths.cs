using System.Management.Automation;
using PSAutodiff.Foundation.Files;

namespace PSAutodiff.Converters;

/// <summary>Files as PowerShell names them: through drives and providers, with or without wildcards.</summary>
internal static class FilePaths
{
    /// <summary>The path of one file, there or not yet; a wildcard has to match exactly one file.</summary>
    /// <exception cref="AutodiffException">It is no path of the file system, or matches several files.</exception>
    public static string Single(PSCmdlet cmdlet, string path, bool isLiteral)
    {
        if (isLiteral) return Literal(cmdlet, path);
        if (!WildcardPattern.ContainsWildcardCharacters(path)) return Literal(cmdlet, Unescaped(path));
        var found = Matches(cmdlet, path);
        return found.Count switch
        {
            0 => throw new AutodiffException(ErrorIds.PathInvalid, $"The path '{path}' has wildcards and matches no file. Use -LiteralPath for a file with that name."),
            1 => found[0],
            _ => throw new AutodiffException(ErrorIds.PathInvalid, $"The path '{path}' matches {found.Count} files. Name one, or use -LiteralPath."),
        };
    }

    /// <summary>
    /// A path in which Tab completion escaped characters that could be wildcards, <c>a `[1`].json</c>; without that they stand for themselves.
    /// </summary>
    public static string Unescaped(string path) => WildcardPattern.Unescape(path);

    /// <summary>The files that paths name.</summary>
    /// <exception cref="AutodiffException">A path is none of the file system, or names nothing.</exception>
    public static IReadOnlyList<string> Existing(PSCmdlet cmdlet, string path, bool isLiteral)
    {
        if (!isLiteral && WildcardPattern.ContainsWildcardCharacters(path))
        {
            var found = Matches(cmdlet, path);
            return found.Count > 0 ? found : throw new AutodiffException(ErrorIds.FileNotFound, $"No file matches '{path}'.");
        }

        var file = Literal(cmdlet, isLiteral ? path : Unescaped(path));
        return File.Exists(file)
            ? [file]
            : throw new AutodiffException(ErrorIds.FileNotFound, Directory.Exists(file) ? $"'{file}' is a directory. Name a file." : $"There is no file '{file}'.");
    }

    /// <summary>Opens a file to read it.</summary>
    /// <exception cref="AutodiffException">That is not possible.</exception>
    public static FileStream Open(string file)
    {
        try
        {
            return WholeFile.OpenRead(file);
        }
        catch (Exception exception) when (WholeFile.IsFileError(exception))
        {
            throw new AutodiffException(ErrorIds.FileUnreadable, $"The file '{file}' cannot be read: {exception.Message}");
        }
    }

    /// <summary>Writes files whole, all of them or none.</summary>
    /// <param name="files">Their paths, and what they get to hold.</param>
    /// <param name="overwrite">Whether they may take the place of files that are there.</param>
    /// <param name="force">Whether those may be write-protected.</param>
    /// <exception cref="AutodiffException">That is not possible; what was there is as it was.</exception>
    public static void Write(IReadOnlyList<(string File, byte[] Content)> files, bool overwrite, bool force)
    {
        var begun = new List<WholeFile>();
        try
        {
            foreach (var (file, content) in files) Explain(file, () =>
            {
                begun.Add(WholeFile.Begin(file, overwrite, force, clear: true));
                begun[^1].Fill(stream => stream.Write(content));
            });
            for (var i = 0; i < begun.Count; i++) Explain(files[i].File, begun[i].PutInPlace);
        }
        finally
        {
            begun.ForEach(static file => file.Dispose());
        }
    }

    /// <summary>The error for a file that is not to be replaced.</summary>
    public static AutodiffException Exists(string file) => new(ErrorIds.FileExists, $"The file '{file}' exists, and -NoClobber was given. It was left as it is.");

    private static void Explain(string file, Action write)
    {
        try
        {
            write();
        }
        catch (FileRefusedException exception) when (exception.Refusal == FileRefusal.Exists)
        {
            throw Exists(file);
        }
        catch (FileRefusedException)
        {
            throw new AutodiffException(ErrorIds.FileUnwritable, $"The file '{file}' is write-protected. Use -Force to replace it.");
        }
        catch (Exception exception) when (WholeFile.IsFileError(exception))
        {
            throw new AutodiffException(ErrorIds.FileUnwritable, $"The file '{file}' cannot be written: {exception.Message}");
        }
    }

    private static string Literal(PSCmdlet cmdlet, string path) => FileSystemOnly(path, () =>
    {
        var file = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
        return (file, provider);
    });

    private static System.Collections.ObjectModel.Collection<string> Matches(PSCmdlet cmdlet, string path)
    {
        try
        {
            return FileSystemOnly(path, () => (cmdlet.SessionState.Path.GetResolvedProviderPathFromPSPath(path, out var provider), provider));
        }
        catch (AutodiffException exception) when (exception.ErrorId == ErrorIds.FileNotFound)
        {
            return [];
        }
    }

    private static T FileSystemOnly<T>(string path, Func<(T Path, ProviderInfo Provider)> resolve)
    {
        try
        {
            var (resolved, provider) = resolve();
            return provider.Name == "FileSystem"
                ? resolved
                : throw new AutodiffException(ErrorIds.PathInvalid, $"The path '{path}' is one of the provider {provider.Name}. Give a path of the file system.");
        }
        catch (ItemNotFoundException exception)
        {
            throw new AutodiffException(ErrorIds.FileNotFound, exception.Message);
        }
        catch (Exception exception) when (exception is RuntimeException or ArgumentException or NotSupportedException)
        {
            throw new AutodiffException(ErrorIds.PathInvalid, $"The path '{path}' cannot be used: {exception.Message}");
        }
    }
}
