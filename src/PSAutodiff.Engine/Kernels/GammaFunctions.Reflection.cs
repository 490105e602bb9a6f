namespace PSAutodiff.Kernels;

/// <content>Negative arguments, with twice the digits: the terms cancel near the zeros between the poles.</content>
internal static partial class GammaFunctions
{
    // Where Stirling's series begins for twice the digits.
    private const double VeryLarge = 30;

    // lgamma(-y) = log(pi / (y |sin(pi y)|)) - lgamma(y), for y >= 1/2 that is not whole.
    private static double ReflectedLgamma(double y)
    {
        DoubleDouble product = 1;
        DoubleDouble z = y;
        for (; z.High < VeryLarge; z += 1) product *= z;
        var series = default(DoubleDouble);
        var square = 1 / (z * z);
        for (var k = Bernoulli.Length; k > 0; k--) series = (series * square) + (Bernoulli[k - 1] / (2.0 * k * ((2 * k) - 1)));
        var (sine, _) = DoubleDouble.OfHalfTurns(y - Math.Round(y));
        var factor = DoubleDouble.Pi * product / (y * (sine.High < 0 ? -sine : sine));
        DoubleDouble constant = new(StirlingConstant, StirlingConstantLow);
        var stirling = ((z - 0.5) * (DoubleDouble.Log(z) - 1)) + constant + (series / z);
        return (DoubleDouble.Log(factor) - stirling).High;
    }

    // digamma(-y) = digamma(y) + 1 / y + pi cot(pi y), for y > 0 that is not whole.
    private static double ReflectedDigamma(double y)
    {
        var sum = default(DoubleDouble);
        DoubleDouble z = y;
        for (; z.High < VeryLarge; z += 1) sum += 1 / z;
        var series = default(DoubleDouble);
        var square = 1 / (z * z);
        for (var k = Bernoulli.Length; k > 0; k--) series = (series + (Bernoulli[k - 1] / (2.0 * k))) * square;
        var digamma = DoubleDouble.Log(z) - (0.5 / z) - series - sum;
        var (sine, cosine) = DoubleDouble.OfHalfTurns(y - Math.Round(y));
        return (digamma + (1 / (DoubleDouble)y) + (DoubleDouble.Pi * cosine / sine)).High;
    }
}
