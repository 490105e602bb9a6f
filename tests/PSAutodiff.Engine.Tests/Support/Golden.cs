using System.Text.Json;

namespace PSAutodiff.Tests;

/// <summary>A line of the golden data: values from 50-digit arithmetic.</summary>
internal sealed record GoldenRecord(
    string Expression,
    Dictionary<string, double> At,
    double Value,
    Dictionary<string, double> Gradient,
    double[][] Hessian,
    double Scale,
    double Derivative)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public static IEnumerable<GoldenRecord> Read(string file) =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "data", file + ".jsonl"))
            .Select(static line => JsonSerializer.Deserialize<GoldenRecord>(line, Options)!);
}
