using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PSAutodiff.Execution.Scalar;

/// <summary>
/// How a tape runs over blocks of rows when certain inputs are single values. What depends on single values alone is computed once. A
/// value over rows has a register of its own only from where it is computed to where it is last needed. The outputs' values go right
/// to where they are wanted: into columns, or into sums over the rows.
/// </summary>
internal sealed class RowPlan
{
    /// <summary>Places below this are registers of rows, from here on the inputs that are columns, in order; single values have negative places.</summary>
    public const int FirstColumn = 1 << 29;

    /// <summary>From here on places are columns of outputs.</summary>
    public const int FirstOutput = 1 << 30;

    // Memory for larger programs costs little beside their runs, and much while they do not run.
    private const int LargestKept = 1 << 17;

    private readonly bool[] _isSingle;
    private readonly ConcurrentBag<double[]> _idle = [];

    private RowPlan(Tape tape, bool[] isSingle, bool sums)
    {
        _isSingle = isSingle;
        var planner = new RowPlanner(tape, isSingle, sums);
        (Singles, Steps, Outputs) = planner.Plan();
        (SingleCount, ColumnCount, RegisterCount) = (planner.SingleCount, planner.ColumnCount, planner.RegisterCount);
        (SumCount, Regions) = (planner.SumCount, planner.Regions);
    }

    /// <summary>What depends on single values alone, on places of single values.</summary>
    public Tape.Instruction[] Singles { get; }

    /// <summary>Number of places of single values; the inputs have the first and the constants the next.</summary>
    public int SingleCount { get; }

    /// <summary>Number of inputs that are columns.</summary>
    public int ColumnCount { get; }

    /// <summary>What is done for each block of rows, in order.</summary>
    public RowStep[] Steps { get; }

    /// <summary>What is done for some rows of a block alone.</summary>
    public RowRegion[] Regions { get; }

    /// <summary>Number of registers of rows.</summary>
    public int RegisterCount { get; }

    /// <summary>For each output its place or, where sums are wanted and it is not a single value, the number of its sum.</summary>
    public int[] Outputs { get; }

    /// <summary>Number of sums over rows; equal outputs have one.</summary>
    public int SumCount { get; }

    /// <summary>The plan for inputs of which some are single values: that of the last run, where it is the same.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="sums">Whether the outputs' sums are wanted instead of their values.</param>
    public static RowPlan For(Tape tape, ReadOnlyMemory<double>[] inputs, bool sums)
    {
        ref var last = ref tape.RowPlans[sums ? 1 : 0];
        if (last is { } plan && plan.IsFor(inputs)) return plan;
        return last = new RowPlan(tape, Array.ConvertAll(inputs, static input => input.Length == 1), sums);
    }

    /// <summary>Memory, of any content, at least as long as asked.</summary>
    public double[] Rent(int length) => _idle.TryTake(out var memory) && memory.Length >= length ? memory : GC.AllocateUninitializedArray<double>(length);

    /// <summary>Takes memory back.</summary>
    public void Return(double[] memory)
    {
        if (memory.Length <= LargestKept && _idle.Count < Environment.ProcessorCount) _idle.Add(memory);
    }

    /// <summary>The single values, and the columns in the order of their places.</summary>
    /// <param name="tape">The tape of the plan.</param>
    /// <param name="inputs">The inputs.</param>
    public (double[] Singles, ArraySegment<double>[] Columns) Prepare(Tape tape, ReadOnlyMemory<double>[] inputs)
    {
        var values = new double[SingleCount];
        var columns = new ArraySegment<double>[ColumnCount];
        Prepare(tape, inputs, values, columns);
        return (values, columns);
    }

    /// <summary>The same, into memory that is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Prepare(Tape tape, ReadOnlyMemory<double>[] inputs, double[] values, ArraySegment<double>[] columns)
    {
        var next = 0;
        for (var i = 0; i < inputs.Length; i++)
        {
            if (_isSingle[i]) values[i] = inputs[i].Span[0];
            else columns[next++] = MemoryMarshal.TryGetArray(inputs[i], out var column) ? column : new ArraySegment<double>(inputs[i].ToArray());
        }

        tape.Constants.CopyTo(values, tape.InputCount);
        foreach (ref readonly var step in Singles.AsSpan()) values[step.Target] = step.Operation.Evaluate(values[step.X], values[step.Y], values[step.Z]);
    }

    /// <summary>Whether the same of these inputs are single values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool IsFor(ReadOnlyMemory<double>[] inputs)
    {
        for (var i = 0; i < inputs.Length; i++)
        {
            if (_isSingle[i] != (inputs[i].Length == 1)) return false;
        }

        return true;
    }
}
