using System.Globalization;

namespace PSAutodiff.Exchange;

/// <summary>Names that other programs take: ASCII letters, digits and underscores, with no digit first.</summary>
internal static class PortableNames
{
    /// <summary>A name of its own for each of some.</summary>
    /// <param name="names">Different names.</param>
    public static IReadOnlyDictionary<string, string> Of(IReadOnlyList<string> names)
    {
        var made = new Dictionary<string, string>(StringComparer.Ordinal);
        var taken = names.Where(IsPortable).ToHashSet(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (taken.Contains(name))
            {
                made[name] = name;
                continue;
            }

            var plain = string.Concat(name.Select(static letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));
            if (plain.Length == 0 || char.IsAsciiDigit(plain[0])) plain = "_" + plain;
            var own = plain;
            for (var i = 2; !taken.Add(own); i++) own = string.Create(CultureInfo.InvariantCulture, $"{plain}_{i}");
            made[name] = own;
        }

        return made;
    }

    private static bool IsPortable(string name) => name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');
}
