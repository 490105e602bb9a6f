using System.Text.Json.Serialization;
using PSAutodiff.Core;

namespace PSAutodiff;

/// <summary>How large an expression is and what one evaluation of it costs.</summary>
public sealed class ExpressionCost
{
    [JsonConstructor]
    private ExpressionCost(int nodes, double writtenOutSize, int depth, int operations, int constants, int variables)
    {
        Nodes = nodes;
        WrittenOutSize = writtenOutSize;
        Depth = depth;
        Operations = operations;
        Constants = constants;
        Variables = variables;
    }

    /// <summary>Distinct nodes, constants and variables included.</summary>
    public int Nodes { get; }

    /// <summary>Number of nodes with shared parts counted each time they are used; infinite beyond 1.8e308.</summary>
    public double WrittenOutSize { get; }

    /// <summary>Nodes on the longest way from the expression to a leaf.</summary>
    public int Depth { get; }

    /// <summary>Operations of one evaluation, after shared parts are merged and constants folded.</summary>
    public int Operations { get; }

    /// <summary>Distinct constants.</summary>
    public int Constants { get; }

    /// <summary>Variables.</summary>
    public int Variables { get; }

    /// <summary>Measures expressions that are evaluated together; depth is that of the deepest.</summary>
    internal static ExpressionCost Of(IReadOnlyList<ExprNode> expressions, int operations)
    {
        var (graph, roots) = ExprNode.Flatten(expressions);
        var reachable = graph.Reachable(roots);
        var sizes = new double[reachable.Length];
        int nodes = 0, constants = 0, variables = 0;
        for (var id = 0; id < sizes.Length; id++)
        {
            if (!reachable[id]) continue;
            nodes++;
            sizes[id] = 1;
            if (graph.IsConstant(id)) constants++;
            else if (graph.IsVariable(id)) variables++;
            else sizes[id] += Size(graph.X(id)) + Size(graph.Y(id)) + Size(graph.Z(id));
        }

        return new ExpressionCost(nodes, roots.Sum(Size), roots.Max(graph.DepthOf), operations, constants, variables);

        double Size(int id) => id == Graph.None ? 0 : sizes[id];
    }

    /// <summary>The numbers of nodes and operations in a line.</summary>
    public override string ToString() => FormattableString.Invariant($"{Nodes} nodes, {Operations} operations");
}
