using System.Collections;
using System.Globalization;

namespace PSAutodiff.Foundation;

/// <summary>Names with numbers as text.</summary>
internal static class NamedNumbers
{
    /// <summary>All in a line, for example <c>x: 1; y: 2.5</c>, as expressions with names are shown.</summary>
    public static string Text(IDictionary named) =>
        string.Join("; ", named.Keys.Cast<object>().Select(name => string.Create(CultureInfo.InvariantCulture, $"{name}: {named[name]}")));
}
