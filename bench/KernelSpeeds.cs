using System.Globalization;
using PSAutodiff.Kernels;

namespace PSAutodiff.Bench;

/// <summary>Times of the kernels, a value of a block and one alone, beside exp's in the same run.</summary>
internal static class KernelSpeeds
{
    private const int Length = 1024;

    private static readonly double[] Numbers = Draw(-3, 3);

    private static readonly double[] Angles = Draw(-1000, 1000);

    private static readonly double[] LargeAngles = Draw(1e6, 1e12);

    private static readonly double[] Positive = Draw(0.01, 10);

    private static readonly double[] Inside = Draw(-1, 1);

    private static readonly double[] Result = new double[Length];

    private static readonly double[] Second = new double[Length];

    private static readonly Subject[] Subjects =
    [
        new("log", Positive, static x => Elementary.Log(x, Result), Elementary.Log, Math.Log),
        new("tanh", Numbers, static x => Elementary.Tanh(x, Result), Elementary.Tanh, Math.Tanh),
        new("sin", Angles, static x => Elementary.Sin(x, Result), Elementary.Sin, Math.Sin),
        new("cos", Angles, static x => Elementary.Cos(x, Result), Elementary.Cos, Math.Cos),
        new("sin and cos", Angles, static x => Elementary.SinAndCos(x, Result, Second), static x => Elementary.SinAndCos(x, out _), static x => Math.SinCos(x).Sin),
        new("sin, large", LargeAngles, static x => Elementary.Sin(x, Result), Elementary.Sin, Math.Sin),
        new("tan", Angles, static x => Elementary.Tan(x, Result), Elementary.Tan, Math.Tan),
        new("asin", Inside, static x => Elementary.Asin(x, Result), Elementary.Asin, Math.Asin),
        new("acos", Inside, static x => Elementary.Acos(x, Result), Elementary.Acos, Math.Acos),
        new("atan", Numbers, static x => Elementary.Atan(x, Result), Elementary.Atan, Math.Atan),
        new("atan2", Numbers, static x => Elementary.Atan2(x, Positive, Result), static x => Elementary.Atan2(x, 0.7), static x => Math.Atan2(x, 0.7)),
        new("hypot", Numbers, static x => Elementary.Hypot(x, Positive, Result), static x => Elementary.Hypot(x, 0.7), static x => double.Hypot(x, 0.7)),
        new("pow", Positive, static x => Elementary.Pow(x, Numbers, Result), static x => Elementary.Power(x, 1.7), static x => Math.Pow(x, 1.7)),
        new("x^3", Numbers, static x => IntegerPower.Map(x, 3, Result), static x => Elementary.Power(x, 3), static x => Math.Pow(x, 3)),
        new("x^5", Numbers, static x => IntegerPower.Map(x, 5, Result), static x => Elementary.Power(x, 5), static x => Math.Pow(x, 5)),
        new("x^-2", Numbers, static x => IntegerPower.Map(x, -2, Result), static x => Elementary.Power(x, -2), static x => Math.Pow(x, -2)),
        new("x^20", Numbers, static x => IntegerPower.Map(x, 20, Result), static x => Elementary.Power(x, 20), static x => Math.Pow(x, 20)),
    ];

    /// <summary>Prints the table. Arguments: the kernels' names, or none for all.</summary>
    public static int Run(string[] args)
    {
        Console.WriteLine("| kernel | a value in a block | exp | ratio | alone | System.Math |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|");
        foreach (var subject in Subjects.Where(subject => args.Length == 0 || args.Contains(subject.Name)))
        {
            var (block, exp) = Timing.Compare(() => subject.Block(subject.Arguments), static () => Elementary.Exp(Numbers, Result));
            var (alone, library) = Timing.Compare(() => Each(subject.Scalar, subject.Arguments), () => Each(subject.Library, subject.Arguments));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {subject.Name} | {Nanoseconds(block)} | {Nanoseconds(exp)} | {block / exp:f2} | {Nanoseconds(alone)} | {Nanoseconds(library)} |"));
        }

        return 0;
    }

    private static string Nanoseconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds / Length * 1e9:f2} ns");

    private static void Each(Func<double, double> function, double[] x)
    {
        for (var i = 0; i < x.Length; i++) Result[i] = function(x[i]);
    }

    private static double[] Draw(double low, double high)
    {
        var random = new Random(2);
        return [.. Enumerable.Range(0, Length).Select(_ => low + ((high - low) * random.NextDouble()))];
    }

    private sealed record Subject(string Name, double[] Arguments, Action<double[]> Block, Func<double, double> Scalar, Func<double, double> Library);
}
