using System.Globalization;
using System.Text;
using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Expressions.Text;

/// <summary>Formulas as text: displays that are always short, and formats that are cut only at a length the caller sets.</summary>
internal static class ExprText
{
    /// <summary>How much of an expression a display shows.</summary>
    public const int DisplayLength = 240;

    /// <summary>What an expression is as text: infix that reads back, cut with an ellipsis and the structural hash.</summary>
    public static string Display(ExprNode node) => Write(node, InfixStyle.Instance, DisplayLength, out _);

    /// <summary>What a screen shows: the formula alone, without declarations.</summary>
    public static string Formula(ExprNode node, int maxLength = DisplayLength)
    {
        var text = new StringBuilder();
        if (!FormulaWriter.Write(default(ObjectView), node, InfixStyle.Instance, text, maxLength)) CutText.End(text, maxLength, node);
        return text.ToString();
    }

    /// <summary>One formula with the declarations that it needs, cut with an ellipsis and the structural hash when it is longer than the limit.</summary>
    public static string Write(ExprNode node, TextStyle style, int maxLength, out bool cut, CancellationToken cancellation = default)
    {
        var text = new StringBuilder(ShapesOf(node));
        var functions = new SortedSet<string>(StringComparer.Ordinal);
        cut = !FormulaWriter.Write(new WatchedView(functions), node, style, text, maxLength, cancellation);
        if (functions.Count > 0) text.Insert(0, Declarations(functions, node.Variables));
        cut |= text.Length > maxLength;
        if (!cut) return text.ToString();

        // Commands that sort, group or compare by text must not take two long expressions for one.
        CutText.End(text, maxLength, node);
        return text.ToString();
    }

    /// <summary>The declarations that text needs before it, such as <c>act: function; </c>: of functions that are not usual ones, or are called like variables.</summary>
    /// <param name="functions">The names of functions without definitions, in order.</param>
    /// <param name="variables">The names of the variables beside them.</param>
    public static string Declarations(IEnumerable<string> functions, IReadOnlyList<string> variables)
    {
        var names = variables.ToHashSet(StringComparer.Ordinal);
        return string.Concat(functions.Where(name => !UnknownFunction.IsUsual(name) || names.Contains(name)).Select(static name => $"{name}: {ExpressionParser.FunctionWord}; "));
    }

    /// <summary>The declarations of the variables that are arrays, in order, such as <c>w: [3]; </c>.</summary>
    public static string ShapesOf(ExprNode node)
    {
        if (node.ArrayShape.IsNumber && node.Home is null && node.Operation.Arity == 0) return string.Empty;
        var (graph, root) = node.Flatten();
        return ShapesOf(graph, [root]);
    }

    /// <summary>The declarations of the variables of several expressions that are arrays.</summary>
    public static string ShapesOf(Graph graph, ReadOnlySpan<int> roots)
    {
        var arrays = ArraysOf(graph, roots);
        return arrays.Count == 0 ? string.Empty : string.Concat(arrays.Select(static entry => $"{Declaration(entry.Key, entry.Value)}; "));
    }

    /// <summary>The declaration of a variable that is an array, such as <c>W: [4, 8]</c>.</summary>
    public static string Declaration(string name, Shape shape) =>
        $"{VariableNames.Quote(name)}: [{string.Join(", ", shape.Sizes.Select(static size => size.ToString(CultureInfo.InvariantCulture)))}]{(shape.IsSymmetric ? " symmetric" : string.Empty)}";

    /// <summary>The variables of several expressions that are arrays, in order.</summary>
    public static SortedDictionary<string, Shape> ArraysOf(Graph graph, ReadOnlySpan<int> roots)
    {
        var arrays = new SortedDictionary<string, Shape>(StringComparer.Ordinal);
        if (graph.Arrays is null) return arrays;
        var reachable = graph.Reachable(roots);
        for (var id = 0; id < reachable.Length; id++)
        {
            if (reachable[id] && graph.IsVariable(id) && !graph.ShapeOf(id).IsNumber) arrays.Add(graph.NameOf(id), graph.ShapeOf(id));
        }

        return arrays;
    }

    /// <summary>Node objects, and the names of the functions without definitions that were looked at.</summary>
    private readonly struct WatchedView(SortedSet<string> functions) : INodeView<ExprNode>
    {
        public Operation OperationOf(ExprNode node)
        {
            if (node.Operation is UnknownFunction unknown) functions.Add(unknown.Function);
            return node.Operation;
        }

        public ExprNode Argument(ExprNode node, int index) => default(ObjectView).Argument(node, index);

        public double ConstantOf(ExprNode node) => node.ConstantValue;

        public string? DigitsOf(ExprNode node) => null;

        public string NameOf(ExprNode node) => node.VariableName;

        public Shape ShapeOf(ExprNode node) => node.ArrayShape;

        public long[] IndicesOf(ExprNode node) => (long[])node.LeafContent;

        public ConstantArray ArrayOf(ExprNode node) => (ConstantArray)node.LeafContent;

        public string? BindingOf(ExprNode node) => null;
    }
}
