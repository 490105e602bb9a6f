using System.Collections;
using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Rows;

/// <summary>Which columns of rows give the elements of variables, as -Column says: @{ x = 'Sepal*', 'Petal*' }.</summary>
internal sealed class ColumnMap
{
    private readonly Dictionary<string, string[]> _patterns = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]> _known = new(StringComparer.Ordinal);

    /// <param name="table">What -Column was given; null for nothing.</param>
    /// <param name="variables">The variables of the expression.</param>
    /// <param name="known">The columns that a model was made from, in order, for variables that the table does not name.</param>
    /// <exception cref="AutodiffException">A key is no variable, or a value is no name of a column.</exception>
    public ColumnMap(IDictionary? table, IReadOnlyList<string> variables, IReadOnlyList<VariableColumns>? known = null)
    {
        foreach (var one in known ?? []) _known.TryAdd(one.Variable, [.. one.Columns]);
        if (table is null) return;
        var given = table.Cast<DictionaryEntry>().ToDictionary(Conversions.NameOf, static entry => entry.Value, StringComparer.Ordinal);
        var names = NameMatching.Match(variables, new NameGroups(given.Keys));
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i] is { } name) _patterns.Add(variables[i], PatternsOf(given[name], name));
        }

        if (given.Keys.Except(names, StringComparer.Ordinal).FirstOrDefault() is not { } unknown) return;
        throw new AutodiffException(ErrorIds.VariableUnknown, $"-Column names '{unknown}', which is not a variable of the expression. It has: {string.Join(", ", variables)}.{NearNames.Hint(unknown, variables)}");
    }

    /// <summary>No columns but those of the names of variables.</summary>
    public static ColumnMap Empty { get; } = new(null, []);

    /// <summary>Whether a variable is given columns.</summary>
    public bool Has(string variable) => _patterns.ContainsKey(variable) || _known.ContainsKey(variable);

    /// <summary>Whether columns of a row give a variable: not where a model knows some that the row lacks altogether, and the row has the whole variable in one column.</summary>
    public bool Gives(string variable, object? row)
    {
        if (!Has(variable) || _patterns.ContainsKey(variable) || row is null) return Has(variable);
        var cells = new RowCells(row);
        return cells.Alike(variable).Count == 0 || _known[variable].Any(column => cells.Alike(column).Count > 0);
    }

    /// <summary>The columns of a variable, as many as it has elements.</summary>
    /// <param name="variable">The variable.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="row">A row.</param>
    /// <param name="number">Its number, for errors.</param>
    /// <exception cref="AutodiffException">There are more or fewer, or none of such a name.</exception>
    public string[] Resolve(string variable, Shape shape, RowCells row, int number)
    {
        if (!_patterns.TryGetValue(variable, out var patterns))
        {
            var known = _known[variable];
            return known.Length == shape.Count ? known : throw new AutodiffException(ErrorIds.ShapeMismatch, string.Create(CultureInfo.InvariantCulture, $"'{variable}' is {shape.InWords()}, but the model knows {known.Length} columns for it: {string.Join(", ", known)}."));
        }

        var columns = ColumnSelection.Resolve(patterns, row, number, [], "Column");
        // Wildcards say which columns, and not in which order: a row may be written in any.
        if (_known.TryGetValue(variable, out var order) && Array.Exists(patterns, WildcardPattern.ContainsWildcardCharacters) && columns.ToHashSet(StringComparer.Ordinal).SetEquals(order)) return order;
        if (columns.Length == shape.Count) return columns;
        throw new AutodiffException(
            ErrorIds.ShapeMismatch,
            string.Create(CultureInfo.InvariantCulture, $"'{variable}' is {shape.InWords()} and takes {shape.Count} column{(shape.Count == 1 ? string.Empty : "s")}, but -Column gives it {columns.Length}: {string.Join(", ", columns)}."));
    }

    /// <summary>The names of a row's columns without those that give elements of variables here: these stand for no variable of their own name.</summary>
    /// <param name="row">A row.</param>
    /// <param name="number">Its number, for errors.</param>
    /// <exception cref="AutodiffException">There is no column of such a name.</exception>
    public string[] Others(RowCells row, int number) =>
        [.. row.Names.Except(_patterns.Values.SelectMany(patterns => ColumnSelection.Resolve(patterns, row, number, [], "Column")), StringComparer.Ordinal)];

    /// <summary>The names of columns that a value of -Column holds; null where it is something else.</summary>
    public static string[]? TryPatterns(object? value)
    {
        value = Conversions.Unwrap(value);
        var patterns = value is IList list ? [.. list.Cast<object?>().Select(Conversions.Unwrap)] : new[] { value };
        return patterns.Length > 0 && Array.TrueForAll(patterns, static pattern => pattern is string { Length: > 0 }) ? [.. patterns.Cast<string>()] : null;
    }

    private static string[] PatternsOf(object? value, string name) => TryPatterns(value)
        ?? throw new AutodiffException(ErrorIds.ArgumentInvalid, $"-Column gives '{name}' {ValueSource.Describe(value)}, not names of columns. For example: -Column @{{ {name} = 'Sepal*', 'Petal*' }}");
}
