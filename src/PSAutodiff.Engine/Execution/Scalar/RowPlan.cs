using System.Collections.Concurrent;

namespace PSAutodiff.Execution.Scalar;

/// <summary>
/// How a tape runs over blocks of rows when certain inputs are single values: which results are, and what is computed together. Kept with the
/// tape, together with memory that a run leaves for the next one.
/// </summary>
internal sealed class RowPlan
{
    // Memory for larger programs costs little beside their runs, and much while they do not run.
    private const int LargestKept = 1 << 17;

    private readonly bool[] _isSingle;
    private readonly ConcurrentBag<double[]> _idle = [];

    private RowPlan(Tape tape, bool[] isSingle)
    {
        _isSingle = isSingle;
        FirstTemporary = tape.InputCount + tape.Constants.Length;

        // What depends on single values alone is computed once a block, not once a row.
        var isScalar = new bool[tape.RegisterCount];
        isSingle.CopyTo(isScalar, 0);
        Array.Fill(isScalar, true, tape.InputCount, tape.Constants.Length);
        Shapes = new InstructionShape[tape.Instructions.Length];
        Shared = new Operation.Sharing?[Shapes.Length];
        for (var i = 0; i < Shapes.Length; i++)
        {
            var step = tape.Instructions[i];
            var arity = step.Operation.Arity;
            var shape = new InstructionShape(isScalar[step.X], arity < 2 || isScalar[step.Y], arity < 3 || isScalar[step.Z]);
            Shapes[i] = shape;
            isScalar[step.Target] = shape.ResultIsScalar;
            Shared[i] = tape.SharesWithNext(i);
        }

        OutputIsScalar = Array.ConvertAll(tape.Outputs, output => isScalar[output]);
    }

    public int FirstTemporary { get; }

    public InstructionShape[] Shapes { get; }

    public Operation.Sharing?[] Shared { get; }

    public bool[] OutputIsScalar { get; }

    /// <summary>The plan for inputs, that of the last run where it is the same.</summary>
    public static RowPlan For(Tape tape, ReadOnlyMemory<double>[] inputs)
    {
        var isSingle = Array.ConvertAll(inputs, static input => input.Length == 1);
        if (tape.RowPlan is { } last && last._isSingle.AsSpan().SequenceEqual(isSingle)) return last;
        return tape.RowPlan = new RowPlan(tape, isSingle);
    }

    /// <summary>Memory, of any content, at least as long as asked.</summary>
    public double[] Rent(int length) => _idle.TryTake(out var memory) && memory.Length >= length ? memory : GC.AllocateUninitializedArray<double>(length);

    /// <summary>Takes memory back.</summary>
    public void Return(double[] memory)
    {
        if (memory.Length <= LargestKept && _idle.Count < Environment.ProcessorCount) _idle.Add(memory);
    }

    internal readonly record struct InstructionShape(bool XIsScalar, bool YIsScalar, bool ZIsScalar)
    {
        public bool ResultIsScalar => XIsScalar && YIsScalar && ZIsScalar;
    }
}
