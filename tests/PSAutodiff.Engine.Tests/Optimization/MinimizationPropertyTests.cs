using Xunit;
using static PSAutodiff.MinimizationMethod;
using static PSAutodiff.Tests.Runs;

namespace PSAutodiff.Tests;

/// <summary>What holds for searches of any function.</summary>
public sealed class MinimizationPropertyTests
{
    [Theory]
    [InlineData(LBFGS)]
    [InlineData(Newton)]
    public void Results_are_finite_never_above_the_start_and_converged_only_where_the_gradient_is_small(MinimizationMethod method)
    {
        var (searched, converged) = (0, 0);
        foreach (var node in RandomExpressions.Everyday.Sample(600, 20, 11))
        {
            if (node.Variables.Count == 0) continue;
            var search = new Minimization(node);
            foreach (var start in new[] { 1.937, -0.4 })
            {
                double[] from = [.. search.Variables.Select((_, i) => start / (i + 1))];
                if (TryRun(search, from, With(method) with { MaxIteration = 300 }) is not { } result) continue;
                searched++;
                var what = $"{RandomExpressions.Text(node)} from {start}: {result.StopReason}, {result.Value:R} at {string.Join(", ", Numbers(result.At))}";
                Assert.True(result.Value <= result.Path[0].Value, what);
                Assert.All([result.Value, .. Numbers(result.At), .. Numbers(result.Gradient)], value => Assert.True(double.IsFinite(value), what));
                Assert.Equal(result.StopReason is MinimizationStopReason.Unbounded or MinimizationStopReason.NoProgress or MinimizationStopReason.Stuck or MinimizationStopReason.SaddlePoint or MinimizationStopReason.NoMinimum, MessageWithoutHessian(result).Length > 0);
                if (result.StopReason != MinimizationStopReason.Converged) continue;
                converged++;
                Assert.True(GradientIsSmall(search, result, from), what);
            }
        }

        Assert.InRange(searched, 500, 1200);
        Assert.InRange(converged, 200, 1200);
    }

    private static Minimum? TryRun(Minimization search, double[] from, MinimizationOptions options)
    {
        try
        {
            return search.Run(from, options, TestContext.Current.CancellationToken);
        }
        catch (AutodiffException exception) when (exception.ErrorId == "ValueNotFinite")
        {
            return null;
        }
    }

    private static string MessageWithoutHessian(Minimum result) =>
        result.Message.StartsWith("The Hessian was", StringComparison.Ordinal) ? string.Empty : result.Message;

    /// <summary>
    /// Whether the gradient is zero, or small beside the value, or small beside the gradients around, from next to the result to as
    /// far as the start.
    /// </summary>
    private static bool GradientIsSmall(Minimization search, Minimum result, double[] from)
    {
        const double small = 1e-4;
        var largest = Numbers(result.Gradient).Max(Math.Abs);
        if (largest == 0) return true;
        var point = Numbers(result.At);
        if (point.Zip(Numbers(result.Gradient)).All(pair => Math.Abs(pair.First * pair.Second) <= small * Math.Abs(result.Value)) && largest <= small) return true;
        var compiled = CompiledExpression.Compile([.. result.Expression!.Differentiate(search.Variables, DifferentiationMode.Reverse)], search.Variables);
        var gradient = new double[point.Length];
        var around = 0.0;
        for (var i = 0; i < point.Length; i++)
        {
            foreach (var part in new[] { -0.5, -0.01, -1e-10, -1e-13, 1e-13, 1e-10, 0.01, 0.5 })
            {
                foreach (var reach in new[] { point[i], point[i] - from[i], 1 })
                {
                    var there = point.ToArray();
                    there[i] += part * reach;
                    compiled.Evaluate(there, gradient);
                    around = Math.Max(around, gradient.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max());
                }
            }
        }

        return largest <= small * around;
    }
}
