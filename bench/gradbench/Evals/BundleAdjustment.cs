using System.Text.Json;

namespace PSAutodiff.GradBench.Evals;

/// <summary>
/// ba: where cameras see points, against where they were seen, and the weights of the observations. A row is an observation: the 11
/// parameters of its camera (rotation, center, focal length, principal point, distortion), its point x, its weight w, and the feature.
/// </summary>
internal static class BundleAdjustment
{
    private static readonly string[] Variables = ["cam", "x", "w", "feat"];

    public static Func<object> Objective(JsonElement input)
    {
        var evaluate = OverRows(input, [Error(), Weight()]);
        var count = input.Integer("p");
        return () => evaluate() is var errors ? new { reproj_error = new { elements = errors[0][..2], repeated = count }, w_err = new { element = errors[1][0], repeated = count } } : errors;
    }

    public static Func<object> Jacobian(JsonElement input)
    {
        // The nonzero elements of the sparse matrix, row by row: two rows of 15 for each observation, then the weights' one each.
        var error = Error();
        ExprNode[] rows = [.. error[0].Gradient(Variables[..3]), .. error[1].Gradient(Variables[..3])];
        var evaluate = OverRows(input, [Join(rows), Weight().Differentiate("w")]);
        var (n, m, p) = (input.Integer("n"), input.Integer("m"), input.Integer("p"));

        // The suite takes the first 30 and the last of all that describes the matrix.
        var places = Enumerable.Range(0, 11).Concat(Enumerable.Range(11 * n, 3)).Append((11 * n) + (3 * m));
        return () => evaluate() is var elements ? new
        {
            rows = Enumerable.Range(0, 30).Select(static row => row * 15).Append(31 * p),
            cols = places.Concat(places).Append((11 * n) + (3 * m) + p - 1),
            vals = elements[0].Take(30).Append(elements[1][^1]),
        } : elements;
    }

    private static Func<double[][]> OverRows(JsonElement input, IReadOnlyList<ExprNode> outputs)
    {
        // All cameras and points of the suite are alike, but each observation has its own numbers.
        var compiled = CompiledExpression.Compile(outputs, Variables);
        ReadOnlyMemory<double>[] columns = [.. Variables.Select(name => (ReadOnlyMemory<double>)Enumerable.Repeat(input.Numbers(name), input.Integer("p")).SelectMany(static row => row).ToArray())];
        var rows = input.Integer("p");
        double[][] results = [.. outputs.Select(output => new double[rows * output.Shape.Aggregate(1L, static (count, size) => count * size)])];
        return () =>
        {
            compiled.EvaluateRows(columns, results);
            return results;
        };
    }

    private static ExprNode Weight() => Formula.Read($"1 - w^2");

    /// <summary>A point turned around an axis by its length as an angle (Rodrigues' formula), projected and distorted.</summary>
    private static ExprNode Error() => Formula.Read($"""
        cam: [11]; x: [3]; feat: [2]; r = cam[:3]; d = x - cam[3:6]; s = r @ r; a = sqrt(s); u = r / a;
        cross = take(r, [1, 2, 0]) * take(d, [2, 0, 1]) - take(r, [2, 0, 1]) * take(d, [1, 2, 0]);
        seen = select(s, d * cos(a) + cross / a * sin(a) + u * ((u @ d) * (1 - cos(a))), d + cross);
        p = seen[:2] / seen[2]; q = p @ p; distortion = 1 + cam[9] * q + cam[10] * q^2;
        w * (p * (distortion * cam[6]) + cam[7:9] - feat)
        """);

    private static ExprNode Join(ExprNode[] parts) => parts.Select(static part => part.Shape is [] ? part.Broadcast(1) : part).Aggregate(static (all, part) => ExprNode.Concat(all, part));
}
