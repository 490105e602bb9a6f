using System.Management.Automation;

namespace PSAutodiff.Converters;

/// <summary>
/// Names that look like numbers and are variables: e, PI, inf, nan. Where a variable needs a value, the error about the missing one says
/// so; where it does not, nobody would notice.
/// </summary>
internal static class MistakenNames
{
    /// <summary>What to write instead of a variable of this name, if it was meant for a number; null for other names.</summary>
    public static string? AdviceFor(string variable) =>
        IsEuler(variable) ? "If the number 2.718... is meant, write exp(1), and exp(x) for its powers." :
        IsPi(variable) ? "The number 3.14159... is written pi." :
        IsNotFinite(variable) ? "Infinities and NaN have no name in expressions." :
        null;

    /// <summary>What is probably wrong with an expression that was just written.</summary>
    /// <param name="value">What a parameter was given: nodes have been looked at before.</param>
    /// <param name="node">The expression that it is.</param>
    public static IEnumerable<string> Warnings(object? value, ExprNode node)
    {
        if (Conversions.Unwrap(value) is not (string or ScriptBlock)) yield break;
        foreach (var name in node.Variables)
        {
            if (IsEuler(name) ? IsBase(node, name, ofConstants: false) : AdviceFor(name) is not null) yield return $"'{name}' is a variable here. {AdviceFor(name)}";
        }
    }

    /// <summary>Whether a name that would be trained was probably meant for a number.</summary>
    public static bool IsSuspectedParameter(ExprNode loss, string parameter)
    {
        if (!IsEuler(parameter)) return AdviceFor(parameter) is not null;
        // The last of a, b, c, d, e is one of them.
        var before = parameter == "e" ? "d" : "D";
        return !loss.Variables.Contains(before, StringComparer.Ordinal) || IsBase(loss, parameter, ofConstants: true);
    }

    private static bool IsEuler(string name) => name is "e" or "E";

    // Exactly so it is written in braces, and meant.
    private static bool IsPi(string name) => name != "pi" && name.Equals("pi", StringComparison.OrdinalIgnoreCase);

    private static bool IsNotFinite(string name) =>
        name.Equals("inf", StringComparison.OrdinalIgnoreCase) || name.Equals("infinity", StringComparison.OrdinalIgnoreCase) || name.Equals("nan", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a variable is the base of a power. A constant exponent, as in 1 - e^2, says little.</summary>
    private static bool IsBase(ExprNode node, string name, bool ofConstants)
    {
        var (graph, root) = node.Flatten();
        var reachable = graph.Reachable([root]);
        for (var id = 0; id < reachable.Length; id++)
        {
            if (!reachable[id] || graph.OperationOf(id) is not PowOperation) continue;
            if (graph.IsVariable(graph.X(id)) && graph.NameOf(graph.X(id)) == name && (ofConstants || !graph.IsConstant(graph.Y(id)))) return true;
        }

        return false;
    }
}
