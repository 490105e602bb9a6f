using System.Collections.Specialized;
using System.Diagnostics;
using PSAutodiff.Compilation;

namespace PSAutodiff;

/// <summary>
/// Trains the parameters of a loss expression by stochastic gradient descent, one row at a time in order: each parameter moves
/// against its derivative of the row's loss, times the learning rate.
/// </summary>
public sealed class LossTraining
{
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
        var outputs = new List<ExprNode>(parameters.Count + 1) { stable };
        outputs.AddRange(stable.Differentiate(parameters, DifferentiationMode.Reverse));
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
        var registers = NewRegisters(start);
        var parameters = registers.AsSpan(_columnCount, _parameters.Length);
        var previous = start.ToArray();
        var losses = new double[checked(rows.Count * epochs)];
        var epochLoss = new List<double>();
        var reason = TrainingStopReason.Completed;
        TrainingStep? failed = null;
        var steps = 0;
        for (; steps < losses.Length; steps++)
        {
            var (epoch, row) = Math.DivRem(steps, rows.Count);
            if (row == 0 && epoch > 0) epochLoss.Add(Mean(losses.AsSpan(steps - rows.Count, rows.Count)));
            if (steps % stepsBetweenChecks == 0)
            {
                if (cancellation.IsCancellationRequested)
                {
                    reason = TrainingStopReason.Cancelled;
                    break;
                }

                Progress?.Invoke(steps, epochLoss.Count > 0 ? epochLoss[^1] : double.NaN);
            }

            parameters.CopyTo(previous);
            var loss = Step(registers, rows[row], learningRate);
            if (!double.IsFinite(loss) || !AllFinite(parameters))
            {
                previous.CopyTo(parameters);
                reason = TrainingStopReason.NotFinite;
                failed = new TrainingStep(steps + 1, epoch + 1, samples[row], loss);
                break;
            }

            losses[steps] = loss;
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
            FinalLoss = MeanLoss(registers, rows),
            StopReason = reason,
            FailedStep = failed,
            Seed = seed,
            Elapsed = clock.Elapsed,
        };
    }

    private double[] NewRegisters(double[] start)
    {
        var registers = new double[_tape.RegisterCount];
        start.CopyTo(registers, _columnCount);
        _tape.Constants.CopyTo(registers, _tape.InputCount);
        return registers;
    }

    private double Step(double[] registers, double[] row, double learningRate)
    {
        row.CopyTo(registers, 0);
        _tape.Run(registers);
        var outputs = _tape.Outputs;
        var loss = registers[outputs[0]];
        // A derivative may be a parameter itself, so all steps are computed before any parameter moves.
        Span<double> moves = outputs.Length <= 64 ? stackalloc double[outputs.Length] : new double[outputs.Length];
        for (var i = 1; i < outputs.Length; i++) moves[i] = learningRate * registers[outputs[i]];
        for (var i = 1; i < outputs.Length; i++) registers[_columnCount + i - 1] -= moves[i];
        return loss;
    }

    private double MeanLoss(double[] registers, IReadOnlyList<double[]> rows)
    {
        var sum = 0.0;
        foreach (var row in rows)
        {
            row.CopyTo(registers, 0);
            _tape.Run(registers);
            sum += registers[_tape.Outputs[0]];
        }

        return sum / rows.Count;
    }

    private static bool AllFinite(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
        {
            if (!double.IsFinite(value)) return false;
        }

        return true;
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += value;
        return sum / values.Length;
    }
}
