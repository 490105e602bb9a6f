using System.Text;

namespace PSAutodiff.Expressions.Text;

/// <summary>Several typeset formulas in rows and columns.</summary>
internal static class TypesetMatrix
{
    /// <summary>The names of all variables of some expressions, and then of all functions without definitions, each in ordinal order.</summary>
    public static string[] NamesOf(IReadOnlyList<IReadOnlyList<ExprNode>> rows) =>
        [.. Names(rows, static node => node.Variables), .. Names(rows, static node => node.Functions)];

    /// <summary>The names of the variables that are arrays.</summary>
    public static HashSet<string> ArraysOf(IReadOnlyList<IReadOnlyList<ExprNode>> rows)
    {
        var arrays = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in rows.SelectMany(static row => row))
        {
            var (graph, root) = node.Flatten();
            arrays.UnionWith(ExprText.ArraysOf(graph, [root]).Keys);
        }

        return arrays;
    }

    /// <summary>Writes the rows.</summary>
    /// <param name="rows">The expressions.</param>
    /// <param name="style">How formulas are written.</param>
    /// <param name="text">What to write to.</param>
    /// <param name="maxLength">Where each formula is cut.</param>
    /// <param name="marks">What stands before a row, between its cells and after it, and how a formula ends that was cut.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>Whether a formula was cut.</returns>
    public static bool Write(
        IReadOnlyList<IReadOnlyList<ExprNode>> rows,
        TextStyle style,
        StringBuilder text,
        int maxLength,
        (string Start, string Between, string End, Action<StringBuilder, ExprNode> EndCut) marks,
        CancellationToken cancellation)
    {
        var cut = false;
        for (var i = 0; i < rows.Count; i++)
        {
            for (var j = 0; j < rows[i].Count; j++)
            {
                text.Append(j == 0 ? marks.Start : marks.Between);
                var cell = new StringBuilder();
                if (!FormulaWriter.Write(default(TypesetView), new TypesetNode(rows[i][j]), style, cell, maxLength, cancellation))
                {
                    cut = true;
                    marks.EndCut(cell, rows[i][j]);
                }

                text.Append(cell);
            }

            text.Append(marks.End);
        }

        return cut;
    }

    private static IEnumerable<string> Names(IReadOnlyList<IReadOnlyList<ExprNode>> rows, Func<ExprNode, IReadOnlyList<string>> names) =>
        rows.SelectMany(static row => row).SelectMany(names).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
}
