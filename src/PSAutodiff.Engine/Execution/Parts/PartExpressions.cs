using PSAutodiff.Core;
using PSAutodiff.Expressions.Text;

namespace PSAutodiff.Execution.Parts;

/// <summary>Expressions and their parameters as one text, which keeps what they share and the shapes of parameters.</summary>
internal static class PartExpressions
{
    /// <summary>The text.</summary>
    public static string Write(RootedGraph outputs, VariableLayout parameters)
    {
        var variables = parameters.Names.Select((name, i) => ExprNode.Variable(name, parameters.Shapes[i]));
        var (bindings, texts) = LetWriter.Write([.. outputs.Nodes(), .. variables]);
        return bindings + string.Join("; ", texts);
    }

    /// <summary>The expressions and the parameters again.</summary>
    /// <exception cref="InvalidDataException">The text is none that <see cref="Write"/> made.</exception>
    public static (RootedGraph Outputs, VariableLayout Parameters) Read(PartFunctionText text, CancellationToken cancellation)
    {
        RootedGraph all;
        try
        {
            all = ExpressionParser.ParseList(text.Expressions, cancellation);
        }
        catch (AutodiffException exception)
        {
            throw new InvalidDataException("its expressions are damaged", exception);
        }

        var count = all.Length - text.Parameters.Count;
        if (count < 1) throw new InvalidDataException("it has more parameters than expressions");
        for (var i = 0; i < text.Parameters.Count; i++)
        {
            var root = all.Roots[count + i];
            if (!all.Graph.IsVariable(root) || all.Graph.NameOf(root) != text.Parameters[i]) throw new InvalidDataException("its parameters are not those of its expressions");
        }

        if (text.Parameters.Distinct(StringComparer.Ordinal).Count() != text.Parameters.Count) throw new InvalidDataException("a parameter is there twice");
        return (all.Slice(0, count), VariableLayout.Of(text.Parameters, all));
    }
}
