using System.Text.Json;

namespace PSAutodiff.GradBench.Evals;

/// <summary>lse: the logarithm of a sum of exponentials, written out.</summary>
internal static class LogSumExp
{
    public static Func<object> Primal(JsonElement input)
    {
        var evaluate = Ready(input, static (function, _) => [function]);
        return () => evaluate()[0];
    }

    public static Func<object> Gradient(JsonElement input) => Ready(input, static (function, names) => function.Gradient(names));

    private static Func<double[]> Ready(JsonElement input, Func<ExprNode, string[], IReadOnlyList<ExprNode>> outputs)
    {
        var point = input.Numbers("x");
        var names = Formula.Names("x", point.Length);
        var function = Formula.Compile(outputs(Formula.LogSumExp(Formula.Variables(names)).Tidy(), names), names);
        return () => function(point);
    }
}
