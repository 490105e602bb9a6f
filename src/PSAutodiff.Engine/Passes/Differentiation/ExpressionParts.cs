using PSAutodiff.Core;
using PSAutodiff.Expressions.Text;

namespace PSAutodiff.Passes.Differentiation;

/// <summary>
/// Parts of an expression as quantities of their own: the expression with a variable of the same shape in the place of each. Derivatives by these
/// variables, of any order and in any mode, are derivatives by the parts.
/// </summary>
internal sealed class ExpressionParts
{
    private readonly Dictionary<string, ExprNode> _parts;

    private ExpressionParts(ExprNode whole, IReadOnlyList<string> names, Dictionary<string, ExprNode> parts) =>
        (Whole, Names, _parts) = (whole, names, parts);

    /// <summary>The expression with variables in the places of the parts.</summary>
    public ExprNode Whole { get; }

    /// <summary>The names of these variables, in the order of the parts: their texts.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Takes parts out of an expression.</summary>
    /// <param name="whole">The expression.</param>
    /// <param name="parts">Nodes of it other than constants and variables.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">One is not a node of the expression.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ExpressionParts Of(ExprNode whole, IReadOnlyList<ExprNode> parts, CancellationToken cancellation)
    {
        var (graph, roots) = ExprNode.Flatten([whole, .. parts], cancellation);
        var needed = graph.Reachable(roots.AsSpan(0, 1));
        var names = new string[parts.Count];
        var taken = new HashSet<string>(graph.VariablesOf(roots.AsSpan(0, 1)), StringComparer.Ordinal);
        var replaced = new Dictionary<int, string>();
        var byName = new Dictionary<string, ExprNode>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
        {
            var id = roots[i + 1];
            if (id >= needed.Length || !needed[id]) throw NoPart(whole, parts[i]);
            if (replaced.TryGetValue(id, out var name))
            {
                names[i] = name;
                continue;
            }

            name = ExprText.Formula(parts[i]);
            while (!taken.Add(name)) name += "'";
            replaced.Add(id, names[i] = name);
            byName.Add(name, parts[i]);
        }

        var builder = new GraphBuilder(needed.Length) { Cancellation = cancellation };
        var map = new int[needed.Length];
        for (var id = 0; id < map.Length; id++)
        {
            if (needed[id]) map[id] = replaced.TryGetValue(id, out var name) ? builder.Variable(name, graph.ShapeOf(id).Plain()) : builder.Copy(graph, id, map);
        }

        return new ExpressionParts(builder.Build().Node(map[roots[0]]), names, byName);
    }

    /// <summary>An expression of the variables with the parts in their places again.</summary>
    public ExprNode PutBack(ExprNode expression, CancellationToken cancellation) => expression.Resolve(_parts, cancellation);

    /// <summary>Refuses parts that hold one another or one of some variables: what is held fixed would depend on what is varied.</summary>
    /// <exception cref="AutodiffException">One does.</exception>
    public void RequireIndependent(IReadOnlyList<string> variables)
    {
        foreach (var (name, part) in _parts)
        {
            if (part.Variables.FirstOrDefault(variables.Contains) is { } inside)
            {
                throw new AutodiffException(
                    ErrorIds.NodesDependent,
                    $"The node '{name}' depends on the variable '{inside}', so there is no matrix of second derivatives by both. Take nodes and variables that do not depend on each other.");
            }

            // A node holds another where that is one of its own.
            var holder = _parts.FirstOrDefault(other => !ReferenceEquals(other.Value, part) && Holds(other.Value, part));
            if (holder.Key is not null)
            {
                throw new AutodiffException(
                    ErrorIds.NodesDependent,
                    $"The node '{holder.Key}' depends on the node '{name}', so there is no matrix of second derivatives by both. Take nodes that do not depend on each other.");
            }
        }
    }

    private static bool Holds(ExprNode whole, ExprNode part)
    {
        var (graph, roots) = ExprNode.Flatten([whole, part]);
        return roots[1] <= roots[0] && graph.Reachable(roots.AsSpan(0, 1))[roots[1]];
    }

    private static AutodiffException NoPart(ExprNode whole, ExprNode part) => new(
        ErrorIds.NodeNotFound,
        $"The node '{ExprText.Formula(part)}' is not a part of the expression '{ExprText.Formula(whole)}', so there is no derivative by it. Take one of its own nodes, by X, Y, Z or Arguments, or a node that it was built from. Simplifying makes other nodes.");
}
