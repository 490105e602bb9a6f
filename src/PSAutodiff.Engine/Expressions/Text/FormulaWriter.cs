using System.Text;
using PSAutodiff.Core;

namespace PSAutodiff.Expressions.Text;

/// <summary>
/// Writes an expression as one formula in a given style, with an explicit stack and up to a given length: shared parts are
/// written out each time, so the text of a small graph can be longer than any memory.
/// </summary>
internal static class FormulaWriter
{
    // Between two looks at the token; a power of two.
    private const int PiecesUnwatched = 1 << 12;

    /// <summary>Appends the formula; false when it was cut because the text would have become longer than the limit.</summary>
    public static bool Write<TView, TNode>(
        TView view,
        TNode root,
        TextStyle style,
        StringBuilder text,
        int maxLength,
        CancellationToken cancellation = default)
        where TView : struct, INodeView<TNode>
    {
        var stack = new Stack<Item<TNode>>();
        stack.Push(new Item<TNode>(null, root, 0, false));
        var pieces = 0;
        while (stack.TryPop(out var item))
        {
            if ((++pieces & (PiecesUnwatched - 1)) == 0) cancellation.ThrowIfCancellationRequested();
            if (text.Length > maxLength) return false;
            if (item.Text is { } literal)
            {
                text.Append(literal);
                continue;
            }

            if (view.BindingOf(item.Node) is { } name)
            {
                text.Append(name);
                continue;
            }

            var operation = view.OperationOf(item.Node);
            if (operation.Code == OperationTable.ConstantCode)
            {
                var value = view.ConstantOf(item.Node);
                var level = double.IsNegative(value) ? Notation.SignLevel : Notation.Atom;
                Parenthesize(stack, style, new Item<TNode>(view.DigitsOf(item.Node) is { } digits ? style.Digits(digits) : style.Number(value), default!, 0, false), NeedsParentheses(level, item));
                continue;
            }

            if (operation.Code == OperationTable.VariableCode)
            {
                text.Append(style.Variable(view.NameOf(item.Node)));
                continue;
            }

            if (operation.Code == OperationTable.ArrayCode)
            {
                text.Append(TextOf(view.ArrayOf(item.Node), style));
                continue;
            }

            if (operation is StackOperation)
            {
                PushLiteral(stack, view, item.Node);
                continue;
            }

            var notation = operation.HasIndices ? style.NotationOf(operation, view.IndicesOf(view.Argument(item.Node, operation.Arity - 1))) : style.NotationOf(operation);
            var parentheses = NeedsParentheses(notation.Level, item);
            if (parentheses) stack.Push(new Item<TNode>(style.Close, default!, 0, false));
            for (var i = notation.Pieces.Length - 1; i >= 0; i--)
            {
                var (piece, argument) = notation.Pieces[i];
                stack.Push(argument < 0
                    ? new Item<TNode>(piece, default!, 0, false)
                    : Argument(view, item.Node, notation, argument, style));
            }

            if (parentheses) stack.Push(new Item<TNode>(style.Open, default!, 0, false));
        }

        return text.Length <= maxLength;
    }

    // Elements that were put together one by one, from left to right.
    private static void PushLiteral<TView, TNode>(Stack<Item<TNode>> stack, TView view, TNode node)
        where TView : struct, INodeView<TNode>
    {
        var rank = view.ShapeOf(node).Rank;
        var elements = new List<TNode>();
        do
        {
            elements.Add(view.Argument(node, 1));
            node = view.Argument(node, 0);
        }
        while (view.OperationOf(node) is StackOperation && view.ShapeOf(node).Rank == rank);

        // What came to an array that is no literal stands after it.
        var isWhole = view.ShapeOf(node).Rank < rank;
        if (isWhole) elements.Add(node);
        stack.Push(new Item<TNode>(isWhole ? "]" : "])", default!, 0, false));
        for (var i = 0; i < elements.Count; i++)
        {
            stack.Push(new Item<TNode>(null, elements[i], 0, false));
            stack.Push(new Item<TNode>(i == elements.Count - 1 ? "[" : ", ", default!, 0, false));
        }

        if (isWhole) return;
        stack.Push(new Item<TNode>(", ", default!, 0, false));
        stack.Push(new Item<TNode>(null, node, 0, false));
        stack.Push(new Item<TNode>("concat(", default!, 0, false));
    }

    private static string TextOf(ConstantArray array, TextStyle style)
    {
        var text = new StringBuilder("[");
        var columns = (int)array.Shape.Last;
        for (var i = 0; i < array.Elements.Length; i++)
        {
            if (array.Shape.IsMatrix && i % columns == 0) text.Append(i == 0 ? "[" : "], [");
            else if (i > 0) text.Append(", ");
            text.Append(style.Number(array.Elements[i]));
        }

        return text.Append(array.Shape.IsMatrix ? "]]" : "]").ToString();
    }

    private static Item<TNode> Argument<TView, TNode>(TView view, TNode node, Notation notation, int index, TextStyle style)
        where TView : struct, INodeView<TNode>
    {
        var child = view.Argument(node, index);
        var level = notation.ArgumentLevels[index];
        if (index == 1 && view.OperationOf(node) is MaxOperation or MinOperation && view.OperationOf(child).Code == OperationTable.ConstantCode && !view.ShapeOf(view.Argument(node, 0)).IsNumber)
        {
            return new Item<TNode>(style.NumberAfterArray(view.ConstantOf(child)), child, 0, false);
        }

        // The text -2 reads as the number, so the opposite of the number 2 is -(2).
        var numberAfterSign = notation.Level == Notation.SignLevel && view.OperationOf(child).Code == OperationTable.ConstantCode;
        return new Item<TNode>(null, child, numberAfterSign ? Notation.Atom + 1 : level, index > 0 && level > 0);
    }

    private static bool NeedsParentheses<TNode>(int level, Item<TNode> item) =>
        level < item.Level || (item.AfterSymbol && level == Notation.SignLevel);

    private static void Parenthesize<TNode>(Stack<Item<TNode>> stack, TextStyle style, Item<TNode> item, bool parentheses)
    {
        if (parentheses) stack.Push(new Item<TNode>(style.Close, default!, 0, false));
        stack.Push(item);
        if (parentheses) stack.Push(new Item<TNode>(style.Open, default!, 0, false));
    }

    /// <summary>Literal text, or a node with the level that spares it parentheses and whether an operator stands before it.</summary>
    private readonly record struct Item<TNode>(string? Text, TNode Node, int Level, bool AfterSymbol);
}
