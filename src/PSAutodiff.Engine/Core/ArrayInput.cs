using System.Collections;
using System.Globalization;
using System.Runtime.InteropServices;
using PSAutodiff.Foundation;

namespace PSAutodiff.Core;

/// <summary>Numbers, vectors and matrices as users give them: numbers of any type, arrays of one or two axes, and lists of lists.</summary>
internal static class ArrayInput
{
    /// <summary>The shape of a value; null where it is neither a number nor a list.</summary>
    /// <param name="value">The value.</param>
    /// <param name="name">What to call it in errors.</param>
    /// <exception cref="AutodiffException">The list is empty, its rows differ in length, or it has more than two axes.</exception>
    public static Shape? ShapeOf(object? value, string name)
    {
        value = NumberInput.Unwrap(value);
        if (value is Array { Rank: > 1 } array) return ShapeOf(array, name);
        if (value is not IList list) return NumberInput.TryGetDouble(value, out _) ? Shape.Number : null;
        if (list.Count == 0) throw Empty(name);
        if (NumberInput.Unwrap(list[0]) is not IList first) return Shape.Vector(list.Count);
        for (var i = 0; i < list.Count; i++)
        {
            if (NumberInput.Unwrap(list[i]) is not IList row) throw Ragged(name, i, "is not a list", first.Count);
            if (row.Count != first.Count) throw Ragged(name, i, string.Create(CultureInfo.InvariantCulture, $"has {Numbers(row.Count)}"), first.Count);
        }

        return first.Count == 0 ? throw Empty(name) : Shape.Matrix(list.Count, first.Count);
    }

    /// <summary>Writes the elements of a value of a shape, row after row.</summary>
    /// <param name="value">The value.</param>
    /// <param name="shape">The shape of what it is for.</param>
    /// <param name="name">What to call it in errors.</param>
    /// <param name="elements">Gets the elements.</param>
    /// <param name="advice">What to add where the shape is another one, with a space before it; empty for nothing.</param>
    /// <exception cref="AutodiffException">The value has another shape, an element is not a number, or a matrix that has to be symmetric is not.</exception>
    public static void Read(object? value, Shape shape, string name, Span<double> elements, string advice = "")
    {
        value = NumberInput.Unwrap(value);
        var given = ShapeOf(value, name) ?? throw new AutodiffException(ErrorIds.ValueNotNumeric, $"The value of '{name}' is {NumberInput.Describe(value)}, neither a number nor a list of numbers, but '{name}' is {shape.InWords()}.");

        // PowerShell makes of a list with one element, or with one list, that element, and JSON and what goes through a pipeline have matrices as lists of all elements, row after row.
        var isUnrolled = given.Count == shape.Count && (given.IsNumber || (given.IsVector && shape.IsMatrix));
        if (!given.IsLike(shape) && !isUnrolled) throw new AutodiffException(ErrorIds.ShapeMismatch, $"The value of '{name}' is {given.InWords()}, but '{name}' is {shape.InWords()}.{advice}");
        switch (value)
        {
            // At once: those of millions need no object each.
            case double[] vector:
                vector.CopyTo(elements);
                break;
            case double[,] matrix:
                MemoryMarshal.CreateReadOnlySpan(ref matrix[0, 0], matrix.Length).CopyTo(elements);
                break;
            default:
                ReadEach(value, given, shape, name, elements);
                break;
        }

        if (shape.IsSymmetric) CheckSymmetric(elements, (int)shape.Rows, name);
    }

    /// <summary>Refuses a matrix that is further from its transpose than rounding puts it.</summary>
    /// <param name="elements">The elements of the matrix, row after row.</param>
    /// <param name="size">The number of rows and of columns.</param>
    /// <param name="name">What to call it in errors.</param>
    /// <exception cref="AutodiffException">It is not symmetric.</exception>
    public static void CheckSymmetric(ReadOnlySpan<double> elements, int size, string name)
    {
        const double rounding = 8 * Rounding.Unit;
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var (a, b) = (elements[(i * size) + j], elements[(j * size) + i]);
                if (a.Equals(b) || Math.Abs(a - b) <= rounding * Math.Max(Math.Abs(a), Math.Abs(b))) continue;
                throw new AutodiffException(ErrorIds.ValueNotSymmetric, string.Create(CultureInfo.InvariantCulture, $"'{name}' is declared symmetric, but {name}[{i}, {j}] is {a} and {name}[{j}, {i}] is {b}."));
            }
        }
    }

    private static void ReadEach(object? value, Shape given, Shape shape, string name, Span<double> elements)
    {
        var next = 0;
        foreach (var element in Elements(value, given))
        {
            if (!NumberInput.TryGetDouble(element, out elements[next++]))
            {
                var place = shape.IsMatrix ? string.Create(CultureInfo.InvariantCulture, $"[{(next - 1) / shape.Columns}, {(next - 1) % shape.Columns}]") : string.Create(CultureInfo.InvariantCulture, $"[{next - 1}]");
                throw new AutodiffException(ErrorIds.ValueNotNumeric, $"The element {name}{place} is {NumberInput.Describe(element)}, not a number.{NumberInput.CommaHint(element)}");
            }
        }
    }

    private static IEnumerable Elements(object? value, Shape shape) =>
        shape.IsNumber ? new[] { value } :
        value is Array { Rank: 2 } matrix ? matrix :
        shape.IsVector ? (IList)value! :
        ((IList)value!).Cast<object?>().SelectMany(static row => ((IList)NumberInput.Unwrap(row)!).Cast<object?>());

    private static Shape ShapeOf(Array array, string name)
    {
        if (array.Rank > 2) throw new AutodiffException(ErrorIds.ShapeMismatch, string.Create(CultureInfo.InvariantCulture, $"The value of '{name}' has {array.Rank} axes; arrays have one or two."));
        return array.Length == 0 ? throw Empty(name) : Shape.Matrix(array.GetLength(0), array.GetLength(1));
    }

    private static AutodiffException Empty(string name) => new(ErrorIds.ValueMissing, $"The value of '{name}' is an empty list; an array has at least one element.");

    private static AutodiffException Ragged(string name, int row, string what, int first) => new(
        ErrorIds.ShapeMismatch,
        string.Create(CultureInfo.InvariantCulture, $"The rows of '{name}' differ: row 0 has {Numbers(first)} and row {row} {what}. The rows of a matrix are lists of the same length."));

    private static string Numbers(int count) => count == 1 ? "1 element" : string.Create(CultureInfo.InvariantCulture, $"{count} elements");
}
