using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using PSAutodiff.Kernels;

namespace PSAutodiff.Execution.Scalar;

/// <summary>Runs a plan over blocks of rows, with the registers of one thread.</summary>
internal sealed class RowWorker
{
    private const int Lanes = RowEvaluator.Lanes;

    // Small enough for the blocks of all registers to stay in the second-level cache.
    private const int BytesInCache = 1 << 19;

    private const int SmallestBlock = 128;

    // Fewer rows of a region are faster one by one.
    private const int FewestForBlocks = 6;

    // Between two looks at the token within a block, which other blocks take between them; a power of two.
    private const int StepsUnwatched = 1 << 10;

    private readonly RowPlan _plan;
    private readonly ArraySegment<double>[] _columns;
    private readonly double[] _singles;
    private readonly double[][] _results;
    // The registers, and then the lanes of the sums.
    private readonly double[] _memory;
    private readonly int _firstLane;
    private CancellationToken _cancellation;
    private readonly int _blockSize;
    private int[]? _rows;
    private double[] _chosen = [];
    private int _start;
    private int _origin;
    private int _length;

    /// <summary>Gets registers.</summary>
    /// <param name="plan">What is run.</param>
    /// <param name="columns">The columns of the plan.</param>
    /// <param name="singles">The single values.</param>
    /// <param name="results">The columns of the outputs; empty for sums.</param>
    /// <param name="blockSize">Rows in a block; 0 for what suits the cache.</param>
    /// <param name="mostRows">No block has more rows.</param>
    /// <param name="cancellation">Ends runs early.</param>
    public RowWorker(
        RowPlan plan,
        ArraySegment<double>[] columns,
        double[] singles,
        double[][] results,
        int blockSize,
        int mostRows,
        CancellationToken cancellation)
    {
        (_plan, _columns, _singles, _results, _cancellation) = (plan, columns, singles, results, cancellation);
        _blockSize = blockSize;
        if (_blockSize == 0)
        {
            _blockSize = RowEvaluator.SumBlock;
            while (_blockSize > SmallestBlock && _blockSize * sizeof(double) * Math.Max(plan.RegisterCount, 1) > BytesInCache) _blockSize /= 2;
        }

        // Not larger than the rows, in whole lanes.
        _blockSize = Math.Min(_blockSize, (mostRows + Lanes - 1) / Lanes * Lanes);
        _firstLane = plan.RegisterCount * _blockSize;
        _memory = plan.Rent(Math.Max(1, _firstLane + (plan.SumCount * Lanes)));
    }

    /// <summary>Ends the runs that follow early.</summary>
    public CancellationToken Cancellation
    {
        set => _cancellation = value;
    }

    /// <summary>Leaves the registers for the next run.</summary>
    public void Leave() => _plan.Return(_memory);

    /// <summary>Writes the outputs of some rows to their columns.</summary>
    /// <param name="start">The first of them.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="origin">The row at which the columns begin.</param>
    public void Evaluate(int start, int count, int origin = 0)
    {
        _origin = origin;
        for (var from = start; from < start + count; from += _blockSize)
        {
            Run(from, Math.Min(_blockSize, start + count - from));
            for (var i = 0; i < _plan.Outputs.Length; i++)
            {
                var place = _plan.Outputs[i];
                if (place == RowPlan.FirstOutput + i) continue;
                var target = _results[i].AsSpan(from - origin, _length);
                if (place < 0) target.Fill(_singles[~place]);
                else Read(place).CopyTo(target);
            }
        }
    }

    /// <summary>Sums of the outputs over the rows of one sum block, in an order that does not depend on the block size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Sum(int start, int count, Span<double> sums)
    {
        _memory.AsSpan(_firstLane, _plan.SumCount * Lanes).Clear();
        for (var from = start; from < start + count; from += _blockSize) Run(from, Math.Min(_blockSize, start + count - from));
        for (var i = 0; i < sums.Length; i++)
        {
            var place = _plan.Outputs[i];
            sums[i] = place < 0 ? SumOfSingle(_singles[~place], count) : RowEvaluator.SumOfLanes(LanesOf(place), 1);
        }
    }

    /// <summary>The sum of one value for each row of a sum block.</summary>
    public static double SumOfSingle(double value, int count)
    {
        var (sums, values) = (Vector512<double>.Zero, Vector512.Create(value));
        for (var row = Lanes; row <= count; row += Lanes) sums += values;
        Span<double> lanes = stackalloc double[Lanes];
        sums.CopyTo(lanes);
        for (var lane = 0; lane < count % Lanes; lane++) lanes[lane] += value;
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
            ref var x = ref Find(step.X);
            ref var y = ref Find(step.Y);
            ref var z = ref Find(step.Z);
            ref var target = ref Find(step.Target);
            var (xStays, yStays) = (step.X < 0, step.Y < 0);
            switch (step.Form)
            {
                case RowForm.Apply:
                    var arity = step.Operation.Arity;
                    step.Operation.Evaluate(
                        MemoryMarshal.CreateReadOnlySpan(ref x, xStays ? 1 : length),
                        arity > 1 ? MemoryMarshal.CreateReadOnlySpan(ref y, yStays ? 1 : length) : default,
                        arity > 2 ? MemoryMarshal.CreateReadOnlySpan(ref z, step.Z < 0 ? 1 : length) : default,
                        MemoryMarshal.CreateSpan(ref target, length));
                    break;
                case RowForm.Add:
                    FusedBlocks.Map<SumOperation.Function>(ref x, xStays, ref y, yStays, ref target, length);
                    break;
                case RowForm.Subtract:
                    FusedBlocks.Map<SubOperation.Function>(ref x, xStays, ref y, yStays, ref target, length);
                    break;
                case RowForm.Multiply:
                    FusedBlocks.Map<MulOperation.Function>(ref x, xStays, ref y, yStays, ref target, length);
                    break;
                case RowForm.Pair:
                    step.Operation.Joins!.Blocks(
                        MemoryMarshal.CreateReadOnlySpan(ref x, xStays ? 1 : length), MemoryMarshal.CreateSpan(ref target, length), MemoryMarshal.CreateSpan(ref y, length));
                    if (step.SecondSum >= 0) FusedBlocks.Sum(ref y, length, ref LanesOf(step.SecondSum)[0]);
                    break;
                case RowForm.PlusProduct:
                    FusedBlocks.Map<FusedBlocks.PlusProduct>(ref x, xStays, ref y, yStays, ref z, ref target, length);
                    break;
                case RowForm.ProductPlus:
                    FusedBlocks.Map<FusedBlocks.ProductPlus>(ref x, xStays, ref y, yStays, ref z, ref target, length);
                    break;
                case RowForm.MinusProduct:
                    FusedBlocks.Map<FusedBlocks.MinusProduct>(ref x, xStays, ref y, yStays, ref z, ref target, length);
                    break;
                case RowForm.ProductMinus:
                    FusedBlocks.Map<FusedBlocks.ProductMinus>(ref x, xStays, ref y, yStays, ref z, ref target, length);
                    break;
                case RowForm.PlusSquaredDifference:
                    FusedBlocks.Map<FusedBlocks.PlusSquaredDifference>(ref x, xStays, ref y, yStays, ref z, ref target, length);
                    break;
                case RowForm.SumOfProducts:
                    FusedBlocks.SumProducts(ref x, xStays, ref y, yStays, length, ref LanesOf(step.Sum)[0]);
                    continue;
                case RowForm.Sum:
                    FusedBlocks.Sum(ref x, length, ref LanesOf(step.Sum)[0]);
                    continue;
                case RowForm.Region:
                    Run(_plan.Regions[step.Sum], MemoryMarshal.CreateReadOnlySpan(ref x, length));
                    continue;
            }

            if (step.Sum >= 0) FusedBlocks.Sum(ref target, length, ref LanesOf(step.Sum)[0]);
        }
    }

    /// <summary>Runs a region on the rows where its condition is not 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Run(RowRegion region, ReadOnlySpan<double> condition)
    {
        var count = 0;
        _rows ??= new int[_blockSize];
        for (var i = 0; i < condition.Length; i++)
        {
            if (i + Lanes <= condition.Length && Vector512.EqualsAll(Vector512.Create(condition[i..]), Vector512<double>.Zero))
            {
                i += Lanes - 1;
                continue;
            }

            _rows[count] = i;
            if (condition[i] != 0) count++;
        }

        if (count == 0) return;
        var rows = _rows.AsSpan(0, count);
        var length = region.PlaceCount * count;
        if (_chosen.Length < length) _chosen = GC.AllocateUninitializedArray<double>(length);
        if (count < FewestForBlocks)
        {
            foreach (var row in rows) Run(region, row);
            return;
        }

        var chosen = _chosen;
        for (var place = 0; place < region.Taken.Length; place++)
        {
            var source = Read(region.Taken[place]);
            var target = chosen.AsSpan(place * count, count);
            for (var i = 0; i < target.Length; i++) target[i] = source[rows[i]];
        }

        foreach (ref readonly var step in region.Steps.AsSpan())
        {
            if (step.Form == RowForm.Sum)
            {
                // The rows left out would add 0 to their lanes.
                var lanes = LanesOf(step.Sum);
                var values = Chosen(step.X);
                for (var i = 0; i < values.Length; i++) lanes[rows[i] % Lanes] += values[i];
                continue;
            }

            var arity = step.Operation.Arity;
            step.Operation.Evaluate(Chosen(step.X), arity > 1 ? Chosen(step.Y) : default, arity > 2 ? Chosen(step.Z) : default, chosen.AsSpan(step.Target * count, count));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        ReadOnlySpan<double> Chosen(int place) => place < 0 ? _singles.AsSpan(~place, 1) : chosen.AsSpan(place * count, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Run(RowRegion region, int row)
    {
        var values = _chosen;
        for (var place = 0; place < region.Taken.Length; place++) values[place] = Read(region.Taken[place])[row];
        foreach (ref readonly var step in region.Steps.AsSpan())
        {
            if (step.Form == RowForm.Sum) LanesOf(step.Sum)[row % Lanes] += Value(step.X);
            else values[step.Target] = step.Operation.Evaluate(Value(step.X), Value(step.Y), Value(step.Z));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        double Value(int place) => place < 0 ? _singles[~place] : values[place];
    }

    // Compiled once and for good: a method with as many calls as Run has is given up by the inliner.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Span<double> LanesOf(int sum) => _memory.AsSpan(_firstLane + (sum * Lanes), Lanes);

    private ReadOnlySpan<double> Read(int place) => MemoryMarshal.CreateReadOnlySpan(ref Find(place), place < 0 ? 1 : _length);

    /// <summary>Where the values of a place begin. What a step does not have is place 0, which there always is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref double Find(int place)
    {
        if (place < 0) return ref _singles[~place];
        if (place < RowPlan.FirstColumn) return ref _memory[place * _blockSize];
        return ref FindColumn(place);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ref double FindColumn(int place)
    {
        if (place >= RowPlan.FirstOutput) return ref _results[place - RowPlan.FirstOutput][_start - _origin];
        ref readonly var column = ref _columns[place - RowPlan.FirstColumn];
        return ref column.Array![column.Offset + _start];
    }
}
