using System.Globalization;

namespace PSAutodiff.Fuzz;

/// <summary>Fuzzing on the command line, for as long as wanted.</summary>
internal static class Program
{
    private const int Batch = 10_000;

    private const string Usage = """
        dotnet run -c Release --project tests/Fuzz -- [--target NAME] [--seconds N] [--seed N] [--first N] [--count N] [--input FILE]

        Runs each target (or the one that is named) for so many seconds (60) from input --first (0) on, at most --count inputs, and ends
        with exit code 1 at the first fault: its input is written to a file fault-NAME.bin, for --input and, once mended, for tests/Fuzz/corpus.
        """;

    private static int Main(string[] arguments)
    {
        var options = new Dictionary<string, string>();
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == arguments.Length)
            {
                Console.Error.WriteLine(Usage);
                return 2;
            }

            options[arguments[i][2..]] = arguments[i + 1];
        }

        var targets = FuzzTarget.All.Where(target => options.GetValueOrDefault("target", target.Name) == target.Name).ToList();
        if (targets.Count == 0)
        {
            Console.Error.WriteLine($"There is no such target. There are {string.Join(", ", FuzzTarget.All.Select(static target => target.Name))}.\n{Usage}");
            return 2;
        }

        return targets.Any(target => !Passes(target, options)) ? 1 : 0;
    }

    private static bool Passes(FuzzTarget target, Dictionary<string, string> options)
    {
        var seed = Number(options, "seed", Environment.TickCount);
        var fuzzer = new Fuzzer(target, seed);
        if (options.TryGetValue("input", out var path)) return Report(target, fuzzer.Run(File.ReadAllBytes(path)), null);
        var end = DateTime.UtcNow.AddSeconds(Number(options, "seconds", 60));
        var (first, last) = (Number(options, "first", 0), Number(options, "first", 0) + Number(options, "count", int.MaxValue / 2));
        for (var i = first; i < last && DateTime.UtcNow < end; i += Batch)
        {
            // Said before, because a stack overflow lets nothing be said after.
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{target.Name}, seed {seed}: from input {i} on; {fuzzer.Accepted} of {fuzzer.Count} accepted so far"));
            var fault = fuzzer.Run(i, Math.Min(Batch, last - i), end - DateTime.UtcNow);
            if (!Report(target, fault, fuzzer)) return false;
        }

        return true;
    }

    private static bool Report(FuzzTarget target, string? fault, Fuzzer? fuzzer)
    {
        if (fault is null) return true;
        Console.WriteLine(fault);
        if (fuzzer is null) return false;
        var file = $"fault-{target.Name}.bin";
        File.WriteAllBytes(file, fuzzer.Current);
        Console.WriteLine($"The input is in {file}.");
        return false;
    }

    private static int Number(Dictionary<string, string> options, string name, int usual) =>
        options.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
}
