using System.Text.Json;

namespace PSAutodiff.GradBench.Evals;

/// <summary>llsq: half the sum of (s - x0 - x1 t - x2 t^2 - ...)^2 over n equal steps t from -1 to 1, of which s is the sign.</summary>
internal static class LeastSquares
{
    public static Func<object> Primal(JsonElement input) => Formula.At(input, [Function(input)], "x").Number();

    public static Func<object> Gradient(JsonElement input) => Formula.At(input, Function(input).Gradient("x"), "x");

    private static ExprNode Function(JsonElement input)
    {
        var (n, m) = (input.Integer("n"), input.Count("x"));
        var t = ExprNode.Constant([.. Enumerable.Range(0, n).Select(i => -1 + (i * 2.0 / (n - 1)))]);
        var powers = ExprNode.Constant([.. Enumerable.Range(0, m).Select(static j => (double)j)]);
        return Formula.Read($"x: [{m}]; t: [{n}]; powers: [{m}]; e = sign(t) - (column(t) ^ powers) @ x; e @ e / 2")
            .Resolve(new Dictionary<string, ExprNode> { ["t"] = t, ["powers"] = powers });
    }
}
