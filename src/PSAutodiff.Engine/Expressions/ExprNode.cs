using System.Diagnostics;
using System.Globalization;
using PSAutodiff.Core;
using PSAutodiff.Expressions;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>
/// One node of an expression graph: a constant, a variable, or an operation on one to three other nodes. Immutable and safe to
/// share between threads and runspaces. Equality is structural.
/// </summary>
/// <remarks>
/// Nodes made by operators refer to their arguments; nodes that a pass (differentiation, simplification, ...) gives refer to the
/// graph that the pass wrote, and make objects for their arguments only when these are asked for.
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
[DebuggerTypeProxy(typeof(ExprNodeDebugView))]
public sealed partial class ExprNode : IEquatable<ExprNode>
{
    private static int _lastSerial;

    [ThreadStatic]
    private static int _nextSerial;

    // The operation; with the shape where it is more than a number.
    private readonly object _kind;

    // A string for a variable, the content of other leaves; otherwise the first argument, or null while it still has to be looked up in the graph.
    private object? _x;
    private ExprNode? _y;
    private ExprNode? _z;
    private GraphLocation? _location;

    // The bits of a constant's value, else the structural hash (0 while not computed).
    private ulong _bits;
    private int _depth;

    private ExprNode(object kind, object? x, ExprNode? y, ExprNode? z, ulong bits, int depth)
    {
        _kind = kind;
        _x = x;
        _y = y;
        _z = z;
        _bits = bits;
        _depth = depth;
        Serial = NextSerial();
    }

    internal ExprNode(Graph graph, int id)
    {
        var operation = graph.OperationOf(id);
        _kind = graph.IsNumber(id) ? operation : new ShapedOperation(operation, graph.ShapeOf(id));
        _location = new GraphLocation(graph, id);
        Serial = NextSerial();
    }

    /// <summary>The name of the operation: <c>const</c>, <c>var</c>, <c>sum</c>, <c>mul</c>, <c>exp</c> and so on.</summary>
    public string Op => Operation.Name;

    /// <summary>The operation.</summary>
    // The test for a sealed class is one comparison; that for operations would walk up their bases.
    public Operation Operation => _kind is ShapedOperation shaped ? shaped.Operation : System.Runtime.CompilerServices.Unsafe.As<Operation>(_kind);

    /// <summary>The sizes: none for a number, one for a vector, rows and columns for a matrix.</summary>
    public IReadOnlyList<long> Shape => ArrayShape.Sizes;

    /// <summary>Whether it is a number, and no vector or matrix.</summary>
    internal bool IsNumber => _kind is not ShapedOperation;

    /// <summary>The shape.</summary>
    internal Shape ArrayShape => _kind is ShapedOperation shaped ? shaped.Shape : Core.Shape.Number;

    /// <summary>The value of a constant; null for any other node.</summary>
    public double? Value => IsConstant ? ConstantValue : null;

    /// <summary>The name of a variable; null for any other node.</summary>
    public string? Name => _x as string;

    /// <summary>The first argument, or null for a constant or variable.</summary>
    public ExprNode? X => Operation.ExpressionCount > 0 ? Argument(0) : null;

    /// <summary>The second argument, or null when the operation has fewer than two.</summary>
    public ExprNode? Y => Operation.ExpressionCount > 1 ? Argument(1) : null;

    /// <summary>The third argument, or null when the operation has fewer than three.</summary>
    public ExprNode? Z => Operation.ExpressionCount > 2 ? Argument(2) : null;

    // Arrays: PowerShell cannot index what the compiler makes of a collection expression.
    /// <summary>The arguments in order; empty for a constant or variable.</summary>
    public IReadOnlyList<ExprNode> Arguments => Operation.ExpressionCount switch
    {
        0 => Array.Empty<ExprNode>(),
        1 => new[] { X! },
        2 => new[] { X!, Y! },
        _ => new[] { X!, Y!, Z! },
    };

    /// <summary>An argument, be it a list of whole numbers.</summary>
    internal ExprNode Argument(int index) => index switch
    {
        0 => (ExprNode?)_x ?? Materialize(0),
        1 => _y ?? Materialize(1),
        _ => _z ?? Materialize(2),
    };

    /// <summary>Names of all variables in the expression, in ordinal order, each once.</summary>
    public IReadOnlyList<string> Variables
    {
        get
        {
            var (graph, id) = Flatten();
            return graph.VariablesOf([id]);
        }
    }

    /// <summary>Names of all functions without definitions in the expression, in ordinal order, each once and without the marks of derivatives.</summary>
    public IReadOnlyList<string> Functions
    {
        get
        {
            var (graph, id) = Flatten();
            return graph.FunctionNamesOf(graph.Reachable([id]));
        }
    }

    /// <summary>Number of distinct nodes of the expression, constants and variables included; shared parts count once.</summary>
    public int NodeCount
    {
        get
        {
            var (graph, id) = Flatten();
            var count = 0;
            foreach (var needed in graph.Reachable([id]))
            {
                if (needed) count++;
            }

            return count;
        }
    }

    /// <summary>Number of nodes on the longest way from this node down to a leaf; 1 for a constant or variable.</summary>
    public int Depth => _depth != 0 ? _depth : _depth = _location!.Graph.DepthOf(_location.Id);

    internal bool IsConstant => Operation.Code == OperationTable.ConstantCode;

    internal double ConstantValue => BitConverter.UInt64BitsToDouble(_bits);

    internal string VariableName => (string)_x!;

    /// <summary>The whole numbers of a list of them, or the array of numbers.</summary>
    internal object LeafContent => _x!;

    internal int Serial { get; }

    internal GraphLocation? Home => Volatile.Read(ref _location);

    // Arguments as objects where they are there already: what the importer walks. Never null for a node without a home.
    internal ExprNode? DirectX => _x as ExprNode;

    internal ExprNode? DirectY => _y;

    internal ExprNode? DirectZ => _z;

    internal ulong StructuralHash
    {
        get
        {
            if (IsConstant) return StructuralHashing.Constant(ConstantValue);
            if (_bits == 0) _bits = _location!.Graph.StructuralHash(_location.Id);
            return _bits;
        }
    }

    /// <summary>A constant.</summary>
    /// <param name="value">Any finite number.</param>
    /// <exception cref="ArgumentException"><paramref name="value"/> is NaN or infinite.</exception>
    public static ExprNode Constant(double value) => double.IsFinite(value)
        ? new ExprNode(OperationTable.Constant, null, null, null, BitConverter.DoubleToUInt64Bits(value), 1)
        : throw new AutodiffException(
            ErrorIds.ConstantNotFinite,
            string.Create(CultureInfo.InvariantCulture, $"A constant has to be a finite number, not {value}. Use a variable and give it that value when measuring."));

    /// <summary>A variable.</summary>
    /// <param name="name">Any text without invisible characters that is not <c>pi</c>.</param>
    /// <exception cref="AutodiffException"><paramref name="name"/> is no valid variable name.</exception>
    public static ExprNode Variable(string name)
    {
        VariableNames.Check(name);
        return new ExprNode(OperationTable.Variable, name, null, null, StructuralHashing.Variable(name, Core.Shape.Number), 1);
    }

    /// <summary>A variable that is a vector or a matrix.</summary>
    /// <param name="name">Any text without invisible characters that is not <c>pi</c>.</param>
    /// <param name="shape">The number of elements, or the numbers of rows and columns, from 1; none for a number.</param>
    /// <exception cref="AutodiffException">The name or the shape is not valid.</exception>
    public static ExprNode Variable(string name, params long[] shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return shape.Length == 0 ? Variable(name) : Variable(name, ArrayForms.Sizes(name, shape));
    }

    /// <summary>A variable that is a square matrix which is its own transpose.</summary>
    /// <param name="name">Any text without invisible characters that is not <c>pi</c>.</param>
    /// <param name="size">The number of rows and columns, from 1.</param>
    /// <exception cref="AutodiffException">The name or the size is not valid.</exception>
    public static ExprNode SymmetricVariable(string name, long size) => Variable(name, Core.Shape.Symmetric(ArrayForms.Size(name, [size])));

    /// <summary>This expression, which has to be one of numbers alone.</summary>
    /// <param name="what">See <see cref="RootedGraph.RequireNumbers"/>.</param>
    /// <exception cref="AutodiffException">There is a vector or matrix.</exception>
    internal ExprNode OfNumbers(string what)
    {
        Flatten([this]).RequireNumbers(what);
        return this;
    }

    internal static ExprNode Variable(string name, Shape shape)
    {
        VariableNames.Check(name);
        return new ExprNode(new ShapedOperation(OperationTable.Variable, shape), name, null, null, StructuralHashing.Variable(name, shape), 1);
    }

    /// <summary>A vector of numbers.</summary>
    /// <exception cref="AutodiffException">There is none, or one is not finite.</exception>
    public static ExprNode Constant(double[] elements)
    {
        ArgumentNullException.ThrowIfNull(elements);
        return Constant(new ConstantArray([.. elements], Core.Shape.Vector(elements.Length)));
    }

    /// <summary>A matrix of numbers.</summary>
    /// <exception cref="AutodiffException">There is none, or one is not finite.</exception>
    public static ExprNode Constant(double[,] elements)
    {
        ArgumentNullException.ThrowIfNull(elements);
        return Constant(new ConstantArray([.. elements.Cast<double>()], Core.Shape.Matrix(elements.GetLength(0), elements.GetLength(1))));
    }

    internal static ExprNode Constant(ConstantArray array)
    {
        if (array.Elements.Length == 0) throw new AutodiffException(ErrorIds.ShapeInvalid, "An array needs at least one element.");
        foreach (var element in array.Elements) _ = Constant(element);
        return new ExprNode(new ShapedOperation(OperationTable.ConstantArray, array.Shape), array, null, null, StructuralHashing.Array(array), 1);
    }

    /// <summary>A list of whole numbers as an argument.</summary>
    internal static ExprNode Indices(params long[] numbers) => new(OperationTable.Index, numbers, null, null, StructuralHashing.Index(numbers), 1);

    /// <summary>A constant, by the name of its operation.</summary>
    /// <param name="value">Any finite number.</param>
    /// <exception cref="AutodiffException"><paramref name="value"/> is NaN or infinite.</exception>
    public static ExprNode Const(double value) => Constant(value);

    /// <summary>A variable, by the name of its operation.</summary>
    /// <param name="name">Any text without invisible characters that is not <c>pi</c>.</param>
    /// <exception cref="AutodiffException"><paramref name="name"/> is no valid variable name.</exception>
    public static ExprNode Var(string name) => Variable(name);

    /// <summary>An operation given by its name, on its arguments.</summary>
    /// <param name="operation">A name such as <c>sum</c>, <c>mul</c> or <c>tanh</c>, or that of a form such as <c>ln</c> or <c>cot</c>.</param>
    /// <param name="arguments">As many nodes as the operation takes.</param>
    /// <exception cref="AutodiffException">The operation is unknown or takes another number of arguments.</exception>
    public static ExprNode Apply(string operation, params ReadOnlySpan<ExprNode> arguments) => Apply(NamedFunction.Find(operation), arguments);

    /// <summary>A function without a definition on its arguments, or a derivative of one.</summary>
    /// <param name="function">A name such as <c>phi</c>, a derivative such as <c>phi'</c>, or of several arguments such as <c>f'12</c>.</param>
    /// <param name="arguments">1 to 3 nodes.</param>
    /// <exception cref="AutodiffException">The name is that of an operation or cannot be written in text, or the arguments are too many.</exception>
    public static ExprNode Function(string function, params ExprNode[] arguments)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(arguments);
        return NamedFunction.DeclarationProblem(UnknownFunction.NameIn(function)) is { } problem
            ? throw new AutodiffException(ErrorIds.FunctionInvalid, problem + ".")
            : Apply(NamedFunction.Unknown(function), arguments);
    }

    /// <summary>The constant with this value, so that numbers can stand beside nodes in formulas.</summary>
    public static implicit operator ExprNode(double value) => Constant(value);

    /// <summary>The vector of these numbers.</summary>
    public static implicit operator ExprNode(double[] elements) => Constant(elements);

    /// <summary>The matrix of these numbers.</summary>
    public static implicit operator ExprNode(double[,] elements) => Constant(elements);

    /// <summary>Whether the other node has the same structure: same operations, names and constants (bit for bit) in the same order.</summary>
    public bool Equals(ExprNode? other) => Equals(other, CancellationToken.None);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ExprNode);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)SeededHash.Of((long)StructuralHash);

    internal bool Equals(ExprNode? other, CancellationToken cancellation)
    {
        if (other is null) return false;
        if (ReferenceEquals(this, other)) return true;
        if (Operation != other.Operation || StructuralHash != other.StructuralHash) return false;
        if (Home is { } mine && other.Home is { } theirs && ReferenceEquals(mine.Graph, theirs.Graph)) return mine.Id == theirs.Id;
        var importer = new GraphImporter(new GraphBuilder { Cancellation = cancellation });
        return importer.Import(this) == importer.Import(other);
    }

    internal static ExprNode Apply(NamedFunction function, ReadOnlySpan<ExprNode> arguments)
    {
        if (!function.Takes(arguments.Length)) throw new AutodiffException(ErrorIds.ArgumentCount, function.ArgumentCountMessage(arguments.Length));

        // In text sum(A, 0) is refused too: it can be meant for the sum along an axis.
        if (arguments.Length == 2 && function.Name is "sum" or "max" or "min" && arguments[0] is { ArrayShape.IsNumber: false } && arguments[1] is { IsConstant: true })
        {
            var number = arguments[1].ConstantValue.ToString(CultureInfo.InvariantCulture);
            throw new AutodiffException(ErrorIds.ArgumentInvalid, $"'{function.Name}' of an array and {number} can be read in two ways: write {(function.Name == "sum" ? $"A + {number}" : $"{function.Name} of the array and {number} * ones(...)")}, or the method of the array for an axis, as in A.{char.ToUpperInvariant(function.Name[0])}{function.Name[1..]}({number}).");
        }

        return function.Apply(arguments);
    }

    internal static ExprNode Apply<TOperation>(ExprNode x, ExprNode? y = null, ExprNode? z = null)
        where TOperation : Operation => Apply(OperationOf<TOperation>.Instance, x, y, z);

    internal static ExprNode Apply(Operation op, ExprNode? x, ExprNode? y, ExprNode? z)
    {
        if (x is null) throw MissingArgument(op, 0);
        if (op.Arity > 1 && y is null) throw MissingArgument(op, 1);
        if (op.Arity > 2 && z is null) throw MissingArgument(op, 2);
        var depth = x.Depth;
        if (y is not null) depth = Math.Max(depth, y.Depth);
        if (z is not null) depth = Math.Max(depth, z.Depth);
        var hash = StructuralHashing.Combine(op, x.StructuralHash, y?.StructuralHash ?? 0, z?.StructuralHash ?? 0);
        return new ExprNode(KindOf(op, x, y, z), x, y, z, hash, depth + 1);
    }

    /// <summary>The graph this node stands in and its id there; made once for a node built by operators.</summary>
    internal GraphLocation Flatten(CancellationToken cancellation = default)
    {
        if (Home is { } home) return home;
        var builder = new GraphBuilder(_depth) { Cancellation = cancellation };
        var id = builder.Settled(new GraphImporter(builder, _depth).Import(this));
        var made = new GraphLocation(builder.Build(), id);
        return Operation.Arity == 0 ? made : Interlocked.CompareExchange(ref _location, made, null) ?? made;
    }

    /// <summary>One graph that holds several nodes; the graph they share already when there is one.</summary>
    internal static RootedGraph Flatten(IReadOnlyList<ExprNode> nodes, CancellationToken cancellation = default)
    {
        var ids = new int[nodes.Count];
        if (nodes.Count == 1)
        {
            var (graph, id) = nodes[0].Flatten(cancellation);
            return new RootedGraph(graph, [id]);
        }

        // A derivative stands in a graph that went on from that of its function; the longer one holds both.
        Graph? longest = null;
        foreach (var node in nodes)
        {
            if (node.Home is { } home && home.Graph.Count > (longest?.Count ?? 0)) longest = home.Graph;
        }

        var (shared, leaves) = (longest is not null, false);
        for (var i = 0; i < ids.Length && shared; i++)
        {
            leaves |= nodes[i].Operation.Arity == 0;
            if (nodes[i].Operation.Arity == 0) continue;
            shared = nodes[i].Home is { } home && home.Graph.IsBeginningOf(longest);
            if (shared) ids[i] = nodes[i].Home!.Id;
        }

        if (shared && !leaves) return new RootedGraph(longest!, ids);
        if (shared)
        {
            // A derivative that is a constant or a variable stands in no graph; there is a place for it in that of the others.
            var extended = new GraphBuilder(longest!, extraCapacity: 8) { Cancellation = cancellation };
            var leafImporter = new GraphImporter(extended);
            for (var i = 0; i < ids.Length; i++)
            {
                if (nodes[i].Operation.Arity == 0) ids[i] = leafImporter.Import(nodes[i]);
            }

            return extended.Build(ids);
        }

        var builder = new GraphBuilder { Cancellation = cancellation };
        var importer = new GraphImporter(builder);
        for (var i = 0; i < ids.Length; i++) ids[i] = importer.Import(nodes[i]);
        return builder.Build(ids);
    }

    private static object KindOf(Operation op, ExprNode x, ExprNode? y, ExprNode? z)
    {
        if (x.IsNumber && (y is null || y.IsNumber) && (z is null || z.IsNumber) && op.IsElementwise) return op;
        var indices = op.HasIndices ? (long[])(z ?? y ?? x).LeafContent : [];
        var shape = op.ShapeOf(new ArgumentShapes(x.ArrayShape, y?.ArrayShape ?? default, z?.ArrayShape ?? default, indices));
        return shape == Core.Shape.Number ? op : new ShapedOperation(op, shape);
    }

    private static AutodiffException MissingArgument(Operation op, int index) => new(
        ErrorIds.NullOperand,
        $"Argument {index + 1} of '{op.Name}' is null. Is the name of a PowerShell variable misspelled, or was the variable never set?");

    private static int NextSerial()
    {
        // Blocks of numbers for each thread keep threads from contending for one counter.
        const int block = 1024;
        var next = _nextSerial;
        if ((next & (block - 1)) == 0) next = Interlocked.Add(ref _lastSerial, block);
        _nextSerial = next + 1;
        return next;
    }

    private ExprNode Materialize(int index)
    {
        var (graph, id) = _location!;
        var made = graph.Node(graph.Argument(id, index));
        return index switch
        {
            0 => (ExprNode)(Interlocked.CompareExchange(ref _x, made, null) ?? made),
            1 => Interlocked.CompareExchange(ref _y, made, null) ?? made,
            _ => Interlocked.CompareExchange(ref _z, made, null) ?? made,
        };
    }

    /// <summary>Where a node stands: a graph and an id in it.</summary>
    internal sealed record GraphLocation(Graph Graph, int Id);

    private sealed record ShapedOperation(Operation Operation, Shape Shape);

    private sealed class ExprNodeDebugView(ExprNode node)
    {
        public string Text => node.ToString();

        [DebuggerBrowsable(DebuggerBrowsableState.RootHidden)]
        public ExprNode[] Arguments => [.. node.Arguments];
    }
}
