using System.Text.Json;

namespace PSAutodiff.GradBench.Evals;

/// <summary>
/// ba: where cameras see points, against where they were seen, and the weights of the observations. A row is an observation. Its
/// columns are the 11 parameters of its camera (rotation r, center c, focal length f, principal point u, distortion k), its point x,
/// its weight w, and the feature.
/// </summary>
internal static class BundleAdjustment
{
    private static readonly string[] Parameters = [.. Formula.Names("r", 3), .. Formula.Names("c", 3), "f", .. Formula.Names("u", 2), .. Formula.Names("k", 2), .. Formula.Names("x", 3), "w"];

    public static Func<object> Objective(JsonElement input)
    {
        var evaluate = Ready(input, static errors => errors);
        var count = input.Integer("p");
        return () =>
        {
            var errors = evaluate();
            return new
            {
                reproj_error = new { elements = new[] { errors[0][0], errors[1][0] }, repeated = count },
                w_err = new { element = errors[2][0], repeated = count },
            };
        };
    }

    public static Func<object> Jacobian(JsonElement input)
    {
        var evaluate = Ready(input, static errors => [.. errors[..2].SelectMany(static error => error.Gradient(Parameters)), errors[2].Differentiate("w")]);
        var (n, m, p) = (input.Integer("n"), input.Integer("m"), input.Integer("p"));
        var width = Parameters.Length;
        var block = 2 * width;
        var sparse = new double[(block + 1) * p];
        return () =>
        {
            // The nonzero elements of the sparse matrix, row by row: two rows for each observation, then the weights' one each.
            var columns = evaluate();
            for (var i = 0; i < p; i++)
            {
                for (var j = 0; j < block; j++) sparse[(i * block) + j] = columns[j][i];
                sparse[(p * block) + i] = columns[block][i];
            }

            // The suite takes the first 30 and the last of all that describes the matrix.
            var places = Enumerable.Range(0, 11).Concat(Enumerable.Range(11 * n, 3)).Append((11 * n) + (3 * m));
            return new
            {
                rows = Enumerable.Range(0, block).Select(row => row * width).Append((block * p) + p),
                cols = places.Concat(places).Append((11 * n) + (3 * m) + p - 1),
                vals = sparse.Take(block).Append(sparse[^1]),
            };
        };
    }

    private static Func<double[][]> Ready(JsonElement input, Func<ExprNode[], IReadOnlyList<ExprNode>> outputs)
    {
        var compiled = CompiledExpression.Compile(outputs(Errors()), [.. Parameters, "feature0", "feature1"]);
        double[] one = [.. input.Numbers("cam"), .. input.Numbers("x"), input.GetProperty("w").GetDouble(), .. input.Numbers("feat")];
        // All cameras and points of the suite are alike, but each observation has its own numbers.
        var columns = one.Select(value => (ReadOnlyMemory<double>)Enumerable.Repeat(value, input.Integer("p")).ToArray()).ToArray();
        return () => compiled.EvaluateRows(columns);
    }

    private static ExprNode[] Errors()
    {
        var all = Formula.Variables(Parameters);
        var (r, c, f, u, k) = (all[..3], all[3..6], all[6], all[7..9], all[9..11]);
        var (x, w) = (all[11..14], all[14]);
        var seen = Rotate(r, [.. x.Zip(c, static (a, b) => a - b)]);
        ExprNode[] flat = [seen[0] / seen[2], seen[1] / seen[2]];
        var squared = flat.Select(Formula.Square).Sum();
        var distortion = 1 + (k[0] * squared) + (k[1] * squared * squared);
        var errors = flat.Select((value, i) => w * ((value * distortion * f) + u[i] - ExprNode.Variable($"feature{i}")));
        return [.. errors.Append(1 - Formula.Square(w)).Select(Formula.Tidy)];
    }

    /// <summary>A point turned around an axis by its length as an angle (Rodrigues' formula).</summary>
    private static ExprNode[] Rotate(ExprNode[] axis, ExprNode[] point)
    {
        var squared = axis.Select(Formula.Square).Sum();
        var angle = ExprNode.Sqrt(squared);
        var (cosine, inverse) = (ExprNode.Cos(angle), 1 / angle);
        var unit = Array.ConvertAll(axis, part => part * inverse);
        var (cross, smallCross) = (Cross(unit, point), Cross(axis, point));
        var along = unit.Zip(point, static (a, b) => a * b).Sum() * (1 - cosine);
        return [.. Enumerable.Range(0, 3).Select(i => ExprNode.Select(
            squared,
            (point[i] * cosine) + (cross[i] * ExprNode.Sin(angle)) + (unit[i] * along),
            point[i] + smallCross[i]))];
    }

    private static ExprNode[] Cross(ExprNode[] a, ExprNode[] b) =>
        [(a[1] * b[2]) - (a[2] * b[1]), (a[2] * b[0]) - (a[0] * b[2]), (a[0] * b[1]) - (a[1] * b[0])];
}
