using System.Globalization;

namespace PSAutodiff.Tests;

/// <summary>The loss of a network and its gradient through its expression: no backpropagation of its own.</summary>
internal static class ExpressionLoss
{
    /// <summary>The mean loss over rows, and its gradient in the order of the network's parameters.</summary>
    public static (double Loss, double[] Gradient) Gradient(Network network, LossFunction loss, double[][] inputs, double[][] targets)
    {
        var node = network.ToScalarLossExpression(loss);
        var y = Enumerable.Range(1, network.OutputSize).Select(static i => string.Create(CultureInfo.InvariantCulture, $"y{i}"));
        var names = network.Parameters.Keys.Cast<string>().ToArray();
        var x = Enumerable.Range(1, network.InputSize).Select(static i => string.Create(CultureInfo.InvariantCulture, $"x{i}"));
        var compiled = CompiledExpression.Compile([node, .. node.Differentiate(names, DifferentiationMode.Reverse)], [.. x, .. y, .. names]);
        var total = new double[1 + names.Length];
        var results = new double[total.Length];
        for (var row = 0; row < inputs.Length; row++)
        {
            compiled.Evaluate([.. inputs[row], .. targets[row], .. network.Parameters.Values.Cast<double>()], results);
            for (var i = 0; i < total.Length; i++) total[i] += results[i] / inputs.Length;
        }

        return (total[0], total[1..]);
    }
}
