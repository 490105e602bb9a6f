using System.Numerics;
using PSAutodiff.Networks;
using PSAutodiff.Training.Models;

namespace PSAutodiff.Rows;

/// <summary>What the outputs of a network mean.</summary>
internal static class NetworkOutput
{
    /// <summary>The index of the class that outputs say: that of the largest, the first of equals; with one output 1 from 0.5 up.</summary>
    public static int ClassOf<T>(ReadOnlySpan<T> outputs)
        where T : unmanaged, INumber<T>
    {
        if (outputs.Length == 1) return double.CreateTruncating(outputs[0]) >= 0.5 ? 1 : 0;
        var best = 0;
        for (var i = 1; i < outputs.Length; i++)
        {
            if (outputs[i] > outputs[best]) best = i;
        }

        return best;
    }

    /// <summary>The outputs of a network for scaled inputs.</summary>
    public static double[] Predict<T>(Network network, T[] inputs, int rows, int threads, CancellationToken cancellation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var outputs = new DensePrediction<T>(network, threads).Predict(inputs, rows, cancellation);
        if (outputs is double[] same) return same;
        var wide = new double[outputs.Length];
        for (var i = 0; i < wide.Length; i++) wide[i] = double.CreateTruncating(outputs[i]);
        return wide;
    }

    /// <summary>The mean loss of a network on targets as they are.</summary>
    /// <param name="network">The network.</param>
    /// <param name="data">All rows.</param>
    /// <param name="loss">The loss, whichever it was trained by.</param>
    /// <param name="rows">The indices of the rows that count; null for all.</param>
    /// <param name="threads">The most threads to use.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static double LossOf(Network network, NetworkData data, LossFunction loss, int[]? rows, int threads, CancellationToken cancellation)
    {
        return network.Precision == NetworkPrecision.Single ? Of<float>() : Of<double>();

        double Of<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            NetworkModel<T>.Of(network, loss, data.ToTrainingData<T>(network, loss), threads).Loss(network.FlatParameters<T>(), rows ?? [.. Enumerable.Range(0, data.Rows)], cancellation);
    }

    /// <summary>What a network predicts for data.</summary>
    public static Outcome Measure<T>(Network network, NetworkData data, LossFunction loss, int threads, CancellationToken cancellation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var rows = data.Rows;
        var training = data.ToTrainingData<T>(network, loss);
        var model = NetworkModel<T>.Of(network, loss, training, threads);
        var all = new int[rows];
        for (var i = 0; i < rows; i++) all[i] = i;
        var mean = model.Loss(network.FlatParameters<T>(), all, cancellation);
        var (classes, actual) = (data.Classes, data.ClassIndices);
        var outputs = new DensePrediction<T>(network, threads).Predict(training.Inputs, rows, cancellation);
        if (actual is null) return new Outcome(loss, mean, Array.ConvertAll(training.Targets!, double.CreateTruncating), Array.ConvertAll(outputs, double.CreateTruncating), network.OutputSize, []);
        var predicted = new double[rows];
        for (var row = 0; row < rows; row++) predicted[row] = ClassOf<T>(outputs.AsSpan(row * network.OutputSize, network.OutputSize));
        return new Outcome(loss, mean, Array.ConvertAll(actual, static index => (double)index), predicted, 1, classes);
    }
}
