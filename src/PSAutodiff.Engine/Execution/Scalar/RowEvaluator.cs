using System.Runtime.CompilerServices;
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
    public const int SumBlock = 1024;

    /// <summary>How many sums the rows of a block go into in turn.</summary>
    public const int Lanes = 8;

    // How many sums of lanes are added to one of a block.
    private const int LaneLevels = 3;

    private readonly Tape _tape;
    private readonly ReadOnlyMemory<double>[] _inputs;

    /// <summary>Prepares a run.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="inputs">A column for each input: a value for each row, or a single one for all.</param>
    public RowEvaluator(Tape tape, ReadOnlyMemory<double>[] inputs)
    {
        _tape = tape;
        _inputs = inputs;
    }

    /// <summary>Rows in a block; by default what suits the cache. Any multiple of 8 that divides 1,024 gives the same bits.</summary>
    public int BlockSize { get; init; }

    /// <summary>The most threads to use; all processors by default.</summary>
    public int MaxThreads { get; init; } = Environment.ProcessorCount;

    public CancellationToken Cancellation { get; init; }

    /// <summary>The outputs of every row.</summary>
    /// <param name="rowCount">The number of rows.</param>
    /// <param name="results">An array for each output, at least as long as there are rows.</param>
    public void Evaluate(int rowCount, double[][] results) =>
        ForEachSumBlock(rowCount, results, static (worker, _, start, count) => worker.Evaluate(start, count));

    /// <summary>The most additions that any value goes through on its way into a sum over rows: so many roundings it takes part in.</summary>
    public static int LongestChain(int rowCount) =>
        Math.Min(rowCount, SumBlock / Lanes) + LaneLevels + ((rowCount + SumBlock - 1) / SumBlock);

    /// <summary>The sum of a block from those of its lanes.</summary>
    /// <param name="lanes">The sums of the lanes.</param>
    /// <param name="stride">The places from one to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double SumOfLanes(ReadOnlySpan<double> lanes, int stride) =>
        (lanes[0] + lanes[4 * stride] + (lanes[2 * stride] + lanes[6 * stride])) + (lanes[stride] + lanes[5 * stride] + (lanes[3 * stride] + lanes[7 * stride]));

    /// <summary>The sum over rows of each output; memory does not grow with outputs times rows.</summary>
    public double[] Sum(int rowCount)
    {
        var outputs = _tape.Outputs.Length;
        var blockSums = new double[(rowCount + SumBlock - 1) / SumBlock * outputs];
        ForEachSumBlock(rowCount, null, (worker, block, start, count) => worker.Sum(start, count, blockSums.AsSpan(block * outputs, outputs)));
        if (blockSums.Length == outputs) return blockSums;
        var total = new double[outputs];
        for (var i = 0; i < blockSums.Length; i++) total[i % outputs] += blockSums[i];
        return total;
    }

    /// <summary>
    /// Hands the outputs of all rows over, some rows at a time, so that memory does not grow with their number. The rows of a chunk are handed over
    /// in order, on one thread; chunks on several.
    /// </summary>
    /// <param name="rowCount">The number of rows.</param>
    /// <param name="chunks">The chunks to go through: their numbers, from the first up to but not including the last.</param>
    /// <param name="chunkRows">The rows of a chunk, a multiple of <see cref="SumBlock"/>; the last one may have fewer.</param>
    /// <param name="outputs">For each thread an array for each output, with a place for each of the rows that are handed over at a time, of which there are <see cref="SumBlock"/> at most.</param>
    /// <param name="take">Takes the outputs of some rows: the chunk, the thread, the first of the rows and their number.</param>
    public void ForEachChunk(int rowCount, Range chunks, int chunkRows, double[][][] outputs, Action<int, int, int, int> take)
    {
        var plan = RowPlan.For(_tape, _inputs, sums: false);
        var (singles, columns) = plan.Prepare(_tape, _inputs);
        var first = chunks.Start.Value;
        var count = chunks.End.Value - first;
        var threads = Math.Min(Math.Min(MaxThreads, outputs.Length), count);
        var workers = new RowWorker?[threads];
        if (threads > 1) new ThreadTeam(Do, threads, once: true).Run(count);
        for (var chunk = 0; threads == 1 && chunk < count; chunk++) Do(chunk, 0);
        foreach (var worker in workers) worker?.Leave();
        Cancellation.ThrowIfCancellationRequested();

        void Do(int unit, int thread)
        {
            var chunk = first + unit;
            var worker = workers[thread] ??= new RowWorker(plan, columns, singles, outputs[thread], BlockSize, Math.Min(rowCount, SumBlock), Cancellation);
            var end = (int)Math.Min(rowCount, (chunk + 1L) * chunkRows);
            for (var start = chunk * chunkRows; start < end && !Cancellation.IsCancellationRequested; start += SumBlock)
            {
                var rows = Math.Min(SumBlock, end - start);
                worker.Evaluate(start, rows, start);
                take(chunk, thread, start, rows);
            }
        }
    }

    /// <summary>Does something for each block of rows whose sum is formed on its own, with a worker for each thread.</summary>
    private void ForEachSumBlock(int rowCount, double[][]? results, Action<RowWorker, int, int, int> work)
    {
        if (rowCount == 0) return;
        var plan = RowPlan.For(_tape, _inputs, sums: results is null);
        var (singles, columns) = plan.Prepare(_tape, _inputs);
        var blocks = (rowCount + SumBlock - 1) / SumBlock;
        var threads = blocks < 4 ? 1 : Math.Min(MaxThreads, blocks);
        var workers = new RowWorker?[threads];
        if (threads > 1) new ThreadTeam(Do, threads, once: true).Run(blocks);
        for (var block = 0; threads == 1 && block < blocks; block++) Do(block, 0);
        foreach (var worker in workers) worker?.Leave();
        Cancellation.ThrowIfCancellationRequested();

        void Do(int block, int thread)
        {
            if (Cancellation.IsCancellationRequested) return;
            var worker = workers[thread] ??= new RowWorker(plan, columns, singles, results ?? [], BlockSize, Math.Min(rowCount, SumBlock), Cancellation);
            work(worker, block, block * SumBlock, Math.Min(SumBlock, rowCount - (block * SumBlock)));
        }
    }
}
