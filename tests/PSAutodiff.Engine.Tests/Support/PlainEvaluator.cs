using PSAutodiff.Core;

namespace PSAutodiff.Tests;

/// <summary>The simplest possible evaluation, node by node: what every faster way has to agree with.</summary>
internal static class PlainEvaluator
{
    public static double Evaluate(ExprNode node, IReadOnlyDictionary<string, double> at)
    {
        var (graph, root) = node.Flatten();
        return Evaluate(graph, root, at);
    }

    public static double Evaluate(Graph graph, int root, IReadOnlyDictionary<string, double> at) => Evaluate(graph, [root], name => at[name])[0];

    public static double[] Evaluate(Graph graph, int[] roots, Func<string, double> valueOf)
    {
        var reachable = graph.Reachable(roots);
        var values = new double[reachable.Length];
        for (var id = 0; id < values.Length; id++)
        {
            if (!reachable[id]) continue;
            values[id] =
                graph.IsConstant(id) ? graph.ConstantOf(id) :
                graph.IsVariable(id) ? valueOf(graph.NameOf(id)) :
                graph.OperationOf(id).Evaluate(
                    values[graph.X(id)],
                    graph.Y(id) < 0 ? double.NaN : values[graph.Y(id)],
                    graph.Z(id) < 0 ? double.NaN : values[graph.Z(id)]);
        }

        return Array.ConvertAll(roots, root => values[root]);
    }

    /// <summary>The value at a point given as an anonymous list: <c>At(("x", 2), ("y", 3))</c>.</summary>
    public static double At(this ExprNode node, params (string Name, double Value)[] point) =>
        Evaluate(node, point.ToDictionary(static p => p.Name, static p => p.Value));
}
