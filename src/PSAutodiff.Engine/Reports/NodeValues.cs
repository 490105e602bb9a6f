using PSAutodiff.Core;
using PSAutodiff.Measurements;
using PSAutodiff.Passes.Differentiation;

namespace PSAutodiff.Reports;

/// <summary>The value of every node of a graph at a point, and the derivative of the result with respect to it.</summary>
internal sealed class NodeValues
{
    private static readonly string[] ArgumentNames = ["x", "y", "z"];

    private readonly double[] _partials;

    private NodeValues(double[] values, double[] adjoints, double[] partials) => (Values, Adjoints, _partials) = (values, adjoints, partials);

    /// <summary>By node id; NaN for nodes that the result does not need.</summary>
    public double[] Values { get; }

    /// <summary>By node id; 0 where the result does not depend on the node.</summary>
    public double[] Adjoints { get; }

    /// <summary>The derivative of a node with respect to one of its arguments: what its adjoint is multiplied by on the way back. 0 where nothing is passed back.</summary>
    public double Partial(int id, int argument) => _partials[(id * ArgumentNames.Length) + argument];

    /// <summary>Goes through the graph once up and once down (Griewank and Walther, "Evaluating Derivatives", 2nd ed., section 3.2).</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="root">The result.</param>
    /// <param name="at">A value for every variable that the result needs.</param>
    public static NodeValues Compute(Graph graph, int root, IReadOnlyDictionary<string, double> at)
    {
        var reachable = graph.Reachable([root]);
        var values = PointValues.Compute(graph, root, at);
        var adjoints = new double[root + 1];
        adjoints[root] = 1;
        var allPartials = new double[(root + 1) * ArgumentNames.Length];
        var partials = new Dictionary<Operation, CompiledExpression>();
        Span<double> arguments = stackalloc double[3];
        Span<double> results = stackalloc double[3];
        for (var id = root; id >= 0; id--)
        {
            if (!reachable[id] || graph.IsLeaf(id) || adjoints[id] == 0) continue;
            var operation = graph.OperationOf(id);
            if (!partials.TryGetValue(operation, out var compiled)) partials.Add(operation, compiled = PartialsOf(operation));
            for (var i = 0; i < operation.Arity; i++) arguments[i] = values[graph.Argument(id, i)];
            compiled.Evaluate(arguments[..operation.Arity], results[..operation.Arity]);
            for (var i = 0; i < operation.Arity; i++)
            {
                allPartials[(id * ArgumentNames.Length) + i] = results[i];

                // A branch not taken passes nothing on, not even 0 times infinity.
                if (results[i] != 0) adjoints[graph.Argument(id, i)] += adjoints[id] * results[i];
            }
        }

        return new NodeValues(values, adjoints, allPartials);
    }

    private static CompiledExpression PartialsOf(Operation operation)
    {
        var names = ArgumentNames[..operation.Arity];
        var builder = new GraphBuilder();
        var ids = Array.ConvertAll(names, builder.Variable);
        var root = builder.Apply(operation, ids[0], ids.Length > 1 ? ids[1] : Graph.None, ids.Length > 2 ? ids[2] : Graph.None);
        var derivatives = ReverseMode.Differentiate(builder, root, names);
        return CompiledExpression.Compile(builder.Build(derivatives), names);
    }
}
