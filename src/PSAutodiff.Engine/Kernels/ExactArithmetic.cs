using System.Globalization;

namespace PSAutodiff.Kernels;

/// <summary>
/// Arithmetic on constants that says no unless the result is exact. Regrouping constants of a formula (2 * x * 3 = 6 * x) then
/// loses no digits, overflows nowhere and underflows nowhere.
/// </summary>
internal static class ExactArithmetic
{
    // Below this the rounding error of a product is not itself a double.
    private const double SmallestSafeProduct = 1e-290;

    // Decimals have 28 digits, numbers that people write up to 15; so much of the range is safe for a product of two.
    private const double SmallestDecimal = 1e-6;
    private const double LargestDecimal = 1e12;

    public static bool TryAdd(double x, double y, out double sum)
    {
        // TwoSum (Knuth): the error of the rounded sum.
        sum = x + y;
        var virtualY = sum - x;
        var error = (x - (sum - virtualY)) + (y - virtualY);
        return double.IsFinite(sum) && error == 0;
    }

    public static bool TryMultiply(double x, double y, out double product)
    {
        product = x * y;
        return product == 0
            ? x == 0 || y == 0
            : double.IsFinite(product) && Math.Abs(product) > SmallestSafeProduct && Math.FusedMultiplyAdd(x, y, -product) == 0;
    }

    /// <summary>
    /// The result of an operation on numbers in the digits that people write, at most 15, if the result has no more: 0.1 + 0.2 is 0.3
    /// there, and 1.1 - 1 is 0.1. It differs from what the doubles give by no more than the digits that they do not have.
    /// </summary>
    /// <param name="operation">The operation.</param>
    /// <param name="exponent">The power of ten of the result by those of the numbers; null where both must have the same.</param>
    /// <param name="x">The first number.</param>
    /// <param name="y">The second.</param>
    /// <param name="result">What the doubles give; becomes the double next to the decimal result.</param>
    public static bool TryDecimals(Func<decimal, decimal, decimal> operation, Func<int, int, int>? exponent, double x, double y, ref double result)
    {
        var largest = Math.Max(Math.Abs(result), Math.Max(Math.Abs(x), Math.Abs(y)));
        if (!IsInRange(x) || !IsInRange(y) || !IsInRange(largest)) return exponent is not null && TryScaled(operation, exponent, x, y, ref result);
        if (!TryWritten(x, out var a) || !TryWritten(y, out var b)) return false;
        var exact = operation(a, b);
        var nearest = (double)exact;
        if ((exact != 0 && !IsInRange(nearest)) || (decimal)nearest != exact || Math.Abs(nearest - result) > 2 * (Math.BitIncrement(largest) - largest)) return false;
        result = nearest;
        return true;
    }

    /// <summary>
    /// The product of two whole numbers that is too large for a double to have all its digits: on paper it would be written by its first
    /// ones as well.
    /// </summary>
    public static bool TryMultiplyLarge(double x, double y, out double product)
    {
        const double largestWhole = 1L << 53;
        product = x * y;
        return double.IsInteger(x) && double.IsInteger(y) && Math.Abs(product) > largestWhole && double.IsFinite(product);
    }

    /// <summary>
    /// The decimal that a number differs from only because the doubles near 1 have no more digits: 0.1 for 0.10000000000000009, which
    /// is 1.1 - 1.
    /// </summary>
    public static bool TryShorten(double x, out double shorter)
    {
        const double resolution = 4 * 1.1102230246251565e-16;
        const int digits = 8;
        shorter = x;
        if (IsWritten(x)) return false;
        shorter = (double)Math.Round((decimal)x, digits);
        return Math.Abs(shorter - x) <= resolution;
    }

    public static bool TryDivide(double x, double y, out double quotient)
    {
        quotient = x / y;
        return y != 0 && double.IsFinite(quotient) && TryMultiply(quotient, y, out var back) && back == x;
    }

    /// <summary>Whether a number is a decimal of at most 15 digits, and neither so large nor so small that nobody writes it out.</summary>
    public static bool IsDecimal(double x) => TryWritten(x, out _);

    /// <summary>Whether a number has no more digits than people write, as far as such numbers are looked at.</summary>
    public static bool IsWritten(double x) => double.IsInteger(x) || !IsInRange(x) || TryWritten(x, out _);

    // The conversion rounds to 15 digits.
    private static bool TryWritten(double x, out decimal written)
    {
        written = IsInRange(x) ? (decimal)x : 0;
        return (double)written == x && x != 0;
    }

    // Decimals of any size, as numbers from 1 to 10 with a power of ten apart.
    private static bool TryScaled(Func<decimal, decimal, decimal> operation, Func<int, int, int> exponent, double x, double y, ref double result)
    {
        if (!double.IsNormal(result) || !TryScale(x, out var a, out var tensOfX) || !TryScale(y, out var b, out var tensOfY)) return false;
        var exact = operation(a, b);
        var nearest = double.Parse(string.Create(CultureInfo.InvariantCulture, $"{exact}e{exponent(tensOfX, tensOfY)}"), CultureInfo.InvariantCulture);
        if ((decimal)(double)exact != exact || Math.Abs(nearest - result) > 2 * (Math.BitIncrement(Math.Abs(result)) - Math.Abs(result))) return false;
        result = nearest;
        return true;
    }

    private static bool TryScale(double x, out decimal digits, out int tens)
    {
        (digits, tens) = (0, 0);
        if (!double.IsNormal(x)) return false;
        var text = x.ToString("e14", CultureInfo.InvariantCulture);
        var end = text.IndexOf('e', StringComparison.Ordinal);
        digits = decimal.Parse(text.AsSpan(0, end), CultureInfo.InvariantCulture);
        tens = int.Parse(text.AsSpan(end + 1), CultureInfo.InvariantCulture);
        return double.Parse(text, CultureInfo.InvariantCulture) == x;
    }

    private static bool IsInRange(double x) => Math.Abs(x) is >= SmallestDecimal and <= LargestDecimal;
}
