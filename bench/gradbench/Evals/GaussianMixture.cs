using System.Text.Json;

namespace PSAutodiff.GradBench.Evals;

/// <summary>gmm: the logarithm of the posterior of a mixture of k Gaussians in d dimensions. A row is an observation x.</summary>
internal static class GaussianMixture
{
    private static readonly string[] Parameters = ["alpha", "mu", "q", "l"];

    public static Func<object> Objective(JsonElement input) => Formula.OverRows(input, [Function(input)], ["x", .. Parameters]).Number();

    public static Func<object> Jacobian(JsonElement input)
    {
        var (k, d) = (input.Integer("k"), input.Integer("d"));
        var sums = Formula.OverRows(input, Function(input).Gradient(Parameters), ["x", .. Parameters]);
        return () => sums() is var all ? new { alpha = all.Take(k), mu = all.Skip(k).Take(k * d).Chunk(d), q = all.Skip(k + (k * d)).Take(k * d).Chunk(d), l = all.Skip(k + (2 * k * d)).Chunk(d * (d - 1) / 2) } : all;
    }

    private static ExprNode Function(JsonElement input)
    {
        var (d, k, n, m, gamma) = (input.Integer("d"), input.Integer("k"), input.Integer("n"), input.Integer("m"), input.GetProperty("gamma").GetDouble());
        var (below, degrees) = (d * (d - 1) / 2, d + m + 1);

        // The triangular matrices below each other: exp(q) on the diagonals, l below them column by column, and 0, the last of the parts, above.
        var places = new double[k * d, d];
        var owner = new double[k * d];
        for (var i = 0; i < k * d; i++)
        {
            var (component, row) = Math.DivRem(i, d);
            owner[i] = component;
            for (var j = 0; j < d; j++) places[i, j] = j == row ? i : j > row ? k * (d + below) : (k * d) + (component * below) + (j * d) - (j * (j + 1) / 2) + row - j - 1;
        }

        var prior = $"{m} * sum(q) - {gamma * gamma / 2:R} * (sum(exp(q)^2) + sum(l^2)) - {n} * logsumexp(alpha)";
        var gammas = $"{k} * sum(lgamma({0.5 * degrees} - [{string.Join(", ", Enumerable.Range(0, d).Select(static j => 0.5 * j))}]))";
        var constant = (k * degrees * d * Math.Log(gamma / Math.Sqrt(2))) - (n * d * 0.5 * Math.Log(2 * Math.PI)) - (k * 0.25 * d * (d - 1) * Math.Log(Math.PI));
        return Formula.Read($"""
            x: [{d}]; alpha: [{k}]; mu: [{k}, {d}]; q: [{k}, {d}]; l: [{k}, {below}]; places: [{k * d}, {d}]; owner: [{k * d}];
            L = take(concat(concat(reshape(exp(q), {k * d}), reshape(l, {k * below})), zeros(1)), places);
            y = reshape(L @ x - sum(L * take(mu, owner), axis=1), {k}, {d});
            logsumexp(alpha + sum(q, axis=1) - sum(y^2, axis=1) / 2) + ({prior} - {gammas} + {constant}) / {n}
            """).Resolve(new Dictionary<string, ExprNode> { ["places"] = ExprNode.Constant(places), ["owner"] = ExprNode.Constant(owner) });
    }
}
