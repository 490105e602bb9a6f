using System.Text.Json;

namespace PSAutodiff.GradBench.Evals;

/// <summary>lse: the logarithm of a sum of exponentials.</summary>
internal static class LogSumExp
{
    public static Func<object> Primal(JsonElement input) => Formula.At(input, [Function(input)], "x").Number();

    public static Func<object> Gradient(JsonElement input) => Formula.At(input, Function(input).Gradient("x"), "x");

    private static ExprNode Function(JsonElement input) => Formula.Read($"x: [{input.Count("x")}]; logsumexp(x)");
}
