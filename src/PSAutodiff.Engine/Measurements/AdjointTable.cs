using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Passes.Differentiation;
using PSAutodiff.Passes.Simplification;

namespace PSAutodiff.Measurements;

/// <summary>
/// All nodes of an expression with their values and adjoints, compiled. Values are those of the expression as it is written. Adjoints are
/// simplified by Stable; those of variables are the numbers that every gradient has.
/// </summary>
internal sealed class AdjointTable
{
    private const int NoAdjoint = -1;

    private readonly Graph _graph;

    // The nodes that the expression needs, in order, and the index of each by its id.
    private readonly int[] _ids;
    private readonly int[] _indices;
    private readonly CompiledExpression _values;
    private readonly CompiledExpression _adjoints;

    // By index: the place among the compiled adjoints.
    private readonly int[] _places;

    private AdjointTable(Graph graph, int[] ids, int[] indices, int[] places, CompiledExpression values, CompiledExpression adjoints) =>
        (_graph, _ids, _indices, _places, _values, _adjoints) = (graph, ids, indices, places, values, adjoints);

    /// <summary>The variables that need values, in the order in which they are given.</summary>
    public IReadOnlyList<string> Variables => _values.Variables;

    /// <summary>Prepares the table of an expression.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static AdjointTable Of(ExprNode expression, CancellationToken cancellation)
    {
        var flat = ExprNode.Flatten([expression], cancellation);
        flat.RequireNumbers("The table of adjoints");
        var (graph, root) = (flat.Graph, flat.Roots[0]);
        var reachable = flat.Reachable();
        graph.RequireDefinitions(reachable);
        var ids = Enumerable.Range(0, reachable.Length).Where(id => reachable[id]).ToArray();
        var indices = new int[reachable.Length];
        for (var i = 0; i < ids.Length; i++) indices[ids[i]] = i;

        var variables = graph.VariablesOf(flat.Roots);
        var order = new NamePlaces(variables);
        var builder = ExprNode.Extend(flat, cancellation);
        var (isFolded, _, _) = graph.Fold(reachable);
        var adjoints = ReverseMode.Adjoints(builder, root, [.. reachable.Select((needed, id) => needed && !isFolded[id])]);
        var zero = builder.Constant(0);
        var places = new int[ids.Length];
        var roots = new List<int>();
        for (var i = 0; i < ids.Length; i++)
        {
            var id = ids[i];
            if (isFolded[id])
            {
                places[i] = NoAdjoint;
                continue;
            }

            places[i] = graph.IsVariable(id) ? order[graph.NameOf(id)] : variables.Length + roots.Count;
            if (!graph.IsVariable(id)) roots.Add(adjoints[id] == Graph.None ? zero : adjoints[id]);
        }

        var inner = Simplifier.Simplify(builder.Build([.. roots]), SimplificationRule.Stable, cancellation: cancellation).Output;
        var gradient = NumericDerivatives.Of(expression, variables, cancellation: cancellation).Gradient;
        return new AdjointTable(
            graph,
            ids,
            indices,
            places,
            CompiledExpression.Compile(flat with { Roots = ids }, variables, cancellation),
            CompiledExpression.Compile([.. gradient.Nodes(), .. inner.Nodes()], variables, cancellation));
    }

    /// <summary>The nodes at a point, in the order of their indices; each is made as it is asked for.</summary>
    /// <param name="point">Values of <see cref="Variables"/>, in order.</param>
    public IEnumerable<NodeAdjoint> Measure(double[] point)
    {
        var values = new double[_values.OutputCount];
        var adjoints = new double[_adjoints.OutputCount];
        _values.Evaluate(point, values);
        if (adjoints.Length > 0) _adjoints.Evaluate(point, adjoints);
        for (var i = 0; i < _ids.Length; i++)
        {
            var id = _ids[i];
            var operation = _graph.OperationOf(id);
            var arguments = new int[operation.Arity];
            for (var k = 0; k < arguments.Length; k++) arguments[k] = _indices[_graph.Argument(id, k)];
            yield return new NodeAdjoint(i, operation.Name, arguments, _graph.Node(id), values[i], _places[i] == NoAdjoint ? null : adjoints[_places[i]]);
        }
    }
}
