using PSAutodiff.Graphs;

namespace PSAutodiff;

/// <content>Replacement of variables.</content>
public sealed partial class ExprNode
{
    /// <summary>The expression with some variables replaced, all at once: what is put in is not searched again.</summary>
    /// <param name="replacements">Names of variables and what takes their place.</param>
    public ExprNode Resolve(IReadOnlyDictionary<string, ExprNode> replacements)
    {
        ArgumentNullException.ThrowIfNull(replacements);
        var (graph, root) = Flatten();
        var reachable = graph.Reachable([root]);
        var builder = new GraphBuilder(reachable.Length);
        var importer = new GraphImporter(builder);
        var map = new int[reachable.Length];
        for (var id = 0; id < map.Length; id++)
        {
            if (!reachable[id]) continue;
            if (graph.IsConstant(id))
            {
                map[id] = builder.Constant(graph.ConstantOf(id));
            }
            else if (graph.IsVariable(id))
            {
                var name = graph.NameOf(id);
                map[id] = replacements.TryGetValue(name, out var replacement) ? importer.Import(replacement) : builder.Variable(name);
            }
            else
            {
                var (y, z) = (graph.Y(id), graph.Z(id));
                map[id] = builder.Apply(graph.OperationOf(id), map[graph.X(id)], y < 0 ? y : map[y], z < 0 ? z : map[z]);
            }
        }

        return builder.Build().Node(map[root]);
    }
}
