using System.Globalization;
using PSAutodiff.Tests;

namespace PSAutodiff.Bench;

/// <summary>
/// Measures the contract of simplification on random expressions of textbook forms: for each rule set how many values get worse, and
/// how much, against over 60 digits.
/// </summary>
internal static class SimplificationAccuracy
{
    private const int Portion = 2000;

    /// <summary>Arguments: --count expressions (default 100,000), --seed (default 1), --cases to print what was found.</summary>
    public static int Run(string[] args)
    {
        var count = Option(args, "--count", 100_000);
        var seed = Option(args, "--seed", 1);
        Console.WriteLine("| rule | expressions | points | changed | better | worse | worst | not finite | domain lost | other function | dearer | operations |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var rule in new[] { SimplificationRule.Standard, SimplificationRule.Stable, SimplificationRule.Textbook })
        {
            var total = new SimplificationMeasure(rule);
            var gate = new Lock();
            Parallel.For(0, (count + Portion - 1) / Portion, i =>
            {
                var part = SimplificationMeasure.Run(rule, Math.Min(Portion, count - (i * Portion)), (seed * 1_000_003) + i);
                lock (gate) total.Add(part);
            });
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {rule} | {total.Expressions:n0} | {total.Points:n0} | {total.Changed:n0} | {total.Better:n0} | {Share(total.Worse.Count, total.Points)} | {total.Worse.Worst:g3} | {Share(total.NotFinite.Count, total.Points)} | {Share(total.DomainLost.Count, total.Points)} | {Share(total.OtherFunction.Count, total.Points)} | {Share(total.Dearer.Count, total.Expressions)} | {(double)total.OperationsAfter / total.OperationsBefore:f3} |"));
            if (!args.Contains("--cases")) continue;
            Print("worse", total.Worse);
            Print("not finite", total.NotFinite);
            Print("domain lost", total.DomainLost);
            Print("other function", total.OtherFunction);
            if (rule != SimplificationRule.Stable) Print("dearer", total.Dearer);
        }

        return 0;
    }

    private static void Print(string what, SimplificationMeasure.Finding finding)
    {
        foreach (var text in finding.Cases) Console.WriteLine($"{what}: {text}");
    }

    private static string Share(long count, long of) => string.Create(CultureInfo.InvariantCulture, $"{count:n0} ({1e6 * count / of:f1} ppm)");

    private static int Option(string[] args, string name, int usual) => Array.IndexOf(args, name) is var i and >= 0 && i + 1 < args.Length
        ? int.Parse(args[i + 1], CultureInfo.InvariantCulture)
        : usual;
}
