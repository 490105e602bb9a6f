namespace PSAutodiff.Foundation.Names;

/// <summary>Names that may be slips of each other.</summary>
internal static class NearNames
{
    // Of short names such as x1 and w1 one letter says too much.
    private const int LongEnough = 5;
    private const int LongEnoughToSwap = 3;

    // Comparing names costs as much as they are long.
    private const int TooLong = 100;

    /// <summary>
    /// Whether one name may be the other misspelled: they differ in case, in two neighbouring letters the other way round, or, when they
    /// are not short, in a single letter that is missing or another one; in short ones too in one that is doubled. Digits count names and are not misspelled.
    /// </summary>
    public static bool AreNear(string one, string other)
    {
        if (one == other) return false;
        var (shorter, longer) = one.Length <= other.Length ? (one, other) : (other, one);
        if (longer.Length - shorter.Length > 1 || longer.Length > TooLong) return false;
        var start = 0;
        while (start < shorter.Length && Same(shorter[start], longer[start])) start++;
        if (start == longer.Length) return true;
        var end = 0;
        while (end < shorter.Length - start && Same(shorter[^(end + 1)], longer[^(end + 1)])) end++;
        var left = shorter.AsSpan(start, shorter.Length - start - end);
        var right = longer.AsSpan(start, longer.Length - start - end);
        if (left.Length == 2 && right.Length == 2) return longer.Length >= LongEnoughToSwap && Same(left[0], right[1]) && Same(left[1], right[0]) && IsLetter(left[0]) && IsLetter(left[1]);
        if (left.Length == 0 && right.Length == 1 && IsDoubled(longer, start)) return true;
        return longer.Length >= LongEnough && right.Length == 1 && IsLetter(right[0]) && (left.Length == 0 || IsLetter(left[0]));
    }

    /// <summary>The first name that is near, one that differs in case alone before others; null when there is none.</summary>
    public static string? Nearest(string name, IEnumerable<string> names)
    {
        string? near = null;
        foreach (var other in names)
        {
            if (!AreNear(name, other)) continue;
            if (string.Equals(name, other, StringComparison.OrdinalIgnoreCase)) return other;
            near ??= other;
        }

        return near;
    }

    /// <summary>What to add to an error about a name that is not there: a name that is near, or how one that contains it is written; else empty.</summary>
    public static string Hint(string name, IEnumerable<string> names)
    {
        var all = names as IReadOnlyCollection<string> ?? [.. names];
        return
            Nearest(name, all) is { } near ? $" Did you mean '{near}'?" :
            all.FirstOrDefault(other => Contains(other, name)) is { } whole ? $" The name '{whole}' is written {VariableNames.Quote(whole)} in an expression." :
            string.Empty;
    }

    /// <summary>Whether a name that is not an identifier contains another as a word: without braces, a-b is a minus b.</summary>
    public static bool Contains(string name, string word)
    {
        if (word.Length == 0 || name.Length <= word.Length || name.Length > TooLong || VariableNames.IsIdentifier(name)) return false;
        for (var at = name.IndexOf(word, StringComparison.OrdinalIgnoreCase); at >= 0; at = name.IndexOf(word, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var end = at + word.Length;
            if ((at == 0 || !VariableNames.IsPart(name[at - 1])) && (end == name.Length || !VariableNames.IsPart(name[end]))) return true;
        }

        return false;
    }

    /// <summary>For each name that is near to one of the others, the first such. Takes time in proportion to the names, not to their pairs.</summary>
    public static IEnumerable<(string Name, string Other)> Pairs(IEnumerable<string> names, IReadOnlyList<string> others)
    {
        var index = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var other in others)
        {
            foreach (var key in Keys(other))
            {
                if (index.TryGetValue(key, out var sharing)) sharing.Add(other);
                else index.Add(key, [other]);
            }
        }

        foreach (var name in names)
        {
            var near = Nearest(name, Keys(name).SelectMany(key => index.TryGetValue(key, out var sharing) ? sharing : []));
            if (near is not null) yield return (name, near);
        }
    }

    // Names that are near share one of these: the name, or what a letter less leaves of it.
    private static IEnumerable<string> Keys(string name)
    {
        if (name.Length > TooLong) yield break;
        var upper = name.ToUpperInvariant();
        yield return upper;
        for (var i = 0; i < upper.Length; i++)
        {
            if (IsLetter(upper[i])) yield return upper.Remove(i, 1);
        }
    }

    private static bool Same(char one, char other) => char.ToUpperInvariant(one) == char.ToUpperInvariant(other);

    private static bool IsDoubled(string name, int at) => IsLetter(name[at]) && ((at > 0 && Same(name[at], name[at - 1])) || (at + 1 < name.Length && Same(name[at], name[at + 1])));

    private static bool IsLetter(char c) => c == '_' || char.IsLetter(c);
}
