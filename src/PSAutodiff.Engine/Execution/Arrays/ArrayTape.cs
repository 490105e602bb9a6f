using PSAutodiff.Core;

namespace PSAutodiff.Execution.Arrays;

/// <summary>
/// Expressions of arrays as instructions over one flat arena of numbers: inputs, constants, and intermediate values, whose places are used
/// again by liveness. Element-wise results take the place of an argument that is not needed any more.
/// </summary>
internal sealed class ArrayTape
{
    private readonly Instruction[] _instructions;
    private readonly double[] _constants;
    private readonly int _length;
    private readonly Place[] _outputs;
    private double[]? _arena;

    private ArrayTape(Instruction[] instructions, double[] constants, VariableLayout inputs, int length, Place[] outputs)
    {
        _instructions = instructions;
        _constants = constants;
        _length = length;
        _outputs = outputs;
        Inputs = inputs;
        foreach (var output in outputs) OutputLength += output.Length;
    }

    /// <summary>The variables, in the order of their elements.</summary>
    public VariableLayout Inputs { get; }

    /// <summary>Number of all elements of the results.</summary>
    public int OutputLength { get; private set; }

    /// <summary>The shapes of the results.</summary>
    public Shape[] OutputShapes => Array.ConvertAll(_outputs, static output => output.Shape);

    public int OperationCount => _instructions.Length;

    /// <summary>Number of elements that one run computes, or looks at where it joins several to one.</summary>
    public double Work => _instructions.Sum(static instruction => instruction.Operation is ArrayOperation operation
        ? Math.Max(instruction.Target.Length, operation.WorkOf(new ArgumentShapes(instruction.X.Shape, instruction.Y.Shape, Shape.Number, instruction.Indices)))
        : instruction.Target.Length);

    /// <summary>Compiles expressions.</summary>
    /// <param name="outputs">The expressions.</param>
    /// <param name="inputs">The variables in the order of their elements.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">A variable is missing or has another shape, or the arrays are too large.</exception>
    public static ArrayTape Compile(RootedGraph outputs, VariableLayout inputs, CancellationToken cancellation = default)
    {
        var (graph, roots) = outputs;
        var reachable = outputs.Reachable();
        graph.RequireDefinitions(reachable);
        return new Compiler(graph, roots, reachable, inputs, cancellation).Compile();
    }

    /// <summary>Computes the results.</summary>
    /// <param name="inputs">The elements of all variables, in order.</param>
    /// <param name="results">Gets the elements of all results, in order.</param>
    /// <param name="cancellation">Ends it early.</param>
    public void Run(ReadOnlySpan<double> inputs, Span<double> results, CancellationToken cancellation = default)
    {
        // One arena is kept between runs; threads that meet make their own.
        var arena = Interlocked.Exchange(ref _arena, null) ?? NewArena();
        inputs[..Inputs.Length].CopyTo(arena);
        foreach (ref readonly var instruction in _instructions.AsSpan())
        {
            cancellation.ThrowIfCancellationRequested();
            Run(instruction, arena);
        }

        foreach (var output in _outputs)
        {
            arena.AsSpan(output.Start, output.Length).CopyTo(results);
            results = results[output.Length..];
        }

        _arena = arena;
    }

    private double[] NewArena()
    {
        var arena = new double[_length];
        _constants.CopyTo(arena, Inputs.Length);
        return arena;
    }

    private static void Run(in Instruction instruction, double[] arena)
    {
        var result = instruction.Target.In(arena);
        if (instruction.Operation is ArrayOperation operation)
        {
            operation.Execute(
                new ArrayOperands
                {
                    X = instruction.X.In(arena),
                    Y = instruction.Y.In(arena),
                    ShapeX = instruction.X.Shape,
                    ShapeY = instruction.Y.Shape,
                    Shape = instruction.Target.Shape,
                    Indices = instruction.Indices,
                },
                result);
            return;
        }

        var (x, y, z) = (instruction.X, instruction.Y, instruction.Z);
        if (IsDirect(x, result.Length) && IsDirect(y, result.Length) && IsDirect(z, result.Length))
        {
            instruction.Operation.Evaluate(x.In(arena), y.In(arena), z.In(arena), result);
            return;
        }

        var columns = (int)instruction.Target.Shape.Last;
        for (var row = 0; row < result.Length / columns; row++)
        {
            instruction.Operation.Evaluate(Row(x, row, columns, arena), Row(y, row, columns, arena), Row(z, row, columns, arena), result.Slice(row * columns, columns));
        }
    }

    private static bool IsDirect(in Place place, int length) => place.Length == 0 || place.Length == 1 || place.Length == length;

    private static ReadOnlySpan<double> Row(in Place place, int row, int columns, double[] arena)
    {
        var all = place.In(arena);
        if (all.Length <= 1) return all;
        var (shape, width) = (place.Shape, (int)place.Shape.Last);
        return shape.IsMatrix && shape.Rows > 1 ? all.Slice(row * width, width) : all[..width];
    }

    /// <summary>Where the elements of an array are.</summary>
    internal readonly record struct Place(int Start, int Length, Shape Shape)
    {
        public Span<double> In(double[] arena) => arena.AsSpan(Start, Length);
    }

    /// <summary>An operation and the places of its arguments and result.</summary>
    internal readonly record struct Instruction(Operation Operation, Place Target, Place X, Place Y, Place Z, long[] Indices);

    private sealed class Compiler(Graph graph, int[] roots, bool[] reachable, VariableLayout inputs, CancellationToken cancellation)
    {
        private readonly Place[] _places = new Place[reachable.Length];
        private readonly int[] _uses = graph.Uses(reachable, roots);
        private readonly Dictionary<int, Stack<int>> _free = [];
        private readonly List<Instruction> _instructions = [];
        private readonly List<double> _constants = [];
        private long _end;

        public ArrayTape Compile()
        {
            PlaceVariables();
            for (var id = 0; id < reachable.Length; id++)
            {
                if (reachable[id] && (graph.IsConstant(id) || graph.IsArray(id))) PlaceConstant(id);
            }

            var walk = new PostOrder(graph, reachable.Length);
            foreach (var root in roots)
            {
                walk.Start(root);
                while (walk.TryNext(out var id))
                {
                    cancellation.ThrowIfCancellationRequested();
                    if (!graph.IsLeaf(id)) Emit(id);
                }
            }

            // Before the machine runs out of memory.
            if (_end * sizeof(double) > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
            {
                throw new AutodiffException(ErrorIds.DataTooLarge, $"The arrays of this expression have {_end} elements together, which is more than this computer has memory for.");
            }

            return new ArrayTape([.. _instructions], [.. _constants], inputs, Checked(_end), Array.ConvertAll(roots, root => _places[root]));
        }

        private void PlaceVariables()
        {
            var ids = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var id = 0; id < reachable.Length; id++)
            {
                if (reachable[id] && graph.IsVariable(id)) ids.Add(graph.NameOf(id), id);
            }

            for (var i = 0; i < inputs.Names.Count; i++)
            {
                // A variable that no result needs has its place too.
                var place = New(inputs.Shapes[i]);
                if (!ids.Remove(inputs.Names[i], out var id)) continue;
                _places[id] = place;
                if (!graph.ShapeOf(id).IsLike(place.Shape)) throw new AutodiffException(ErrorIds.ShapeConflict, $"'{inputs.Names[i]}' is {graph.ShapeOf(id).InWords()} in one expression and {place.Shape.InWords()} in another. A name has one shape.");
            }

            if (ids.Count > 0) throw new AutodiffException(ErrorIds.VariableNotBound, $"The variable '{ids.Keys.Order(StringComparer.Ordinal).First()}' has no place among the variables that are given.");
        }

        private void PlaceConstant(int id)
        {
            _places[id] = New(graph.ShapeOf(id));
            if (graph.IsConstant(id)) _constants.Add(graph.ConstantOf(id));
            else _constants.AddRange(graph.ArrayOf(id).Elements);
        }

        private void Emit(int id)
        {
            var operation = graph.OperationOf(id);
            var shape = graph.ShapeOf(id);
            var count = operation.HasIndices ? operation.Arity - 1 : operation.Arity;
            long[] indices = operation.HasIndices ? graph.IndicesOf(graph.Argument(id, count)) : [];
            var places = new Place[3];
            for (var i = 0; i < count; i++) places[i] = _places[graph.Argument(id, i)];

            // Element by element an argument that ends here gives its place to the result.
            var taken = -1;
            for (var i = 0; i < count && operation.IsElementwise && taken < 0; i++)
            {
                if (IsLast(graph.Argument(id, i), id) && places[i].Length == LengthOf(shape)) taken = i;
            }

            var target = taken >= 0 ? places[taken] with { Shape = shape } : New(shape);
            _places[id] = target;
            _instructions.Add(new Instruction(operation, target, places[0], places[1], places[2], indices));
            for (var i = 0; i < count; i++)
            {
                var argument = graph.Argument(id, i);
                if (--_uses[argument] == 0 && !graph.IsLeaf(argument) && i != taken) Free(_places[argument]);
            }
        }

        // Whether all its uses that are left are by this node.
        private bool IsLast(int argument, int user)
        {
            if (graph.IsLeaf(argument)) return false;
            var here = 0;
            for (var i = 0; i < graph.OperationOf(user).Arity; i++)
            {
                if (graph.Argument(user, i) == argument) here++;
            }

            return here == 1 && _uses[argument] == 1;
        }

        private static int LengthOf(Shape shape) => Checked(shape.Count);

        private static int Checked(long length) => length <= Array.MaxLength
            ? (int)length
            : throw new AutodiffException(ErrorIds.DataTooLarge, $"The arrays of this expression have {length} elements or more together, which is more than can be computed with.");

        private Place New(Shape shape)
        {
            var length = LengthOf(shape);
            if (_free.TryGetValue(length, out var starts) && starts.TryPop(out var start)) return new Place(start, length, shape);
            _end += length;
            Checked(_end);
            return new Place((int)(_end - length), length, shape);
        }

        private void Free(Place place)
        {
            if (!_free.TryGetValue(place.Length, out var starts)) _free.Add(place.Length, starts = new Stack<int>());
            starts.Push(place.Start);
        }
    }
}
