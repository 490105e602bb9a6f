using System.Text;
using PSAutodiff.Core;
using PSAutodiff.Expressions.Text;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Passes.Differentiation;

namespace PSAutodiff.Passes.Explanation;

/// <summary>The rules of differentiation as a teacher writes them, made from the derivatives of the operations themselves.</summary>
internal static class DifferentiationRule
{
    private static readonly string[] Functions = ["u", "v", "w"];
    private static readonly string[] Constants = ["c", "d", "e"];

    /// <summary>The rule of a variable or constant.</summary>
    public static string OfLeaf(string? variable) => variable is null ? "constant rule: c' = 0" : $"variable rule: {VariableNames.Quote(variable)}' = 1";

    /// <summary>The rule of an operation, for example <c>product rule: (u * v)' = u' * v + u * v'</c>.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="varies">Which arguments are functions of the variable.</param>
    /// <param name="constants">The values of the others where they are numbers, else null.</param>
    /// <param name="shapes">The shapes of the arguments.</param>
    /// <param name="indices">The whole numbers of the last argument, of operations that have them.</param>
    /// <param name="literally">Whether it is the lab's rule.</param>
    public static string Of(Operation operation, ReadOnlySpan<bool> varies, ReadOnlySpan<double?> constants, ReadOnlySpan<Shape> shapes, long[]? indices, bool literally)
    {
        var builder = new GraphBuilder();
        var names = new Dictionary<int, string>();
        Span<int> arguments = [Graph.None, Graph.None, Graph.None];
        var derivatives = new Term[operation.Arity];
        var (functions, others) = (0, 0);
        for (var i = 0; i < derivatives.Length; i++)
        {
            derivatives[i] = Term.None;
            if (varies[i])
            {
                var name = Functions[functions++];
                arguments[i] = builder.Variable(name, shapes[i]);
                derivatives[i] = builder.Term(builder.Variable(name + "'", shapes[i]));
                names.Add(derivatives[i].Id, name + "'");
            }
            else
            {
                arguments[i] =
                    constants[i] is { } value ? builder.Constant(value) :
                    operation.HasIndices && i == derivatives.Length - 1 ? builder.Index(indices!) :
                    builder.Variable(Constants[others++], shapes[i]);
            }
        }

        var function = builder.Term(builder.Apply(operation, arguments[0], arguments[1], arguments[2]));
        var at = Sweep.Locals(builder, function.Id);
        var derivative = Sweep.Tangent(operation, at, derivatives, literally);
        if (!derivative.Exists) derivative = function.Constant(0);
        var graph = builder.Build();

        // No names of variables as expressions write them.
        var texts = new string?[graph.Count];
        foreach (var (id, name) in names) texts[id] = name;
        var view = new GraphView(graph, texts);
        var text = new StringBuilder(derivative.Is(0) ? "constant rule" : operation.RuleName(varies[0], varies.Length > 1 && varies[1]));
        text.Append(": ");
        var atom = operation.Infix.Level == Notation.Atom;
        if (!atom) text.Append('(');
        FormulaWriter.Write(view, function.Id, InfixStyle.Instance, text, int.MaxValue);
        text.Append(atom ? "' = " : ")' = ");
        FormulaWriter.Write(view, derivative.Id, InfixStyle.Instance, text, int.MaxValue);
        return text.ToString();
    }
}
