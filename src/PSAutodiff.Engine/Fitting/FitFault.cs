using System.Globalization;
using PSAutodiff.Core;
using PSAutodiff.Expressions.Text;
using PSAutodiff.Measurements;

namespace PSAutodiff.Fitting;

/// <summary>Where a model whose value in a row is not finite goes wrong.</summary>
internal static class FitFault
{
    /// <summary>The end of a sentence that says which part of a model begins it, and what to do: no start mends what the columns alone make.</summary>
    /// <param name="model">The model.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="row">The row, from 0.</param>
    /// <param name="point">The parameters.</param>
    /// <param name="layout">What they are.</param>
    public static string Of(ExprNode model, DataRows columns, int row, double[] point, VariableLayout layout)
    {
        const string advice = " Start where it is finite for all rows.";
        var (graph, root) = model.Flatten();
        if (graph.Arrays is not null || layout.HasArrays || model.Functions.Count > 0) return "." + advice;
        var at = new Dictionary<string, double>(StringComparer.Ordinal);
        for (var i = 0; i < layout.Names.Count; i++) at[layout.Names[i]] = point[i];
        for (var i = 0; i < columns.Names.Count; i++) at[columns.Names[i]] = columns.Columns[i].Span[row];
        var values = PointValues.Compute(graph, root, at);
        var (part, id) = (model, root);
        while (!graph.IsLeaf(id))
        {
            var next = Graph.None;
            for (var i = 0; i < graph.OperationOf(id).Arity && next == Graph.None; i++)
            {
                if (double.IsFinite(values[graph.Argument(id, i)])) continue;
                (next, part) = (graph.Argument(id, i), part.Argument(i));
            }

            if (next == Graph.None) break;
            id = next;
        }

        var names = part.Variables;
        var isData = names.Count > 0 && !names.Any(name => layout.Names.Contains(name, StringComparer.Ordinal));
        if (ReferenceEquals(part, model) && !isData) return "." + advice;
        var place = string.Join(", ", names.Select(name => string.Create(CultureInfo.InvariantCulture, $"{name} = {at[name]:g6}")));
        return string.Create(CultureInfo.InvariantCulture, $": {ExprText.Formula(part)} is {values[id]}{(place.Length > 0 ? " at " + place : string.Empty)}.{(isData ? " No start changes that: leave out such rows, or change the model." : advice)}");
    }
}
