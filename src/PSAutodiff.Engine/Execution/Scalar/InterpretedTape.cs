using System.Runtime.CompilerServices;

namespace PSAutodiff.Execution.Scalar;

/// <summary>A tape run instruction by instruction.</summary>
internal sealed class InterpretedTape(Tape tape) : TapeWay
{
    /// <inheritdoc/>
    protected override double[] NewMemory()
    {
        var registers = GC.AllocateUninitializedArray<double>(tape.RegisterCount);
        tape.Constants.CopyTo(registers, tape.InputCount);
        return registers;
    }

    // Optimized at once, as are the operations: many a session ends before the runtime would get round to it.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Run(ReadOnlySpan<double> first, ReadOnlySpan<double> second, Span<double> outputs, double[] memory)
    {
        var registers = memory.AsSpan();
        first.CopyTo(registers);
        second.CopyTo(registers[first.Length..]);
        foreach (ref readonly var step in tape.Instructions.AsSpan())
        {
            registers[step.Target] = step.Operation.Evaluate(registers[step.X], registers[step.Y], registers[step.Z]);
        }

        var places = tape.Outputs;
        for (var i = 0; i < places.Length; i++) outputs[i] = registers[places[i]];
    }
}
