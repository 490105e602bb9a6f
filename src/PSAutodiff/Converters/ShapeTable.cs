using System.Collections;
using System.Globalization;
using PSAutodiff.Core;
using PSAutodiff.Expressions.Text;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Converters;

/// <summary>What parameters say of the shapes of variables.</summary>
internal static class ShapeTable
{
    private const double LargestSize = 1L << 53;

    /// <summary>Shapes by the names of variables.</summary>
    /// <param name="value">A dictionary: sizes, or text such as <c>[3, 3] symmetric</c>, by name.</param>
    /// <exception cref="AutodiffException">It is none, or one of the shapes is no shape.</exception>
    public static IReadOnlyDictionary<string, Shape> Of(object? value)
    {
        if (Conversions.Unwrap(value) is not IDictionary table) throw new AutodiffException(ErrorIds.ShapeInvalid, "Beside an expression -Shape takes a table of names and shapes, as in -Shape @{ W = 4, 8; b = 8 }.");
        return table.Cast<DictionaryEntry>().ToDictionary(Conversions.NameOf, static entry => ShapeOf(entry.Value, Conversions.NameOf(entry)), StringComparer.Ordinal);
    }

    /// <summary>Shapes of two tables; those of the second where both have a name.</summary>
    public static IReadOnlyDictionary<string, Shape>? Joined(IReadOnlyDictionary<string, Shape>? one, IReadOnlyDictionary<string, Shape>? other)
    {
        if (one is null || other is null) return one ?? other;
        var shapes = one is Dictionary<string, Shape> table ? new Dictionary<string, Shape>(table, table.Comparer) : new Dictionary<string, Shape>(one, StringComparer.Ordinal);
        foreach (var (name, shape) in other) shapes[name] = shape;
        return shapes;
    }

    /// <summary>The shape of one variable.</summary>
    /// <param name="value">A size, two sizes, or text.</param>
    /// <param name="name">The variable.</param>
    /// <exception cref="AutodiffException">It is no shape.</exception>
    public static Shape ShapeOf(object? value, string name)
    {
        value = Conversions.Unwrap(value);
        if (value is string text) return Declared(text, name);
        object?[] sizes = value is IList list ? [.. list.Cast<object?>()] : [value];
        if (sizes.Length is 1 or 2 && Array.TrueForAll(sizes, static size => Conversions.TryGetDouble(size, out var number) && number is >= 1 and <= LargestSize && number == Math.Floor(number)))
        {
            return Shape.Of([.. sizes.Select(static size => Conversions.TryGetDouble(size, out var number) ? (long)number : 0)]);
        }

        var shown = value is IDictionary ? "a table" : $"'{string.Join(", ", sizes.Select(static size => Convert.ToString(Conversions.Unwrap(size), CultureInfo.InvariantCulture)))}'";
        throw new AutodiffException(ErrorIds.ShapeInvalid, $"The shape of '{name}' is {shown}. Give one size for a vector or two for a matrix, whole numbers from 1, as in 3 or 4, 8.");
    }

    /// <summary>The expression, in which the variables have these shapes.</summary>
    /// <exception cref="AutodiffException">It does not have one of them, or that has another shape.</exception>
    public static ExprNode Checked(ExprNode node, IReadOnlyDictionary<string, Shape>? shapes)
    {
        Check(shapes, node);
        return node;
    }

    /// <summary>Requires that variables of expressions have these shapes.</summary>
    /// <exception cref="AutodiffException">None has one of them, or it has another shape.</exception>
    public static void Check(IReadOnlyDictionary<string, Shape>? shapes, params ExprNode[] nodes)
    {
        if (shapes is null) return;
        var flat = ExprNode.Flatten(nodes);
        var variables = flat.Variables();
        var arrays = ExprText.ArraysOf(flat.Graph, flat.Roots);
        foreach (var (name, shape) in shapes)
        {
            if (!variables.Contains(name)) throw new AutodiffException(ErrorIds.VariableUnknown, $"-Shape names '{name}', which is not a variable of the expression.{NearNames.Hint(name, variables)}");
            var own = arrays.GetValueOrDefault(name);
            if (own != shape) throw new AutodiffException(ErrorIds.ShapeConflict, $"'{name}' is {Describe(own)} in the expression, and {Describe(shape)} by -Shape. Leave one of the two out.");
        }
    }

    private static string Describe(Shape shape) => shape.InWords() + (shape.IsSymmetric ? ", symmetric" : string.Empty);

    // As after the colon in text.
    private static Shape Declared(string text, string name)
    {
        try
        {
            var written = text.TrimStart();
            var node = ExprNode.Parse($"v: {(written.StartsWith('[') ? written : $"[{written}]")}; v");
            if (node.Name == "v") return node.ArrayShape;
        }
        catch (AutodiffException)
        {
            // What is wrong is said below.
        }

        throw new AutodiffException(ErrorIds.ShapeInvalid, $"The shape of '{name}' is '{text}'. As text it is written '[4, 8]', or '[3, 3] symmetric'.");
    }
}
