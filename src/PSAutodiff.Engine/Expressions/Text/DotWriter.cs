using System.Globalization;
using System.Text;

namespace PSAutodiff.Expressions.Text;

/// <summary>
/// Writes an expression as a directed graph for Graphviz: an arrow from each argument to its user, so that leaves come on top and the
/// result at the bottom; shared parts once.
/// </summary>
internal static class DotWriter
{
    public static string Write(ExprNode node, CancellationToken cancellation = default)
    {
        var (graph, root) = node.Flatten(cancellation);
        var numbers = new int[root + 1];
        var count = 0;

        // Arrows that come in keep the order of the arguments.
        var text = new StringBuilder("digraph expression {\n    graph [ordering=in]\n    node [shape=circle]\n");
        foreach (var id in WritingOrder.Of(graph, [root], cancellation))
        {
            // An axis or sizes stand at the operation that has them.
            if (graph.IsIndex(id)) continue;
            var number = numbers[id] = count++;
            var style =
                graph.IsConstant(id) || graph.IsArray(id) ? ", shape=plaintext" :
                graph.IsVariable(id) ? ", shape=box" :
                string.Empty;
            var label = NodeLabel.Of(graph, id, quoted: false);
            if (id == root) style += ", peripheries=2";
            text.Append(CultureInfo.InvariantCulture, $"    n{number} [label=\"{Escape(label)}\"{style}]\n");
            if (graph.IsLeaf(id)) continue;
            for (var i = 0; i < graph.OperationOf(id).ExpressionCount; i++)
            {
                text.Append(CultureInfo.InvariantCulture, $"    n{numbers[graph.Argument(id, i)]} -> n{number}\n");
            }
        }

        return text.Append("}\n").ToString();
    }

    private static string Escape(string label) =>
        label.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
