using System.Numerics;
using PSAutodiff.Training;
using PSAutodiff.Training.Models;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Runs and compares trainings.</summary>
internal static class Trainings
{
    public static (TrainingResult Result, T[] Parameters) Train<T>(ITrainingModel<T> model, TrainingOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Run(model, options, TestContext.Current.CancellationToken);

    public static TrainingResult Train(this LossTraining training, double[] start, double[][] rows, TrainingOptions options, int[]? samples = null) =>
        training.Run(start, rows, samples, options, TestContext.Current.CancellationToken);

    public static TrainingResult Train(this Network network, double[,] inputs, double[,] targets, TrainingOptions options) =>
        NetworkTraining.Run(network, inputs, targets, null, options, TestContext.Current.CancellationToken);

    public static (TrainingResult Result, T[] Parameters) Run<T>(ITrainingModel<T> model, TrainingOptions options, CancellationToken cancellation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var plan = new TrainingPlan(model.RowCount, null, options);
        var loop = new TrainingLoop<T>(model, plan, FakeModel<T>.StartOf(model.ParameterCount), seed => FakeModel<T>.StartOf(model.ParameterCount, seed))
        {
            Subject = static () => (new byte[32], new byte[32]),
            TimeForLastLosses = Timeout.InfiniteTimeSpan,
        };
        var (result, parameters, _) = loop.Run(cancellation);
        return (result, parameters);
    }

    /// <summary>All but the time that it took.</summary>
    public static void AssertSame<T>((TrainingResult Result, T[] Parameters) expected, (TrainingResult Result, T[] Parameters) actual)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Assert.Equal(expected.Parameters, actual.Parameters);
        var (one, other) = (expected.Result, actual.Result);
        Assert.Equal(Bits(one.Loss), Bits(other.Loss));
        Assert.Equal(Bits(one.EpochLoss), Bits(other.EpochLoss));
        Assert.Equal(Bits(one.ValidationLoss), Bits(other.ValidationLoss));
        Assert.Equal(one.FinalLoss, other.FinalLoss);
        Assert.Equal(one.StopReason, other.StopReason);
        Assert.Equal(one.FailedStep, other.FailedStep);
        Assert.Equal(one.Restarts, other.Restarts);
        Assert.Equal(one.History, other.History);
    }

    private static long[] Bits(IReadOnlyList<double> values) => [.. values.Select(BitConverter.DoubleToInt64Bits)];
}
