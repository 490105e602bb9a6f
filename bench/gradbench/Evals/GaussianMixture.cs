using System.Text.Json;

namespace PSAutodiff.GradBench.Evals;

/// <summary>
/// gmm: the logarithm of the posterior of a mixture of k Gaussians in d dimensions. A row is an observation; what all rows have in
/// common, the prior among it, is an expression of its own.
/// </summary>
internal static class GaussianMixture
{
    public static Func<object> Objective(JsonElement input)
    {
        var sum = Ready(input, static (function, _) => [function]);
        return () => sum()[0];
    }

    public static Func<object> Jacobian(JsonElement input)
    {
        var (d, k) = (input.Integer("d"), input.Integer("k"));
        var sum = Ready(input, static (function, names) => function.Gradient(names));
        return () =>
        {
            var all = sum();
            double[][] Rows(int from, int width) => [.. Enumerable.Range(0, k).Select(i => all[(from + (i * width))..(from + ((i + 1) * width))])];
            return new { alpha = all[..k], mu = Rows(k, d), q = Rows(k + (k * d), d), l = Rows(k + (2 * k * d), d * (d - 1) / 2) };
        };
    }

    private static Func<double[]> Ready(JsonElement input, Func<ExprNode, string[], IReadOnlyList<ExprNode>> outputs)
    {
        var (d, k, n) = (input.Integer("d"), input.Integer("k"), input.Integer("n"));
        var (gamma, m, below) = (input.GetProperty("gamma").GetDouble(), input.Integer("m"), d * (d - 1) / 2);
        string[] columns = Formula.Names("x", d);
        string[] names = [.. Formula.Names("alpha", k), .. Formula.Names("mu", k * d), .. Formula.Names("q", k * d), .. Formula.Names("l", k * below)];
        var x = Formula.Variables(columns);
        var parameters = Formula.Variables(names);
        var (alpha, mu) = (parameters[..k], parameters[k..].Chunk(d).ToArray());
        var (q, l) = (parameters[(k + (k * d))..].Chunk(d).ToArray(), below == 0 ? [] : parameters[(k + (2 * k * d))..].Chunk(below).ToArray());

        var sums = Enumerable.Range(0, k).Select(i => q[i].Sum()).ToArray();
        var row = Formula.LogSumExp([.. Enumerable.Range(0, k).Select(i => alpha[i] + sums[i] - (0.5 * SquaredNorm(i)))]);
        var squares = Enumerable.Range(0, k).SelectMany(i => q[i].Select(ExprNode.Exp).Concat(below == 0 ? [] : l[i])).Select(Formula.Square);
        var degrees = d + m + 1;
        var scale = k * degrees * d * (Math.Log(gamma) - (0.5 * Math.Log(2)));
        var common = scale - (n * d * 0.5 * Math.Log(2 * Math.PI)) - (k * LogGamma(0.5 * degrees, d)) - (0.5 * gamma * gamma * squares.Sum())
            + (m * sums.Sum()) - (n * Formula.LogSumExp(alpha));

        var rows = CompiledExpression.Compile(outputs(row.Tidy(), names), [.. columns, .. names]);
        var rest = Formula.Compile(outputs(common.Tidy(), names), names);
        double[] point = [.. input.Numbers("alpha"), .. Flat("mu"), .. Flat("q"), .. Flat("l")];
        ReadOnlyMemory<double>[] inputs = [.. Formula.Columns(input.Matrix("x")), .. Formula.Singles(point)];
        return () =>
        {
            var total = rows.SumRows(inputs);
            var others = rest(point);
            for (var i = 0; i < total.Length; i++) total[i] += others[i];
            return total;
        };

        // Of the triangular matrix with diagonal exp(q) and below it, column by column, l, times x - mu.
        ExprNode SquaredNorm(int i)
        {
            var centered = x.Zip(mu[i], static (value, mean) => value - mean).ToArray();
            var product = centered.Zip(q[i], static (value, log) => ExprNode.Exp(log) * value).ToArray();
            var next = 0;
            for (var column = 0; column < d; column++)
            {
                for (var line = column + 1; line < d; line++) product[line] += l[i][next++] * centered[column];
            }

            return product.Select(Formula.Square).Sum();
        }

        IEnumerable<double> Flat(string name) => input.Matrix(name).SelectMany(static line => line);
    }

    /// <summary>The logarithm of the multivariate gamma function.</summary>
    private static ExprNode LogGamma(double a, int d) =>
        (0.25 * d * (d - 1) * Math.Log(Math.PI)) + Enumerable.Range(1, d).Select(j => ExprNode.Apply("lgamma", a + (0.5 * (1 - j)))).Sum();
}
