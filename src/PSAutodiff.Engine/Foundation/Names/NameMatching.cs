namespace PSAutodiff.Foundation.Names;

/// <summary>
/// The one rule by which given names stand for the variables of an expression, for all of them at once. The exact name comes first, that
/// of a value before that of a column. A name that is exactly some variable stands for no other. Hashtables and columns of CSV files
/// ignore case, so what is left may differ in case alone, as long as one name meets one variable.
/// </summary>
internal static class NameMatching
{
    /// <summary>What stands for each variable, in order.</summary>
    /// <param name="variables">All variables of the expression.</param>
    /// <param name="given">The names of values.</param>
    /// <param name="columns">The names of columns.</param>
    /// <exception cref="AutodiffException">It cannot be told which name stands for which variable.</exception>
    public static NameMatch[] Match(IReadOnlyList<string> variables, NameGroups given, NameGroups columns)
    {
        var matches = new Dictionary<string, NameMatch>(variables.Count, StringComparer.Ordinal);
        foreach (var alike in new NameGroups(variables).All) MatchAlike(alike, given.Alike(alike[0]), columns.Alike(alike[0]), matches);
        var result = new NameMatch[variables.Count];
        for (var i = 0; i < result.Length; i++) result[i] = matches[variables[i]];
        return result;
    }

    /// <summary>The name that stands for each variable, or null, in order.</summary>
    /// <exception cref="AutodiffException">It cannot be told which name stands for which variable.</exception>
    public static string?[] Match(IReadOnlyList<string> variables, NameGroups given) =>
        Array.ConvertAll(Match(variables, given, NameGroups.Empty), static match => match.Name);

    /// <summary>What stands for one of some variables that differ in case alone.</summary>
    /// <param name="variable">The variable.</param>
    /// <param name="variables">It and all others of the expression that differ from it in case alone.</param>
    /// <param name="given">The names of values that differ from it in case at most.</param>
    /// <param name="columns">The names of columns that do.</param>
    /// <exception cref="AutodiffException">It cannot be told which name stands for which variable.</exception>
    public static NameMatch MatchOne(string variable, IReadOnlyList<string> variables, IReadOnlyList<string> given, IReadOnlyList<string> columns)
    {
        var matches = new Dictionary<string, NameMatch>(StringComparer.Ordinal);
        MatchAlike(variables, given, columns, matches);
        return matches[variable];
    }

    private static void MatchAlike(IReadOnlyList<string> variables, IReadOnlyList<string> given, IReadOnlyList<string> columns, Dictionary<string, NameMatch> matches)
    {
        // The usual case: one variable, one name.
        if (variables is [var only] && given.Count + columns.Count <= 1)
        {
            matches[only] = given is [var value] ? new NameMatch(value) : columns is [var cell] ? new NameMatch(cell, IsColumn: true) : default;
            return;
        }

        var values = new HashSet<string>(given, StringComparer.Ordinal);
        var cells = new HashSet<string>(columns, StringComparer.Ordinal);
        var open = new List<string>();
        foreach (var variable in variables)
        {
            if (values.Contains(variable)) matches[variable] = new NameMatch(variable);
            else if (cells.Contains(variable)) matches[variable] = new NameMatch(variable, IsColumn: true);
            else if (matches.TryAdd(variable, default)) open.Add(variable);
        }

        if (open.Count == 0) return;
        var candidates = new HashSet<string>(values, StringComparer.Ordinal);
        candidates.UnionWith(cells);
        candidates.ExceptWith(variables);
        if (candidates.Count == 0) return;
        if (candidates.Count > 1 || open.Count > 1) throw Ambiguous(open, candidates);
        var name = candidates.First();
        matches[open[0]] = new NameMatch(name, !values.Contains(name));
    }

    private static AutodiffException Ambiguous(List<string> open, HashSet<string> candidates) => new(
        ErrorIds.VariableAmbiguous,
        candidates.Count > 1
            ? $"'{open[0]}' could be {Listed(candidates)}: names are case-sensitive, and none of them is the exact one. Rename one of them."
            : $"'{candidates.First()}' could stand for the variables {Listed(open)}: names are case-sensitive, and it is exactly none of them. Write it as the variable that is meant.");

    private static string Listed(IEnumerable<string> names)
    {
        const int most = 5;
        var quoted = names.Order(StringComparer.Ordinal).Take(most + 1).Select(static name => $"'{name}'").ToArray();
        return quoted.Length > most ? string.Join(", ", quoted[..most]) + ", ..." : string.Join(" or ", quoted);
    }
}
