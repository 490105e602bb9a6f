using System.Runtime.CompilerServices;
using PSAutodiff.Kernels;

namespace PSAutodiff.Execution.Scalar;

/// <summary>Runs a plan over blocks of rows, with the registers of one thread.</summary>
internal sealed class RowWorker
{
    private const int Lanes = RowEvaluator.Lanes;

    // Small enough for the blocks of all registers to stay in the second-level cache.
    private const int BytesInCache = 1 << 18;

    private const int SmallestBlock = 128;

    // Between two looks at the token within a block, which other blocks take between them; a power of two.
    private const int StepsUnwatched = 1 << 10;

    private readonly RowPlan _plan;
    private readonly ReadOnlyMemory<double>[] _inputs;
    private readonly double[] _singles;
    private readonly double[][] _results;
    private readonly double[] _registers;
    private readonly double[] _lanes;
    private readonly double[] _filled;
    private readonly CancellationToken _cancellation;
    private int _start;
    private int _length;

    /// <summary>Gets registers.</summary>
    /// <param name="plan">What is run.</param>
    /// <param name="inputs">A column for each input.</param>
    /// <param name="singles">The single values.</param>
    /// <param name="results">The columns of the outputs; empty for sums.</param>
    /// <param name="blockSize">Rows in a block; 0 for what suits the cache.</param>
    /// <param name="mostRows">No block has more rows.</param>
    /// <param name="cancellation">Ends runs early.</param>
    public RowWorker(
        RowPlan plan,
        ReadOnlyMemory<double>[] inputs,
        double[] singles,
        double[][] results,
        int blockSize,
        int mostRows,
        CancellationToken cancellation)
    {
        (_plan, _inputs, _singles, _results, _cancellation) = (plan, inputs, singles, results, cancellation);
        BlockSize = blockSize;
        if (BlockSize == 0)
        {
            BlockSize = RowEvaluator.SumBlock;
            while (BlockSize > SmallestBlock && BlockSize * sizeof(double) * Math.Max(plan.RegisterCount, 1) > BytesInCache) BlockSize /= 2;
        }

        // Not larger than the rows, in whole lanes.
        BlockSize = Math.Min(BlockSize, (mostRows + Lanes - 1) / Lanes * Lanes);
        _registers = plan.Rent(plan.RegisterCount * BlockSize);
        _lanes = new double[plan.SumCount * Lanes];
        _filled = new double[BlockSize];
    }

    public int BlockSize { get; }

    /// <summary>Leaves the registers for the next run.</summary>
    public void Leave() => _plan.Return(_registers);

    /// <summary>Writes the outputs of some rows to their columns.</summary>
    public void Evaluate(int start, int count)
    {
        for (var from = start; from < start + count; from += BlockSize)
        {
            Run(from, Math.Min(BlockSize, start + count - from));
            for (var i = 0; i < _plan.Outputs.Length; i++)
            {
                var place = _plan.Outputs[i];
                if (place == RowPlan.FirstOutput + i) continue;
                var target = _results[i].AsSpan(from, _length);
                if (place < 0) target.Fill(_singles[~place]);
                else Read(place).CopyTo(target);
            }
        }
    }

    /// <summary>Sums of the outputs over the rows of one sum block, in an order that does not depend on the block size.</summary>
    public void Sum(int start, int count, Span<double> sums)
    {
        Array.Clear(_lanes);
        for (var from = start; from < start + count; from += BlockSize) Run(from, Math.Min(BlockSize, start + count - from));
        for (var i = 0; i < sums.Length; i++)
        {
            var place = _plan.Outputs[i];
            sums[i] = place < 0 ? SumOfSingle(_singles[~place], count) : RowEvaluator.SumOfLanes(LanesOf(place), 1);
        }
    }

    private double SumOfSingle(double value, int count)
    {
        _filled.AsSpan().Fill(value);
        Span<double> lanes = stackalloc double[Lanes];
        lanes.Clear();
        for (var left = count; left > 0; left -= BlockSize) FusedBlocks.Sum(_filled.AsSpan(0, Math.Min(left, BlockSize)), lanes);
        return RowEvaluator.SumOfLanes(lanes, 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Run(int start, int length)
    {
        _start = start;
        _length = length;
        var steps = _plan.Steps;
        for (var i = 0; i < steps.Length; i++)
        {
            if ((i & (StepsUnwatched - 1)) == StepsUnwatched - 1) _cancellation.ThrowIfCancellationRequested();
            ref readonly var step = ref steps[i];
            switch (step.Form)
            {
                case RowForm.Apply:
                    var arity = step.Operation.Arity;
                    step.Operation.Evaluate(Read(step.X), arity > 1 ? Read(step.Y) : default, arity > 2 ? Read(step.Z) : default, Target(step.Target));
                    break;
                case RowForm.Pair:
                    step.Operation.Joins!.Blocks(Read(step.X), Target(step.Target), Target(step.Y));
                    if (step.SecondSum >= 0) FusedBlocks.Sum(Read(step.Y), LanesOf(step.SecondSum));
                    break;
                case RowForm.PlusProduct:
                    FusedBlocks.Map<FusedBlocks.PlusProduct>(Read(step.X), Read(step.Y), Read(step.Z), Target(step.Target));
                    break;
                case RowForm.ProductPlus:
                    FusedBlocks.Map<FusedBlocks.ProductPlus>(Read(step.X), Read(step.Y), Read(step.Z), Target(step.Target));
                    break;
                case RowForm.MinusProduct:
                    FusedBlocks.Map<FusedBlocks.MinusProduct>(Read(step.X), Read(step.Y), Read(step.Z), Target(step.Target));
                    break;
                case RowForm.ProductMinus:
                    FusedBlocks.Map<FusedBlocks.ProductMinus>(Read(step.X), Read(step.Y), Read(step.Z), Target(step.Target));
                    break;
                case RowForm.PlusSquaredDifference:
                    FusedBlocks.Map<FusedBlocks.PlusSquaredDifference>(Read(step.X), Read(step.Y), Read(step.Z), Target(step.Target));
                    break;
                case RowForm.SumOfProducts:
                    FusedBlocks.SumProducts(Read(step.X), Read(step.Y), length, LanesOf(step.Sum));
                    continue;
                case RowForm.Sum:
                    FusedBlocks.Sum(Read(step.X), LanesOf(step.Sum));
                    continue;
            }

            if (step.Sum >= 0) FusedBlocks.Sum(Read(step.Target), LanesOf(step.Sum));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<double> LanesOf(int sum) => _lanes.AsSpan(sum * Lanes, Lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<double> Target(int place) =>
        place >= RowPlan.FirstOutput ? _results[place - RowPlan.FirstOutput].AsSpan(_start, _length) : _registers.AsSpan(place * BlockSize, _length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<double> Read(int place)
    {
        if (place < 0) return _singles.AsSpan(~place, 1);
        if (place < RowPlan.FirstColumn) return _registers.AsSpan(place * BlockSize, _length);
        return place < RowPlan.FirstOutput ? _inputs[place - RowPlan.FirstColumn].Span.Slice(_start, _length) : _results[place - RowPlan.FirstOutput].AsSpan(_start, _length);
    }
}
