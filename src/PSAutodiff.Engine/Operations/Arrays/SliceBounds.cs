using System.Globalization;
using PSAutodiff.Core;

namespace PSAutodiff.Operations.Arrays;

/// <summary>Which elements along an axis are meant: one, whose axis is gone then, or a stretch.</summary>
/// <param name="Start">The first, from 0.</param>
/// <param name="Count">How many.</param>
/// <param name="IsIndex">Whether it is one and its axis goes.</param>
internal readonly record struct SliceBounds(long Start, long Count, bool IsIndex)
{
    public static SliceBounds Index(long index) => new(index, 1, true);

    public static SliceBounds Range(long start, long count) => new(start, count, false);

    /// <summary>One of so many, from the end where it is negative.</summary>
    /// <exception cref="AutodiffException">It is not there.</exception>
    public static SliceBounds Index(long index, long size, string what) => (index < 0 ? index + size : index) is >= 0 and var place && place < size
        ? Index(place)
        : throw NoIndex(index, size, what);

    /// <summary>Some of so many, the last not counted; from the end where a number is negative.</summary>
    /// <param name="start">The first; null for the first of all.</param>
    /// <param name="end">The one after the last; null for the end of all.</param>
    /// <param name="size">How many there are.</param>
    /// <param name="what">What they are called.</param>
    /// <param name="written">How the range was written, for errors; by default with a colon.</param>
    /// <exception cref="AutodiffException">They are not there, or there is none.</exception>
    public static SliceBounds Range(long? start, long? end, long size, string what, string? written = null)
    {
        var (from, to) = (FromFront(start ?? 0), FromFront(end ?? size));
        if (from >= 0 && from < to && to <= size) return Range(from, to - from);
        written ??= string.Create(CultureInfo.InvariantCulture, $"{start}:{end}");
        var why = from >= 0 && from <= size && to >= 0 && to <= size
            ? "is empty: its end is not counted, and arrays have at least one element"
            : size == 1 ? $"is not there: there is 1 {what}, and its index is 0" : $"is not there: there are {size} {what}s, from 0 to {size - 1}";
        throw new AutodiffException(ErrorIds.IndexInvalid, string.Create(CultureInfo.InvariantCulture, $"the range {written} {why}."));

        long FromFront(long place) => place < 0 ? place + size : place;
    }

    public static AutodiffException NoIndex(long index, long size, string what) => new(
        ErrorIds.IndexInvalid,
        string.Create(CultureInfo.InvariantCulture, $"there is no {what} {index}: there {(size == 1 ? "is 1, and its index is 0" : $"are {size}, from 0 to {size - 1}")}."));

    /// <summary>Bounds from the whole numbers of an operation, three an axis.</summary>
    public static SliceBounds At(ReadOnlySpan<long> indices, int axis) => new(indices[3 * axis], indices[(3 * axis) + 1], indices[(3 * axis) + 2] == 1);

    /// <summary>The whole numbers that stand for bounds.</summary>
    public static long[] Numbers(params ReadOnlySpan<SliceBounds> bounds)
    {
        var numbers = new long[3 * bounds.Length];
        for (var i = 0; i < bounds.Length; i++) (numbers[3 * i], numbers[(3 * i) + 1], numbers[(3 * i) + 2]) = (bounds[i].Start, bounds[i].Count, bounds[i].IsIndex ? 1 : 0);
        return numbers;
    }

    /// <summary>The shape of the array that whole numbers of an operation name a part of.</summary>
    /// <exception cref="AutodiffException">They do not name any.</exception>
    public static Shape WholeOf(string name, ReadOnlySpan<long> indices)
    {
        if (indices.Length is not (4 or 8)) throw new AutodiffException(ErrorIds.IndexInvalid, $"'{name}' takes a start, a count and 0 or 1 for each axis, and then its sizes.");
        var axes = indices.Length / 4;
        var whole = ArrayForms.Sizes(name, indices[(3 * axes)..]);
        for (var axis = 0; axis < axes; axis++)
        {
            var (start, count, flag, size) = (indices[3 * axis], indices[(3 * axis) + 1], indices[(3 * axis) + 2], indices[(3 * axes) + axis]);
            if (start < 0 || count < 1 || count > size - start || flag is not (0 or 1) || (flag == 1 && count != 1))
            {
                throw new AutodiffException(ErrorIds.IndexInvalid, string.Create(CultureInfo.InvariantCulture, $"'{name}' is for {count} elements from {start} on along axis {axis}, which has the size {size}{(flag is 0 or 1 ? string.Empty : $" (and {flag} where 0 is written, or 1 for a single element)")}{(flag == 1 && count != 1 ? " (and 1 says that it is a single element)" : string.Empty)}.{(name == "place" ? " For a vector it is called as place(x, start, count, 0, size)." : string.Empty)}"));
            }
        }

        return whole;
    }

    /// <summary>The shape of the part of an array.</summary>
    public static Shape ShapeOf(Shape whole, ReadOnlySpan<long> indices)
    {
        var rows = At(indices, 0);
        if (whole.IsVector) return rows.IsIndex ? Shape.Number : Shape.Vector(rows.Count);
        var columns = At(indices, 1);
        return (rows.IsIndex, columns.IsIndex) switch
        {
            (true, true) => Shape.Number,
            (true, false) => Shape.Vector(columns.Count),
            (false, true) => Shape.Vector(rows.Count),
            _ => Shape.Matrix(rows.Count, columns.Count),
        };
    }

    /// <summary>The whole numbers of a part of a part, as a part of the whole.</summary>
    /// <param name="outer">The whole numbers of the part of the whole.</param>
    /// <param name="inner">Those of the part of that part.</param>
    public static long[] Within(ReadOnlySpan<long> outer, ReadOnlySpan<long> inner)
    {
        var axes = outer.Length / 4;
        var bounds = new SliceBounds[axes];
        var innerAxis = 0;
        for (var axis = 0; axis < axes; axis++)
        {
            // An axis that is gone has no bounds within.
            var own = At(outer, axis);
            bounds[axis] = own.IsIndex ? own : At(inner, innerAxis++);
            if (!own.IsIndex) bounds[axis] = bounds[axis] with { Start = own.Start + bounds[axis].Start };
        }

        return [.. Numbers(bounds), .. outer[(3 * axes)..]];
    }

    /// <summary>The part of an array as it is written between brackets.</summary>
    public static string ToText(ReadOnlySpan<long> indices)
    {
        var axes = indices.Length / 4;
        var rows = At(indices, 0);
        var text = rows.ToText(indices[3 * axes]);
        if (axes == 1) return text;
        var columns = At(indices, 1).ToText(indices[7]);
        return columns == ":" && rows.IsIndex ? text : $"{text}, {columns}";
    }

    /// <summary>The part as the numbers and slices of Python, which need no brackets.</summary>
    public static string ToSlices(ReadOnlySpan<long> indices)
    {
        var text = Slice(At(indices, 0));
        return indices.Length == 4 ? text : $"{text}, {Slice(At(indices, 1))}";

        static string Slice(SliceBounds bounds) => bounds.IsIndex ? NumberOf(bounds.Start) : $"slice({NumberOf(bounds.Start)}, {NumberOf(bounds.Start + bounds.Count)})";
    }

    /// <summary>Where the elements of a part are in the whole.</summary>
    public static LoopMap MapOf(ReadOnlySpan<long> indices)
    {
        var (rows, axis) = (At(indices, 0), 0);
        var first = rows.IsIndex ? LoopTerm.At(rows.Start) : LoopTerm.Along(axis++, rows.Start);
        if (indices.Length == 4) return LoopMap.Of(first);
        var columns = At(indices, 1);
        return new(first, columns.IsIndex ? LoopTerm.At(columns.Start) : LoopTerm.Along(axis, columns.Start));
    }

    /// <summary>The part in brackets, as an element of MathML.</summary>
    public static string MathML(ReadOnlySpan<long> indices) => $"<mtext>[{ToText(indices)}]</mtext>";

    /// <summary>As it is written, where the axis has a size: 2, 1:3, or : for all.</summary>
    public string ToText(long size) =>
        IsIndex ? NumberOf(Start) :
        Start == 0 && Count == size ? ":" :
        $"{(Start == 0 ? string.Empty : NumberOf(Start))}:{(Start + Count == size ? string.Empty : NumberOf(Start + Count))}";

    private static string NumberOf(long number) => number.ToString(CultureInfo.InvariantCulture);
}
