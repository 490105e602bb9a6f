using System.Globalization;
using PSAutodiff.Core;
using PSAutodiff.Expressions.Text;

namespace PSAutodiff.Fitting;

/// <summary>Where a model that is no finite number in a row goes wrong.</summary>
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
        var values = ValuesAt(graph, root, at);
        var part = model;
        for (var (id, next) = (root, root); ; id = next)
        {
            next = -1;
            for (var i = 0; i < graph.OperationOf(id).Arity && next < 0; i++)
            {
                if (double.IsFinite(values[graph.Argument(id, i)])) continue;
                (next, part) = (graph.Argument(id, i), part.Argument(i));
            }

            if (next < 0) break;
        }

        var names = part.Variables;
        var isData = names.Count > 0 && !names.Any(name => layout.Names.Contains(name, StringComparer.Ordinal));
        if (ReferenceEquals(part, model) && !isData) return "." + advice;
        var place = string.Join(", ", names.Select(name => string.Create(CultureInfo.InvariantCulture, $"{name} = {at[name]:g6}")));
        var value = ValuesAt(part.Flatten().Graph, part.Flatten().Id, at)[^1];
        return string.Create(CultureInfo.InvariantCulture, $": {ExprText.Formula(part)} is {value}{(place.Length > 0 ? " at " + place : string.Empty)}.{(isData ? " No start changes that: leave out such rows, or change the model." : advice)}");
    }

    private static double[] ValuesAt(Graph graph, int root, Dictionary<string, double> at)
    {
        var reachable = graph.Reachable([root]);
        var values = new double[root + 1];
        for (var id = 0; id <= root; id++)
        {
            if (!reachable[id]) continue;
            values[id] = graph.IsConstant(id) ? graph.ConstantOf(id)
                : graph.IsVariable(id) ? at[graph.NameOf(id)]
                : graph.OperationOf(id).Evaluate(ValueOf(graph.X(id)), ValueOf(graph.Y(id)), ValueOf(graph.Z(id)));
        }

        return values;

        double ValueOf(int id) => id == Graph.None ? 0 : values[id];
    }
}
