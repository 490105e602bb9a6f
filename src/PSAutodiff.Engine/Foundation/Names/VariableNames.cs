namespace PSAutodiff.Foundation.Names;

/// <summary>What may be the name of a variable.</summary>
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

    /// <summary>Where each name stands in a list; the first place of one that stands there twice.</summary>
    public static Dictionary<string, int> Places(IReadOnlyList<string> names)
    {
        var places = new Dictionary<string, int>(names.Count, StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++) places.TryAdd(names[i], i);
        return places;
    }

    public static void Check(string? name)
    {
        if (IsValid(name)) return;
        var reason = name == Pi
            ? "'pi' is the number 3.14159... and cannot be the name of a variable."
            : $"'{name}' is no name for a variable. A name consists of letters, digits and '_' and does not start with a digit.";
        throw new AutodiffException(ErrorIds.VariableNameInvalid, reason);
    }
}
