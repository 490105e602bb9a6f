using PSAutodiff.Data;
using PSAutodiff.Training.Models;

namespace PSAutodiff.Tests;

/// <summary>The loss of a network and its gradient as it is trained.</summary>
internal static class Backpropagation
{
    /// <summary>The mean loss over rows, and its gradient in the order of the network's parameters.</summary>
    public static (double Loss, double[] Gradient) Gradient(Network network, LossFunction loss, double[][] inputs, double[][] targets)
    {
        var data = new TrainingData<double>
        {
            Inputs = [.. inputs.SelectMany(static row => row)],
            Targets = [.. targets.SelectMany(static row => row)],
            RowCount = inputs.Length,
            InputSize = network.InputSize,
            OutputSize = network.OutputSize,
        };
        var gradient = new double[network.ParameterCount];
        var model = NetworkModel<double>.Of(network, loss, data, threads: 1);
        var mean = model.Gradient(network.FlatParameters(), [.. Enumerable.Range(0, inputs.Length)], gradient, null, CancellationToken.None);
        return (mean, gradient);
    }
}
