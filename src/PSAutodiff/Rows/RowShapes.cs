using System.Collections;
using System.Management.Automation;
using System.Text.RegularExpressions;
using PSAutodiff.Converters;
using PSAutodiff.Core;

namespace PSAutodiff.Rows;

/// <summary>The shapes of variables that rows show, for text that does not declare them.</summary>
internal static class RowShapes
{
    /// <summary>The text of an expression that takes shapes from elsewhere; null where it has its own.</summary>
    public static string? TextOf(object? expression) => Conversions.Unwrap(expression) switch
    {
        string text => text,
        ScriptBlock script => script.ToString(),
        _ => null,
    };

    /// <summary>The shapes: vectors of as many elements as there are columns for them, and those of lists in cells.</summary>
    /// <param name="expression">Text or a script block; anything else takes no shapes.</param>
    /// <param name="columns">The columns of variables, as -Column names them; null for none.</param>
    /// <param name="given">Values beside the rows, which go before cells; null for none.</param>
    /// <param name="row">The first row; null before it comes.</param>
    /// <param name="number">Its number.</param>
    /// <exception cref="AutodiffException">A name or wildcard matches nothing.</exception>
    public static IReadOnlyDictionary<string, Shape> Of(object? expression, IDictionary? columns, ValueSource? given, RowCells? row, int number)
    {
        var shapes = new Dictionary<string, Shape>(StringComparer.Ordinal);
        if (TextOf(expression) is not { } text) return shapes;
        var mapped = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry entry in columns ?? new Hashtable())
        {
            var name = Conversions.NameOf(entry);
            mapped.Add(name);
            if (ColumnMap.TryPatterns(entry.Value) is not { } patterns) continue;
            if (row is null && patterns.Any(WildcardPattern.ContainsWildcardCharacters)) continue;
            var count = row is { } cells ? ColumnSelection.Resolve(patterns, cells, number, [], "Column").Length : patterns.Length;
            if (count > 1) Add(name, Shape.Vector(count));
        }

        foreach (var name in row?.Names ?? [])
        {
            if (mapped.Contains(name) || given?.Names.Alike(name).Count > 0 || !Mentions(text, name)) continue;
            if (ShapeIn(row!.Value, name) is { IsNumber: false } shape) Add(name, shape);
        }

        return shapes;

        // By the names that the text has for it.
        void Add(string name, Shape shape)
        {
            foreach (Match match in Regex.Matches(text, Pattern(name), RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)) shapes.TryAdd(match.Value, shape);
        }
    }

    private static bool Mentions(string text, string name) => Regex.IsMatch(text, Pattern(name), RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    private static string Pattern(string name) => $@"(?<!\w){Regex.Escape(name)}(?!\w)";

    // What is wrong with a cell is said when its row is read.
    private static Shape? ShapeIn(RowCells row, string name)
    {
        try
        {
            return Conversions.Unwrap(row[name]) is IList list ? ArrayInput.ShapeOf(list, name) : null;
        }
        catch (Exception exception) when (exception is AutodiffException or ExtendedTypeSystemException)
        {
            return null;
        }
    }
}
