using System.Text;
using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Expressions.Text;

/// <summary>What a drawing of a graph writes at a node.</summary>
internal static class NodeLabel
{
    // Larger arrays are their shapes alone.
    private const int MostElements = 8;

    /// <summary>A number, the name of a variable or operation; with whole numbers and the shape where there are any.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="id">The node.</param>
    /// <param name="quoted">Whether names of variables are written as in text.</param>
    public static string Of(Graph graph, int id, bool quoted)
    {
        if (graph.IsConstant(id)) return TextStyle.FormatNumber(graph.ConstantOf(id));
        var operation = graph.OperationOf(id);
        var label =
            graph.IsVariable(id) ? (quoted ? VariableNames.Quote(graph.NameOf(id)) : graph.NameOf(id)) :
            graph.IsArray(id) ? Elements(graph.ArrayOf(id)) :
            operation.HasIndices ? Call(operation.InfixOf(graph.IndicesOf(graph.Argument(id, operation.Arity - 1)))) :
            operation.Name;
        return graph.ShapeOf(id).IsNumber ? label : $"{label} {graph.ShapeOf(id)}";
    }

    private static string Elements(ConstantArray array) => array.Elements.Length <= MostElements ? FormulaWriter.TextOf(array, InfixStyle.Instance) : OperationTable.ConstantArray.Name;

    // As in text, with a point for each argument: sum(·, axis=0).
    private static string Call(Notation notation)
    {
        var text = new StringBuilder();
        foreach (var (piece, argument) in notation.Pieces) text.Append(argument < 0 ? piece : "·");
        return text.ToString();
    }
}
