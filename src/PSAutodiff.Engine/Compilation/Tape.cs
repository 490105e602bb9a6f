using PSAutodiff.Graphs;

namespace PSAutodiff.Compilation;

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

    /// <summary>Compiles nodes of a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="roots">The nodes whose values are wanted, in order.</param>
    /// <param name="inputs">The variables in the order in which their values will be given; others must not be needed.</param>
    /// <exception cref="AutodiffException">The roots need a variable that is no input.</exception>
    public static Tape Compile(Graph graph, ReadOnlySpan<int> roots, IReadOnlyList<string> inputs) =>
        new Compiler(graph, inputs).Compile(roots);

    /// <summary>Runs the program on registers whose first <see cref="InputCount"/> hold the inputs and the next the constants.</summary>
    public void Run(Span<double> registers)
    {
        foreach (ref readonly var step in Instructions.AsSpan())
        {
            registers[step.Target] = step.Operation.Evaluate(registers[step.X], registers[step.Y], registers[step.Z]);
        }
    }

    /// <summary>One operation on registers; arguments it does not have name register 0.</summary>
    public readonly record struct Instruction(Operation Operation, int Target, int X, int Y, int Z);

    private sealed class Compiler(Graph graph, IReadOnlyList<string> inputs)
    {
        private readonly List<double> _constants = [];
        private readonly Dictionary<long, int> _constantIndex = [];
        private readonly List<Instruction> _instructions = [];
        private readonly Stack<int> _free = new();
        private int _temporaries;

        public Tape Compile(ReadOnlySpan<int> roots)
        {
            var reachable = graph.Reachable(roots);
            var folded = FoldConstants(reachable);
            var inputOf = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var i = 0; i < inputs.Count; i++) inputOf.TryAdd(inputs[i], i);

            // Constants get their registers before the temporaries, so they have to be known first.
            var registers = new int[reachable.Length];
            var needed = NeededAfterFolding(roots, reachable.Length, folded);
            for (var id = 0; id < registers.Length; id++)
            {
                if (!needed[id]) continue;
                if (folded[id] is { } value) registers[id] = inputs.Count + ConstantIndex(value);
                else if (graph.IsVariable(id)) registers[id] = InputOf(graph.NameOf(id), inputOf);
            }

            var firstTemporary = inputs.Count + _constants.Count;
            var uses = new int[reachable.Length];
            foreach (var root in roots) uses[root]++;
            for (var id = 0; id < uses.Length; id++)
            {
                if (!needed[id] || folded[id] is not null || graph.IsVariable(id)) continue;
                for (var i = graph.OperationOf(id).Arity - 1; i >= 0; i--) uses[graph.Argument(id, i)]++;
            }

            for (var id = 0; id < registers.Length; id++)
            {
                if (!needed[id] || folded[id] is not null || graph.IsVariable(id)) continue;
                var operation = graph.OperationOf(id);
                for (var i = operation.Arity - 1; i >= 0; i--) Release(graph.Argument(id, i), uses, registers, firstTemporary);
                registers[id] = _free.TryPop(out var free) ? free : firstTemporary + _temporaries++;
                _instructions.Add(new Instruction(
                    operation,
                    registers[id],
                    registers[graph.X(id)],
                    operation.Arity > 1 ? registers[graph.Y(id)] : 0,
                    operation.Arity > 2 ? registers[graph.Z(id)] : 0));
            }

            var outputs = new int[roots.Length];
            for (var i = 0; i < outputs.Length; i++) outputs[i] = registers[roots[i]];
            return new Tape([.. _instructions], [.. _constants], outputs, inputs.Count, Math.Max(1, firstTemporary + _temporaries));
        }

        private double?[] FoldConstants(bool[] reachable)
        {
            var folded = new double?[reachable.Length];
            for (var id = 0; id < folded.Length; id++)
            {
                if (!reachable[id] || graph.IsVariable(id)) continue;
                if (graph.IsConstant(id))
                {
                    folded[id] = graph.ConstantOf(id);
                    continue;
                }

                var (y, z) = (graph.Y(id), graph.Z(id));
                if (folded[graph.X(id)] is { } first && (y < 0 || folded[y] is not null) && (z < 0 || folded[z] is not null))
                {
                    folded[id] = graph.OperationOf(id).Evaluate(first, y < 0 ? 0 : folded[y]!.Value, z < 0 ? 0 : folded[z]!.Value);
                }
            }

            return folded;
        }

        private bool[] NeededAfterFolding(ReadOnlySpan<int> roots, int count, double?[] folded)
        {
            var needed = new bool[count];
            foreach (var root in roots) needed[root] = true;
            for (var id = count - 1; id >= 0; id--)
            {
                if (!needed[id] || folded[id] is not null || graph.IsLeaf(id)) continue;
                for (var i = graph.OperationOf(id).Arity - 1; i >= 0; i--) needed[graph.Argument(id, i)] = true;
            }

            return needed;
        }

        private void Release(int id, int[] uses, int[] registers, int firstTemporary)
        {
            if (--uses[id] == 0 && registers[id] >= firstTemporary) _free.Push(registers[id]);
        }

        private int ConstantIndex(double value)
        {
            var bits = BitConverter.DoubleToInt64Bits(value);
            if (_constantIndex.TryGetValue(bits, out var index)) return index;
            _constants.Add(value);
            return _constantIndex[bits] = _constants.Count - 1;
        }

        private static int InputOf(string name, Dictionary<string, int> inputOf) => inputOf.TryGetValue(name, out var index)
            ? index
            : throw new AutodiffException(ErrorIds.VariableNotBound, $"Variable '{name}' has no value.");
    }
}
