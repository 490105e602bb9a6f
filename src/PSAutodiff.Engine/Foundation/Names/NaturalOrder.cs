namespace PSAutodiff.Foundation.Names;

/// <summary>The order in which people look for numbered names: w2 before w10. Otherwise as ordinal order.</summary>
internal sealed class NaturalOrder : IComparer<string>
{
    public static NaturalOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        if (x is null || y is null) return string.CompareOrdinal(x, y);
        var (i, j) = (0, 0);
        while (i < x.Length && j < y.Length)
        {
            if (!char.IsAsciiDigit(x[i]) || !char.IsAsciiDigit(y[j]))
            {
                if (x[i] != y[j]) return x[i].CompareTo(y[j]);
                (i, j) = (i + 1, j + 1);
                continue;
            }

            var one = NumberAt(x, ref i);
            var other = NumberAt(y, ref j);
            var order = one.Length != other.Length ? one.Length.CompareTo(other.Length) : one.CompareTo(other, StringComparison.Ordinal);
            if (order != 0) return order;
        }

        // Names that differ in leading zeros only.
        var rest = (x.Length - i).CompareTo(y.Length - j);
        return rest != 0 ? rest : string.CompareOrdinal(x, y);
    }

    /// <summary>The digits of a number without leading zeros; the index moves behind it.</summary>
    private static ReadOnlySpan<char> NumberAt(string text, ref int index)
    {
        var start = index;
        while (index < text.Length && char.IsAsciiDigit(text[index])) index++;
        return text.AsSpan(start, index - start).TrimStart('0');
    }
}
