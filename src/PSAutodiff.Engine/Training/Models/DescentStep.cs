using System.Runtime.InteropServices;
using PSAutodiff.Core;
using PSAutodiff.Execution.Scalar;

namespace PSAutodiff.Training.Models;

/// <summary>
/// A step of plain gradient descent on one row: a program like any other, whose inputs are the columns, the parameters and the learning
/// rate, and whose outputs are the moved parameters and the loss before the step. Holds working memory, so one thread at a time may use it.
/// </summary>
internal sealed class DescentStep
{
    // Machine code of more operations costs more to make than it saves.
    private const int LongestCode = 20_000;

    // No other variable's name has a space.
    private const string Rate = "learning rate";

    private readonly Tape _tape;
    private readonly int _columnCount;
    private readonly CodeDelegate? _code;
    private readonly double[] _memory;

    /// <summary>Prepares steps.</summary>
    /// <param name="program">What <see cref="Compile"/> made.</param>
    /// <param name="columnCount">Number of columns.</param>
    /// <param name="steps">How many there may be; many repay making machine code.</param>
    public DescentStep(CompiledExpression program, int columnCount, int steps)
    {
        _tape = program.Tape;
        _columnCount = columnCount;
        if (steps < CompiledExpression.RunsBeforeCode || _tape.Instructions.Length > LongestCode)
        {
            _memory = new double[_tape.RegisterCount];
            _tape.Constants.CopyTo(_memory, _tape.InputCount);
            return;
        }

        var code = TapeCode.Compile(_tape, columnCount);
        _code = code.Delegate;
        _memory = new double[code.ScratchLength + 1];
    }

    /// <summary>Compiles the program of a step.</summary>
    /// <param name="outputs">The derivatives by the parameters, and the loss.</param>
    /// <param name="columns">The columns, in the order of the values in a row.</param>
    /// <param name="parameters">The parameters, in order.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static CompiledExpression Compile(
        RootedGraph outputs,
        IReadOnlyList<string> columns,
        IReadOnlyList<string> parameters,
        CancellationToken cancellation = default)
    {
        int[] roots = [.. outputs.Roots];
        var builder = new GraphBuilder(outputs.Graph, 3 * parameters.Count) { Cancellation = cancellation };
        var rate = builder.Term(builder.Variable(Rate));
        for (var i = 0; i < parameters.Count; i++) roots[i] = (builder.Term(builder.Variable(parameters[i])) - (rate * builder.Term(roots[i]))).Id;

        // The moves together at the end: between the derivatives they would take registers while the loss is computed.
        return CompiledExpression.Compile(builder.Build(roots), [.. columns, .. parameters, Rate], outputs.Roots, cancellation);
    }

    /// <summary>Takes a step.</summary>
    /// <param name="row">The values of the columns.</param>
    /// <param name="parameters">The parameters, which are moved, and one more place behind them.</param>
    /// <param name="rate">The learning rate.</param>
    /// <returns>The loss before the step.</returns>
    public double Take(double[] row, double[] parameters, double rate)
    {
        // The rate goes in where the loss comes out.
        parameters[_tape.Outputs.Length - 1] = rate;
        if (_code is null)
        {
            row.CopyTo(_memory, 0);
            parameters.CopyTo(_memory, _columnCount);
            _tape.Run(_memory);
            for (var i = 0; i < parameters.Length; i++) parameters[i] = _memory[_tape.Outputs[i]];
        }
        else
        {
            ref var point = ref MemoryMarshal.GetArrayDataReference(parameters);
            _code(ref MemoryMarshal.GetArrayDataReference(row), ref point, ref point, ref _memory[0]);
        }

        return parameters[^1];
    }
}
