using System.Management.Automation.Language;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff.Converters;

/// <content>Members and indices of vectors and matrices: those that nodes have too.</content>
internal static partial class ScriptBlockTranslator
{
    // With whole numbers: an axis, or sizes.
    private static readonly Dictionary<string, (int Least, int Most, Func<ExprNode, long[], ExprNode> Make)> MembersWithNumbers = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(ExprNode.Sum)] = (0, 1, static (x, axis) => axis is [var one] ? x.Sum(one) : x.Sum()),
        [nameof(ExprNode.Mean)] = (0, 1, static (x, axis) => axis is [var one] ? x.Mean(one) : x.Mean()),
        [nameof(ExprNode.Max)] = (0, 1, static (x, axis) => axis is [var one] ? x.Max(one) : x.Max()),
        [nameof(ExprNode.Min)] = (0, 1, static (x, axis) => axis is [var one] ? x.Min(one) : x.Min()),
        [nameof(ExprNode.Norm)] = (0, 1, static (x, axis) => axis is [var one] ? x.Norm(one) : x.Norm()),
        [nameof(ExprNode.Softmax)] = (0, 1, static (x, axis) => axis is [var one] ? x.Softmax(one) : x.Softmax()),
        [nameof(ExprNode.LogSumExp)] = (0, 1, static (x, axis) => axis is [var one] ? x.LogSumExp(one) : x.LogSumExp()),
        [nameof(ExprNode.LayerNorm)] = (0, 1, static (x, axis) => axis is [var one] ? x.LayerNorm(one) : x.LayerNorm()),
        [nameof(ExprNode.Winner)] = (0, 1, static (x, axis) => axis is [var one] ? x.Winner(one) : x.Winner()),
        [nameof(ExprNode.Trace)] = (0, 0, static (x, _) => x.Trace()),
        [nameof(ExprNode.Diag)] = (0, 0, static (x, _) => x.Diag()),
        [nameof(ExprNode.Inv)] = (0, 0, static (x, _) => x.Inv()),
        [nameof(ExprNode.LogDet)] = (0, 0, static (x, _) => x.LogDet()),
        [nameof(ExprNode.Cholesky)] = (0, 0, static (x, _) => x.Cholesky()),
        [nameof(ExprNode.Tril)] = (0, 0, static (x, _) => x.Tril()),
        [nameof(ExprNode.Column)] = (0, 0, static (x, _) => x.Column()),
        [nameof(ExprNode.Reshape)] = (1, 2, static (x, sizes) => x.Reshape(sizes)),
        [nameof(ExprNode.Broadcast)] = (1, 2, static (x, sizes) => x.Broadcast(sizes)),
    };

    // With another array.
    private static readonly Dictionary<string, Func<ExprNode, ExprNode, ExprNode>> MembersWithArray = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(ExprNode.Dot)] = static (x, y) => x.Dot(y),
        [nameof(ExprNode.Outer)] = static (x, y) => x.Outer(y),
        [nameof(ExprNode.Solve)] = static (x, y) => x.Solve(y),
        [nameof(ExprNode.Take)] = static (x, y) => x.Take(y),
    };

    private static void CallMember(Work work, InvokeMemberExpressionAst call)
    {
        var name = NameOf(call);
        Ast[] arguments = [.. call.Arguments ?? []];
        if (MembersWithArray.TryGetValue(name, out var ofTwo))
        {
            RequireCount(call, arguments.Length, 1, 1);
            work.Apply(parts => ofTwo(parts[0], parts[1]), call, call.Expression, arguments[0]);
            return;
        }

        if (!MembersWithNumbers.TryGetValue(name, out var member))
        {
            var known = string.Join(", ", MembersWithNumbers.Keys.Concat(MembersWithArray.Keys).Order(StringComparer.Ordinal));
            throw new AutodiffException(ErrorIds.OperationUnknown, $"{Place(call)}: '.{name}()' is not an operation of expressions. The operations are: {known}, and .T without parentheses.");
        }

        RequireCount(call, arguments.Length, member.Least, member.Most);
        var numbers = Array.ConvertAll(arguments, WholeNumber);
        work.Apply(parts => member.Make(parts[0], numbers), call, call.Expression);
    }

    private static void RequireCount(InvokeMemberExpressionAst call, int given, int least, int most)
    {
        if (given >= least && given <= most) return;
        throw new AutodiffException(ErrorIds.ArgumentCount, $"{Place(call)}: '.{NameOf(call)}()' takes {(least == most ? $"{least}" : $"{least} or {most}")} argument{(most == 1 && least == 1 ? string.Empty : "s")}, not {given}.");
    }

    /// <summary>Reads an element, a row or a part: <c>$v[0]</c>, <c>$A[0, 1]</c>, <c>$v[0..2]</c>.</summary>
    private static void ReadIndex(Work work, IndexExpressionAst index)
    {
        Ast[] places = index.Index is ArrayLiteralAst list ? [.. list.Elements] : [index.Index];
        if (places.Length > 2) throw Refused(places[2], $"the third index '{Shortened(places[2])}'");
        var ranges = Array.ConvertAll(places, RangeOf);
        work.Apply(
            parts =>
            {
                var shape = parts[0].ArrayShape;
                if (shape.IsNumber) throw new AutodiffException(ErrorIds.ShapeMismatch, $"'{Shortened(index.Target)}' is a number and has no elements. Give the shape of a variable by -Shape, as in -Shape @{{ v = 3 }}.");
                if (ranges.Length > shape.Rank) throw new AutodiffException(ErrorIds.IndexInvalid, $"{shape.InWords()} has one index.");
                var first = Bounds(places[0], ranges[0], shape.Rows, shape.IsMatrix ? "row" : "element");
                if (shape.IsVector) return parts[0].Part(first);
                return parts[0].Part(first, ranges.Length > 1 ? Bounds(places[1], ranges[1], shape.Columns, "column") : SliceBounds.Range(0, shape.Columns));
            },
            index,
            index.Target);
    }

    private static SliceBounds Bounds(Ast place, (long First, long? Last) range, long size, string what) =>
        range.Last is not { } last ? SliceBounds.Index(range.First, size, what) :
        SliceBounds.Range(range.First, last == -1 ? null : last + 1, size, what, Shortened(place));

    /// <summary>One index, or the first and the last of several; PowerShell counts the last.</summary>
    private static (long First, long? Last) RangeOf(Ast ast)
    {
        while (ast is ParenExpressionAst { Pipeline: PipelineAst { PipelineElements: [CommandExpressionAst { Redirections.Count: 0 } inner] } }) ast = inner.Expression;
        if (ast is not BinaryExpressionAst { Operator: TokenKind.DotDot } range) return (WholeNumber(ast), null);
        if (range.Right is ArrayLiteralAst) throw new AutodiffException(ErrorIds.IndexInvalid, $"{Place(ast)}: PowerShell reads '{Shortened(ast)}' as a range up to a list. A range that is one of two indices stands in parentheses: $A[(0..1), 1].");
        var (first, last) = (WholeNumber(range.Left), WholeNumber(range.Right));
        return first <= last && first < 0 == last < 0
            ? (first, last)
            : throw new AutodiffException(ErrorIds.IndexInvalid, $"{Place(ast)}: the range {Shortened(ast)} does not go upwards, and PowerShell counts it down. Both ends are from 0, or both from the end, as in -2..-1.");
    }

    private static long WholeNumber(Ast ast) => ast switch
    {
        ConstantExpressionAst { Value: int number } => number,
        ConstantExpressionAst { Value: long number } => number,
        UnaryExpressionAst { TokenKind: TokenKind.Minus, Child: ConstantExpressionAst { Value: int number } } => -number,
        ParenExpressionAst { Pipeline: PipelineAst { PipelineElements: [CommandExpressionAst { Redirections.Count: 0 } inner] } } => WholeNumber(inner.Expression),
        _ => throw new AutodiffException(ErrorIds.IndexInvalid, $"{Place(ast)}: '{Shortened(ast)}' is not a whole number. Indices, axes and sizes are numbers that are written there, so that the shape is known from the script block."),
    };
}
