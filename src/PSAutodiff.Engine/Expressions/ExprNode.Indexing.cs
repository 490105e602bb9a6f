using System.Collections;
using System.Dynamic;
using System.Globalization;
using System.Linq.Expressions;
using PSAutodiff.Foundation;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

public sealed partial class ExprNode : IDynamicMetaObjectProvider
{
    // Shells that bind late turn what an indexer throws into nothing, and 1.5 into 2. So they are given another way to elements and parts.
    /// <inheritdoc/>
    DynamicMetaObject IDynamicMetaObjectProvider.GetMetaObject(Expression parameter) => new IndexedMetaObject(parameter, this);

    /// <summary>What stands at indices: whole numbers, or lists of consecutive ones for parts.</summary>
    private ExprNode At(object?[] indices)
    {
        // A number is a list of one: shells make that of a list with one element.
        if (ArrayShape.IsNumber && indices is [IList { Count: 1 } only]) return this[WholeNumber(only[0])];
        if (ArrayShape.IsNumber && indices is [not IList]) return this[WholeNumber(indices[0])];
        if (indices.Length > ArrayShape.Rank || ArrayShape.IsNumber) throw new AutodiffException(ErrorIds.IndexInvalid, $"{ArrayShape.InWords()} has {(ArrayShape.IsNumber ? "no elements" : ArrayShape.IsVector ? "one index" : "at most two indices")}.");
        var rows = Bounds(indices[0], ArrayShape.Rows, ArrayShape.IsMatrix ? "row" : "element");
        if (ArrayShape.IsVector) return Part(rows);
        return Part(rows, indices.Length > 1 ? Bounds(indices[1], ArrayShape.Columns, "column") : SliceBounds.Range(0, ArrayShape.Columns));
    }

    private static SliceBounds Bounds(object? index, long size, string what)
    {
        if (NumberInput.Unwrap(index) is not IList list) return SliceBounds.Index(WholeNumber(index), size, what);
        var places = new long[list.Count];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = WholeNumber(list[i]);
            if (i > 0 && places[i] != places[i - 1] + 1) throw new AutodiffException(ErrorIds.IndexInvalid, string.Create(CultureInfo.InvariantCulture, $"After the index {places[i - 1]} stands {places[i]}. Several indices are consecutive, as in 0..2; Take chooses any."));
        }

        if (places.Length == 0) throw new AutodiffException(ErrorIds.IndexInvalid, "There is no index.");
        return SliceBounds.Range(places[0], places[^1] == -1 ? null : places[^1] + 1, size, what, string.Create(CultureInfo.InvariantCulture, $"{places[0]}..{places[^1]}"));
    }

    private static long WholeNumber(object? index) => NumberInput.TryGetNumber(NumberInput.Unwrap(index), out var number) && number == Math.Floor(number) && Math.Abs(number) <= 1L << 53
        ? (long)number
        : throw new AutodiffException(ErrorIds.IndexInvalid, string.Create(CultureInfo.InvariantCulture, $"An index is a whole number, not '{NumberInput.Unwrap(index)}'."));

    /// <summary>Binds indices to <see cref="At"/>, and everything else as for any object.</summary>
    private sealed class IndexedMetaObject(Expression expression, ExprNode node) : DynamicMetaObject(expression, BindingRestrictions.Empty, node)
    {
        public override DynamicMetaObject BindGetIndex(GetIndexBinder binder, DynamicMetaObject[] indexes)
        {
            Func<ExprNode, object?[], ExprNode> at = static (node, indices) => node.At(indices);
            return new(
                Expression.Invoke(
                    Expression.Constant(at),
                    Expression.Convert(Expression, typeof(ExprNode)),
                    Expression.NewArrayInit(typeof(object), indexes.Select(static index => Expression.Convert(index.Expression, typeof(object))))),
                BindingRestrictions.GetTypeRestriction(Expression, typeof(ExprNode)));
        }
    }
}
