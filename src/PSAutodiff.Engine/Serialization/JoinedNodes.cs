using PSAutodiff.Passes.Differentiation;

namespace PSAutodiff.Serialization;

/// <summary>
/// The nodes of an object that holds several, as arguments of one expression, so that their text writes what they share once.
/// </summary>
/// <param name="Variables">The variables of the object.</param>
/// <param name="Rows">The number of gradients.</param>
/// <param name="Nodes">The nodes in the order of <see cref="DerivativeObjects.NodesOf"/>: the first, then all others, as a chain.</param>
internal sealed record JoinedNodes(IReadOnlyList<string> Variables, int Rows, ExprNode Nodes)
{
    // Any operation of two arguments that is written as a call.
    private static readonly Operation Link = OperationOf<LessOperation>.Instance;

    /// <summary>What a gradient, Hessian or Jacobian holds.</summary>
    public static JoinedNodes Of(object value)
    {
        var (variables, rows) = value switch
        {
            ExprHessian hessian => (hessian.Variables, 1),
            ExprJacobian jacobian => (jacobian.Variables, jacobian.Rows.Count),
            _ => (((ExprGradient)value).Variables, 1),
        };
        var nodes = DerivativeObjects.NodesOf(value)!;
        var chain = nodes[^1];
        for (var i = nodes.Count - 2; i >= 0; i--) chain = ExprNode.Apply(Link, nodes[i], chain, null);
        return new JoinedNodes(variables, rows, chain);
    }

    /// <summary>The object again.</summary>
    /// <param name="type">Its type.</param>
    /// <exception cref="FormatException">The numbers of nodes and variables do not suit each other.</exception>
    public object ToObject(Type type)
    {
        if (Variables.Distinct(StringComparer.Ordinal).Count() != Variables.Count) throw new FormatException("A variable is named twice.");
        var size = (long)Variables.Count;
        var nodes = Split(type == typeof(ExprHessian) ? 1 + size + (size * size) : Math.Max(1, Rows) * (1 + size));
        if (type == typeof(ExprHessian)) return DerivativeObjects.Hessian(Variables, nodes);
        var rows = nodes.Chunk(1 + Variables.Count).Select(row => new ExprGradient(row[0], Variables, row[1..])).ToArray();
        return type == typeof(ExprJacobian) ? new ExprJacobian(Variables, rows) : rows[0];
    }

    private ExprNode[] Split(long count)
    {
        var (graph, id) = Nodes.Flatten();
        var nodes = new List<ExprNode>();

        // Equal nodes are one, as they were.
        var made = new Dictionary<int, ExprNode>();
        for (var rest = count; rest > 0; rest--)
        {
            if (rest > 1 && graph.OperationOf(id) != Link) throw new FormatException("There are fewer nodes than the variables need.");
            var part = rest > 1 ? graph.X(id) : id;
            if (!made.TryGetValue(part, out var node)) made.Add(part, node = graph.Node(part));
            nodes.Add(node);
            if (rest > 1) id = graph.Y(id);
        }

        return [.. nodes];
    }
}
