using System.Text.Json;

namespace PSAutodiff.GradBench.Evals;

/// <summary>kmeans: over rows of points, the squared distance to the closest of the centroids; and Newton's direction to its minimum.</summary>
internal static class KMeans
{
    public static Func<object> Cost(JsonElement input)
    {
        var (points, centroids) = (input.Matrix("points"), input.Matrix("centroids"));
        var sum = Ready(points, centroids, static (cost, _) => [cost]);
        return () => sum()[0];
    }

    public static Func<object> Direction(JsonElement input)
    {
        var (points, centroids) = (input.Matrix("points"), input.Matrix("centroids"));
        var sum = Ready(points, centroids, static (cost, names) =>
        {
            // The Hessian has nothing beside its diagonal, so the gradient of the gradient's sum is that diagonal.
            var gradient = cost.Gradient(names);
            return [.. gradient, .. gradient.Sum().Gradient(names)];
        });
        var (k, d) = (centroids.Length, points[0].Length);
        return () =>
        {
            var sums = sum();
            return Enumerable.Range(0, k).Select(j => Enumerable.Range(j * d, d).Select(i => sums[i] / sums[(k * d) + i]).ToArray()).ToArray();
        };
    }

    private static Func<double[]> Ready(double[][] points, double[][] centroids, Func<ExprNode, string[], IReadOnlyList<ExprNode>> outputs)
    {
        var d = points[0].Length;
        var (columns, names) = (Formula.Names("p", d), Formula.Names("c", centroids.Length * d));
        var p = Formula.Variables(columns);
        var distances = Formula.Variables(names).Chunk(d).Select(c => c.Select((ci, i) => Formula.Square(p[i] - ci)).Sum());
        var compiled = CompiledExpression.Compile(outputs(distances.Aggregate(ExprNode.Min).Tidy(), names), [.. columns, .. names]);
        ReadOnlyMemory<double>[] inputs = [.. Formula.Columns(points), .. Formula.Singles(centroids.SelectMany(static centroid => centroid))];
        return () => compiled.SumRows(inputs);
    }
}
