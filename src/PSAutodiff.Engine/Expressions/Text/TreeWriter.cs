using System.Globalization;
using System.Text;
using PSAutodiff.Core;

namespace PSAutodiff.Expressions.Text;

/// <summary>
/// Draws an expression with box-drawing characters, one node a line. A part that is used several times is drawn once with a number,
/// <c>mul #1</c>, and then referred to, <c>(= #1)</c>.
/// </summary>
internal static class TreeWriter
{
    /// <summary>How many lines a drawing has at most; more cannot be looked at.</summary>
    public const int MaxLines = 10_000;

    public static string Write(ExprNode node, int maxLength, out bool cut) => Write(node, MaxLines, maxLength, out cut);

    public static string Write(ExprNode node, int maxLines, int maxLength, out bool cut)
    {
        var (graph, root) = node.Flatten();
        var reachable = graph.Reachable([root]);
        var uses = graph.Uses(reachable, [root]);
        var numbers = new int[reachable.Length];
        var drawn = new bool[reachable.Length];
        var remaining = reachable.Where((needed, id) => needed && !graph.IsIndex(id)).Count();
        var lastNumber = 0;
        var text = new StringBuilder();
        var indent = new StringBuilder();
        var stack = new Stack<Branch>();
        stack.Push(new Branch(root, -1, false));
        for (var line = 0; stack.TryPop(out var branch); line++)
        {
            var start = text.Length;
            if (line > 0) text.Append('\n');
            if (branch.Level >= 0)
            {
                indent.Length = branch.Level * 3;
                text.Append(indent).Append(branch.IsLast ? "└─ " : "├─ ");
                indent.Append(branch.IsLast ? "   " : "│  ");
            }

            AppendLabel(text, graph, branch.Id, numbers, uses, ref lastNumber, out var expand);

            // The deeper, the longer a line: a deep expression is cut by length, a wide one by the number of lines.
            if (line >= maxLines || text.Length > maxLength)
            {
                text.Length = start;
                if (line > 0) text.Append('\n');
                text.Append(CultureInfo.InvariantCulture, $"... {remaining} {(remaining == 1 ? "node" : "nodes")} not shown {CutText.Hash(node)}");
                cut = true;
                return text.ToString();
            }

            if (!drawn[branch.Id])
            {
                drawn[branch.Id] = true;
                remaining--;
            }

            if (!expand) continue;
            var count = graph.OperationOf(branch.Id).ExpressionCount;
            for (var i = count - 1; i >= 0; i--) stack.Push(new Branch(graph.Argument(branch.Id, i), branch.Level + 1, i == count - 1));
        }

        cut = false;
        return text.ToString();
    }

    private static void AppendLabel(StringBuilder text, Graph graph, int id, int[] numbers, int[] uses, ref int lastNumber, out bool expand)
    {
        expand = !graph.IsLeaf(id) && numbers[id] == 0;
        if (!expand && !graph.IsLeaf(id))
        {
            text.Append(CultureInfo.InvariantCulture, $"(= #{numbers[id]})");
            return;
        }

        text.Append(NodeLabel.Of(graph, id, quoted: true));
        if (expand && uses[id] > 1) text.Append(CultureInfo.InvariantCulture, $" #{numbers[id] = ++lastNumber}");
    }

    /// <summary>A node that is to be drawn, how deep, and whether it is its parent's last argument.</summary>
    private readonly record struct Branch(int Id, int Level, bool IsLast);
}
