using System.Collections;
using System.Collections.Specialized;
using System.Globalization;

namespace PSAutodiff.Foundation;

/// <summary>Names with numbers.</summary>
internal static class NamedNumbers
{
    /// <summary>The value of each name under it, in order.</summary>
    public static OrderedDictionary Of<T>(IReadOnlyList<string> names, Func<int, T> value)
    {
        var named = new OrderedDictionary(names.Count);
        for (var i = 0; i < names.Count; i++) named.Add(names[i], value(i));
        return named;
    }

    /// <summary>All in a line, for example <c>x: 1; y: 2.5</c>, as expressions with names are shown.</summary>
    public static string Text(IDictionary named) =>
        string.Join("; ", named.Keys.Cast<object>().Select(name => string.Create(CultureInfo.InvariantCulture, $"{name}: {named[name]}")));
}
