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
                Parenthesize(stack, style, new Item<TNode>(style.Variable(view.NameOf(item.Node)), default!, 0, false), item.Level > Notation.Atom + 1);
                continue;
            }

            if (operation.Code == OperationTable.ArrayCode)
            {
                text.Append(TextOf(view.ArrayOf(item.Node), style));
                continue;
            }

            if (operation is StackOperation)
            {
                PushLiteral(stack, view, style, item.Node);
                continue;
            }

            var notation = operation.IsElementwise && view.ShapeOf(item.Node).IsNumber ? style.NotationOf(operation) : NotationOf(view, style, operation, item.Node);
            var parentheses = NeedsParentheses(notation.Level, item);
            var marks = operation is SelectOperation && IsTruth(view, view.Argument(item.Node, 0)) ? style.TruthMarks : null;
            if (parentheses) stack.Push(new Item<TNode>(style.Close, default!, 0, false));
            for (var i = notation.Pieces.Length - 1; i >= 0; i--)
            {
                var (piece, argument) = notation.Pieces[i];
                if (marks is { } known && argument == 0)
                {
                    PushTruth(stack, view, style, view.Argument(item.Node, 0), known);
                    continue;
                }

                if (marks is { NotZero: var notZero } && argument < 0) piece = piece.Replace(notZero, string.Empty, StringComparison.Ordinal);
                stack.Push(argument < 0
                    ? new Item<TNode>(piece, default!, 0, false)
                    : Argument(view, item.Node, notation, argument, style));
            }

            if (parentheses) stack.Push(new Item<TNode>(style.Open, default!, 0, false));
        }

        return text.Length <= maxLength;
    }

    /// <summary>The elements of an array as text.</summary>
    public static string TextOf(ConstantArray array, TextStyle style)
    {
        var (rank, columns) = (array.Shape.Rank, (int)array.Shape.Last);
        var form = style.FormOf(rank, columns);
        var text = new StringBuilder(form.Open);
        for (var i = 0; i < array.Elements.Length; i++)
        {
            if (i > 0) text.Append(rank == 2 && i % columns == 0 ? form.BetweenRows : form.Between);
            text.Append(style.Number(array.Elements[i]));
        }

        return text.Append(form.Close).ToString();
    }

    private static bool IsTruth<TView, TNode>(TView view, TNode node)
        where TView : struct, INodeView<TNode> => view.BindingOf(node) is null && view.OperationOf(node).IsTruth;

    // A condition as it is read aloud: 0 < x.
    private static void PushTruth<TView, TNode>(Stack<Item<TNode>> stack, TView view, TextStyle style, TNode truth, (string Open, string Close, string NotZero) marks)
        where TView : struct, INodeView<TNode>
    {
        var notation = NotationOf(view, style, view.OperationOf(truth), truth);
        for (var i = notation.Pieces.Length - 1; i >= 0; i--)
        {
            var (piece, argument) = notation.Pieces[i];
            if (argument < 0 && i == 0) piece = piece.Replace(marks.Open, string.Empty, StringComparison.Ordinal);
            if (argument < 0 && i == notation.Pieces.Length - 1) piece = piece.Replace(marks.Close, string.Empty, StringComparison.Ordinal);
            stack.Push(argument < 0 ? new Item<TNode>(piece, default!, 0, false) : Argument(view, truth, notation, argument, style));
        }
    }

    private static Notation NotationOf<TView, TNode>(TView view, TextStyle style, Operation operation, TNode node)
        where TView : struct, INodeView<TNode>
    {
        var count = operation.ExpressionCount;
        var indices = operation.HasIndices ? view.IndicesOf(view.Argument(node, count)) : [];
        return style.NotationOf(operation, new ArgumentShapes(ShapeAt(0), ShapeAt(1), ShapeAt(2), indices));

        Shape ShapeAt(int index) => index < count ? view.ShapeOf(view.Argument(node, index)) : Shape.Number;
    }

    // Elements that were put together one by one, from left to right.
    private static void PushLiteral<TView, TNode>(Stack<Item<TNode>> stack, TView view, TextStyle style, TNode node)
        where TView : struct, INodeView<TNode>
    {
        if (ElementsOf(view, node, out var elements))
        {
            var rank = view.ShapeOf(node).Rank;
            var rows = rank == 2 ? RowsOf(view, style, elements) : null;
            var form = style.FormOf(rank, rows is null ? 0 : rows[0].Length);
            stack.Push(new Item<TNode>(form.Close, default!, 0, false));
            for (var i = elements.Count - 1; i >= 0; i--)
            {
                if (rows is null)
                {
                    if (form.AfterVector.Length > 0) stack.Push(new Item<TNode>(form.AfterVector, default!, 0, false));
                    stack.Push(new Item<TNode>(null, elements[i], form.AfterVector.Length > 0 ? Notation.Atom : 0, false));
                    if (form.BeforeVector.Length > 0) stack.Push(new Item<TNode>(form.BeforeVector, default!, 0, false));
                    if (i > 0) stack.Push(new Item<TNode>(form.Between, default!, 0, false));
                    continue;
                }

                for (var j = rows[i].Length - 1; j >= 0; j--)
                {
                    stack.Push(rows[i][j]);
                    if (i + j > 0) stack.Push(new Item<TNode>(j > 0 ? form.Between : form.BetweenRows, default!, 0, false));
                }
            }

            stack.Push(new Item<TNode>(form.Open, default!, 0, false));
            return;
        }

        // What comes to something else: a call for each.
        var pieces = NotationOf(view, style, OperationOf<StackOperation>.Instance, node).Pieces;
        for (var link = elements.Count - 1; link > 0; link--)
        {
            for (var i = pieces.Length - 1; i > 1; i--) stack.Push(new Item<TNode>(pieces[i].Argument < 0 ? pieces[i].Text : null, elements[link], 0, false));
        }

        stack.Push(new Item<TNode>(null, elements[0], 0, false));
        for (var link = 1; link < elements.Count; link++) stack.Push(new Item<TNode>(pieces[0].Text, default!, 0, false));
    }

    /// <summary>What an array was put together of; true where these are all its elements, false where the first is an array that others came to.</summary>
    private static bool ElementsOf<TView, TNode>(TView view, TNode node, out List<TNode> elements)
        where TView : struct, INodeView<TNode>
    {
        var rank = view.ShapeOf(node).Rank;
        elements = [];
        do
        {
            elements.Add(view.Argument(node, 1));
            node = view.Argument(node, 0);
        }
        while (view.OperationOf(node) is StackOperation && view.ShapeOf(node).Rank == rank);

        elements.Add(node);
        elements.Reverse();
        return view.ShapeOf(node).Rank < rank;
    }

    /// <summary>The elements of rows that are all literals themselves; null where one is not.</summary>
    private static Item<TNode>[][]? RowsOf<TView, TNode>(TView view, TextStyle style, List<TNode> vectors)
        where TView : struct, INodeView<TNode>
    {
        var rows = new Item<TNode>[vectors.Count][];
        for (var i = 0; i < rows.Length; i++)
        {
            if (view.BindingOf(vectors[i]) is not null) return null;
            if (view.OperationOf(vectors[i]).Code == OperationTable.ArrayCode)
            {
                rows[i] = Array.ConvertAll(view.ArrayOf(vectors[i]).Elements, number => new Item<TNode>(style.Number(number), default!, 0, false));
                continue;
            }

            if (view.OperationOf(vectors[i]) is not StackOperation || !ElementsOf(view, vectors[i], out var elements)) return null;
            rows[i] = [.. elements.Select(static element => new Item<TNode>(null, element, 0, false))];
        }

        return rows;
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

        // The exponents T and -1 of an array would read as its transpose and its inverse.
        var isTransposer = index == 1 && style is InfixStyle or LabStyle && view.OperationOf(node) is PowOperation && !view.ShapeOf(view.Argument(node, 0)).IsNumber
            && ((view.OperationOf(child).Code == OperationTable.VariableCode && view.NameOf(child) == "T") || (view.OperationOf(child).Code == OperationTable.ConstantCode && view.ConstantOf(child) == -1));

        // The text -2 reads as the number, so the opposite of the number 2 is -(2).
        var numberAfterSign = notation.Level == Notation.SignLevel && view.OperationOf(child).Code == OperationTable.ConstantCode;
        return new Item<TNode>(null, child, isTransposer ? Notation.Atom + 2 : numberAfterSign ? Notation.Atom + 1 : level, index > 0 && level > 0);
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
