using System.Collections;
using System.Globalization;
using PSAutodiff.Converters;
using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Rows;

/// <summary>Which columns of rows give the elements of variables, as -Column says: @{ x = 'Sepal*', 'Petal*' }.</summary>
internal sealed class ColumnMap
{
    private readonly Dictionary<string, string[]> _patterns = new(StringComparer.Ordinal);

    /// <param name="table">What -Column was given; null for nothing.</param>
    /// <param name="variables">The variables of the expression.</param>
    /// <exception cref="AutodiffException">A key is no variable, or a value is no name of a column.</exception>
    public ColumnMap(IDictionary? table, IReadOnlyList<string> variables)
    {
        if (table is null) return;
        var given = table.Cast<DictionaryEntry>().ToDictionary(Conversions.NameOf, static entry => entry.Value, StringComparer.Ordinal);
        var names = NameMatching.Match(variables, new NameGroups(given.Keys));
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i] is { } name) _patterns.Add(variables[i], PatternsOf(given[name], name));
        }

        if (given.Keys.Except(names, StringComparer.Ordinal).FirstOrDefault() is not { } unknown) return;
        throw new AutodiffException(ErrorIds.VariableUnknown, $"-Column names '{unknown}', which is no variable of the expression. It has: {string.Join(", ", variables)}.{NearNames.Hint(unknown, variables)}");
    }

    /// <summary>No columns but those of the names of variables.</summary>
    public static ColumnMap Empty { get; } = new(null, []);

    /// <summary>Whether a variable is given columns.</summary>
    public bool Has(string variable) => _patterns.ContainsKey(variable);

    /// <summary>The columns of a variable, as many as it has elements.</summary>
    /// <param name="variable">The variable.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="row">A row.</param>
    /// <param name="number">Its number, for errors.</param>
    /// <exception cref="AutodiffException">There are more or fewer, or none of such a name.</exception>
    public string[] Resolve(string variable, Shape shape, RowCells row, int number)
    {
        var columns = ColumnSelection.Resolve(_patterns[variable], row, number, [], "Column");
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

    private static string[] PatternsOf(object? value, string name)
    {
        value = Conversions.Unwrap(value);
        var patterns = value is IList list ? [.. list.Cast<object?>().Select(Conversions.Unwrap)] : new[] { value };
        return patterns.Length > 0 && Array.TrueForAll(patterns, static pattern => pattern is string { Length: > 0 })
            ? [.. patterns.Cast<string>()]
            : throw new AutodiffException(ErrorIds.ArgumentInvalid, $"-Column gives '{name}' {ValueSource.Describe(value)}, not names of columns. For example: -Column @{{ {name} = 'Sepal*', 'Petal*' }}");
    }
}
