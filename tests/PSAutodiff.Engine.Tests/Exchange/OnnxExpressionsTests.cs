using System.Globalization;
using PSAutodiff.Exchange.Onnx;
using PSAutodiff.Fuzz;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Expressions whose variables are inputs, as files of ONNX: what ONNX Runtime computes against what the expressions are.</summary>
public sealed class OnnxExpressionsTests
{
    private const double ForSingle = 1e-6;
    private const double ForDouble = 1e-12;

    [Fact]
    public void Random_array_expressions_give_the_same_numbers_with_and_without_rows()
    {
        var (written, refused, sensitive) = (0, 0, 0);
        var failures = new List<string>();
        for (var seed = 0; seed < 600; seed++)
        {
            var random = new Random(seed);
            var expression = ExprNode.Parse(ArrayGrammar.Make(random, 10, isSmooth: true, isNumber: false).Text);
            if (expression.Variables.Count == 0) continue;
            var given = expression.Variables.Where(_ => random.Next(4) == 0).Skip(expression.Variables.Count == 1 ? 1 : 0).ToArray();
            if (given.Length == expression.Variables.Count) given = given[1..];
            string[] batch = [.. expression.Variables.Except(given).Where(_ => seed % 3 > 0 && random.Next(2) == 0)];
            var sample = new OnnxExpressionSample(expression, given, batch, random);
            foreach (var precision in new[] { NetworkPrecision.Double, NetworkPrecision.Single })
            {
                byte[] bytes;
                try
                {
                    bytes = OnnxWriter.Write(sample.Portable, precision, 17 + (seed % 5), "1.0");
                }
                catch (AutodiffException exception)
                {
                    Assert.Equal("FormatUnsupported", exception.ErrorId);
                    Assert.Contains("operation '", exception.Message, StringComparison.Ordinal);
                    refused++;
                    continue;
                }

                var distance = sample.DistanceOf(bytes);
                written++;
                if (distance <= (precision == NetworkPrecision.Double ? ForDouble : ForSingle)) continue;

                // Layer normalization takes the mean from values that are rounded already: where they vary little, what is left has as many fewer digits.
                var unavoidable = expression.ToString().Contains("layernorm(", StringComparison.Ordinal) ? Math.Max(sample.Unavoidable(), 10 * ForSingle) : sample.Unavoidable();
                if (precision == NetworkPrecision.Single && distance <= unavoidable) sensitive++;
                else failures.Add(string.Create(CultureInfo.InvariantCulture, $"seed {seed}, {precision}, given {string.Join(' ', given)}, rows {string.Join(' ', batch)}, {distance:e2}: {expression}"));
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.True(sensitive < 6, string.Create(CultureInfo.InvariantCulture, $"{sensitive} are off by more than {ForSingle} in single precision, if no more than their inputs' last digits make them."));
        Assert.True(written > 700, string.Create(CultureInfo.InvariantCulture, $"{written} were compared, {refused} refused."));
    }
}
