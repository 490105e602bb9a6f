namespace PSAutodiff.Tests;

/// <summary>A dense network once more, row by row in plain loops and straight from the formulas, to compare with.</summary>
internal static class PlainNetwork
{
    /// <summary>The outputs for one row of inputs as the network takes them, so after any scaling.</summary>
    public static double[] Outputs(Network network, double[] row) => Forward(network, row).Outputs[^1];

    /// <summary>The mean loss over rows, and its gradient in the order of the network's parameters.</summary>
    public static (double Loss, double[] Gradient) Gradient(Network network, LossFunction loss, double[][] inputs, double[][] targets)
    {
        var sum = 0.0;
        var gradient = new double[network.ParameterCount];
        for (var row = 0; row < inputs.Length; row++)
        {
            var (_, outputs, deltas) = Row(network, loss, inputs[row], targets[row]);
            sum += Loss(loss, outputs[^1], targets[row]);
            var start = 0;
            foreach (var (layer, x, delta) in network.Layers.Zip(outputs, deltas))
            {
                for (var j = 0; j < layer.Outputs; j++)
                {
                    for (var i = 0; i < layer.Inputs; i++) gradient[start + (i * layer.Outputs) + j] += delta[j] * x[i] / inputs.Length;
                    gradient[start + (layer.Inputs * layer.Outputs) + j] += delta[j] / inputs.Length;
                }

                start += layer.ParameterCount;
            }
        }

        return (sum / inputs.Length, gradient);
    }

    /// <summary>Of one row the weighted sums of each layer, its inputs and in the end the outputs, and the derivatives of the row's loss by the sums.</summary>
    public static (double[][] Sums, double[][] Outputs, double[][] Deltas) Row(Network network, LossFunction loss, double[] input, double[] target)
    {
        var (sums, outputs) = Forward(network, input);
        var deltas = new double[sums.Length][];
        var delta = LossDerivative(loss, outputs[^1], target);
        for (var l = sums.Length - 1; l >= 0; l--)
        {
            var weights = network.Layers[l].Weights;
            var back = deltas[l] = Backward(network.Layers[l].Activation, sums[l], outputs[l + 1], delta);
            delta = [.. outputs[l].Select((_, i) => back.Select((d, j) => weights[i, j] * d).Sum())];
        }

        return (sums, outputs, deltas);
    }

    public static double Loss(LossFunction loss, double[] p, double[] y) => loss switch
    {
        LossFunction.BinaryCrossEntropy => p.Zip(y, static (p, y) => -((y * Math.Log(p)) + ((1 - y) * Math.Log(1 - p)))).Sum(),
        LossFunction.CategoricalCrossEntropy => p.Zip(y, static (p, y) => -y * Math.Log(p)).Sum(),
        LossFunction.MeanSquaredError => p.Zip(y, static (p, y) => (p - y) * (p - y)).Average(),
        _ => p.Zip(y, static (p, y) => (p - y) * (p - y) / 2).Sum(),
    };

    private static double[] LossDerivative(LossFunction loss, double[] p, double[] y) => [.. p.Zip(y, (p, y) => loss switch
    {
        LossFunction.BinaryCrossEntropy => (p - y) / (p * (1 - p)),
        LossFunction.CategoricalCrossEntropy => -y / p,
        LossFunction.MeanSquaredError => 2 * (p - y),
        _ => p - y,
    }).Select(d => loss == LossFunction.MeanSquaredError ? d / y.Length : d)];

    private static (double[][] Sums, double[][] Outputs) Forward(Network network, double[] row)
    {
        var sums = new List<double[]>();
        var outputs = new List<double[]> { row };
        foreach (var layer in network.Layers)
        {
            var z = layer.Biases.Select((bias, j) => bias + outputs[^1].Select((x, i) => x * layer.Weights[i, j]).Sum()).ToArray();
            var exps = z.Select(x => Math.Exp(x - z.Max())).ToArray();
            sums.Add(z);
            outputs.Add(layer.Activation switch
            {
                ActivationFunction.Linear => z,
                ActivationFunction.ReLU => [.. z.Select(static x => Math.Max(0, x))],
                ActivationFunction.Sigmoid => [.. z.Select(static x => 1 / (1 + Math.Exp(-x)))],
                ActivationFunction.Tanh => [.. z.Select(Math.Tanh)],
                ActivationFunction.Softplus => [.. z.Select(static x => Math.Log(1 + Math.Exp(x)))],
                ActivationFunction.ELU => [.. z.Select(static x => x > 0 ? x : Math.Exp(x) - 1)],
                ActivationFunction.LeakyReLU => [.. z.Select(static x => x > 0 ? x : 0.01 * x)],
                ActivationFunction.GELU => [.. z.Select(static x => x * Normal(x))],
                ActivationFunction.SiLU => [.. z.Select(static x => x / (1 + Math.Exp(-x)))],
                _ => [.. exps.Select(x => x / exps.Sum())],
            });
        }

        return ([.. sums], [.. outputs]);
    }

    private static double Normal(double x) => Kernels.Elementary.Erfc(-x / Math.Sqrt(2)) / 2;

    private static double[] Backward(ActivationFunction activation, double[] z, double[] y, double[] delta) => [.. z.Select((sum, i) => activation switch
    {
        ActivationFunction.Linear => delta[i],
        ActivationFunction.ReLU => sum > 0 ? delta[i] : 0,
        ActivationFunction.Sigmoid => delta[i] * y[i] * (1 - y[i]),
        ActivationFunction.Tanh => delta[i] * (1 - (y[i] * y[i])),
        ActivationFunction.Softplus => delta[i] / (1 + Math.Exp(-sum)),
        ActivationFunction.ELU => sum > 0 ? delta[i] : delta[i] * (y[i] + 1),
        ActivationFunction.LeakyReLU => sum > 0 ? delta[i] : 0.01 * delta[i],
        ActivationFunction.GELU => delta[i] * (Normal(sum) + (sum * Math.Exp(-sum * sum / 2) / Math.Sqrt(2 * Math.PI))),
        ActivationFunction.SiLU => delta[i] * (1 + Math.Exp(-sum) + (sum * Math.Exp(-sum))) / Math.Pow(1 + Math.Exp(-sum), 2),
        _ => y[i] * (delta[i] - delta.Zip(y, static (d, y) => d * y).Sum()),
    })];
}
