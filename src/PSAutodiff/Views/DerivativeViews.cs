using System.Globalization;
using System.Text;
using PSAutodiff.Expressions.Text;

namespace PSAutodiff;

/// <summary>Texts for the default views of gradients, Hessians and Jacobians.</summary>
public static class DerivativeViews
{
    private const int Gap = 2;
    private const int NarrowestCell = 8;

    /// <summary>A line for each derivative, for example <c>d/dx = 2 * x</c>; the last says how many more there are.</summary>
    public static string Gradient(ExprGradient gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        return gradient.Variables.Count == 0 ? "(no variables)" : Views.Entries(gradient, "d/d");
    }

    /// <summary>The second derivatives as a table with the variables at its edges.</summary>
    /// <param name="hessian">The Hessian.</param>
    /// <param name="columns">The width of the window that it has to fit.</param>
    public static string Hessian(ExprHessian hessian, int columns)
    {
        ArgumentNullException.ThrowIfNull(hessian);
        return Table(hessian.Variables, hessian.Variables, (i, j) => hessian.Entries[i, j], columns);
    }

    /// <summary>The gradients as a table, with the index of the expression before each.</summary>
    /// <param name="jacobian">The Jacobian.</param>
    /// <param name="columns">The width of the window that it has to fit.</param>
    public static string Jacobian(ExprJacobian jacobian, int columns)
    {
        ArgumentNullException.ThrowIfNull(jacobian);
        string[] heads = [.. jacobian.Rows.Select(static (_, i) => string.Create(CultureInfo.InvariantCulture, $"[{i}]"))];
        return Table(heads, jacobian.Variables, (i, j) => jacobian.Rows[i].Derivatives[j], columns);
    }

    /// <summary>A line for each row, columns aligned. What does not fit is cut: long cells, then columns and rows, with their number.</summary>
    private static string Table(IReadOnlyList<string> heads, IReadOnlyList<string> names, Func<int, int, ExprNode> entry, int screen)
    {
        if (names.Count == 0) return "(no variables)";
        var rows = Math.Min(heads.Count, Views.MostLines);
        var head = heads.Take(rows).Select(static name => Views.Visible(name).Length).DefaultIfEmpty(0).Max();
        var room = screen - 1 - head;
        var columns = Math.Clamp(room / (NarrowestCell + Gap), 1, names.Count);
        var cells = new string[rows + 1, columns];
        for (var j = 0; j < columns; j++)
        {
            cells[0, j] = Views.Visible(names[j]);
            for (var i = 0; i < rows; i++) cells[i + 1, j] = ExprText.Formula(entry(i, j));
        }

        var widths = Enumerable.Range(0, columns).Select(j => Enumerable.Range(0, rows + 1).Max(i => cells[i, j].Length)).ToArray();
        if (widths.Sum() + (Gap * columns) > room)
        {
            var most = Math.Max(NarrowestCell, (room / columns) - Gap);
            for (var j = 0; j < columns; j++) widths[j] = Math.Min(widths[j], most);
        }

        var text = new StringBuilder();
        for (var i = 0; i <= rows; i++)
        {
            var line = new StringBuilder(i == 0 ? string.Empty : Views.Visible(heads[i - 1]));
            line.Append(' ', head - line.Length);
            for (var j = 0; j < columns; j++)
            {
                var cell = cells[i, j].Length > widths[j] ? string.Concat(cells[i, j].AsSpan(0, widths[j] - 3), "...") : cells[i, j];
                line.Append(' ', Gap).Append(cell.PadRight(widths[j]));
            }

            text.Append(line.ToString().TrimEnd()).Append('\n');
        }

        if (rows < heads.Count) text.Append(CultureInfo.InvariantCulture, $"... {heads.Count - rows} more rows\n");
        if (columns < names.Count) text.Append(CultureInfo.InvariantCulture, $"... {names.Count - columns} more columns\n");
        return text.ToString(0, text.Length - 1);
    }
}
