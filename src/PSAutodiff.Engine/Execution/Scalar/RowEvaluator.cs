using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PSAutodiff.Kernels.Threading;

namespace PSAutodiff.Execution.Scalar;

/// <summary>
/// Runs a tape over many rows: block by block, one instruction after the other over the whole block, blocks on several threads.
/// Block size and number of threads make no difference to the bits, sums over rows included.
/// </summary>
internal sealed class RowEvaluator
{
    /// <summary>Fewer rows are faster one by one than as columns. Where only the number of rows decides, the bits are always the same.</summary>
    public const int FewestRows = 16;

    /// <summary>Rows whose sum is formed on its own: lane by lane, rows 0, 8, 16, ... in the first; then block after block.</summary>
    private const int SumBlock = 1024;

    /// <summary>How many sums the rows of a block go into in turn.</summary>
    public const int Lanes = 8;

    // How many sums of lanes are added to one of a block.
    private const int LaneLevels = 3;

    // Small enough for the blocks of all registers to stay in the second-level cache, mostly in the first.
    private const int BytesInCache = 1 << 16;

    // Between two looks at the token within a block, which other blocks take between them; a power of two.
    private const int InstructionsUnwatched = 1 << 10;

    private readonly Tape _tape;
    private readonly ReadOnlyMemory<double>[] _inputs;
    private readonly RowPlan _plan;

    /// <summary>Prepares a run.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="inputs">A column for each input: a value for each row, or a single one for all.</param>
    public RowEvaluator(Tape tape, ReadOnlyMemory<double>[] inputs)
    {
        _tape = tape;
        _inputs = inputs;
        _plan = RowPlan.For(tape, inputs);
    }

    /// <summary>Rows in a block; by default what suits the cache. Any multiple of 8 that divides 1,024 gives the same bits.</summary>
    public int BlockSize { get; init; }

    /// <summary>The most threads to use; all processors by default.</summary>
    public int MaxThreads { get; init; } = Environment.ProcessorCount;

    public CancellationToken Cancellation { get; init; }

    /// <summary>The outputs of every row.</summary>
    /// <param name="rowCount">The number of rows.</param>
    /// <param name="results">An array for each output, at least as long as there are rows.</param>
    public void Evaluate(int rowCount, double[][] results) => ForEachSumBlock(rowCount, (worker, block, start, count) =>
    {
        for (var from = start; from < start + count; from += worker.BlockSize)
        {
            var length = Math.Min(worker.BlockSize, start + count - from);
            worker.Run(from, length);
            for (var i = 0; i < results.Length; i++) worker.CopyOutput(i, results[i].AsSpan(from, length));
        }
    });

    /// <summary>The most additions that any value goes through on its way into a sum over rows: so many roundings it takes part in.</summary>
    public static int LongestChain(int rowCount) =>
        Math.Min(rowCount, SumBlock / Lanes) + LaneLevels + ((rowCount + SumBlock - 1) / SumBlock);

    /// <summary>The sum of a block from those of its lanes.</summary>
    /// <param name="lanes">The sums of the lanes.</param>
    /// <param name="stride">The places from one to the next.</param>
    public static double SumOfLanes(ReadOnlySpan<double> lanes, int stride) =>
        (lanes[0] + lanes[4 * stride] + (lanes[2 * stride] + lanes[6 * stride])) + (lanes[stride] + lanes[5 * stride] + (lanes[3 * stride] + lanes[7 * stride]));

    /// <summary>The sum over rows of each output; memory does not grow with outputs times rows.</summary>
    public double[] Sum(int rowCount)
    {
        var outputs = _tape.Outputs.Length;
        var blockSums = new double[(rowCount + SumBlock - 1) / SumBlock * outputs];
        ForEachSumBlock(rowCount, (worker, block, start, count) => worker.SumBlockOf(start, count, blockSums.AsSpan(block * outputs, outputs)));
        var total = new double[outputs];
        for (var i = 0; i < blockSums.Length; i++) total[i % outputs] += blockSums[i];
        return total;
    }

    private void ForEachSumBlock(int rowCount, Action<Worker, int, int, int> work)
    {
        var blocks = (rowCount + SumBlock - 1) / SumBlock;
        var threads = blocks < 4 ? 1 : Math.Min(MaxThreads, blocks);
        var workers = new Worker?[threads];
        if (blocks == 1) Do(0, 0);
        else new ThreadTeam(Do, threads, once: true).Run(blocks);
        foreach (var worker in workers) worker?.Leave();
        Cancellation.ThrowIfCancellationRequested();

        void Do(int block, int worker)
        {
            if (Cancellation.IsCancellationRequested) return;
            work(workers[worker] ??= new Worker(this, Math.Min(rowCount, SumBlock)), block, block * SumBlock, Math.Min(SumBlock, rowCount - (block * SumBlock)));
        }
    }

    /// <summary>The registers of one thread.</summary>
    private sealed class Worker
    {
        private readonly RowEvaluator _owner;
        private readonly Tape _tape;
        private readonly RowPlan _plan;
        private readonly double[] _temporaries;
        private readonly double[] _lanes;
        private readonly double[] _filled;
        private int _start;
        private int _length;

        public Worker(RowEvaluator owner, int mostRows)
        {
            _owner = owner;
            _tape = owner._tape;
            _plan = owner._plan;
            var temporaries = _tape.RegisterCount - _plan.FirstTemporary;
            BlockSize = owner.BlockSize;
            if (BlockSize == 0)
            {
                BlockSize = SumBlock;
                while (BlockSize > 128 && BlockSize * sizeof(double) * Math.Max(temporaries, 1) > BytesInCache) BlockSize /= 2;
            }

            // Not larger than the rows, in whole lanes.
            BlockSize = Math.Min(BlockSize, (mostRows + Lanes - 1) / Lanes * Lanes);
            _temporaries = _plan.Rent(Math.Max(1, temporaries * BlockSize));
            _lanes = new double[_tape.Outputs.Length * Lanes];
            _filled = new double[BlockSize];
        }

        public int BlockSize { get; }

        /// <summary>Leaves the registers for the next run.</summary>
        public void Leave() => _plan.Return(_temporaries);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int start, int length)
        {
            _start = start;
            _length = length;
            var instructions = _tape.Instructions;
            var (shapes, shared) = (_plan.Shapes, _plan.Shared);
            for (var i = 0; i < instructions.Length; i++)
            {
                if ((i & (InstructionsUnwatched - 1)) == InstructionsUnwatched - 1) _owner.Cancellation.ThrowIfCancellationRequested();
                ref readonly var step = ref instructions[i];
                var shape = shapes[i];
                if (!shape.XIsScalar && shared[i] is { } sharing)
                {
                    sharing.Blocks(Read(step.X, isScalar: false), Target(step, length), Target(instructions[++i], length));
                    continue;
                }

                var arity = step.Operation.Arity;
                step.Operation.Evaluate(
                    Read(step.X, shape.XIsScalar),
                    arity > 1 ? Read(step.Y, shape.YIsScalar) : default,
                    arity > 2 ? Read(step.Z, shape.ZIsScalar) : default,
                    Target(step, shape.ResultIsScalar ? 1 : length));
            }
        }

        private Span<double> Target(in Tape.Instruction step, int length) =>
            _temporaries.AsSpan((step.Target - _plan.FirstTemporary) * BlockSize, length);

        public void CopyOutput(int output, Span<double> target)
        {
            var values = Read(_tape.Outputs[output], _plan.OutputIsScalar[output]);
            if (_plan.OutputIsScalar[output]) target.Fill(values[0]);
            else values.CopyTo(target);
        }

        /// <summary>Sums of the outputs over the rows of one sum block, in an order that does not depend on the block size.</summary>
        public void SumBlockOf(int start, int count, Span<double> sums)
        {
            Array.Clear(_lanes);
            for (var from = start; from < start + count; from += BlockSize)
            {
                var length = Math.Min(BlockSize, start + count - from);
                Run(from, length);
                for (var i = 0; i < sums.Length; i++)
                {
                    ReadOnlySpan<double> values;
                    if (_plan.OutputIsScalar[i])
                    {
                        CopyOutput(i, _filled.AsSpan(0, length));
                        values = _filled.AsSpan(0, length);
                    }
                    else
                    {
                        values = Read(_tape.Outputs[i], false);
                    }

                    Accumulate(values, _lanes.AsSpan(i * Lanes, Lanes));
                }
            }

            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] = SumOfLanes(_lanes.AsSpan(i * Lanes, Lanes), 1);
            }
        }

        private static void Accumulate(ReadOnlySpan<double> values, Span<double> lanes)
        {
            var sums = Vector512.Create<double>(lanes);
            while (values.Length >= Lanes)
            {
                sums += Vector512.Create(values);
                values = values[Lanes..];
            }

            sums.CopyTo(lanes);
            for (var i = 0; i < values.Length; i++) lanes[i] += values[i];
        }

        private ReadOnlySpan<double> Read(int register, bool isScalar)
        {
            var length = isScalar ? 1 : _length;
            if (register >= _plan.FirstTemporary) return _temporaries.AsSpan((register - _plan.FirstTemporary) * BlockSize, length);
            if (register >= _tape.InputCount) return _tape.Constants.AsSpan(register - _tape.InputCount, 1);
            return isScalar ? _owner._inputs[register].Span : _owner._inputs[register].Span.Slice(_start, length);
        }
    }
}
