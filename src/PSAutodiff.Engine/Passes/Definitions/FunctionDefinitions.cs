using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Passes.Definitions;

/// <summary>
/// Definitions that take the places of functions, and derivatives of the definitions those of the functions' derivatives. Definitions may use
/// one another, but not in a circle.
/// </summary>
internal sealed class FunctionDefinitions
{
    private readonly Dictionary<string, FunctionDefinition> _definitions = new(StringComparer.Ordinal);
    private readonly Dictionary<UnknownFunction, FunctionDefinition> _derivatives = [];
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly CancellationToken _cancellation;

    /// <summary>Puts the definitions into each other.</summary>
    /// <exception cref="AutodiffException">A definition needs itself, or uses a function with another number of arguments.</exception>
    public FunctionDefinitions(IReadOnlyList<FunctionDefinition> definitions, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        foreach (var definition in InOrder(definitions)) _definitions.Add(definition.Name, definition with { Body = Resolve(definition.Body) });
    }

    /// <summary>The names of the functions that are defined.</summary>
    public IReadOnlyCollection<string> Names => _definitions.Keys;

    /// <summary>Those of them that took no function's place so far, in no expression and no other definition.</summary>
    public IEnumerable<string> Unused => _definitions.Keys.Where(name => !_used.Contains(name));

    /// <summary>The expression with definitions in the places of functions.</summary>
    /// <exception cref="AutodiffException">A definition takes another number of arguments than its function has.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ExprNode Resolve(ExprNode expression)
    {
        var (graph, root) = expression.Flatten(_cancellation);
        if (graph.Functions is null) return expression;
        var reachable = graph.Reachable([root]);
        var builder = new GraphBuilder(reachable.Length) { Cancellation = _cancellation };
        var map = new int[reachable.Length];
        for (var id = 0; id < map.Length; id++)
        {
            if (!reachable[id]) continue;
            map[id] = graph.OperationOf(id) is UnknownFunction function && DefinitionOf(function) is { } definition
                ? PutIn(builder, definition, [.. Enumerable.Range(0, function.Arity).Select(i => map[graph.Argument(id, i)])])
                : builder.Copy(graph, id, map);
        }

        return builder.Build(map[root]).Nodes()[0];
    }

    /// <summary>The definitions, each after those that it needs.</summary>
    private static List<FunctionDefinition> InOrder(IReadOnlyList<FunctionDefinition> definitions)
    {
        var left = definitions.ToDictionary(static definition => definition.Name, StringComparer.Ordinal);
        var ordered = new List<FunctionDefinition>();
        var stack = new Stack<FunctionDefinition>();
        var started = new HashSet<string>(StringComparer.Ordinal);
        foreach (var definition in definitions)
        {
            stack.Push(definition);
            while (stack.TryPeek(out var top))
            {
                if (!left.ContainsKey(top.Name))
                {
                    stack.Pop();
                }
                else if (started.Add(top.Name))
                {
                    foreach (var name in top.Body.Functions)
                    {
                        if (!left.TryGetValue(name, out var needed)) continue;
                        if (started.Contains(name)) throw Circle(stack.Where(definition => started.Contains(definition.Name) && left.ContainsKey(definition.Name)), needed);
                        stack.Push(needed);
                    }
                }
                else
                {
                    stack.Pop();
                    left.Remove(top.Name);
                    ordered.Add(top);
                }
            }
        }

        return ordered;
    }

    private static AutodiffException Circle(IEnumerable<FunctionDefinition> open, FunctionDefinition again)
    {
        // Those that wait for one another; one that stands twice waits where it was taken up.
        string[] path = [.. open.Select(static definition => definition.Name).Distinct(StringComparer.Ordinal).Reverse()];
        return new AutodiffException(ErrorIds.FunctionInvalid, $"The definition of '{again.Name}' needs itself: {string.Join(" -> ", [.. path[Array.IndexOf(path, again.Name)..], again.Name])}. A function cannot be defined by itself.");
    }

    /// <summary>The definition of a function, differentiated as often as it is; null for none.</summary>
    private FunctionDefinition? DefinitionOf(UnknownFunction function)
    {
        if (!_definitions.TryGetValue(function.Function, out var definition)) return null;
        _used.Add(function.Function);
        if (_derivatives.TryGetValue(function, out var derivative)) return derivative;
        var parameters = definition.Parameters;
        if (parameters.Count != function.Arity)
        {
            throw new AutodiffException(ErrorIds.ArgumentCount, $"The function '{function.Function}' has {UnknownFunction.CountOf(function.Arity)} in the expression and {parameters.Count} in its definition '{definition}'.");
        }

        derivative = definition;
        for (var i = 0; i < parameters.Count; i++)
        {
            for (var order = 0; order < function.Orders[i]; order++) derivative = derivative with { Body = Derivative(derivative.Body, parameters[i]) };
        }

        _derivatives.Add(function, derivative);
        return derivative;
    }

    private ExprNode Derivative(ExprNode body, string parameter) =>
        ExprNode.Simplify([.. body.Differentiate([parameter], DifferentiationMode.Auto, _cancellation)], SimplificationRule.Textbook, _cancellation).Nodes[0];

    private static int PutIn(GraphBuilder builder, FunctionDefinition definition, int[] arguments)
    {
        var (graph, root) = definition.Body.Flatten(builder.Cancellation);
        var needed = graph.Reachable([root]);
        var places = new NamePlaces(definition.Parameters);
        var map = new int[needed.Length];
        for (var id = 0; id < map.Length; id++)
        {
            if (!needed[id]) continue;
            map[id] = graph.IsVariable(id) && places.TryGetValue(graph.NameOf(id), out var place) ? arguments[place] : builder.Copy(graph, id, map);
        }

        return map[root];
    }
}
