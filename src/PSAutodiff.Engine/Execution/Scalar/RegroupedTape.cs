using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PSAutodiff.Execution.Scalar;

/// <summary>
/// A tape regrouped for one evaluation of a wide graph: equal operations that do not wait for each other run as one block, and
/// long chains such as x1 + x2 + x3 + ... run in one loop. A sum of 100,000 exponentials that is written out then runs at the
/// speed of a vector loop. Every value keeps the roundings of the tape.
/// </summary>
internal sealed class RegroupedTape : TapeWay
{
    private const int ShortestChain = 32;

    // Below this a batch costs more to set up than the interpreter takes for its operations.
    private const int WorthwhileBatch = 12;

    private readonly Tape _tape;
    private readonly Batch[] _batches;
    private readonly int[] _outputs;
    private readonly int _valueCount;

    private RegroupedTape(Tape tape, Batch[] batches, int[] outputs, int valueCount)
    {
        _tape = tape;
        _batches = batches;
        _outputs = outputs;
        _valueCount = valueCount;
        LongestBatch = batches.Max(static batch => batch.Y.Count);
    }

    /// <summary>What is run, in order.</summary>
    internal IReadOnlyList<Batch> Batches => _batches;

    /// <summary>So many operations are in a batch on average.</summary>
    public int MeanBatch => _tape.Instructions.Length / _batches.Length;

    private int LongestBatch { get; }

    /// <summary>The regrouped tape, or null when its operations wait for each other too much for that to pay.</summary>
    public static RegroupedTape? TryCreate(Tape tape)
    {
        if (tape.Instructions.Length < WorthwhileBatch) return null;
        return new Planner(tape).Plan();
    }

    /// <inheritdoc/>
    protected override double[] NewMemory()
    {
        var memory = GC.AllocateUninitializedArray<double>(_valueCount + (3 * LongestBatch));
        _tape.Constants.CopyTo(memory, _tape.InputCount);
        return memory;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Run(ReadOnlySpan<double> first, ReadOnlySpan<double> second, Span<double> outputs, double[] memory)
    {
        first.CopyTo(memory);
        second.CopyTo(memory.AsSpan(first.Length));
        var values = memory.AsSpan(0, _valueCount);
        var gathered = memory.AsSpan(_valueCount);
        foreach (var batch in _batches)
        {
            if (batch.IsChain)
            {
                values[batch.Target] = batch.Operation.Chain(values[batch.X.First], batch.Y.Read(values, gathered), batch.Y.Count);
                continue;
            }

            var arity = batch.Operation.Arity;
            batch.Operation.Evaluate(
                batch.X.Read(values, gathered),
                arity > 1 ? batch.Y.Read(values, gathered[LongestBatch..]) : default,
                arity > 2 ? batch.Z.Read(values, gathered[(2 * LongestBatch)..]) : default,
                values.Slice(batch.Target, batch.Count));
        }

        for (var i = 0; i < _outputs.Length; i++) outputs[i] = values[_outputs[i]];
    }

    /// <summary>How the values that a batch takes for one argument lie.</summary>
    internal enum OperandForm
    {
        /// <summary>One value, for all members of the batch or links of the chain.</summary>
        One,

        /// <summary>Neighbours in order.</summary>
        Run,

        /// <summary>Anywhere.</summary>
        Gathered,
    }

    /// <summary>Which values a batch takes for one argument.</summary>
    internal sealed class Operand
    {
        public Operand(int[] ids)
        {
            Count = ids.Length;
            First = ids[0];
            var (isOne, isRun) = (true, true);
            for (var i = 1; i < ids.Length; i++)
            {
                isRun &= ids[i] == First + i;
                isOne &= ids[i] == First;
            }

            Form = isOne ? OperandForm.One : isRun ? OperandForm.Run : OperandForm.Gathered;
            Ids = Form == OperandForm.Gathered ? ids : [];
        }

        public int Count { get; }

        public int First { get; }

        public OperandForm Form { get; }

        /// <summary>Where the values are, when they have to be gathered; else empty.</summary>
        public int[] Ids { get; }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public ReadOnlySpan<double> Read(Span<double> values, Span<double> gathered)
        {
            if (Form == OperandForm.One) return values.Slice(First, 1);
            if (Form == OperandForm.Run) return values.Slice(First, Count);
            ref var source = ref MemoryMarshal.GetReference(values);
            var target = gathered[..Count];
            var ids = Ids;
            // The planner made the ids; each is below the length of the values.
            for (var i = 0; i < target.Length; i++) target[i] = Unsafe.Add(ref source, ids[i]);
            return target;
        }
    }

    /// <summary>Equal operations at once, or a chain of them; arguments that they do not have repeat the first.</summary>
    internal sealed record Batch(Operation Operation, bool IsChain, int Target, int Count, Operand X, Operand Y, Operand Z);

    private sealed class Planner
    {
        private readonly Tape _tape;
        private readonly int _sources;
        private readonly int[] _x;
        private readonly int[] _y;
        private readonly int[] _z;
        private readonly int[] _outputs;
        private readonly int[] _uses;

        public Planner(Tape tape)
        {
            _tape = tape;
            _sources = tape.InputCount + tape.Constants.Length;
            var count = tape.Instructions.Length;
            (_x, _y, _z) = (new int[count], new int[count], new int[count]);
            _uses = new int[_sources + count];

            // From registers, which are used again and again, to values: the inputs, the constants, then one for each instruction.
            var valueIn = new int[tape.RegisterCount];
            for (var i = 0; i < _sources; i++) valueIn[i] = i;
            for (var i = 0; i < count; i++)
            {
                var step = tape.Instructions[i];
                _uses[_x[i] = valueIn[step.X]]++;
                if (step.Operation.Arity > 1) _uses[_y[i] = valueIn[step.Y]]++;
                if (step.Operation.Arity > 2) _uses[_z[i] = valueIn[step.Z]]++;
                valueIn[step.Target] = _sources + i;
            }

            _outputs = Array.ConvertAll(tape.Outputs, register => valueIn[register]);
            foreach (var output in _outputs) _uses[output]++;
        }

        public RegroupedTape? Plan()
        {
            var count = _tape.Instructions.Length;
            var chainEnd = FindChains();
            var level = new int[_sources + count];
            var levels = 0;
            for (var i = 0; i < count; i++)
            {
                var highest = level[_y[i]];
                if (_tape.Instructions[i].Operation.Arity > 2) highest = Math.Max(highest, level[_z[i]]);
                // Inside a chain the level only gathers what its end has to wait for.
                var before = level[_x[i]];
                level[_sources + i] = chainEnd[i] < 0 || !IsLink(i, chainEnd) ? Math.Max(highest, before) + 1 : Math.Max(highest + 1, before);
                levels = Math.Max(levels, level[_sources + i]);
            }

            if (levels * (long)WorthwhileBatch > count) return null;

            // A stable order by level and operation puts equal operations that wait for nothing of each other side by side.
            var order = new List<int>(count);
            for (var i = 0; i < count; i++)
            {
                if (chainEnd[i] < 0 || chainEnd[i] == i) order.Add(i);
            }

            var keys = order.Select(i => ((long)level[_sources + i] << 16) | ((long)_tape.Instructions[i].Operation.Code << 1) | (chainEnd[i] == i ? 1L : 0)).ToArray();
            var sorted = order.ToArray();
            Array.Sort(keys, sorted, 0, sorted.Length, Comparer<long>.Default);
            SortRunsByPosition(keys, sorted);

            var slot = new int[_sources + count];
            for (var i = 0; i < _sources; i++) slot[i] = i;
            for (var i = 0; i < sorted.Length; i++) slot[_sources + sorted[i]] = _sources + i;

            var batches = new List<Batch>();
            for (var from = 0; from < sorted.Length;)
            {
                var first = sorted[from];
                var operation = _tape.Instructions[first].Operation;
                if (chainEnd[first] == first)
                {
                    batches.Add(Chain(first, chainEnd, slot));
                    from++;
                    continue;
                }

                var to = from + 1;
                while (to < sorted.Length && keys[to] == keys[from]) to++;
                var members = sorted.AsSpan(from, to - from).ToArray();
                var x = new Operand(Array.ConvertAll(members, i => slot[_x[i]]));
                var y = operation.Arity > 1 ? new Operand(Array.ConvertAll(members, i => slot[_y[i]])) : x;
                var z = operation.Arity > 2 ? new Operand(Array.ConvertAll(members, i => slot[_z[i]])) : x;
                batches.Add(new Batch(operation, false, slot[_sources + first], members.Length, x, y, z));
                from = to;
            }

            if (batches.Count * (long)WorthwhileBatch > count) return null;
            return new RegroupedTape(_tape, [.. batches], Array.ConvertAll(_outputs, output => slot[output]), _sources + sorted.Length);
        }

        /// <summary>Sorting by key alone is not stable; inside equal keys the order of the tape keeps memory access regular.</summary>
        private static void SortRunsByPosition(long[] keys, int[] sorted)
        {
            for (var from = 0; from < sorted.Length;)
            {
                var to = from + 1;
                while (to < sorted.Length && keys[to] == keys[from]) to++;
                Array.Sort(sorted, from, to - from);
                from = to;
            }
        }

        /// <summary>For each instruction of a long chain of one operation along first arguments its last one, else -1.</summary>
        private int[] FindChains()
        {
            var count = _tape.Instructions.Length;
            var end = new int[count];
            Array.Fill(end, -1);
            for (var i = count - 1; i >= 0; i--)
            {
                if (end[i] >= 0 || _tape.Instructions[i].Operation.Arity != 2) continue;
                var length = 1;
                for (var link = i; Previous(link) is >= 0 and var previous; link = previous) length++;
                if (length < ShortestChain) continue;
                for (var link = i; link >= 0; link = Previous(link)) end[link] = i;
            }

            return end;
        }

        /// <summary>The instruction before this one in a chain: its first argument, used nowhere else, by the same operation.</summary>
        private int Previous(int instruction)
        {
            var value = _x[instruction];
            if (value < _sources || _uses[value] != 1) return -1;
            var previous = value - _sources;
            return _tape.Instructions[previous].Operation == _tape.Instructions[instruction].Operation ? previous : -1;
        }

        private bool IsLink(int instruction, int[] chainEnd) =>
            chainEnd[instruction] >= 0 && Previous(instruction) is >= 0 and var previous && chainEnd[previous] == chainEnd[instruction];

        private Batch Chain(int end, int[] chainEnd, int[] slot)
        {
            var items = new List<int>();
            var link = end;
            while (true)
            {
                items.Add(slot[_y[link]]);
                if (!IsLink(link, chainEnd)) break;
                link = Previous(link);
            }

            items.Reverse();
            var start = new Operand([slot[_x[link]]]);
            return new Batch(_tape.Instructions[end].Operation, true, slot[_sources + end], 1, start, new Operand([.. items]), start);
        }
    }
}
