using System.Collections;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Short forms for what these tests do again and again.</summary>
internal static class Runs
{
    public static Minimum Minimize(string text, MinimizationOptions options, params double[] start) => Minimize(ExprNode.Parse(text), options, start);

    public static Minimum Minimize(ExprNode function, MinimizationOptions options, params double[] start) =>
        new Minimization(function).Run(start, options, TestContext.Current.CancellationToken);

    public static MinimizationOptions With(MinimizationMethod method, params double[] rates) =>
        new() { Method = method, LearningRates = rates.Length == 0 ? null : rates, KeepPath = true };

    public static double[] Numbers(IDictionary named) => [.. named.Values.Cast<double>()];

    public static void AssertNear(double[] expected, IDictionary actual, double within)
    {
        var numbers = Numbers(actual);
        Assert.Equal(expected.Length, numbers.Length);
        for (var i = 0; i < expected.Length; i++) AssertNear(expected[i], numbers[i], within);
    }

    public static void AssertNear(double expected, double actual, double within) =>
        Assert.True(Math.Abs(expected - actual) <= within, $"Expected {expected:R} within {within:R}, but got {actual:R}.");
}
