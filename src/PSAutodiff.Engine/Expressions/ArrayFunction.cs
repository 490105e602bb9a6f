using System.Globalization;
using PSAutodiff.Core;

namespace PSAutodiff.Expressions;

/// <summary>How nodes are made, be they objects or ids of a graph.</summary>
internal interface INodes<TNode>
{
    TNode Constant(double value);

    double? ConstantOf(TNode node);

    Shape ShapeOf(TNode node);

    /// <summary>A list of whole numbers.</summary>
    TNode Indices(long[] numbers);

    /// <summary>Arguments that the operation does not have may be anything.</summary>
    TNode Apply(Operation operation, TNode x, TNode? y, TNode? z);
}

/// <summary>
/// A function of arrays as it is called: with an axis, sizes or other whole numbers that become the last argument of an operation, or by
/// the number of its arguments: sum(a) is another operation than sum(x, y).
/// </summary>
internal sealed class ArrayFunction
{
    private readonly Kind _kind;
    private readonly Operation _operation;

    private ArrayFunction(string name, Kind kind, Operation operation) => (Name, _kind, _operation) = (name, kind, operation);

    /// <summary>What the whole numbers of a call are.</summary>
    private enum Kind
    {
        /// <summary>f(a) or f(a, axis=0): all elements without an axis.</summary>
        Reduction,

        /// <summary>The last axis without one.</summary>
        LastAxis,

        /// <summary>f(a, b, ...), one after the other, with an axis or 0.</summary>
        Concat,

        /// <summary>f(a, m) or f(a, m, n).</summary>
        Sizes,

        /// <summary>f(n) or f(m, n).</summary>
        Filled,

        /// <summary>f(v): a single column.</summary>
        Column,

        /// <summary>f(g, k, n).</summary>
        Scatter,

        /// <summary>f(a, ...) with any whole numbers.</summary>
        Place,
    }

    /// <summary>The names of all.</summary>
    public static IReadOnlyList<string> Names =>
        ["sum", "mean", "max", "min", "norm", "winner", "softmax", "logsumexp", "layernorm", "concat", "reshape", "broadcast", "zeros", "ones", "eye", "column", "scatter", "place"];

    /// <summary>The function with a name, or null.</summary>
    // A table would make all their operations at the first look.
    public static ArrayFunction? TryFind(string name) => name switch
    {
        "sum" => Of<TotalOperation>(name, Kind.Reduction),
        "mean" => Of<MeanOperation>(name, Kind.Reduction),
        "max" => Of<LargestOperation>(name, Kind.Reduction),
        "min" => Of<SmallestOperation>(name, Kind.Reduction),
        "norm" => Of<NormOperation>(name, Kind.Reduction),
        "winner" => Of<WinnerOperation>(name, Kind.Reduction),
        "softmax" => Of<SoftmaxOperation>(name, Kind.LastAxis),
        "logsumexp" => Of<LogSumExpOperation>(name, Kind.LastAxis),
        "layernorm" => Of<LayerNormOperation>(name, Kind.LastAxis),
        "concat" => Of<ConcatOperation>(name, Kind.Concat),
        "reshape" => Of<ReshapeOperation>(name, Kind.Sizes),
        "broadcast" => Of<BroadcastOperation>(name, Kind.Sizes),
        "zeros" => Of<ZerosOperation>(name, Kind.Filled),
        "ones" => Of<OnesOperation>(name, Kind.Filled),
        "eye" => Of<EyeOperation>(name, Kind.Filled),
        "column" => Of<ReshapeOperation>(name, Kind.Column),
        "scatter" => Of<ScatterOperation>(name, Kind.Scatter),
        "place" => Of<PlaceOperation>(name, Kind.Place),
        _ => null,
    };

    public string Name { get; }

    /// <summary>Whether a call may name an axis.</summary>
    public bool TakesAxis => _kind is Kind.Reduction or Kind.LastAxis or Kind.Concat;

    /// <summary>Whether it takes so many arguments, the axis apart.</summary>
    public bool Takes(int count) => _kind switch
    {
        Kind.Reduction or Kind.LastAxis or Kind.Column => count == 1,
        Kind.Concat => count >= 2,
        Kind.Sizes => count is 2 or 3,
        Kind.Filled => _operation is EyeOperation ? count == 1 : count is 1 or 2,
        Kind.Scatter => count == 3,
        _ => count is 5 or 9,
    };

    /// <summary>The numbers of arguments, in words.</summary>
    public string CountsInWords => _kind switch
    {
        Kind.Reduction or Kind.LastAxis or Kind.Column => "1",
        Kind.Concat => "at least 2",
        Kind.Sizes => "2 or 3",
        Kind.Filled => _operation is EyeOperation ? "1" : "1 or 2",
        Kind.Scatter => "3",
        _ => "5 or 9",
    };

    /// <summary>The node of a call.</summary>
    /// <param name="nodes">Makes nodes.</param>
    /// <param name="arguments">The arguments, as many as it takes.</param>
    /// <param name="axis">The axis; null for none.</param>
    public TNode Apply<TNode, TNodes>(TNodes nodes, ReadOnlySpan<TNode> arguments, long? axis)
        where TNodes : struct, INodes<TNode>
    {
        switch (_kind)
        {
            case Kind.Reduction:
                return nodes.Apply(_operation, arguments[0], nodes.Indices(axis is { } named ? [named] : []), default);
            case Kind.LastAxis:
                return nodes.Apply(_operation, arguments[0], nodes.Indices(axis is { } one ? [one] : nodes.ShapeOf(arguments[0]).IsMatrix ? [1] : []), default);
            case Kind.Concat:
                var joined = arguments[0];
                foreach (var argument in arguments[1..]) joined = nodes.Apply(_operation, joined, argument, nodes.Indices([axis ?? 0]));
                return joined;
            case Kind.Filled:
                return nodes.Apply(_operation, nodes.Indices(Numbers<TNode, TNodes>(nodes, arguments)), default, default);
            case Kind.Column:
                if (!nodes.ShapeOf(arguments[0]).IsVector) throw new AutodiffException(ErrorIds.ShapeMismatch, $"'column' takes a vector, not {nodes.ShapeOf(arguments[0]).InWords()}.");
                return nodes.Apply(_operation, arguments[0], nodes.Indices([nodes.ShapeOf(arguments[0]).Rows, 1]), default);
            case Kind.Scatter:
                return nodes.Apply(_operation, arguments[0], arguments[1], nodes.Indices(Numbers<TNode, TNodes>(nodes, arguments[2..])));
            default:
                return nodes.Apply(_operation, arguments[0], nodes.Indices(Numbers<TNode, TNodes>(nodes, arguments[1..])), default);
        }
    }

    private static ArrayFunction Of<TOperation>(string name, Kind kind)
        where TOperation : Operation => new(name, kind, OperationOf<TOperation>.Instance);

    private long[] Numbers<TNode, TNodes>(TNodes nodes, ReadOnlySpan<TNode> arguments)
        where TNodes : struct, INodes<TNode>
    {
        const double largest = 1L << 53;
        var numbers = new long[arguments.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = nodes.ConstantOf(arguments[i]) is { } value && value == Math.Floor(value) && Math.Abs(value) <= largest
                ? (long)value
                : throw new AutodiffException(ErrorIds.IndexInvalid, string.Create(CultureInfo.InvariantCulture, $"Sizes in '{Name}' are whole numbers that are written there, so that the shape is known from the text."));
        }

        return numbers;
    }
}
