using PSAutodiff.Core;

namespace PSAutodiff.Measurements;

/// <summary>The values of all nodes of a graph of numbers at a point.</summary>
internal static class PointValues
{
    /// <summary>Goes through the graph once, in its order.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="root">The result.</param>
    /// <param name="at">A value for every variable that the result needs.</param>
    /// <returns>By node id, up to the result; NaN for nodes that it does not need.</returns>
    public static double[] Compute(Graph graph, int root, IReadOnlyDictionary<string, double> at)
    {
        var reachable = graph.Reachable([root]);
        var values = new double[root + 1];
        Array.Fill(values, double.NaN);
        for (var id = 0; id <= root; id++)
        {
            if (!reachable[id]) continue;
            values[id] =
                graph.IsConstant(id) ? graph.ConstantOf(id) :
                graph.IsVariable(id) ? at[graph.NameOf(id)] :
                graph.OperationOf(id).Evaluate(ValueOf(graph.X(id)), ValueOf(graph.Y(id)), ValueOf(graph.Z(id)));
        }

        return values;

        double ValueOf(int argument) => argument == Graph.None ? 0 : values[argument];
    }
}
