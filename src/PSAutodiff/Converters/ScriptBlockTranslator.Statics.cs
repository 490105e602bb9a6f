using System.Collections;
using System.Management.Automation.Language;
using System.Reflection;

namespace PSAutodiff.Converters;

/// <content>Static methods of nodes that make nodes of nodes and whole numbers: <c>[PSAutodiff.ExprNode]::Concat($a, $b)</c>.</content>
internal static partial class ScriptBlockTranslator
{
    private static ILookup<string, MethodInfo>? _nodeMethods;

    // With several of a name, the one that takes any number of arguments comes last.
    private static ILookup<string, MethodInfo> NodeMethods => _nodeMethods ??= typeof(ExprNode)
        .GetMethods(BindingFlags.Public | BindingFlags.Static)
        .Where(static method => !method.IsSpecialName && method.ReturnType == typeof(ExprNode) && method.GetParameters().All(static parameter => IsNode(parameter) || IsNumber(parameter)))
        .OrderBy(static method => method.GetParameters().Any(static parameter => parameter.ParameterType.IsArray))
        .ToLookup(static method => method.Name, StringComparer.OrdinalIgnoreCase);

    private static bool IsExprNode(ExpressionAst expression) =>
        expression is TypeExpressionAst type
        && (type.TypeName.FullName.Equals(nameof(ExprNode), StringComparison.OrdinalIgnoreCase)
            || type.TypeName.FullName.Equals(typeof(ExprNode).FullName, StringComparison.OrdinalIgnoreCase));

    private static void CallNodeMethod(Work work, InvokeMemberExpressionAst call)
    {
        if (GenericTypeArguments?.GetValue(call) is ICollection { Count: > 0 }) throw Refused(call);
        var name = NameOf(call);
        if (!NodeMethods.Contains(name))
        {
            var known = string.Join(", ", NodeMethods.Select(static methods => methods.Key).Order(StringComparer.Ordinal));
            throw new AutodiffException(ErrorIds.OperationUnknown, $"{Place(call)}: [ExprNode]::{name} does not make an expression of expressions. These do: {known}.");
        }

        Ast[] arguments = [.. call.Arguments ?? Enumerable.Empty<Ast>()];
        var method = NodeMethods[name].FirstOrDefault(method => Takes(method.GetParameters(), arguments.Length));
        if (method is null) throw new AutodiffException(ErrorIds.ArgumentCount, $"{Place(call)}: [ExprNode]::{name}() does not take {arguments.Length} argument{(arguments.Length == 1 ? string.Empty : "s")}. It is called as {string.Join(" or ", NodeMethods[name].Select(Shown))}.");

        // Whole numbers are read here, nodes before the call.
        var parameters = method.GetParameters();
        var values = new object?[parameters.Length];
        var nodes = new List<Ast>();
        var next = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var given = parameters[i].ParameterType.IsArray ? arguments[next..] : arguments[next..Math.Min(next + 1, arguments.Length)];
            next += given.Length;
            if (IsNode(parameters[i])) nodes.AddRange(given);
            else if (given.Length == 0) values[i] = parameters[i].DefaultValue;
            else values[i] = parameters[i].ParameterType.IsArray ? Array.ConvertAll(given, WholeNumber) : WholeNumber(given[0]);
        }

        work.Apply(
            parts =>
            {
                var rest = 0;
                for (var i = 0; i < values.Length; i++)
                {
                    if (!IsNode(parameters[i])) continue;
                    values[i] = parameters[i].ParameterType.IsArray ? parts[rest..] : parts[rest++];
                }

                return (ExprNode)method.Invoke(null, BindingFlags.DoNotWrapExceptions, null, values, null)!;
            },
            call,
            [.. nodes]);
    }

    private static bool Takes(ParameterInfo[] parameters, int count) =>
        parameters is [.., { ParameterType.IsArray: true }] ? count >= parameters.Length
        : count <= parameters.Length && count >= parameters.Count(static parameter => !parameter.HasDefaultValue);

    private static bool IsNode(ParameterInfo parameter) => parameter.ParameterType == typeof(ExprNode) || parameter.ParameterType == typeof(ExprNode[]);

    private static bool IsNumber(ParameterInfo parameter) => parameter.ParameterType == typeof(long) || parameter.ParameterType == typeof(long[]);

    private static string Shown(MethodInfo method) =>
        $"{method.Name}({string.Join(", ", method.GetParameters().Select(static parameter => parameter.Name + (parameter.ParameterType.IsArray ? ", ..." : string.Empty)))})";
}
