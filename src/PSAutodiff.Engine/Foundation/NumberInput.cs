using System.Buffers;
using System.Collections;
using System.Globalization;

namespace PSAutodiff.Foundation;

/// <summary>Numbers and lists of them as users give them: values of any type.</summary>
internal static class NumberInput
{
    private static readonly SearchValues<char> DigitsAndPoint = SearchValues.Create("0123456789.");

    /// <summary>What is inside a wrapper that the surroundings put around values; the value itself where they have none.</summary>
    public static Func<object?, object?> Unwrap { get; set; } = static value => value;

    /// <summary>
    /// The value itself, or the same array with indices from 0 where they begin elsewhere: lists of PowerShell and of .NET that do are rare, and hardly
    /// anything reads them.
    /// </summary>
    public static object? FromZero(object? value)
    {
        if (value is not Array array || array.GetType().IsSZArray) return value;
        var axes = Enumerable.Range(0, array.Rank).ToArray();
        if (Array.TrueForAll(axes, axis => array.GetLowerBound(axis) == 0)) return value;
        var copy = Array.CreateInstance(array.GetType().GetElementType()!, Array.ConvertAll(axes, array.GetLength));
        Array.Copy(array, array.GetLowerBound(0), copy, 0, array.Length);
        return copy;
    }

    /// <summary>A number as such or as text; text is read the same in every culture.</summary>
    public static bool TryGetDouble(object? value, out double number)
    {
        value = Unwrap(value);
        if (value is string text)
        {
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && !NumberText.IsLost(text, number);
        }

        return TryGetNumber(value, out number);
    }

    /// <summary>Whether a value is text with digits on both sides of a single comma, such as 2,5 or 1.234,5.</summary>
    public static bool HasDecimalComma(object? value)
    {
        if (Unwrap(value) is not string text) return false;
        var digits = text.AsSpan().Trim().TrimStart("+-");
        var comma = digits.IndexOf(',');
        return comma > 0 && comma < digits.Length - 1 && !digits[(comma + 1)..].ContainsAnyExceptInRange('0', '9')
            && char.IsAsciiDigit(digits[0]) && !digits[..comma].ContainsAnyExcept(DigitsAndPoint);
    }

    /// <summary>A sentence for an error about text that has a decimal comma; empty for other values.</summary>
    public static string CommaHint(object? value) => HasDecimalComma(value) ? " Numbers are written with a point, as 2.5 or 1e-3." : string.Empty;

    /// <summary>What is not a number, as an error message shows it.</summary>
    public static string Describe(object? value) => Unwrap(value) switch
    {
        null or DBNull => "missing",
        string text => $"'{(text.Length > 40 ? text[..40] + "..." : text)}'",
        IList => "a list",
        System.Numerics.BigInteger => "an integer too large for a double",
        var other => $"an object of type {other.GetType().Name}",
    };

    /// <summary>A number as such.</summary>
    public static bool TryGetNumber(object? value, out double number)
    {
        switch (value)
        {
            case double d:
                number = d;
                return true;
            case int or long or short or sbyte or byte or ushort or uint or ulong or float or decimal or Half or Int128 or UInt128
                or System.Numerics.BigInteger:
                number = value switch
                {
                    Half half => (double)half,
                    Int128 wide => (double)wide,
                    UInt128 wide => (double)wide,
                    System.Numerics.BigInteger big => (double)big,
                    _ => Convert.ToDouble(value, CultureInfo.InvariantCulture),
                };

                // Too large for a double, like the same number as text.
                return value is not System.Numerics.BigInteger || double.IsFinite(number);
            default:
                number = 0;
                return false;
        }
    }
}
