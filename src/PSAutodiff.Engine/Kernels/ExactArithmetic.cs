namespace PSAutodiff.Kernels;

/// <summary>
/// Arithmetic on constants that says no unless the result is exact. Regrouping constants of a formula (2 * x * 3 = 6 * x) then
/// loses no digits, overflows nowhere and underflows nowhere.
/// </summary>
internal static class ExactArithmetic
{
    // Below this the rounding error of a product is not itself a double.
    private const double SmallestSafeProduct = 1e-290;

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

    public static bool TryDivide(double x, double y, out double quotient)
    {
        quotient = x / y;
        return y != 0 && double.IsFinite(quotient) && TryMultiply(quotient, y, out var back) && back == x;
    }
}
