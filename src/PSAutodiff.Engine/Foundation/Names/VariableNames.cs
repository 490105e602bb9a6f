using System.Text;

namespace PSAutodiff.Foundation.Names;

/// <summary>
/// What may be the name of a variable, and how the text of expressions writes it: as it is when it is an identifier, else in braces, as
/// in <c>${CPU Load}</c>, where a backtick stands before braces and backticks of the name.
/// </summary>
internal static class VariableNames
{
    /// <summary>The name that the text of expressions keeps for a number; the Greek letter means the same.</summary>
    public const string Pi = "pi";

    /// <summary>The Greek letter for the number pi.</summary>
    public const char PiLetter = 'π';

    public static bool IsStart(char c) => c == '_' || char.IsLetter(c);

    public static bool IsPart(char c) => c == '_' || char.IsLetterOrDigit(c);

    /// <summary>Whether a text can be the name of a variable: nothing in it is invisible. In texts a variable called pi is written in braces.</summary>
    public static bool IsValid(string? name) =>
        !string.IsNullOrWhiteSpace(name) && (IsIdentifier(name) || VisibleText.Of(name) == name);

    /// <summary>Whether a name means the number pi.</summary>
    public static bool IsPi(ReadOnlySpan<char> name) => name is Pi or [PiLetter];

    /// <summary>Whether the text of expressions can write a name as it is: letters, digits and <c>_</c>, and no word of the language.</summary>
    public static bool IsIdentifier(string name)
    {
        if (!IsStart(name[0]) || name is "and" or "or" or "not" or Pi) return false;
        foreach (var c in name)
        {
            if (!IsPart(c) || c == PiLetter) return false;
        }

        return true;
    }

    /// <summary>A name as a key of a hashtable in PowerShell.</summary>
    public static string Key(string name) => IsIdentifier(name) ? name : $"'{name.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A name as the text of expressions writes it.</summary>
    public static string Quote(string name)
    {
        if (IsIdentifier(name)) return name;
        var text = new StringBuilder("${");
        foreach (var c in name)
        {
            if (c is '{' or '}' or '`') text.Append('`');
            text.Append(c);
        }

        return text.Append('}').ToString();
    }

    /// <summary>
    /// Refuses names that are given for variables of an expression and can only be slips: x^2 is a good name, but hardly meant as one where
    /// the expression has no such variable.
    /// </summary>
    /// <exception cref="AutodiffException">One is a slip.</exception>
    public static void CheckAmong(IEnumerable<string> names, Func<IReadOnlyList<string>> variables)
    {
        foreach (var name in names)
        {
            Check(name);
            if (IsPi(name) && !variables().Contains(name, StringComparer.Ordinal)) throw new AutodiffException(ErrorIds.VariableNameInvalid, $"'{name}' is the number 3.14159... and not a variable here. A variable of this name is written ${{{name}}}.");
            if (IsIdentifier(name) || variables().Contains(name, StringComparer.Ordinal)) continue;
            throw new AutodiffException(ErrorIds.VariableNameInvalid, $"'{name}' is not the name of a variable here. The expression has: {string.Join(", ", variables().Select(Quote))}.");
        }
    }

    /// <summary>The name within ${ }, as formulas have it; other names as they are.</summary>
    public static string Unquoted(string name) => name.Length > 3 && name.StartsWith("${", StringComparison.Ordinal) && name[^1] == '}' ? name[2..^1] : name;

    /// <summary>Refuses what cannot be the name of a variable.</summary>
    /// <exception cref="AutodiffException">It cannot.</exception>
    public static void Check(string? name)
    {
        if (IsValid(name)) return;
        throw new AutodiffException(ErrorIds.VariableNameInvalid, $"'{VisibleText.Of(name ?? string.Empty)}' is not a name for a variable. A name is not empty and holds nothing that is invisible, such as line breaks.");
    }
}
