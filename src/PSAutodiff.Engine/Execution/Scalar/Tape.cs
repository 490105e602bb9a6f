using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff.Execution.Scalar;

/// <summary>
/// A straight-line program for some nodes of a graph: shared parts once, constants folded, nothing that no output needs, and
/// registers used again as soon as their value is dead. Immutable, so threads can share it.
/// </summary>
internal sealed class Tape
{
    private Tape(Instruction[] instructions, double[] constants, int[] outputs, int inputCount, int registerCount)
    {
        Instructions = instructions;
        Constants = constants;
        Outputs = outputs;
        InputCount = inputCount;
        RegisterCount = registerCount;
    }

    public Instruction[] Instructions { get; }

    /// <summary>Constants; they stand in the registers after the inputs.</summary>
    public double[] Constants { get; }

    /// <summary>The registers that hold the outputs at the end.</summary>
    public int[] Outputs { get; }

    /// <summary>Number of inputs; they stand in the first registers.</summary>
    public int InputCount { get; }

    public int RegisterCount { get; }

    /// <summary>The plans of the last runs over rows: of values, and of sums.</summary>
    public RowPlan?[] RowPlans { get; } = new RowPlan?[2];

    /// <summary>Compiles nodes of a graph.</summary>
    /// <param name="outputs">The nodes whose values are wanted, in order.</param>
    /// <param name="inputs">The variables in the order in which their values will be given; others must not be needed.</param>
    /// <param name="first">Parts of the outputs to compute before all else, in this order; the values do not depend on it, the time may.</param>
    /// <param name="cancellation">Ends the compiling early.</param>
    /// <param name="products">Products that are rounded once with what they are added to; null for none.</param>
    /// <exception cref="AutodiffException">The roots need a variable that is no input.</exception>
    /// <exception cref="OperationCanceledException">The compiling was cancelled.</exception>
    public static Tape Compile(RootedGraph outputs, IReadOnlyList<string> inputs, ReadOnlySpan<int> first, CancellationToken cancellation, WrittenProducts? products = null) =>
        new Compiler(outputs.Graph, inputs, products, cancellation).Compile(outputs.Roots, first);

    /// <summary>How an instruction is computed together with the next one, where that is cheaper than one by one; else null.</summary>
    public Operation.Sharing? SharesWithNext(int index)
    {
        if (index + 1 >= Instructions.Length || Instructions[index + 1].Operation.Joins is not { } sharing) return null;
        var (first, second) = (Instructions[index], Instructions[index + 1]);
        return first.Operation == sharing.Other && second.X == first.X && second.Y == first.Target && first.Target != first.X ? sharing : null;
    }

    /// <summary>One operation on registers; arguments it does not have name register 0.</summary>
    public readonly record struct Instruction(Operation Operation, int Target, int X, int Y, int Z);

    private sealed class Compiler(Graph graph, IReadOnlyList<string> inputs, WrittenProducts? products, CancellationToken cancellation)
    {
        // Between two looks at the token; a power of two.
        private const int StepsUnwatched = 1 << 16;

        private readonly List<double> _constants = [];
        private Dictionary<long, int>? _constantIndex;
        private readonly Stack<int> _free = new();
        private bool[] _isFolded = [];
        private List<double> _folded = [];
        private bool[] _isPlaced = [];

        // The register of a node. Before it has one: of a folded node the place of its value; of one that is computed from the value of another
        // too, that; of the other, the first with a minus sign. Node 0 has no arguments to share, so 0 is none.
        private int[] _registers = [];
        private int[] _uses = [];
        private int _firstTemporary;
        private int _temporaries;
        private int _computed;

        public Tape Compile(ReadOnlySpan<int> roots, ReadOnlySpan<int> first)
        {
            var reachable = graph.Reachable(roots);
            graph.RequireDefinitions(reachable);
            (_isFolded, _registers, _folded) = graph.Fold(reachable);
            PlaceSources(Graph.Reachable(graph.NodeArray, roots, given: _isFolded));
            FindShared();
            CountUses(roots);
            var instructions = Emit(Order(first.IsEmpty ? roots : [.. first, .. roots]));
            var outputs = new int[roots.Length];
            for (var i = 0; i < outputs.Length; i++) outputs[i] = _registers[roots[i]];
            return new Tape(instructions, [.. _constants], outputs, inputs.Count, Math.Max(1, _firstTemporary + _temporaries));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void WatchCancellation(int step)
        {
            if ((step & (StepsUnwatched - 1)) == 0) cancellation.ThrowIfCancellationRequested();
        }

        /// <summary>Inputs and constants get the first registers; what is left to place are the nodes that are computed.</summary>
        private void PlaceSources(bool[] needed)
        {
            var inputOf = new NamePlaces(inputs);

            // Nodes that are not needed count as placed; the array takes the place of the other, for it is large.
            _isPlaced = needed;
            for (var id = 0; id < needed.Length; id++)
            {
                WatchCancellation(id);
                var isPlaced = true;
                if (needed[id])
                {
                    if (_isFolded[id]) _registers[id] = inputs.Count + ConstantIndex(_folded[_registers[id]]);
                    else if (graph.IsVariable(id)) _registers[id] = InputOf(graph.NameOf(id), inputOf);
                    else isPlaced = false;
                }

                _isPlaced[id] = isPlaced;
            }

            _firstTemporary = inputs.Count + _constants.Count;
        }

        /// <summary>Finds pairs of nodes of which one is computed from the value of the other too.</summary>
        private void FindShared()
        {
            for (var id = 0; id < _isPlaced.Length; id++)
            {
                if (_isPlaced[id]) continue;
                foreach (var sharing in graph.OperationOf(id).Shares)
                {
                    var x = graph.X(id);
                    if (sharing.OfOpposite && !(!_isPlaced[x] && graph.OperationOf(x) == OperationOf<NegOperation>.Instance)) continue;
                    var other = graph.Find(sharing.Other, sharing.OfOpposite ? graph.X(x) : x);
                    if (other < 0 || other >= _isPlaced.Length || _isPlaced[other] || _registers[other] != 0) continue;
                    (_registers[id], _registers[other]) = (other, -id);
                    break;
                }
            }
        }

        /// <summary>The node from whose value one without a register is computed too, beside its arguments; or none.</summary>
        private int SharedBy(int id) => _registers[id] is > 0 and var other ? other : Graph.None;

        /// <summary>The node that is computed from the value of one without a register too; or none.</summary>
        private int SharerOf(int id) => _registers[id] is < 0 and var sharer ? -sharer : Graph.None;

        /// <summary>How a node is computed together with another.</summary>
        private Operation.Sharing SharingOf(int id, int other)
        {
            var (operation, opposite) = (graph.OperationOf(other), graph.X(id) != graph.X(other));
            foreach (var sharing in graph.OperationOf(id).Shares)
            {
                if (sharing.Other == operation && sharing.OfOpposite == opposite) return sharing;
            }

            throw new InvalidOperationException($"'{graph.OperationOf(id)}' does not share with '{operation}'.");
        }

        /// <summary>An argument of the operation that computes a node: of a joint one, that of the other.</summary>
        private int Argument(int id, int index) => graph.Argument(index == 0 && SharedBy(id) is var other and not Graph.None ? other : id, index);

        private void CountUses(ReadOnlySpan<int> roots)
        {
            _uses = new int[_isPlaced.Length];
            foreach (var root in roots) _uses[root]++;

            // What a joint operation makes needless: the opposite of an argument. Nodes come after their arguments.
            for (var id = _uses.Length - 1; id >= 0; id--)
            {
                if (_isPlaced[id]) continue;
                if (_uses[id] == 0)
                {
                    _isPlaced[id] = true;
                    continue;
                }

                _computed++;

                for (var i = graph.OperationOf(id).Arity - 1; i >= 0; i--) _uses[Argument(id, i)]++;
                if (SharedBy(id) is var other && other != Graph.None) _uses[other]++;
            }
        }

        /// <summary>
        /// The order of computation: root by root, each with what it needs right before it. Values then wait for few others, and
        /// what only a later root needs does not stand in the way of an earlier one.
        /// </summary>
        private int[] Order(ReadOnlySpan<int> roots)
        {
            var order = new int[_computed];
            var next = 0;
            var walk = new PostOrder(graph, _isPlaced);
            foreach (var root in roots)
            {
                walk.Start(root);
                while (walk.TryNext(out var id))
                {
                    WatchCancellation(next);

                    // Two operations on the same argument of which one shares the other's value come together.
                    if (SharedBy(id) is var other and not Graph.None) Place(other);
                    order[next++] = id;
                    if (SharerOf(id) is var sharer and not Graph.None) Place(sharer);
                }
            }

            return order;

            void Place(int id)
            {
                walk.Skip(id);
                order[next++] = id;
            }
        }

        private Instruction[] Emit(int[] order)
        {
            var instructions = new Instruction[order.Length];
            var (next, last) = (0, Graph.None);
            foreach (var id in order)
            {
                var operation = graph.OperationOf(id);
                var product = products?.ProductIn(id) ?? Graph.None;
                if (product != Graph.None && product == last && _uses[product] == 1 && instructions[next - 1] is { Operation: MulOperation } factors)
                {
                    // The product is computed last, so its factors are where they were.
                    var rest = graph.X(id) == product ? graph.Y(id) : graph.X(id);
                    Release(product);
                    Release(rest);
                    _registers[id] = _free.Pop();
                    instructions[next - 1] = new Instruction(OperationOf<MulOperation.Plus>.Instance, _registers[id], factors.X, factors.Y, _registers[rest]);
                    last = id;
                    continue;
                }

                last = id;
                var (first, other) = (Argument(id, 0), SharedBy(id));
                for (var i = operation.Arity - 1; i >= 0; i--) Release(Argument(id, i));
                if (other != Graph.None) Release(other);
                _registers[id] = _free.TryPop(out var free) ? free : _firstTemporary + _temporaries++;
                var x = _registers[first];
                var y = operation.Arity > 1 ? _registers[graph.Y(id)] : 0;
                var z = operation.Arity > 2 ? _registers[graph.Z(id)] : 0;
                if (other != Graph.None)
                {
                    (operation, y) = (SharingOf(id, other).Joint, _registers[other]);
                }
                else if (operation.Arity == 2 && _isFolded[graph.Y(id)] && operation.ForConstantY(_constants[_registers[graph.Y(id)] - inputs.Count]) is { } cheaper)
                {
                    (operation, y) = (cheaper, x);
                }

                WatchCancellation(next);
                instructions[next++] = new Instruction(operation, _registers[id], x, y, z);
            }

            return instructions[..next];
        }

        private void Release(int id)
        {
            if (--_uses[id] == 0 && _registers[id] >= _firstTemporary) _free.Push(_registers[id]);
        }

        private int ConstantIndex(double value)
        {
            var bits = BitConverter.DoubleToInt64Bits(value);
            _constantIndex ??= new Dictionary<long, int>(SeededHash.Comparer.Instance);
            if (_constantIndex.TryGetValue(bits, out var index)) return index;
            _constants.Add(value);
            return _constantIndex[bits] = _constants.Count - 1;
        }

        private static int InputOf(string name, NamePlaces inputOf) => inputOf.TryGetValue(name, out var index)
            ? index
            : throw new AutodiffException(ErrorIds.VariableNotBound, $"Variable '{name}' has no value.");
    }
}
