using PSAutodiff.Expressions;
using PSAutodiff.Expressions.Text;

namespace PSAutodiff.Passes.Definitions;

/// <summary>What a function is: an expression in its parameters, which may have other variables too.</summary>
/// <param name="Name">The function.</param>
/// <param name="Parameters">Its parameters, in order.</param>
/// <param name="Body">The expression.</param>
internal sealed record FunctionDefinition(string Name, IReadOnlyList<string> Parameters, ExprNode Body)
{
    private const string Arrow = "=>";

    private static readonly string[] UsualParameters = ["x", "y", "z"];

    /// <summary>Reads a definition from text: <c>z => tanh(z)</c>, <c>(x, y) => x*y</c>, or the name of an operation.</summary>
    /// <param name="name">The function.</param>
    /// <param name="text">The text.</param>
    /// <param name="functions">Names of functions without definitions that the text need not declare.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">It is not a definition.</exception>
    public static FunctionDefinition Parse(string name, string text, IEnumerable<string> functions, CancellationToken cancellation)
    {
        CheckName(name);
        var arrow = text.IndexOf(Arrow, StringComparison.Ordinal);
        if (arrow >= 0)
        {
            var head = text[..arrow].Trim();
            if (head.StartsWith('(') && head.EndsWith(')')) head = head[1..^1];
            return Of(name, [.. head.Split(',').Select(static parameter => parameter.Trim())], ReadBody(name, text[(arrow + Arrow.Length)..], functions, cancellation));
        }

        if (NamedFunction.TryFind(text.Trim()) is { } operation && Enumerable.Range(1, UnknownFunction.MostArguments).FirstOrDefault(operation.TakesNumbers) is var count and > 0)
        {
            string[] parameters = [.. UsualParameters.Take(count)];
            return Of(name, parameters, operation.Apply(Array.ConvertAll(parameters, ExprNode.Variable)));
        }

        throw new AutodiffException(ErrorIds.FunctionInvalid, $"'{text}' is not a definition of the function '{name}', since it does not name the argument. Write, for example, 'z => tanh(z)' or '(x, y) => x*y', or the name of an operation.");
    }

    /// <summary>A definition by its parts.</summary>
    /// <exception cref="AutodiffException">The name or the parameters are wrong.</exception>
    public static FunctionDefinition Of(string name, IReadOnlyList<string> parameters, ExprNode body)
    {
        CheckName(name);
        if (parameters.Count > UnknownFunction.MostArguments) throw new AutodiffException(ErrorIds.FunctionInvalid, $"The definition of '{name}' has {parameters.Count} parameters. A function takes at most {UnknownFunction.MostArguments}.");
        foreach (var parameter in parameters)
        {
            if (!UnknownFunction.IsValidName(parameter)) throw new AutodiffException(ErrorIds.FunctionInvalid, $"'{parameter}' cannot be a parameter in the definition of '{name}'. Write 'z => ...' or '(x, y) => ...'.");
        }

        return parameters.Distinct(StringComparer.Ordinal).Count() == parameters.Count
            ? new FunctionDefinition(name, parameters, body)
            : throw new AutodiffException(ErrorIds.FunctionInvalid, $"The definition of '{name}' names a parameter twice: ({string.Join(", ", parameters)}).");
    }

    /// <summary>The definition as text.</summary>
    public override string ToString() => $"{(Parameters.Count == 1 ? Parameters[0] : $"({string.Join(", ", Parameters)})")} => {ExprText.Formula(Body)}";

    private static void CheckName(string name)
    {
        if (NamedFunction.DeclarationProblem(name) is { } problem) throw new AutodiffException(ErrorIds.FunctionInvalid, problem + ".");
    }

    private static ExprNode ReadBody(string name, string text, IEnumerable<string> functions, CancellationToken cancellation)
    {
        try
        {
            return ExprNode.Parse(text, functions, null, cancellation);
        }
        catch (AutodiffException exception)
        {
            throw exception.Within($"The definition of '{name}' is not an expression.");
        }
    }
}
