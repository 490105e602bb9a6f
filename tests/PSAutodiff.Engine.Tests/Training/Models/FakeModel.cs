using System.Numerics;
using PSAutodiff.Data;
using PSAutodiff.Training.Models;

namespace PSAutodiff.Tests;

/// <summary>
/// Linear regression by plain loops: the loss of a row is the half square of w.x + b - y. The last parameter is b, which does not decay.
/// </summary>
internal sealed class FakeModel<T>(double[][] rows) : ITrainingModel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{

    public int ParameterCount => rows[0].Length;

    public int RowCount => rows.Length;

    /// <summary>Called at every gradient with the rows it is of.</summary>
    public Action<int[]>? OnGradient { get; init; }

    /// <summary>Called at every loss.</summary>
    public Action? OnLoss { get; init; }

    public static double[][] SomeRows(int count, int inputs)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, inputs + 1).Select(_ => (2 * random.NextDouble()) - 1).ToArray())];
    }

    public static T[] StartOf(int count, int seed = 3)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => T.CreateTruncating((2 * random.NextDouble()) - 1))];
    }


    public double Gradient(T[] parameters, ReadOnlySpan<int> batch, T[] gradient, BatchNoise? noise, CancellationToken cancellation)
    {
        OnGradient?.Invoke(batch.ToArray());
        Array.Clear(gradient);
        var sum = 0.0;
        foreach (var row in batch)
        {
            var inputs = Inputs(row, noise);
            cancellation.ThrowIfCancellationRequested();
            var error = Error(parameters, inputs, row);
            sum += double.CreateTruncating(error * error) / 2;
            for (var i = 0; i < inputs.Length; i++) gradient[i] += error * inputs[i] / T.CreateTruncating(batch.Length);
            gradient[^1] += error / T.CreateTruncating(batch.Length);
        }

        return sum / batch.Length;
    }

    public double Loss(T[] parameters, ReadOnlySpan<int> batch, CancellationToken cancellation)
    {
        OnLoss?.Invoke();
        cancellation.ThrowIfCancellationRequested();
        var sum = 0.0;
        foreach (var row in batch)
        {
            var error = Error(parameters, Inputs(row, null), row);
            sum += double.CreateTruncating(error * error) / 2;
        }

        return sum / batch.Length;
    }

    public bool IsDecayed(int parameter) => parameter < ParameterCount - 1;

    public ITrainingModel<T> ForAnotherThread() => new FakeModel<T>(rows) { OnGradient = OnGradient, OnLoss = OnLoss };

    private T[] Inputs(int row, BatchNoise? noise)
    {
        var inputs = rows[row][..^1];
        if (noise is not null)
        {
            for (var i = 0; i < inputs.Length; i++) inputs[i] = (inputs[i] + (noise.InputDeviation * noise.Random.NextNormal())) * (1 + (noise.DropoutDeviation * noise.Random.NextNormal()));
        }

        return Array.ConvertAll(inputs, T.CreateTruncating);
    }

    private T Error(ReadOnlySpan<T> parameters, T[] inputs, int row)
    {
        var sum = parameters[^1] - T.CreateTruncating(rows[row][^1]);
        for (var i = 0; i < inputs.Length; i++) sum += parameters[i] * inputs[i];
        return sum;
    }
}
