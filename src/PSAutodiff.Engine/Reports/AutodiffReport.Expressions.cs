using System.Globalization;
using PSAutodiff.Expressions.Text;

namespace PSAutodiff.Reports;

/// <content>Expressions and gradients.</content>
internal sealed partial class AutodiffReport
{
    // What a browser can hold and a reader look through; larger ones get a summary.
    private const int MostNodes = 5000;
    private const int MostDerivatives = 20;
    private const int LongestFormula = 20_000;
    private const int LongestHeading = 60;
    private const int LongestTree = 4000;

    /// <summary>Adds an expression: formula, derivatives, graph.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="at">
    /// A value for every variable, for values and derivatives in the graph; null for none. When it lacks one variable or two, these are the
    /// axes of the picture of the function.
    /// </param>
    /// <param name="gradient">Its derivatives when they are given; null for simplified ones of all variables.</param>
    /// <param name="points">Data to draw with the function: over one axis values, over two labelled points.</param>
    public void AddExpression(ExprNode expression, IReadOnlyDictionary<string, double>? at, ExprGradient? gradient, IReadOnlyList<ReportPoint>? points = null)
    {
        var (count, variables) = (expression.NodeCount, expression.Variables);
        StartSection($"{(gradient is null ? "Expression" : "Gradient")} {expression.ToText(ExprTextFormat.Infix, LongestHeading)}");
        Formula("f", expression);
        var isPoint = at is not null && variables.All(at.ContainsKey);
        var values = !isPoint ? null : NodeValues.Compute(expression.Flatten().Graph, expression.Flatten().Id, at!);
        if (gradient is null && count > MostNodes)
        {
            Note(Invariant($"The derivatives are left out: the expression has {count} nodes. Invoke-Differentiate makes them."));
        }
        else if (variables.Count > 0)
        {
            Derivatives(gradient?.Variables ?? variables, gradient?.Derivatives ?? [.. expression.Gradient().Take(MostDerivatives).Select(static node => node.Simplify(SimplificationRule.Textbook))]);
        }

        if (values is not null) PointTable(expression, at!, values);
        Graph(expression, count, values);
        if (isPoint || at is null) Function(expression, [.. variables], NoValues, at, points ?? []);
        else Function(expression, [.. variables.Where(name => !at.ContainsKey(name))], at, null, points ?? []);
    }

    private void Derivatives(IReadOnlyList<string> variables, IReadOnlyList<ExprNode> derivatives)
    {
        Heading("Derivatives");
        for (var i = 0; i < Math.Min(variables.Count, MostDerivatives); i++) Formula($"\u2202f/\u2202{variables[i]}", derivatives[i]);
        if (variables.Count > MostDerivatives) Note(Invariant($"These are the first {MostDerivatives} of {variables.Count} derivatives."));
    }

    private void Formula(string name, ExprNode node) => _body.Append(
        CultureInfo.InvariantCulture,
        $"<div class=\"formula\" role=\"region\" tabindex=\"0\" aria-label=\"Formula of {Escape(name)}\"><span>{Escape(name)} =</span>{node.ToText(ExprTextFormat.MathML, LongestFormula)}</div>");

    private void PointTable(ExprNode expression, IReadOnlyDictionary<string, double> at, NodeValues values)
    {
        var (graph, root) = expression.Flatten();
        var reachable = graph.Reachable([root]);
        var rows = new List<string[]>();
        for (var id = 0; id <= root; id++)
        {
            if (reachable[id] && graph.IsVariable(id)) rows.Add([graph.NameOf(id), Invariant(at[graph.NameOf(id)]), Invariant(values.Adjoints[id])]);
        }

        rows.Sort(static (a, b) => string.CompareOrdinal(a[0], b[0]));
        Table($"Value {Invariant(values.Values[root])} at this point", ["variable", "value", "derivative"], rows.Take(LargestTable));
    }

    private void Graph(ExprNode expression, int count, NodeValues? values)
    {
        Heading("Graph");
        var (graph, root) = expression.Flatten();

        var order = NearestTo(graph, root, out var numbers);
        var variables = expression.Variables;
        var summary = Invariant($"{count} distinct nodes, {expression.Depth} deep, {variables.Count} variables. Leaves are on top, the result is at the bottom; shared parts are drawn once.");
        if (count > order.Count) Note(Invariant($"The graph is too large to be drawn: it has {count} nodes. The picture holds the {order.Count} nearest to the result."));
        _pictures.Start("graph", $"Graph of {expression.ToText(ExprTextFormat.Infix, LongestHeading)}", summary);
        _pictures.Flag("hasValues", values is not null);
        _pictures.Array("nodes", () =>
        {
            foreach (var id in order) _pictures.Array(() => Node(id));
        });
        _pictures.End();
        Figure(
            summary + " Nodes with a + have more above them: click, or press Enter on them." + (values is null ? string.Empty : " The buttons play how the values are computed and the derivatives passed back."),
            expression.ToText(ExprTextFormat.Tree, LongestTree).Split('\n'));

        void Node(int id)
        {
            var isLeaf = graph.IsLeaf(id);
            _pictures.Text(graph.IsConstant(id) ? TextStyle.FormatNumber(graph.ConstantOf(id)) : graph.IsVariable(id) ? graph.NameOf(id) : graph.OperationOf(id).Name);
            _pictures.Integer(graph.IsConstant(id) ? 0 : isLeaf ? 1 : 2);
            _pictures.Number(values?.Values[id] ?? double.NaN);
            _pictures.Number(values?.Adjoints[id] ?? double.NaN);
            _pictures.Array(() =>
            {
                for (var i = 0; !isLeaf && i < graph.OperationOf(id).Arity; i++) _pictures.Integer(numbers.GetValueOrDefault(graph.Argument(id, i), -1));
            });
            if (values is null) return;
            _pictures.Array(() =>
            {
                for (var i = 0; !isLeaf && i < graph.OperationOf(id).Arity; i++) _pictures.Number(values.Partial(id, i));
            });
        }
    }
}
