using System.Globalization;
using System.Numerics;

namespace PSAutodiff.Converters;

/// <summary>
/// Counts the integers among the data that no double holds, so that neighbors became one number. Beyond 2^53 doubles are 2 apart or more.
/// </summary>
internal sealed class RoundedIntegers
{
    // All integers up to here are doubles.
    private const double Exact = 1L << 53;

    private int _count;
    private string? _first;

    /// <summary>What there is to warn of; null when every integer was kept.</summary>
    public string? Warning => _count == 0 ? null : string.Create(
        CultureInfo.InvariantCulture,
        $"{_count} {(_count == 1 ? "integer has" : "integers have")} more digits than a double holds and {(_count == 1 ? "was" : "were")} rounded. {(_count == 1 ? "It is" : "The first is")} {_first}. If the last digits count, subtract a constant as integers before.");

    /// <summary>Looks at a number and the value it was made of.</summary>
    /// <param name="cell">The value.</param>
    /// <param name="number">The number.</param>
    /// <param name="where">Where it is, such as row 1, column 'x'.</param>
    /// <param name="state">What that is made of.</param>
    public void Look<TState>(object? cell, double number, Func<TState, string> where, TState state)
    {
        // The usual way out, before anything that takes time.
        if (!(Math.Abs(number) >= Exact) || !double.IsFinite(number) || ExactValue(cell) is not { } exact || exact == new BigInteger(number)) return;
        if (_count++ == 0) _first = string.Create(CultureInfo.InvariantCulture, $"{exact} in {where(state)}, which became {new BigInteger(number)}");
    }

    private static BigInteger? ExactValue(object? cell) => Conversions.Unwrap(cell) switch
    {
        long value => value,
        ulong value => value,
        Int128 value => value,
        UInt128 value => value,
        BigInteger value => value,
        decimal value => decimal.IsInteger(value) ? new BigInteger(value) : null,
        string text => ExactValue(text),
        _ => null,
    };

    // What is written with a point or an exponent is rounded as every number is.
    private static BigInteger? ExactValue(string text)
    {
        const int mostDigits = 310;
        return text.Length <= mostDigits && BigInteger.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var value) ? value : null;
    }
}
