using System.Globalization;
using System.Numerics;

namespace PSAutodiff.Reports.Plots;

/// <summary>The step of the ticks of an axis, a small number times a power of ten. Multiples are found in whole numbers, so none is off by a rounding.</summary>
/// <param name="Factor">The number.</param>
/// <param name="Power">The power of ten.</param>
internal readonly record struct TickStep(int Factor, int Power)
{
    // Longer numbers of powers of ten are written with an exponent.
    private const int LongestInteger = 7;
    private const int MostLeadingZeros = 3;

    /// <summary>A number rounded to two digits; null when that is beyond the numbers.</summary>
    public static PlotTick? Round(double value)
    {
        // As "-1.5e+003".
        var text = value.ToString("e1", CultureInfo.InvariantCulture);
        var exponent = text.IndexOf('e', StringComparison.Ordinal);
        var digits = int.Parse(text[..exponent].Replace(".", string.Empty, StringComparison.Ordinal), CultureInfo.InvariantCulture);
        return new TickStep(1, int.Parse(text.AsSpan(exponent + 1), CultureInfo.InvariantCulture) - 1).Times(digits);
    }

    /// <summary>The least multiple that is not below a number, as numbers are rounded.</summary>
    public BigInteger Ceiling(double value) => -Floor(-value);

    /// <summary>The greatest multiple that is not above a number, as numbers are rounded: 0.3 is a multiple of 0.1.</summary>
    public BigInteger Floor(double value)
    {
        var floor = ExactFloor(value);
        return Times(floor + 1) is { } next && next.Value <= value ? floor + 1 : floor;
    }

    /// <summary>A fifth of this.</summary>
    public TickStep Fifth() => new(2 * Factor, Power - 1);

    /// <summary>A multiple; null when it is beyond the numbers.</summary>
    public PlotTick? Times(BigInteger multiple)
    {
        var text = Text(multiple * Factor, Power);
        var value = double.Parse(text, CultureInfo.InvariantCulture);
        return double.IsFinite(value) ? new PlotTick(value, text) : null;
    }

    private BigInteger ExactFloor(double value)
    {
        if (value == 0) return BigInteger.Zero;

        // The number is a whole one times a power of two.
        var exponent = Math.Max(Math.ILogB(value), -1022) - 52;
        BigInteger numerator = new(Math.ScaleB(value, -exponent)), denominator = Factor;
        if (exponent >= 0) numerator <<= exponent;
        else denominator <<= -exponent;
        if (Power >= 0) denominator *= BigInteger.Pow(10, Power);
        else numerator *= BigInteger.Pow(10, -Power);
        var quotient = BigInteger.DivRem(numerator, denominator, out var remainder);
        return remainder.Sign < 0 ? quotient - 1 : quotient;
    }

    private static string Text(BigInteger number, int power)
    {
        if (number.IsZero) return "0";
        var all = BigInteger.Abs(number).ToString(CultureInfo.InvariantCulture);
        var digits = all.TrimEnd('0');
        power += all.Length - digits.Length;

        // Of the first digit.
        var exponent = digits.Length - 1 + power;
        var text =
            exponent is >= LongestInteger or < -MostLeadingZeros ? string.Create(CultureInfo.InvariantCulture, $"{digits[0]}{(digits.Length > 1 ? "." : string.Empty)}{digits.AsSpan(1)}e{exponent}") :
            power >= 0 ? digits + new string('0', power) :
            exponent >= 0 ? $"{digits.AsSpan(0, exponent + 1)}.{digits.AsSpan(exponent + 1)}" :
            $"0.{new string('0', -exponent - 1)}{digits}";
        return number.Sign < 0 ? "-" + text : text;
    }
}
