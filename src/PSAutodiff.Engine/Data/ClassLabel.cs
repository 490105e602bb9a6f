using System.Globalization;
using System.Numerics;

namespace PSAutodiff.Data;

/// <summary>
/// The classes that a network tells apart, as the values that its labels were: text, Booleans, numbers, dates, identifiers, members of
/// enumerations. Two labels are the same class when their texts are equal, so that the number 1 and the text '1' meet, and '007' and '7' do
/// not. A number has one text, whatever its type.
/// </summary>
internal static class ClassLabel
{
    private static readonly Dictionary<string, Func<string, object>> Parsers = new(StringComparer.Ordinal)
    {
        [nameof(String)] = static text => text,
        [nameof(Boolean)] = static text => bool.Parse(text),
        [nameof(SByte)] = Parse<sbyte>,
        [nameof(Byte)] = Parse<byte>,
        [nameof(Int16)] = Parse<short>,
        [nameof(UInt16)] = Parse<ushort>,
        [nameof(Int32)] = Parse<int>,
        [nameof(UInt32)] = Parse<uint>,
        [nameof(Int64)] = Parse<long>,
        [nameof(UInt64)] = Parse<ulong>,
        [nameof(Int128)] = Parse<Int128>,
        [nameof(UInt128)] = Parse<UInt128>,
        [nameof(BigInteger)] = Parse<BigInteger>,
        [nameof(Half)] = Parse<Half>,
        [nameof(Single)] = Parse<float>,
        [nameof(Double)] = Parse<double>,
        [nameof(Decimal)] = Parse<decimal>,
        [nameof(Char)] = Parse<char>,
        [nameof(Guid)] = Parse<Guid>,
        [nameof(DateTime)] = static text => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind),
        [nameof(DateTimeOffset)] = Parse<DateTimeOffset>,
        [nameof(DateOnly)] = Parse<DateOnly>,
        [nameof(TimeOnly)] = Parse<TimeOnly>,
        [nameof(TimeSpan)] = Parse<TimeSpan>,
        [nameof(Version)] = Version.Parse,
    };

    /// <summary>Whether a value can be a class as it is.</summary>
    public static bool IsSupported(object value) => value switch
    {
        string or bool or decimal or BigInteger => true,
        char or Guid or DateTime or DateTimeOffset or DateOnly or TimeOnly or TimeSpan or Version or Enum => true,
        sbyte or byte or short or ushort or int or uint or long or ulong or Int128 or UInt128 => true,
        double number => double.IsFinite(number),
        float number => float.IsFinite(number),
        Half number => Half.IsFinite(number),
        _ => false,
    };

    /// <summary>The text that a class is known by.</summary>
    public static string Text(object label) => label switch
    {
        string text => text,
        double number => Shortest(number, number),
        float number => Shortest(number, number),
        Half number => Shortest((double)number, number),
        // A division by 1 takes the zeros away behind the last digit.
        decimal number => (number / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture),
        _ => Write(label),
    };

    /// <summary>The name of the type of a class, for files. Enumerations are not known elsewhere, so they go as text, which compares with them.</summary>
    public static string TypeName(object label) => label is Enum ? nameof(String) : label.GetType().Name;

    /// <summary>The text of a class that <see cref="TryRead"/> makes the same value of.</summary>
    public static string Write(object label) => label is DateTime or DateTimeOffset or DateOnly or TimeOnly
        ? ((IFormattable)label).ToString("o", CultureInfo.InvariantCulture)
        : Convert.ToString(label, CultureInfo.InvariantCulture)!;

    /// <summary>The class of a text and the name of its type; null when the text is no such value.</summary>
    public static object? TryRead(string text, string typeName)
    {
        try
        {
            return Parsers.TryGetValue(typeName, out var parse) && parse(text) is var label && IsSupported(label) ? label : null;
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            return null;
        }
    }

    private static object Parse<T>(string text)
        where T : IParsable<T> => T.Parse(text, CultureInfo.InvariantCulture);

    // Whole numbers with all digits, as integers have them.
    private static string Shortest(double number, IFormattable shown) =>
        number == Math.Floor(number) ? new BigInteger(number).ToString(CultureInfo.InvariantCulture) : shown.ToString(null, CultureInfo.InvariantCulture);
}
