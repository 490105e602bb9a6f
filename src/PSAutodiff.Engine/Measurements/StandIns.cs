using PSAutodiff.Core;
using PSAutodiff.Passes.Definitions;

namespace PSAutodiff.Measurements;

/// <summary>
/// Definitions in the places of functions that have none. Expressions that differ with them are not equal for all functions; from others
/// nothing follows.
/// </summary>
internal static class StandIns
{
    // Derivatives of higher orders are long.
    private const int HighestOrder = 5;

    // Smooth and above 0, with derivatives that are nowhere all 0; k makes functions of one number of arguments different ones.
    private static readonly (string[] Parameters, string Body)[] Definitions =
    [
        (["x"], "exp(sin(x + k) / 2)"),
        (["x", "y"], "exp(sin(x + 2*y + x*y + k) / 2)"),
        (["x", "y", "z"], "exp(sin(x + 2*y + 3*z + x*y*z + k) / 2)"),
    ];

    /// <summary>Puts definitions into expressions.</summary>
    /// <param name="input">The expressions.</param>
    /// <param name="functions">Their functions without definitions, derivatives too.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>The expressions with definitions, and what these are in words; null where derivatives are of too high an order.</returns>
    public static (RootedGraph Expressions, string Text)? For(RootedGraph input, IReadOnlyList<FreeFunction> functions, CancellationToken cancellation)
    {
        if (functions.Any(static function => ((UnknownFunction)function).Orders.Sum() > HighestOrder)) return null;
        var definitions = functions.DistinctBy(static function => function.Function).OrderBy(static function => function.Function, StringComparer.Ordinal).Select(static (function, k) =>
        {
            var (parameters, body) = Definitions[function.Arity - 1];
            return FunctionDefinition.Of(function.Function, parameters, ExprNode.Parse(body).Resolve(new Dictionary<string, ExprNode> { ["k"] = k }).Simplify());
        }).ToList();
        var resolver = new FunctionDefinitions(definitions, cancellation);
        var expressions = ExprNode.Flatten([.. input.Nodes().Select(resolver.Resolve)], cancellation);
        return (expressions, string.Join("; ", definitions.Select(static definition => $"{definition.Name} = {definition}")));
    }
}
