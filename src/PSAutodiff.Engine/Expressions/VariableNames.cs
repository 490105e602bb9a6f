namespace PSAutodiff.Expressions;

/// <summary>What may be the name of a variable, and how given names are matched to those of an expression.</summary>
internal static class VariableNames
{
    /// <summary>The one name that the text of expressions keeps for a number.</summary>
    public const string Pi = "pi";

    public static bool IsStart(char c) => c == '_' || char.IsLetter(c);

    public static bool IsPart(char c) => c == '_' || char.IsLetterOrDigit(c);

    public static bool IsValid(string? name)
    {
        if (string.IsNullOrEmpty(name) || name == Pi || !IsStart(name[0])) return false;
        foreach (var c in name)
        {
            if (!IsPart(c)) return false;
        }

        return true;
    }

    public static void Check(string? name)
    {
        if (IsValid(name)) return;
        var reason = name == Pi
            ? "'pi' is the number 3.14159... and cannot be the name of a variable."
            : $"'{name}' is no name for a variable. A name consists of letters, digits and '_' and does not start with a digit.";
        throw new AutodiffException(ErrorIds.VariableNameInvalid, reason);
    }

    /// <summary>
    /// The given name that stands for a variable: the exact one, else the only one that differs in case alone (hashtables and CSV
    /// columns ignore case); null when there is none.
    /// </summary>
    /// <exception cref="AutodiffException">Several given names differ from the variable in case alone.</exception>
    public static string? Match(string variable, IEnumerable<string> given)
    {
        string? match = null;
        string? second = null;
        foreach (var name in given)
        {
            if (name == variable) return name;
            if (!string.Equals(name, variable, StringComparison.OrdinalIgnoreCase)) continue;
            second = match;
            match = name;
            if (second is not null) break;
        }

        return second is null
            ? match
            : throw new AutodiffException(
                ErrorIds.VariableAmbiguous,
                $"Variable '{variable}' could be '{second}' or '{match}': names are case-sensitive, and neither is the exact one. Rename one of them.");
    }
}
