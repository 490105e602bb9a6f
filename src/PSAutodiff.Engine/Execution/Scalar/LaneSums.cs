using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using PSAutodiff.Kernels;

namespace PSAutodiff.Execution.Scalar;

/// <summary>
/// Means of the outputs of a tape over a few rows, a vector of them at a time, with memory that it keeps. The bits are those of running one row after
/// another, or, from <see cref="RowEvaluator.FewestRows"/> rows on, those of <see cref="RowEvaluator.Sum"/>. Where some outputs are elements of outer
/// products, the bits are those of arrays, for any number of rows.
/// </summary>
internal sealed class LaneSums
{
    /// <summary>Of more rows longer blocks are faster, but where there are outer products.</summary>
    public const int MostRows = 64;

    // Places of an output for the rows that it is a sum of, whatever the vectors are.
    private const int Lanes = RowEvaluator.Lanes;

    // Doubles of a line of the caches, which no vector is to cross.
    private const int Line = 8;

    private const int Across = LaneProgram.Across;

    private readonly LaneProgram _program;
    private readonly double[] _singles;
    private readonly double[] _memory;
    private readonly int _start;
    private readonly int _outputs;
    private readonly int _seconds;
    private readonly int _totals;
    private readonly int _valueCount;

    /// <summary>Makes memory.</summary>
    /// <param name="program">What is run.</param>
    /// <param name="constants">The constants of the tape.</param>
    public LaneSums(LaneProgram program, double[] constants)
    {
        _program = program;
        _singles = new double[program.SingleCount];
        constants.CopyTo(_singles, program.InputCount);
        _outputs = program.PlaceCount * Lanes;
        _valueCount = (program.OutputCount + Across - 1) / Across * Across;
        _seconds = _outputs + (_valueCount * Lanes);
        _totals = _seconds + (program.Seconds.Length * Lanes);
        _memory = GC.AllocateArray<double>(_totals + program.TotalCount + Line, pinned: true);
        _start = StartOf(_memory);
    }

    /// <summary>Whether some outputs are elements of outer products.</summary>
    public bool HasProducts => _program.Lines.Length > 0;

    /// <summary>The means over rows.</summary>
    /// <param name="cells">The values of the inputs that vary, row after row.</param>
    /// <param name="rows">The rows that count, at least 1.</param>
    /// <param name="parameters">The values of the other inputs.</param>
    /// <param name="means">Gets the means.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Mean(ReadOnlySpan<double> cells, ReadOnlySpan<int> rows, ReadOnlySpan<double> parameters, Span<double> means)
    {
        parameters.CopyTo(_singles.AsSpan(_program.ColumnCount));
        foreach (ref readonly var step in _program.Singles.AsSpan()) _singles[step.Target] = step.Operation.Evaluate(_singles[step.X], _singles[step.Y], _singles[step.Z]);
        if (rows.Length <= FourLanes.Count || !Vector512.IsHardwareAccelerated) Mean<FourLanes>(cells, rows, means);
        else Mean<EightLanes>(cells, rows, means);
    }

    private static int StartOf(double[] memory)
    {
        var misplaced = (int)(Marshal.UnsafeAddrOfPinnedArrayElement(memory, 0) / sizeof(double) % Line);
        return misplaced == 0 ? 0 : Line - misplaced;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Mean<TLanes>(ReadOnlySpan<double> cells, ReadOnlySpan<int> rows, Span<double> means)
        where TLanes : struct, ILanes<TLanes>
    {
        ref var memory = ref _memory[_start];
        ref var outputs = ref Unsafe.Add(ref memory, _outputs);
        var place = _program.ColumnCount;
        foreach (var single in _program.Broadcast) TLanes.Store(TLanes.Broadcast(_singles[single]), ref memory, place++ * TLanes.Count);
        var inTurn = HasProducts || rows.Length < RowEvaluator.FewestRows;
        var totals = _memory.AsSpan(_start + _totals, _program.TotalCount);
        if (inTurn) totals.Clear();
        else MemoryMarshal.CreateSpan(ref outputs, _valueCount * Lanes).Clear();
        for (var first = 0; first < rows.Length; first += TLanes.Count)
        {
            var some = rows.Slice(first, Math.Min(TLanes.Count, rows.Length - first));
            Gather<TLanes>(cells, some, ref memory);
            if (inTurn)
            {
                Run<TLanes, LaneLoops.Apart>(ref memory, ref outputs, default);
                AddRows(some.Length, ref outputs);
                AddProducts<TLanes>(some.Length, rows.Length, ref memory);
            }
            else
            {
                Run<TLanes, LaneLoops.Added>(ref memory, ref Unsafe.Add(ref outputs, first % Lanes), MaskOf<TLanes>(some.Length));
            }
        }

        if (!inTurn) AddLanes(ref outputs);
        Vectors.Divide(totals[.._valueCount], rows.Length);
        var places = _program.Outputs;
        for (var i = 0; i < places.Length; i++) means[i] = places[i] >= 0 ? totals[places[i]] : SumOfSingle(_singles[~places[i]], rows.Length, inTurn) / rows.Length;
    }

    private static double SumOfSingle(double value, int rows, bool inTurn)
    {
        if (!inTurn) return RowWorker.SumOfSingle(value, rows);
        var sum = 0.0;
        for (var row = 0; row < rows; row++) sum += value;
        return sum;
    }

    // Rows that the last vector lacks are the last one again.
    private void Gather<TLanes>(ReadOnlySpan<double> cells, ReadOnlySpan<int> rows, ref double memory)
        where TLanes : struct, ILanes<TLanes>
    {
        var width = _program.ColumnCount;
        for (var lane = 0; lane < TLanes.Count; lane++)
        {
            var row = cells.Slice(rows[Math.Min(lane, rows.Length - 1)] * width, width);
            ref var target = ref Unsafe.Add(ref memory, lane);
            for (var column = 0; column < row.Length; column++) Unsafe.Add(ref target, column * TLanes.Count) = row[column];
        }
    }

    private static TLanes MaskOf<TLanes>(int rows)
        where TLanes : struct, ILanes<TLanes>
    {
        Span<long> mask = stackalloc long[Lanes];
        mask[..rows].Fill(-1);
        return TLanes.Load(in MemoryMarshal.GetReference(MemoryMarshal.Cast<long, double>(mask)), 0);
    }

    /// <summary>Adds rows to the totals one after the other, for four outputs at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddRows(int rows, ref double outputs)
    {
        for (var i = 0; i < _valueCount; i += Across)
        {
            ref var lanes = ref Unsafe.Add(ref outputs, i * Lanes);
            var total = Vector256.LoadUnsafe(ref _memory[_start + _totals + i]);
            for (var first = 0; first < rows; first += Across)
            {
                var (a, b, c, d) = Transposed(
                    Vector256.LoadUnsafe(ref lanes), Vector256.LoadUnsafe(ref lanes, Lanes), Vector256.LoadUnsafe(ref lanes, 2 * Lanes), Vector256.LoadUnsafe(ref lanes, 3 * Lanes));
                total += a;
                if (rows - first > 1) total += b;
                if (rows - first > 2) total += c;
                if (rows - first > 3) total += d;
                lanes = ref Unsafe.Add(ref lanes, Across);
            }

            total.StoreUnsafe(ref _memory[_start + _totals + i]);
        }
    }

    /// <summary>Adds products of rows to the totals one after the other, each rounded once with its total, as products of matrices are formed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddProducts<TLanes>(int rows, int divisor, ref double memory)
        where TLanes : struct, ILanes<TLanes>
    {
        var places = _program.Seconds;
        var width = places.Length;

        // The reciprocal of a power of two is exact.
        var multiplies = int.IsPow2(divisor);
        var by = Vector256.Create(multiplies ? 1.0 / divisor : divisor);
        ref var seconds = ref _memory[_start + _seconds];
        ref var totals = ref _memory[_start + _totals];
        for (var i = 0; i < places.Length; i += Across)
        {
            for (var first = 0; first < rows; first += Across)
            {
                ref var lanes = ref Unsafe.Add(ref memory, first);
                var (a, b, c, d) = Transposed(
                    Divided(ref lanes, places[i], by, multiplies), Divided(ref lanes, places[i + 1], by, multiplies), Divided(ref lanes, places[i + 2], by, multiplies), Divided(ref lanes, places[i + 3], by, multiplies));
                ref var target = ref Unsafe.Add(ref seconds, (first * width) + i);
                a.StoreUnsafe(ref target);
                b.StoreUnsafe(ref target, (nuint)width);
                c.StoreUnsafe(ref target, (nuint)(2 * width));
                d.StoreUnsafe(ref target, (nuint)(3 * width));
            }
        }

        // Four sums at a time: each must wait for its own last multiply-add.
        var lines = _program.Lines.AsSpan();
        while (!lines.IsEmpty)
        {
            var four = lines.Length >= Across && lines[0].IsLike(lines[1]) && lines[0].IsLike(lines[2]) && lines[0].IsLike(lines[3]);
            if (four) AddFour<TLanes>(lines, rows, width, ref memory, ref seconds, ref totals);
            else AddOne<TLanes>(lines[0], rows, width, ref memory, ref seconds, ref totals);
            lines = lines[(four ? Across : 1)..];
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector256<double> Divided(ref double lanes, int place, Vector256<double> by, bool multiplies)
        {
            var values = Vector256.LoadUnsafe(ref Unsafe.Add(ref lanes, (nint)place * TLanes.Count));
            return multiplies ? values * by : values / by;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddOne<TLanes>(in LaneLine line, int rows, int width, ref double memory, ref double seconds, ref double totals)
        where TLanes : struct, ILanes<TLanes>
    {
        ref var x = ref Unsafe.Add(ref memory, (nint)line.First * TLanes.Count);
        for (var i = 0; i < line.Count; i += Across)
        {
            ref var total = ref Unsafe.Add(ref totals, line.Target + i);
            ref var second = ref Unsafe.Add(ref seconds, line.Second + i);
            var sum = Vector256.LoadUnsafe(ref total);
            for (nint row = 0; row < rows; row++) sum = Vector256.FusedMultiplyAdd(Vector256.Create(Unsafe.Add(ref x, row)), Vector256.LoadUnsafe(ref Unsafe.Add(ref second, row * width)), sum);
            sum.StoreUnsafe(ref total);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddFour<TLanes>(ReadOnlySpan<LaneLine> lines, int rows, int width, ref double memory, ref double seconds, ref double totals)
        where TLanes : struct, ILanes<TLanes>
    {
        ref var x0 = ref Unsafe.Add(ref memory, (nint)lines[0].First * TLanes.Count);
        ref var x1 = ref Unsafe.Add(ref memory, (nint)lines[1].First * TLanes.Count);
        ref var x2 = ref Unsafe.Add(ref memory, (nint)lines[2].First * TLanes.Count);
        ref var x3 = ref Unsafe.Add(ref memory, (nint)lines[3].First * TLanes.Count);
        for (var i = 0; i < lines[0].Count; i += Across)
        {
            ref var second = ref Unsafe.Add(ref seconds, lines[0].Second + i);
            ref var t0 = ref Unsafe.Add(ref totals, lines[0].Target + i);
            ref var t1 = ref Unsafe.Add(ref totals, lines[1].Target + i);
            ref var t2 = ref Unsafe.Add(ref totals, lines[2].Target + i);
            ref var t3 = ref Unsafe.Add(ref totals, lines[3].Target + i);
            var (sum0, sum1, sum2, sum3) = (Vector256.LoadUnsafe(ref t0), Vector256.LoadUnsafe(ref t1), Vector256.LoadUnsafe(ref t2), Vector256.LoadUnsafe(ref t3));
            for (nint row = 0; row < rows; row++)
            {
                var factor = Vector256.LoadUnsafe(ref Unsafe.Add(ref second, row * width));
                sum0 = Vector256.FusedMultiplyAdd(Vector256.Create(Unsafe.Add(ref x0, row)), factor, sum0);
                sum1 = Vector256.FusedMultiplyAdd(Vector256.Create(Unsafe.Add(ref x1, row)), factor, sum1);
                sum2 = Vector256.FusedMultiplyAdd(Vector256.Create(Unsafe.Add(ref x2, row)), factor, sum2);
                sum3 = Vector256.FusedMultiplyAdd(Vector256.Create(Unsafe.Add(ref x3, row)), factor, sum3);
            }

            sum0.StoreUnsafe(ref t0);
            sum1.StoreUnsafe(ref t1);
            sum2.StoreUnsafe(ref t2);
            sum3.StoreUnsafe(ref t3);
        }
    }

    /// <summary>Makes totals of the sums of lanes, as <see cref="RowEvaluator.SumOfLanes"/> does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddLanes(ref double outputs)
    {
        for (var i = 0; i < _valueCount; i += Across)
        {
            ref var lanes = ref Unsafe.Add(ref outputs, i * Lanes);
            var (a, b, c, d) = Transposed(Folded(ref lanes), Folded(ref Unsafe.Add(ref lanes, Lanes)), Folded(ref Unsafe.Add(ref lanes, 2 * Lanes)), Folded(ref Unsafe.Add(ref lanes, 3 * Lanes)));
            ((a + c) + (b + d)).StoreUnsafe(ref _memory[_start + _totals + i]);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector256<double> Folded(ref double lanes) => Vector256.LoadUnsafe(ref lanes) + Vector256.LoadUnsafe(ref lanes, Across);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<double> A, Vector256<double> B, Vector256<double> C, Vector256<double> D) Transposed(Vector256<double> a, Vector256<double> b, Vector256<double> c, Vector256<double> d)
    {
        if (!Avx.IsSupported)
        {
            return (Vector256.Create(a[0], b[0], c[0], d[0]), Vector256.Create(a[1], b[1], c[1], d[1]), Vector256.Create(a[2], b[2], c[2], d[2]), Vector256.Create(a[3], b[3], c[3], d[3]));
        }

        var (ab0, ab1) = (Avx.UnpackLow(a, b), Avx.UnpackHigh(a, b));
        var (cd0, cd1) = (Avx.UnpackLow(c, d), Avx.UnpackHigh(c, d));
        return (Avx.Permute2x128(ab0, cd0, 0x20), Avx.Permute2x128(ab1, cd1, 0x20), Avx.Permute2x128(ab0, cd0, 0x31), Avx.Permute2x128(ab1, cd1, 0x31));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Run<TLanes, TOutput>(ref double memory, ref double outputs, TLanes mask)
        where TLanes : struct, ILanes<TLanes>
        where TOutput : struct, LaneLoops.IOutput
    {
        ref var allTerms = ref MemoryMarshal.GetArrayDataReference(_program.Terms);
        foreach (ref readonly var step in _program.Steps.AsSpan())
        {
            ref var terms = ref Unsafe.Add(ref allTerms, step.First);
            var (count, length) = (step.Count, step.Length);
            ref var target = ref Unsafe.Add(ref memory, (nint)step.Target * TLanes.Count);
            switch (step.Form)
            {
                case LaneForm.Products:
                    LaneLoops.Pairs<TLanes, MulOperation.Function>(ref memory, ref terms, ref target, count);
                    break;
                case LaneForm.Sums:
                    LaneLoops.Pairs<TLanes, SumOperation.Function>(ref memory, ref terms, ref target, count);
                    break;
                case LaneForm.Differences:
                    LaneLoops.Pairs<TLanes, SubOperation.Function>(ref memory, ref terms, ref target, count);
                    break;
                case LaneForm.Quotients:
                    LaneLoops.Pairs<TLanes, DivOperation.Function>(ref memory, ref terms, ref target, count);
                    break;
                case LaneForm.Larger:
                    LaneLoops.Pairs<TLanes, MaxOperation.Function>(ref memory, ref terms, ref target, count);
                    break;
                case LaneForm.Smaller:
                    LaneLoops.Pairs<TLanes, MinOperation.Function>(ref memory, ref terms, ref target, count);
                    break;
                case LaneForm.Opposites:
                    LaneLoops.Pairs<TLanes, LaneLoops.OfFirst<NegOperation.Function>>(ref memory, ref terms, ref target, count);
                    break;
                case LaneForm.Ramps:
                    LaneLoops.Pairs<TLanes, LaneLoops.OfFirst<ReluOperation.Function>>(ref memory, ref terms, ref target, count);
                    break;
                case LaneForm.Dots:
                    LaneLoops.Dots<TLanes, FusedBlocks.PlusProduct>(ref memory, ref terms, ref target, count, length);
                    break;
                case LaneForm.DotsPlus:
                    LaneLoops.DotsPlus<TLanes, FusedBlocks.PlusProduct>(ref memory, ref terms, ref target, count, length);
                    break;
                case LaneForm.FusedDots:
                    LaneLoops.Dots<TLanes, MulOperation.Plus.Lanes>(ref memory, ref terms, ref target, count, length);
                    break;
                case LaneForm.FusedDotsPlus:
                    LaneLoops.DotsPlus<TLanes, MulOperation.Plus.Lanes>(ref memory, ref terms, ref target, count, length);
                    break;
                case LaneForm.PlusProducts:
                    LaneLoops.ChainProducts<TLanes, FusedBlocks.PlusProduct>(ref memory, ref terms, ref target, count, length);
                    break;
                case LaneForm.PlusFusedProducts:
                    LaneLoops.ChainProducts<TLanes, MulOperation.Plus.Lanes>(ref memory, ref terms, ref target, count, length);
                    break;
                case LaneForm.MinusProducts:
                    LaneLoops.ChainProducts<TLanes, FusedBlocks.MinusProduct>(ref memory, ref terms, ref target, count, length);
                    break;
                case LaneForm.PlusValues:
                    LaneLoops.Chain<TLanes, SumOperation.Function>(ref memory, ref terms, ref target, count, length);
                    break;
                case LaneForm.MinusValues:
                    LaneLoops.Chain<TLanes, SubOperation.Function>(ref memory, ref terms, ref target, count, length);
                    break;
                case LaneForm.Copies:
                    LaneLoops.Copy<TLanes>(ref memory, ref terms, ref target, count);
                    break;
                case LaneForm.Function:
                    step.Operation!.Evaluate(Argument(ref memory, ref terms, 0, count), Argument(ref memory, ref terms, 1, count), Argument(ref memory, ref terms, 2, count), MemoryMarshal.CreateSpan(ref target, count * TLanes.Count));
                    break;
                case LaneForm.Pair:
                    step.Operation!.Joins!.Blocks(
                        Argument(ref memory, ref terms, 0, count), MemoryMarshal.CreateSpan(ref target, count * TLanes.Count), MemoryMarshal.CreateSpan(ref Unsafe.Add(ref target, count * TLanes.Count), count * TLanes.Count));
                    break;
                case LaneForm.OutputProducts:
                    LaneLoops.Products<TLanes, TOutput>(ref memory, ref terms, ref Unsafe.Add(ref outputs, (nint)step.Target * Lanes), count, mask);
                    break;
                case LaneForm.OutputValues:
                    LaneLoops.Values<TLanes, TOutput>(ref memory, ref terms, ref Unsafe.Add(ref outputs, (nint)step.Target * Lanes), count, mask);
                    break;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static ReadOnlySpan<double> Argument(ref double memory, ref int terms, int argument, int count)
        {
            var place = Unsafe.Add(ref terms, 2 * argument);
            if (place < 0) return default;
            return MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref memory, (nint)place * TLanes.Count), Unsafe.Add(ref terms, (2 * argument) + 1) != 0 ? 1 : count * TLanes.Count);
        }
    }
}
