using PSAutodiff.Core;
using PSAutodiff.Passes.Differentiation;

namespace PSAutodiff.Reports;

/// <summary>
/// The values of nodes that are arrays, or have arrays beside them, at a point; of a result that is a number also its derivatives with respect to
/// them, and what each passes back to its arguments.
/// </summary>
internal sealed class ArrayNodeValues
{
    // More elements are no picture, and take a report's time.
    private const long MostElements = 4_000_000;

    private readonly Dictionary<int, ArrayCells> _values = [];
    private readonly Dictionary<int, ArrayCells> _adjoints = [];
    private readonly Dictionary<(int From, int Index), ArrayCells> _parts = [];

    private ArrayNodeValues()
    {
    }

    /// <summary>Whether there are derivatives: the result is a number.</summary>
    public bool HasAdjoints { get; private init; }

    /// <summary>The value of a node.</summary>
    public ArrayCells ValueOf(int id) => _values[id];

    /// <summary>The derivative of the result by a node; null where it is 0 or there is none.</summary>
    public ArrayCells? AdjointOf(int id) => _adjoints.GetValueOrDefault(id);

    /// <summary>What a node passes back to an argument; null where that is nothing.</summary>
    public ArrayCells? PartOf(int from, int index) => _parts.GetValueOrDefault((from, index));

    /// <summary>Computes them; null where they have too many elements together to be shown.</summary>
    /// <param name="expression">One expression.</param>
    /// <param name="shown">The nodes that are wanted, none of them an axis, size or index.</param>
    /// <param name="inputs">Its variables.</param>
    /// <param name="elements">Their elements, in order.</param>
    public static ArrayNodeValues? Compute(RootedGraph expression, IReadOnlyList<int> shown, VariableLayout inputs, double[] elements)
    {
        var root = expression.Roots[0];
        var hasAdjoints = expression.Graph.ShapeOf(root).IsNumber;
        var builder = ExprNode.Extend(expression, CancellationToken.None);
        var wanted = shown.ToHashSet();
        var outputs = new List<(int Node, Action<ArrayNodeValues, ArrayCells> Take)>();
        foreach (var id in shown) outputs.Add((id, (all, cells) => all._values.Add(id, cells)));
        if (hasAdjoints)
        {
            var (adjoints, receipts) = ReverseMode.TraceAll(builder, root);
            foreach (var id in shown.Where(id => adjoints[id] != Graph.None)) outputs.Add((adjoints[id], (all, cells) => all._adjoints.Add(id, cells)));
            foreach (var receipt in receipts.Where(receipt => wanted.Contains(receipt.From))) outputs.Add((receipt.Part, (all, cells) => all._parts.Add((receipt.From, receipt.Index), cells)));
        }

        if (outputs.Sum(output => (double)builder.ShapeOf(output.Node).Count) > MostElements) return null;
        var compiled = CompiledExpression.Compile(inputs, builder.Build([.. outputs.Select(static output => output.Node)]), CancellationToken.None);
        var results = new double[compiled.ResultLength];
        compiled.Evaluate(elements, results);
        var values = new ArrayNodeValues { HasAdjoints = hasAdjoints };
        var start = 0;
        foreach (var (node, take) in outputs)
        {
            var shape = builder.ShapeOf(node);
            take(values, new ArrayCells(shape, results.AsMemory(start, (int)shape.Count)));
            start += (int)shape.Count;
        }

        return values;
    }
}

/// <summary>The elements of a number, vector or matrix, row after row.</summary>
/// <param name="Shape">Its shape; a vector is drawn as a row.</param>
/// <param name="Elements">The elements.</param>
internal sealed record ArrayCells(Shape Shape, ReadOnlyMemory<double> Elements)
{
    // Of a picture at a node.
    private const int MostCells = 16;

    /// <summary>The elements as cells of a small picture: each the mean of a block of them where there are many.</summary>
    /// <param name="most">How many cells there are at most in each direction.</param>
    public (int Rows, int Columns, double[] Cells) Reduced(int most = MostCells)
    {
        var (height, width) = (Shape.IsMatrix ? (int)Shape.Rows : 1, Shape.IsNumber ? 1 : (int)Shape.Last);
        var (rows, columns) = (Math.Min(height, most), Math.Min(width, most));
        var cells = new double[rows * columns];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++) cells[(i * columns) + j] = Mean(Part(i, rows, height), Part(j, columns, width), width);
        }

        return (rows, columns, cells);
    }

    private static (int Start, int End) Part(int index, int parts, int whole) => ((int)((long)whole * index / parts), (int)((long)whole * (index + 1) / parts));

    private double Mean((int Start, int End) rows, (int Start, int End) columns, int width)
    {
        var elements = Elements.Span;
        var sum = 0.0;
        for (var i = rows.Start; i < rows.End; i++)
        {
            for (var j = columns.Start; j < columns.End; j++) sum += elements[(i * width) + j];
        }

        return sum / ((rows.End - rows.Start) * (columns.End - columns.Start));
    }
}
