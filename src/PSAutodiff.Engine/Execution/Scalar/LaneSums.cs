using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using PSAutodiff.Kernels;

namespace PSAutodiff.Execution.Scalar;

/// <summary>
/// Sums of the outputs of a tape over a few rows, a vector of them at a time, with memory that it keeps. The bits are those of running one row after
/// another, or, from <see cref="RowEvaluator.FewestRows"/> rows on, those of <see cref="RowEvaluator.Sum"/>.
/// </summary>
internal sealed class LaneSums
{
    /// <summary>Of more rows longer blocks are faster.</summary>
    public const int MostRows = 64;

    // Places of an output for the rows that it is a sum of, whatever the vectors are.
    private const int Lanes = RowEvaluator.Lanes;

    // Doubles of a line of the caches, which no vector is to cross.
    private const int Line = 8;

    // Outputs that are summed side by side.
    private const int Across = 4;

    private readonly LaneProgram _program;
    private readonly double[] _singles;
    private readonly double[] _totals;
    private readonly double[] _memory;
    private readonly int _start;
    private readonly int _outputs;

    /// <summary>Makes memory.</summary>
    /// <param name="program">What is run.</param>
    /// <param name="constants">The constants of the tape.</param>
    public LaneSums(LaneProgram program, double[] constants)
    {
        _program = program;
        _singles = new double[program.SingleCount];
        constants.CopyTo(_singles, program.InputCount);
        _outputs = program.PlaceCount * Lanes;
        _totals = new double[(program.OutputCount + Across - 1) / Across * Across];
        _memory = GC.AllocateArray<double>(_outputs + (_totals.Length * Lanes) + Line, pinned: true);
        _start = StartOf(_memory);
    }

    /// <summary>The sums over rows.</summary>
    /// <param name="cells">The values of the inputs that vary, row after row.</param>
    /// <param name="rows">The rows that count, from 1 to <see cref="MostRows"/>.</param>
    /// <param name="parameters">The values of the other inputs.</param>
    /// <param name="sums">Gets the sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Sum(ReadOnlySpan<double> cells, ReadOnlySpan<int> rows, ReadOnlySpan<double> parameters, Span<double> sums)
    {
        parameters.CopyTo(_singles.AsSpan(_program.ColumnCount));
        foreach (ref readonly var step in _program.Singles.AsSpan()) _singles[step.Target] = step.Operation.Evaluate(_singles[step.X], _singles[step.Y], _singles[step.Z]);
        if (rows.Length <= FourLanes.Count || !Vector512.IsHardwareAccelerated) Sum<FourLanes>(cells, rows, sums);
        else Sum<EightLanes>(cells, rows, sums);
    }

    private static int StartOf(double[] memory)
    {
        var misplaced = (int)(Marshal.UnsafeAddrOfPinnedArrayElement(memory, 0) / sizeof(double) % Line);
        return misplaced == 0 ? 0 : Line - misplaced;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sum<TLanes>(ReadOnlySpan<double> cells, ReadOnlySpan<int> rows, Span<double> sums)
        where TLanes : struct, ILanes<TLanes>
    {
        ref var memory = ref _memory[_start];
        ref var outputs = ref Unsafe.Add(ref memory, _outputs);
        var place = _program.ColumnCount;
        foreach (var single in _program.Broadcast) TLanes.Store(TLanes.Broadcast(_singles[single]), ref memory, place++ * TLanes.Count);
        var inTurn = rows.Length < RowEvaluator.FewestRows;
        if (inTurn) _totals.AsSpan().Clear();
        else MemoryMarshal.CreateSpan(ref outputs, _totals.Length * Lanes).Clear();
        for (var first = 0; first < rows.Length; first += TLanes.Count)
        {
            var some = rows.Slice(first, Math.Min(TLanes.Count, rows.Length - first));
            Gather<TLanes>(cells, some, ref memory);
            if (inTurn)
            {
                Run<TLanes, LaneLoops.Apart>(ref memory, ref outputs, default);
                AddRows(some.Length, ref outputs);
            }
            else
            {
                Run<TLanes, LaneLoops.Added>(ref memory, ref Unsafe.Add(ref outputs, first % Lanes), MaskOf<TLanes>(some.Length));
            }
        }

        if (!inTurn) AddLanes(ref outputs);
        var places = _program.Outputs;
        for (var i = 0; i < places.Length; i++) sums[i] = places[i] >= 0 ? _totals[places[i]] : SumOfSingle(_singles[~places[i]], rows.Length, inTurn);
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
        for (var i = 0; i < _totals.Length; i += Across)
        {
            ref var lanes = ref Unsafe.Add(ref outputs, i * Lanes);
            var total = Vector256.LoadUnsafe(ref _totals[i]);
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

            total.StoreUnsafe(ref _totals[i]);
        }
    }

    /// <summary>Makes totals of the sums of lanes, as <see cref="RowEvaluator.SumOfLanes"/> does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddLanes(ref double outputs)
    {
        for (var i = 0; i < _totals.Length; i += Across)
        {
            ref var lanes = ref Unsafe.Add(ref outputs, i * Lanes);
            var (a, b, c, d) = Transposed(Folded(ref lanes), Folded(ref Unsafe.Add(ref lanes, Lanes)), Folded(ref Unsafe.Add(ref lanes, 2 * Lanes)), Folded(ref Unsafe.Add(ref lanes, 3 * Lanes)));
            ((a + c) + (b + d)).StoreUnsafe(ref _totals[i]);
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
                    LaneLoops.Dots<TLanes>(ref memory, ref terms, ref target, count, length);
                    break;
                case LaneForm.DotsPlus:
                    LaneLoops.DotsPlus<TLanes>(ref memory, ref terms, ref target, count, length);
                    break;
                case LaneForm.PlusProducts:
                    LaneLoops.ChainProducts<TLanes, SumOperation.Function>(ref memory, ref terms, ref target, count, length);
                    break;
                case LaneForm.MinusProducts:
                    LaneLoops.ChainProducts<TLanes, SubOperation.Function>(ref memory, ref terms, ref target, count, length);
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
