using System.Collections;
using System.Collections.Specialized;
using System.Globalization;

namespace PSAutodiff.Foundation;

/// <summary>Names with numbers, or with vectors and matrices of them.</summary>
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
        string.Join("; ", named.Keys.Cast<object>().Select(name => $"{name}: {ValueText(named[name])}"));

    /// <summary>A value: a number as it is, arrays in brackets. Of long ones the beginning, with the number of the elements that are left out.</summary>
    public static string ValueText(object? value)
    {
        const int most = 12;
        switch (value)
        {
            case double[,] matrix:
                var (rows, columns) = (matrix.GetLength(0), matrix.GetLength(1));
                var shown = Math.Max(1, most / columns);
                return List(rows, shown, i => List(columns, most, j => matrix[i, j].ToString(CultureInfo.InvariantCulture)), "rows");
            case double[] vector:
                return List(vector.Length, most, i => vector[i].ToString(CultureInfo.InvariantCulture), "elements");
            default:
                return Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty;
        }

        static string List(int count, int shown, Func<int, string> element, string what = "elements") =>
            $"[{string.Join(", ", Enumerable.Range(0, Math.Min(count, shown)).Select(element))}{(count > shown ? string.Create(CultureInfo.InvariantCulture, $", ... {count - shown} more {what}") : string.Empty)}]";
    }
}
