using System.Globalization;
using PSAutodiff.Kernels;
using PSAutodiff.Tests;

namespace PSAutodiff.Bench;

/// <summary>
/// Measures how far each kernel is from the true value, over random arguments of every size and around the
/// places where its algorithm changes course.
/// </summary>
internal static class KernelAccuracy
{
    private const int DefaultCount = 100_000;

    private static readonly Subject[] Subjects =
    [
        new("exp", Elementary.Exp, HighPrecision.Exp, -746, 709.79),
        new("expm1", Elementary.Expm1, HighPrecision.Expm1, -746, 709.79),
        new("log", Elementary.Log, HighPrecision.Log, 0, double.MaxValue),
        new("log1p", Elementary.Log1p, HighPrecision.Log1p, -1, double.MaxValue),
        new("tanh", Elementary.Tanh, HighPrecision.Tanh, -800, 800),
        new("sinh", Elementary.Sinh, HighPrecision.Sinh, -710.48, 710.48),
        new("cosh", Elementary.Cosh, HighPrecision.Cosh, -710.48, 710.48),
        new("sigmoid", Elementary.Sigmoid, HighPrecision.Sigmoid, -746, 800),
        new("softplus", Elementary.Softplus, HighPrecision.Softplus, -746, 800),
        new("log2", Elementary.LogBase2, HighPrecision.Log2, 0, double.MaxValue),
        new("log10", Elementary.LogBase10, HighPrecision.Log10, 0, double.MaxValue),
        new("cbrt", Elementary.Cbrt, PreciseFunctions.Cbrt, double.MinValue, double.MaxValue),
        new("asinh", Elementary.Asinh, HighPrecision.Asinh, double.MinValue, double.MaxValue),
        new("acosh", Elementary.Acosh, HighPrecision.Acosh, 1, double.MaxValue),
        new("atanh", Elementary.Atanh, HighPrecision.Atanh, -1, 1),
        new("sin", Elementary.Sin, PreciseFunctions.Sin, double.MinValue, double.MaxValue),
        new("cos", Elementary.Cos, PreciseFunctions.Cos, double.MinValue, double.MaxValue),
        new("tan", Elementary.Tan, PreciseFunctions.Tan, double.MinValue, double.MaxValue),
        new("asin", Elementary.Asin, PreciseFunctions.Asin, -1, 1),
        new("acos", Elementary.Acos, PreciseFunctions.Acos, -1, 1),
        new("atan", Elementary.Atan, PreciseFunctions.Atan, double.MinValue, double.MaxValue),
        new("x^-1.7", static x => Elementary.Pow(x, -1.7), static x => PreciseFunctions.Pow(x, BigFloat.FromDouble(-1.7))!.Value, 0, double.MaxValue),
        new("1.7^x", static x => Elementary.Pow(1.7, x), static x => PreciseFunctions.Pow(BigFloat.FromDouble(1.7), x)!.Value, -1400, 1337),
        new("erf", Elementary.Erf, PreciseGamma.Erf, -30, 30),
        new("erfc", Elementary.Erfc, PreciseGamma.Erfc, -30, 27.2),
        new("lgamma", GammaFunctions.Lgamma, static x => PreciseGamma.Lgamma(x) ?? BigFloat.Zero, 0, 1e305),
        new("lgamma -", GammaFunctions.Lgamma, static x => PreciseGamma.Lgamma(x)!.Value, -100, -1e-300),
        new("digamma", GammaFunctions.Digamma, static x => PreciseGamma.Digamma(x)!.Value, 0, double.MaxValue),
        new("digamma -", GammaFunctions.Digamma, static x => PreciseGamma.Digamma(x)!.Value, -100, -1e-300),
        new("trigamma", GammaFunctions.Trigamma, static x => PreciseGamma.Polygamma(1, x)!.Value, 1e-150, 1e150),
    ];

    /// <summary>Prints the largest error per kernel. Arguments: points per kernel, seed, kernels' names.</summary>
    public static int Run(string[] args)
    {
        int count = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : DefaultCount;
        int seed = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1;
        string[] names = args.Length > 2 ? args[2..] : [.. Subjects.Select(subject => subject.Name)];

        Console.WriteLine($"{"kernel",-10}{"points",12}{"max ulp",10}  at");
        foreach (Subject subject in Subjects.Where(subject => names.Contains(subject.Name)))
        {
            (double worst, double argument) = Measure(subject, count, seed);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{subject.Name,-10}{count,12}{worst,10:F4}  {argument:R}"));
        }

        return 0;
    }

    private static (double Worst, double Argument) Measure(Subject subject, int count, int seed)
    {
        Random random = new(seed);
        double[] x = new double[count];
        double[] y = new double[count];
        for (int i = 0; i < count; i++)
            x[i] = Draw(subject, random);
        for (int i = 0; i < count; i++)
            y[i] = subject.Kernel(x[i]);

        Lock gate = new();
        (double Worst, double Argument) overall = (0.0, double.NaN);
        Parallel.For(
            0,
            count,
            () => (Worst: 0.0, Argument: double.NaN),
            (i, _, local) =>
            {
                double error = HighPrecision.UlpDistance(y[i], subject.Reference(BigFloat.FromDouble(x[i])));
                return error > local.Worst ? (error, x[i]) : local;
            },
            local =>
            {
                lock (gate)
                {
                    if (local.Worst > overall.Worst)
                        overall = local;
                }
            });
        return overall;
    }

    // A mixture: any bit pattern, even over the domain, moderate sizes, logarithmic near zero, and near one.
    private static double Draw(Subject subject, Random random)
    {
        while (true)
        {
            double value = random.Next(6) switch
            {
                0 => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)),
                1 => Between(random, Math.Max(subject.Low, -800), Math.Min(subject.High, 800)),
                2 => Between(random, -3, 3),
                3 => Between(random, -45, 45),
                4 => Math.CopySign(Math.ScaleB(1 + random.NextDouble(), random.Next(-70, 3)), random.Next(2) - 0.5),
                _ => Between(random, 0.5, 2.0),
            };

            if (value > subject.Low && value < subject.High)
                return value;
        }
    }

    private static double Between(Random random, double low, double high) =>
        low + (high - low) * random.NextDouble();

    private sealed record Subject(
        string Name, Func<double, double> Kernel, Func<BigFloat, BigFloat> Reference, double Low, double High);
}
