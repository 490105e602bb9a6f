using System.Globalization;
using PSAutodiff.Core;
using PSAutodiff.Expressions.Text;

namespace PSAutodiff.Reports;

/// <content>Expressions with vectors and matrices.</content>
internal sealed partial class AutodiffReport
{
    // A table of more elements is none that is read.
    private const int MostElements = 40;
    private const int MostMapCells = 64;

    /// <summary>Adds an expression with vectors or matrices: formula, derivatives, and its graph with shapes and, at a point, values.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="inputs">Its variables.</param>
    /// <param name="elements">A value for each of their elements; null for none.</param>
    /// <param name="gradient">Its derivatives when they are given; null for simplified ones of all variables, where there are such.</param>
    public void AddArrays(ExprNode expression, VariableLayout inputs, double[]? elements, ExprGradient? gradient)
    {
        StartSection($"{(gradient is null ? "Expression" : "Gradient")} {ExprText.Formula(expression, LongestHeading)}");
        Formula("f", expression);
        Note($"f is {expression.ArrayShape.InWords()}{(inputs.Names.Count == 0 ? string.Empty : $" of {string.Join(", ", inputs.Names.Take(MostDerivatives).Select((name, i) => $"{name}, {inputs.Shapes[i].InWords()}"))}")}.");
        if (gradient is null && expression.NodeCount > MostNodes) Note(Invariant($"The derivatives are left out: the expression has {expression.NodeCount} nodes. Invoke-Differentiate makes them."));
        else if (gradient is not null) Derivatives(gradient.Variables, gradient.Derivatives);
        else ArrayDerivatives(expression, inputs.Names);
        ArrayGraph(expression, inputs, elements);
    }

    private void ArrayDerivatives(ExprNode expression, IReadOnlyList<string> variables)
    {
        if (expression.ArrayShape.IsNumber)
        {
            if (variables.Count > 0) Derivatives(variables, [.. expression.Gradient().Take(MostDerivatives).Select(static node => node.Simplify(SimplificationRule.Textbook))]);
            return;
        }

        var (names, derivatives, none) = (new List<string>(), new List<ExprNode>(), new List<string>());
        foreach (var name in variables.Take(MostDerivatives))
        {
            try
            {
                derivatives.Add(expression.Differentiate(name).Simplify(SimplificationRule.Textbook));
                names.Add(name);
            }
            catch (AutodiffException exception) when (exception.ErrorId == ErrorIds.DerivativeOfArray)
            {
                none.Add(name);
            }
        }

        if (names.Count > 0) Derivatives(names, derivatives);
        if (none.Count > 0) Note($"There is no vector or matrix that is the derivative by {string.Join(", ", none)}; along a direction Invoke-Differentiate has it.");
    }

    private void ArrayGraph(ExprNode expression, VariableLayout inputs, double[]? elements)
    {
        Heading("Graph");
        var flat = ExprNode.Flatten([expression]);
        var (graph, root) = (flat.Graph, flat.Roots[0]);
        var order = NearestTo(graph, root, out var numbers);
        var values = elements is null ? null : ArrayNodeValues.Compute(flat, order, inputs, elements);
        if (elements is not null && values is null) Note("The values are left out: the arrays have too many elements together.");
        var count = CountOf(graph, root);
        var summary = Invariant($"{count} distinct nodes, {expression.Depth} deep, {inputs.Names.Count} variables. Leaves are on top, the result is at the bottom; shared parts are drawn once, and shapes stand at nodes and edges.");
        if (count > order.Count) Note(Invariant($"The graph is too large to be drawn: it has {count} nodes. The picture holds the {order.Count} nearest to the result."));
        _pictures.Start("graph", $"Graph of {ExprText.Formula(expression, LongestHeading)}", summary);
        _pictures.Flag("hasValues", values is not null);
        _pictures.Flag("hasArrays", true);
        _pictures.Flag("hasAdjoints", values?.HasAdjoints == true);
        _pictures.Array("nodes", () =>
        {
            foreach (var id in order) _pictures.Array(() => ArrayNode(graph, id, numbers, values));
        });
        _pictures.End();
        Figure(
            summary + " Nodes with a + have more above them: click, or press Enter on them."
            + (values is null ? string.Empty : " Small maps show values, blue below and red above zero. The buttons play how the values are computed" + (values.HasAdjoints ? " and the derivatives passed back." : ".")),
            expression.ToText(ExprTextFormat.Tree, LongestTree).Split('\n'));
        if (values is not null) ElementTable(graph, root, values, inputs, elements!);
    }

    private static int CountOf(Graph graph, int root)
    {
        var (reachable, count) = (graph.Reachable([root]), 0);
        for (var id = 0; id < reachable.Length; id++)
        {
            if (reachable[id] && !graph.IsIndex(id)) count++;
        }

        return count;
    }

    // From the result up, so that what is left out is far from it. Axes, sizes and indices stand at the operation that has them.
    private static List<int> NearestTo(Graph graph, int root, out Dictionary<int, int> numbers)
    {
        numbers = new Dictionary<int, int> { [root] = 0 };
        var order = new List<int> { root };
        for (var next = 0; next < order.Count; next++)
        {
            var id = order[next];
            if (graph.IsLeaf(id)) continue;
            for (var i = 0; i < graph.OperationOf(id).ExpressionCount && order.Count < MostNodes; i++)
            {
                if (graph.Argument(id, i) is var argument && !graph.IsIndex(argument) && numbers.TryAdd(argument, order.Count)) order.Add(argument);
            }
        }

        return order;
    }

    private void ArrayNode(Graph graph, int id, Dictionary<int, int> numbers, ArrayNodeValues? values)
    {
        var isLeaf = graph.IsLeaf(id);
        int[] arguments = isLeaf ? [] : [.. Enumerable.Range(0, graph.OperationOf(id).ExpressionCount).Where(i => !graph.IsIndex(graph.Argument(id, i)))];
        _pictures.Text(NodeLabel.Of(graph, id, quoted: false));
        _pictures.Integer(graph.IsConstant(id) || graph.IsArray(id) ? 0 : isLeaf ? 1 : 2);
        Cells(values?.ValueOf(id), double.NaN);
        Cells(values?.AdjointOf(id), 0);
        _pictures.Array(() =>
        {
            foreach (var i in arguments) _pictures.Integer(numbers.GetValueOrDefault(graph.Argument(id, i), -1));
        });
        _pictures.Array(() =>
        {
            foreach (var i in arguments) Cells(values?.PartOf(id, i), 0);
        });
        _pictures.Text(graph.ShapeOf(id).IsNumber ? string.Empty : string.Join("\u00d7", graph.ShapeOf(id).Sizes.Select(static size => size.ToString(CultureInfo.InvariantCulture))));
    }

    /// <summary>A number, or the size of a map and its cells.</summary>
    private void Cells(ArrayCells? cells, double missing)
    {
        if (cells is null || cells.Shape.IsNumber)
        {
            _pictures.Number(cells is null ? missing : cells.Elements.Span[0]);
            return;
        }

        var (rows, columns, means) = cells.Reduced();
        _pictures.Array(() =>
        {
            _pictures.Integer(rows);
            _pictures.Integer(columns);
            foreach (var mean in means) _pictures.Number(mean);
        });
    }

    private void ElementTable(Graph graph, int root, ArrayNodeValues values, VariableLayout inputs, double[] elements)
    {
        var result = values.ValueOf(root);
        var value = result.Shape.IsNumber ? Invariant($"Value {Invariant(result.Elements.Span[0])} at this point") : $"Values of variables; the result is {result.Shape.InWords()}";
        var rows = new List<string[]>();
        for (var i = 0; i < inputs.Names.Count && rows.Count < MostElements; i++)
        {
            var id = Enumerable.Range(0, root + 1).FirstOrDefault(id => graph.IsVariable(id) && graph.NameOf(id) == inputs.Names[i], -1);
            var adjoint = id < 0 ? null : values.AdjointOf(id);
            foreach (var element in Elements(inputs, i).Take(MostElements - rows.Count))
            {
                string[] cells = [inputs.ElementNames[element], Invariant(elements[element])];
                rows.Add(values.HasAdjoints ? [.. cells, Invariant(adjoint?.Elements.Span[element - inputs.ElementsOf(i).Start.Value] ?? 0)] : cells);
            }
        }

        if (rows.Count == 0) return;
        Table(value + (inputs.Length > rows.Count ? Invariant($"; the first {rows.Count} of {inputs.Length} elements") : string.Empty), values.HasAdjoints ? ["variable", "value", "derivative"] : ["variable", "value"], rows);
    }

    /// <summary>A picture of a matrix, or of a vector as a row: blue below and red above zero.</summary>
    private void HeatMap(string title, ArrayCells matrix, Func<int, string> row, Func<int, string> column)
    {
        var (rows, columns, cells) = matrix.Reduced(MostMapCells);
        var isReduced = cells.Length < matrix.Elements.Length;
        var description = Invariant($"{title}, {matrix.Shape.InWords()}: {Range(matrix.Elements.Span)}; blue is below and red above zero.{(isReduced ? Invariant($" Each of the {rows} x {columns} cells is the mean of a block.") : string.Empty)}");
        _pictures.Start("heat", title, description);
        _pictures.Array("cells", () =>
        {
            _pictures.Integer(rows);
            _pictures.Integer(columns);
            foreach (var cell in cells) _pictures.Number(cell);
        });
        _pictures.Texts("rows", isReduced ? [] : Enumerable.Range(0, rows).Select(row));
        _pictures.Texts("columns", isReduced ? [] : Enumerable.Range(0, columns).Select(column));
        _pictures.End();
        Figure(description);
    }

    private static string Range(ReadOnlySpan<double> elements)
    {
        var (least, most) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var element in elements) (least, most) = (Math.Min(least, element), Math.Max(most, element));
        return Invariant($"from {least:g4} to {most:g4}");
    }

    private static IEnumerable<int> Elements(VariableLayout inputs, int variable)
    {
        var (start, end) = (inputs.ElementsOf(variable).Start.Value, inputs.ElementsOf(variable).End.Value);
        return Enumerable.Range(start, end - start);
    }
}
