using System.Text.Json;

namespace PSAutodiff.GradBench.Evals;

/// <summary>kmeans: over rows of points, the squared distance to the closest of the centroids; and Newton's direction to its minimum.</summary>
internal static class KMeans
{
    public static Func<object> Cost(JsonElement input) => Formula.OverRows(input, [Function(input)], "points", "centroids").Number();

    public static Func<object> Direction(JsonElement input)
    {
        // The Hessian has nothing beside its diagonal, so the gradient of the gradient's sum is that diagonal.
        var gradient = Function(input).Differentiate("centroids");
        var sums = Formula.OverRows(input, [gradient, gradient.Sum().Differentiate("centroids")], "points", "centroids");
        return () => sums() is var all ? all.Take(all.Length / 2).Zip(all.Skip(all.Length / 2), static (slope, curve) => slope / curve).Chunk(input.Width("points")) : [];
    }

    private static ExprNode Function(JsonElement input) => Formula.Read(
        $"points: [{input.Width("points")}]; centroids: [{input.Count("centroids")}, {input.Width("points")}]; points @ points + min(sum(centroids^2, axis=1) - 2 * (centroids @ points))");
}
