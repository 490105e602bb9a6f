using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;
using PSAutodiff.Foundation.Files;

namespace PSAutodiff.Completion;

/// <summary>The columns of the file that an Import-Csv on the line would read: its first line, or what -Header names.</summary>
internal static class CsvHeader
{
    // Of a header that is longer, no more is read.
    private const int Longest = 1 << 16;

    private static readonly string[] Parameters = ["Path", "LiteralPath", "Delimiter", "Header", "Encoding", "UseCulture"];

    // What path is meant depends on the current location, and on the drives.
    private static readonly ScriptBlock GetFile = ScriptBlock.Create("""
        param($path)
        $provider = $drive = $null
        $file = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($path, [ref]$provider, [ref]$drive)
        if ($provider.Name -eq 'FileSystem') { $file }
        """);

    /// <summary>The columns; none when the path is not constant, or the file cannot be read.</summary>
    public static IReadOnlyList<string> Of(CommandAst command)
    {
        if (Arguments(command) is not { } arguments) return [];
        if (arguments.TryGetValue("Header", out var header)) return header is null ? [] : Constants(header);
        var delimiter = arguments.ContainsKey("UseCulture") ? CultureInfo.CurrentCulture.TextInfo.ListSeparator : ",";
        if (arguments.TryGetValue("Delimiter", out var given)) delimiter = given is null ? string.Empty : Constants(given).FirstOrDefault() ?? string.Empty;
        var isLiteral = arguments.TryGetValue("LiteralPath", out var literal);
        if ((literal ?? arguments.GetValueOrDefault("Path")) is not { } path || Constants(path) is not [var text] || delimiter.Length != 1) return [];
        if (!isLiteral && WildcardPattern.ContainsWildcardCharacters(text)) return [];
        return ReadLine(text) is { } line ? Split(line, delimiter[0]) : [];
    }

    /// <summary>The arguments by parameter, as far as they are constant or switches; null when one of the parameters is not known.</summary>
    private static Dictionary<string, CommandElementAst?>? Arguments(CommandAst command)
    {
        var arguments = new Dictionary<string, CommandElementAst?>(StringComparer.Ordinal);
        var positions = new Queue<string>(["Path", "Delimiter"]);
        for (var i = 1; i < command.CommandElements.Count; i++)
        {
            if (command.CommandElements[i] is not CommandParameterAst parameter)
            {
                if (!positions.TryDequeue(out var position)) return null;
                arguments[position] = command.CommandElements[i];
                continue;
            }

            var name = Array.Find(Parameters, name => name.StartsWith(parameter.ParameterName, StringComparison.OrdinalIgnoreCase));
            if (parameter.ParameterName.ToUpperInvariant() is "LP" or "PSPATH") name = "LiteralPath";
            if (name is null) return null;
            arguments[name] = parameter.Argument ?? (name == "UseCulture" || i + 1 == command.CommandElements.Count ? null : command.CommandElements[++i]);
            if (positions.TryPeek(out var next) && (next == name || (next == "Path" && name == "LiteralPath"))) positions.Dequeue();
        }

        return arguments;
    }

    private static string[] Constants(CommandElementAst element) => element switch
    {
        StringConstantExpressionAst text => [text.Value],
        ArrayLiteralAst list when list.Elements.All(static item => item is StringConstantExpressionAst) => [.. list.Elements.Cast<StringConstantExpressionAst>().Select(static item => item.Value)],
        _ => [],
    };

    /// <summary>The first line of a regular file that is not a comment; null when there is none.</summary>
    private static string? ReadLine(string path)
    {
        try
        {
            // A FIFO would wait for its other end, and a device may do anything.
            if (GetFile.Invoke(path) is not [{ BaseObject: string file }]) return null;
            using var reader = new StreamReader(WholeFile.OpenRead(file), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
            var buffer = new char[Longest];
            var text = new string(buffer, 0, reader.ReadBlock(buffer, 0, Longest));
            return text.Split('\n').Select(static line => line.TrimEnd('\r')).FirstOrDefault(static line => line.Length > 0 && !line.StartsWith('#'));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or RuntimeException)
        {
            return null;
        }
    }

    /// <summary>The names in a line, with or without quotes.</summary>
    private static List<string> Split(string line, char delimiter)
    {
        var names = new List<string>();
        var name = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i <= line.Length; i++)
        {
            if (i == line.Length || (line[i] == delimiter && !isQuoted))
            {
                names.Add(name.ToString().Trim());
                name.Clear();
            }
            else if (line[i] == '"')
            {
                if (isQuoted && i + 1 < line.Length && line[i + 1] == '"') name.Append(line[++i]);
                else isQuoted = !isQuoted;
            }
            else
            {
                name.Append(line[i]);
            }
        }

        names.RemoveAll(static name => name.Length == 0);
        return names;
    }
}
