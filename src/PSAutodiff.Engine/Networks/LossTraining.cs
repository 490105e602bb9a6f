using System.Collections.Specialized;
using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using PSAutodiff.Compilation;

namespace PSAutodiff;

/// <summary>
/// Trains the parameters of a loss expression by stochastic gradient descent, one row at a time in order: each parameter moves
/// against its derivative of the row's loss, times the learning rate.
/// </summary>
public sealed class LossTraining
{
    // Machine code of more operations costs more to make than it saves.
    private const int LongestCode = 20_000;

    // A long training that is stopped early should not have paid for all of its steps.
    private const int FirstLosses = 1 << 16;

    private readonly Tape _tape;
    private readonly string[] _parameters;
    private readonly int _columnCount;

    /// <summary>Prepares a training: differentiates and compiles the loss once.</summary>
    /// <param name="loss">The loss of one row. Numerically stable rewrites are applied to it first.</param>
    /// <param name="columns">Its variables that the data give, in the order of the values in a row.</param>
    /// <param name="parameters">Its variables that are trained.</param>
    public LossTraining(ExprNode loss, IReadOnlyList<string> columns, IReadOnlyList<string> parameters)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(parameters);
        var stable = loss.Simplify(SimplificationRule.Stable);

        // The loss comes last: the next step waits for the derivatives, not for it.
        ExprNode[] outputs = [.. stable.Differentiate(parameters, DifferentiationMode.Reverse), stable];
        var (simplified, _) = ExprNode.Simplify(outputs, SimplificationRule.Stable);
        _tape = CompiledExpression.Compile(simplified, [.. columns, .. parameters]).Tape;
        _parameters = [.. parameters];
        _columnCount = columns.Count;
    }

    /// <summary>Called now and then with the number of steps done and the mean loss of the last full epoch (NaN before).</summary>
    public Action<int, double>? Progress { get; init; }

    /// <summary>Runs the training.</summary>
    /// <param name="start">Start values of the parameters, in order.</param>
    /// <param name="rows">The data: one array of column values for each row; at least one row.</param>
    /// <param name="samples">The number under which each row is reported.</param>
    /// <param name="learningRate">The factor of each step, above 0.</param>
    /// <param name="epochs">Passes over the data, at least 1.</param>
    /// <param name="seed">The seed that made the start values; only noted in the result.</param>
    /// <param name="cancellation">Ends the training early; what was reached is returned.</param>
    public TrainingResult Run(
        double[] start,
        IReadOnlyList<double[]> rows,
        int[] samples,
        double learningRate,
        int epochs,
        int seed,
        CancellationToken cancellation)
    {
        const int stepsBetweenChecks = 256;
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(samples);
        var clock = Stopwatch.StartNew();
        var total = checked(rows.Count * epochs);
        var losses = new double[Math.Min(total, FirstLosses)];
        var parameters = start.ToArray();
        var previous = start.ToArray();
        var step = StepFor(total, learningRate);
        var epochLoss = new List<double>();
        var reason = TrainingStopReason.Completed;
        TrainingStep? failed = null;
        var steps = 0;
        var (epoch, row) = (0, 0);
        for (; steps < total; steps++)
        {
            if (steps % stepsBetweenChecks == 0)
            {
                if (cancellation.IsCancellationRequested)
                {
                    reason = TrainingStopReason.Cancelled;
                    break;
                }

                Progress?.Invoke(steps, epochLoss.Count > 0 ? epochLoss[^1] : double.NaN);
            }

            parameters.CopyTo(previous, 0);
            var loss = step(rows[row], parameters);
            if (!double.IsFinite(loss) || !AllFinite(parameters))
            {
                previous.CopyTo(parameters, 0);
                reason = TrainingStopReason.NotFinite;
                failed = new TrainingStep(steps + 1, epoch + 1, samples[row], loss);
                break;
            }

            if (steps == losses.Length) Array.Resize(ref losses, (int)Math.Min(total, losses.Length * 2L));
            losses[steps] = loss;
            if (++row < rows.Count) continue;
            epochLoss.Add(Mean(losses.AsSpan(steps + 1 - rows.Count, rows.Count)));
            (epoch, row) = (epoch + 1, 0);
        }

        var averaged = epochLoss.Count * rows.Count;
        if (steps > averaged) epochLoss.Add(Mean(losses.AsSpan(averaged, steps - averaged)));

        var trained = new OrderedDictionary(_parameters.Length);
        for (var i = 0; i < _parameters.Length; i++) trained.Add(_parameters[i], parameters[i]);
        return new TrainingResult(samples)
        {
            Parameters = trained,
            Loss = losses[..steps],
            EpochLoss = epochLoss,
            FinalLoss = MeanLoss(parameters, rows),
            StopReason = reason,
            FailedStep = failed,
            Seed = seed,
            Elapsed = clock.Elapsed,
        };
    }

    /// <summary>A step of gradient descent on one row: gives the loss before the step, moves the parameters.</summary>
    internal Func<double[], double[], double> StepFor(int steps, double learningRate)
    {
        if (steps < CompiledExpression.RunsBeforeCode || _tape.Instructions.Length > LongestCode)
        {
            var registers = NewRegisters();
            var moves = new double[_parameters.Length];
            return (row, parameters) => InterpretStep(registers, moves, row, parameters, learningRate);
        }

        var code = TapeCode.Compile(_tape, _columnCount, trains: true);
        var run = code.Delegate;
        var scratch = new double[code.ScratchLength + 1];
        return (row, parameters) =>
        {
            var loss = 0.0;
            run(
                ref MemoryMarshal.GetArrayDataReference(row),
                ref MemoryMarshal.GetArrayDataReference(parameters),
                learningRate,
                ref loss,
                ref scratch[0]);
            return loss;
        };
    }

    private double[] NewRegisters()
    {
        var registers = new double[_tape.RegisterCount];
        _tape.Constants.CopyTo(registers, _tape.InputCount);
        return registers;
    }

    private double InterpretStep(double[] registers, double[] moves, double[] row, double[] parameters, double learningRate)
    {
        var loss = InterpretLoss(registers, row, parameters);
        // A derivative may be a parameter itself, so all moves are computed before any parameter is written.
        for (var i = 0; i < moves.Length; i++) moves[i] = learningRate * registers[_tape.Outputs[i]];
        for (var i = 0; i < moves.Length; i++) parameters[i] -= moves[i];
        return loss;
    }

    private double InterpretLoss(double[] registers, double[] row, double[] parameters)
    {
        row.CopyTo(registers, 0);
        parameters.CopyTo(registers, _columnCount);
        _tape.Run(registers);
        return registers[_tape.Outputs[^1]];
    }

    private double MeanLoss(double[] parameters, IReadOnlyList<double[]> rows)
    {
        var registers = NewRegisters();
        var sum = 0.0;
        foreach (var row in rows) sum += InterpretLoss(registers, row, parameters);
        return sum / rows.Count;
    }

    private static bool AllFinite(ReadOnlySpan<double> values)
    {
        // x - x is 0 for a finite number and NaN for any other.
        var sum = Vector<double>.Zero;
        var i = 0;
        for (; i + Vector<double>.Count <= values.Length; i += Vector<double>.Count)
        {
            var part = new Vector<double>(values[i..]);
            sum += part - part;
        }

        for (; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i])) return false;
        }

        return Vector.EqualsAll(sum, Vector<double>.Zero);
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += value;
        return sum / values.Length;
    }
}
