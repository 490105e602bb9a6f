using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using PSAutodiff.Data;
using PSAutodiff.Execution;
using PSAutodiff.Kernels;
using PSAutodiff.Training;
using PSAutodiff.Training.Machines;
using PSAutodiff.Training.Models;

namespace PSAutodiff;

/// <summary>Trains the parameters of a loss expression over rows of data.</summary>
public sealed class LossTraining
{
    private readonly LossProgram _program;
    private readonly string[] _given;
    private readonly string[] _parameters;
    private readonly ExprNode _loss;
    private readonly NetworkPrecision _precision;

    /// <summary>Prepares a training: differentiates and compiles the loss, once as long as it lives.</summary>
    /// <param name="loss">The loss of one row. Numerically stable rewrites are applied to it first.</param>
    /// <param name="columns">Its variables that the data give, in the order of the values in a row.</param>
    /// <param name="parameters">Its variables that are trained.</param>
    /// <param name="precision">
    /// The numbers of parameters, data, matrix products and their activations, and of sums of these over rows. All else, losses among it, is computed in double.
    /// </param>
    /// <param name="cancellation">Ends the preparation early.</param>
    /// <exception cref="AutodiffException">The loss is a vector or matrix, or it chooses among more places than single precision counts to.</exception>
    /// <exception cref="OperationCanceledException">The preparation was cancelled.</exception>
    public LossTraining(
        ExprNode loss,
        IReadOnlyList<string> columns,
        IReadOnlyList<string> parameters,
        NetworkPrecision precision = NetworkPrecision.Double,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(parameters);
        (_loss, _precision) = (loss, precision);
        _parameters = [.. parameters];
        string[] given = [.. columns];
        _given = given;
        _program = KeptForms.Get(
            loss,
            [.. given, precision == NetworkPrecision.Single ? " single" : string.Empty, .. _parameters],
            () => new LossProgram(loss, given, _parameters, cancellation, precision == NetworkPrecision.Single));
    }

    /// <summary>Makes the initial values of further restarts from their seeds; needed when there are any.</summary>
    public Func<int, double[]>? StartFromSeed { get; init; }

    /// <summary>What the data call each element of the columns, for errors; null where that is as the loss calls them.</summary>
    public IReadOnlyList<string>? ColumnNames { get; init; }

    /// <summary>Runs the training.</summary>
    /// <param name="start">Start values of the parameters, in order; of arrays all elements, row after row.</param>
    /// <param name="rows">The data: one array of column values for each row, of arrays all elements; at least one row.</param>
    /// <param name="samples">The number under which each row is reported; null for 1, 2, 3, ...</param>
    /// <param name="options">How to train. Plain gradient descent on single rows is by far the fastest for small losses.</param>
    /// <param name="cancellation">Ends the training early; what was reached is returned.</param>
    /// <exception cref="AutodiffException">
    /// There are no rows, an option is out of its range or for networks only, restarts have no <see cref="StartFromSeed"/>, or a
    /// checkpoint cannot be written or is not one of this training.
    /// </exception>
    public TrainingResult Run(
        double[] start,
        IReadOnlyList<double[]> rows,
        int[]? samples,
        TrainingOptions options,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(options);
        CheckLength(start, _program.Parameters.Length, "initial values");
        var data = rows as double[][] ?? [.. rows];
        foreach (var row in data) CheckLength(row, _program.Columns.Length, "values in a row");
        var plan = new TrainingPlan(data.Length, samples, options);
        if (options.InputNoise > 0 || options.GaussianDropout > 0)
        {
            throw new AutodiffException(ErrorIds.TrainingOptionInvalid, "Noise on inputs and dropout are for networks; a loss expression has no layers. Leave InputNoise and GaussianDropout at 0.");
        }

        if (options.Restarts > 1 && StartFromSeed is null)
        {
            throw new AutodiffException(ErrorIds.RestartsNeedStarts, $"{nameof(StartFromSeed)} has to be set for restarts: it makes their initial values.");
        }

        return _precision == NetworkPrecision.Single ? Run<float>(start, data, plan, cancellation) : Run<double>(start, data, plan, cancellation);
    }

    private TrainingResult Run<T>(double[] start, double[][] rows, TrainingPlan plan, CancellationToken cancellation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) != typeof(double)) CheckSizes(rows, plan);
        var model = ModelOf<T>(rows, Math.Max(1, plan.Options.Threads / TrainingLoop<T>.Workers(plan.Options)));
        Func<int, T[]>? newStart = StartFromSeed is null ? null : seed => Rounded<T>(StartFromSeed(seed));
        var loop = new TrainingLoop<T>(model, plan, Rounded<T>(start), newStart)
        {
            Subject = () => (HashOfLoss(start), HashOf(rows)),
            Job = () => TrainingJob.Write(_loss, _given, _parameters, _precision, rows, plan),
        };
        var (result, parameters, _) = loop.Run(cancellation);
        result.Parameters = _program.Parameters.Fold(i => double.CreateTruncating(parameters[i]));
        return result;
    }

    /// <summary>The mean loss over rows, with given parameters.</summary>
    internal double MeanLoss(double[] parameters, double[][] rows, int threads, CancellationToken cancellation)
    {
        return _precision == NetworkPrecision.Single ? Of<float>() : Of<double>();

        double Of<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => ModelOf<T>(rows, threads).Loss(Rounded<T>(parameters), [.. Enumerable.Range(0, rows.Length)], cancellation);
    }

    /// <summary>What trains single starts.</summary>
    internal IStartTrainer TrainerOf(double[][] rows, TrainingPlan plan, int threads) =>
        _precision == NetworkPrecision.Single ? new StartTrainer<float>(ModelOf<float>(rows, threads), plan) : new StartTrainer<double>(ModelOf<double>(rows, threads), plan);

    private ITrainingModel<T> ModelOf<T>(double[][] rows, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        _program.Rows is null ? (ITrainingModel<T>)(object)new LossModel(_program, rows, threads) : new ArrayLossModel<T>(_program, rows, threads);

    private T[] Rounded<T>(double[] start)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var rounded = new T[start.Length];
        Vectors.Narrow<T>(start, rounded);
        for (var i = 0; i < start.Length; i++)
        {
            if (double.IsFinite(start[i]) && !T.IsFinite(rounded[i])) throw TooLarge($"The initial value of '{_program.Parameters.ElementNames[i]}'", start[i]);
        }

        return rounded;
    }

    // Before rows are rounded, so that it can be said where a number is.
    private void CheckSizes(double[][] rows, TrainingPlan plan)
    {
        for (var row = 0; row < rows.Length; row++)
        {
            for (var i = 0; i < rows[row].Length; i++)
            {
                var value = rows[row][i];
                if (double.IsFinite(value) && !float.IsFinite((float)value)) throw TooLarge(string.Create(CultureInfo.InvariantCulture, $"Row {plan.Samples?[row] ?? row + 1}, column '{(ColumnNames ?? _program.Columns.ElementNames)[i]}'"), value);
            }
        }
    }

    private static AutodiffException TooLarge(string what, double value) => NumberRange.TooLarge<float>(string.Create(CultureInfo.InvariantCulture, $"{what}: {value}"), isScaled: false);

    private static void CheckLength(double[] values, int length, string what)
    {
        if (values.Length == length) return;
        throw new AutodiffException(ErrorIds.LengthMismatch, $"There are {values.Length} {what} where {length} are wanted.");
    }

    private byte[] HashOfLoss(double[] start)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"loss;{(_precision == NetworkPrecision.Single ? "single;" : string.Empty)}{string.Join(',', _program.Columns.Names.Concat(_program.Parameters.Names))};{string.Join(',', _parameters)};{_loss.ToText(ExprTextFormat.Json)}"));
        hash.AppendData(MemoryMarshal.AsBytes<double>(start));
        return hash.GetHashAndReset();
    }

    private static byte[] HashOf(double[][] rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{rows.Length};")));
        foreach (var row in rows) hash.AppendData(MemoryMarshal.AsBytes<double>(row));
        return hash.GetHashAndReset();
    }
}
