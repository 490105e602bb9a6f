using System.Collections.Specialized;
using System.Globalization;

namespace PSAutodiff.Core;

/// <summary>
/// Variables with their shapes, whose elements stand one after the other, row after row, as the numbers of a point. Where all are numbers, an
/// element is a variable.
/// </summary>
internal sealed class VariableLayout
{
    /// <summary>Variables of given shapes.</summary>
    /// <param name="names">Their names, in order.</param>
    /// <param name="shapes">Their shapes, in the same order; null where all are numbers.</param>
    public VariableLayout(IReadOnlyList<string> names, Shape[]? shapes = null)
    {
        Names = names;
        if (shapes is not null && Array.Exists(shapes, static shape => !shape.IsNumber)) (Shapes, HasArrays) = (shapes, true);
    }

    /// <summary>The names, in order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The shape of each.</summary>
    public Shape[] Shapes
    {
        get => field ??= new Shape[Names.Count];
        private init;
    }

    /// <summary>The number of all elements.</summary>
    /// <exception cref="AutodiffException">There are more than can be computed with.</exception>
    public int Length => Starts is { } starts ? starts[^1] : Names.Count;

    /// <summary>Whether one is not a number.</summary>
    public bool HasArrays { get; }

    // Where the elements of each begin, and the end of all; null where all are numbers, whose layouts are made by every compilation.
    // Made when elements are asked for: expressions may have variables that are too large to be computed with.
    private int[]? Starts => field ??= HasArrays ? FindStarts() : null;

    /// <summary>The names of the elements: x, v[0], W[0, 1].</summary>
    public IReadOnlyList<string> ElementNames => field ??= HasArrays ? [.. Enumerable.Range(0, Names.Count).SelectMany(ElementNamesOf)] : Names;

    /// <summary>The variables that an expression has, and others, with their shapes there.</summary>
    /// <param name="names">The names, in order; those that it does not have are numbers.</param>
    /// <param name="expressions">The expressions.</param>
    public static VariableLayout Of(IReadOnlyList<string> names, RootedGraph expressions)
    {
        if (expressions.Graph.Arrays is null) return new VariableLayout(names);
        var shapes = new Dictionary<string, Shape>(StringComparer.Ordinal);
        for (var id = 0; id < expressions.Graph.Count; id++)
        {
            if (expressions.Graph.IsVariable(id)) shapes[expressions.Graph.NameOf(id)] = expressions.Graph.ShapeOf(id);
        }

        return new VariableLayout(names, [.. names.Select(name => shapes.GetValueOrDefault(name))]);
    }

    /// <summary>The shape of each variable, for texts that have them too; null where all are numbers.</summary>
    public IReadOnlyDictionary<string, Shape>? ByName() =>
        HasArrays ? Enumerable.Range(0, Names.Count).ToDictionary(i => Names[i], i => Shapes[i], StringComparer.Ordinal) : null;

    /// <summary>The variables and shapes of what <see cref="Fold"/> made.</summary>
    public static VariableLayout Of(OrderedDictionary folded) => new(
        [.. folded.Keys.Cast<string>()],
        [.. folded.Values.Cast<object>().Select(static value => value switch
        {
            double[] vector => Shape.Vector(vector.Length),
            double[,] matrix => Shape.Matrix(matrix.GetLength(0), matrix.GetLength(1)),
            _ => Shape.Number,
        })]);

    /// <summary>The elements of what <see cref="Fold"/> made, in order.</summary>
    public static double[] ElementsOf(OrderedDictionary folded) => [.. folded.Values.Cast<object>().SelectMany(static value => value switch
    {
        double[] vector => vector,
        double[,] matrix => matrix.Cast<double>(),
        _ => [(double)value],
    })];

    /// <summary>The elements of a variable among those of all.</summary>
    public Range ElementsOf(int variable) => Starts is { } starts ? starts[variable]..starts[variable + 1] : variable..(variable + 1);

    /// <summary>Some of the variables, in another order.</summary>
    public VariableLayout Only(IReadOnlyList<string> names)
    {
        if (!HasArrays) return new VariableLayout(names);
        var places = Enumerable.Range(0, Names.Count).ToDictionary(i => Names[i], i => Shapes[i], StringComparer.Ordinal);
        return new VariableLayout(names, [.. names.Select(name => places[name])]);
    }

    /// <summary>These and then others.</summary>
    public VariableLayout Before(VariableLayout others) => HasArrays || others.HasArrays
        ? new([.. Names, .. others.Names], [.. Shapes, .. others.Shapes])
        : new([.. Names, .. others.Names]);

    /// <summary>These and then others of the same shapes.</summary>
    /// <param name="names">The names of the others.</param>
    public VariableLayout And(IReadOnlyList<string> names) => new([.. Names, .. names], [.. Shapes, .. Shapes]);

    /// <summary>Each variable's elements under its name, in order: a double, a double[] or a double[,].</summary>
    /// <param name="element">The number of an element.</param>
    public OrderedDictionary Fold(Func<int, double> element)
    {
        var named = new OrderedDictionary(Names.Count);
        for (var i = 0; i < Names.Count; i++)
        {
            var start = Starts?[i] ?? i;
            named.Add(Names[i], ValueOf(Shapes[i], at => element(start + at)));
        }

        return named;
    }

    private int[] FindStarts()
    {
        var starts = new int[Names.Count + 1];
        long length = 0;
        for (var i = 0; i < Names.Count; i++)
        {
            length += Math.Min(Shapes[i].Count, Array.MaxLength + 1L);
            if (length > Array.MaxLength) throw new AutodiffException(ErrorIds.DataTooLarge, string.Create(CultureInfo.InvariantCulture, $"'{Names[i]}' is {Shapes[i].InWords()}. With it the variables have more elements than can be computed with, which are {Array.MaxLength}."));
            starts[i + 1] = (int)length;
        }

        return starts;
    }

    /// <summary>What has a shape, as numbers are held elsewhere: a double, a double[] or a double[,].</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="element">Its elements, row after row.</param>
    public static object ValueOf(Shape shape, Func<int, double> element)
    {
        if (shape.IsNumber) return element(0);
        if (shape.IsVector)
        {
            var vector = new double[shape.Rows];
            for (var i = 0; i < vector.Length; i++) vector[i] = element(i);
            return vector;
        }

        var matrix = new double[shape.Rows, shape.Columns];
        var next = 0;
        for (var i = 0; i < shape.Rows; i++)
        {
            for (var j = 0; j < shape.Columns; j++) matrix[i, j] = element(next++);
        }

        return matrix;
    }

    /// <summary>Where an element of a shape is, as it is written: [0], [0, 1].</summary>
    public static string PlaceOf(Shape shape, int element) => shape.IsVector
        ? string.Create(CultureInfo.InvariantCulture, $"[{element}]")
        : string.Create(CultureInfo.InvariantCulture, $"[{element / shape.Columns}, {element % shape.Columns}]");

    private IEnumerable<string> ElementNamesOf(int variable)
    {
        var (name, shape) = (Names[variable], Shapes[variable]);
        if (shape.IsNumber) return [name];
        return Enumerable.Range(0, (int)shape.Count).Select(i => name + PlaceOf(shape, i));
    }
}
