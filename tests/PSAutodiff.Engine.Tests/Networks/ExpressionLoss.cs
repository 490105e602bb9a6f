using System.Globalization;

namespace PSAutodiff.Tests;

/// <summary>The loss of a network and its gradient through its expressions: no backpropagation of its own.</summary>
internal static class ExpressionLoss
{
    /// <summary>The mean loss over rows, and its gradient in the order of the network's parameters.</summary>
    public static (double Loss, double[] Gradient) Gradient(Network network, LossFunction loss, double[][] inputs, double[][] targets)
    {
        var outputs = network.ToExpression();
        var y = Enumerable.Range(1, outputs.Length).Select(static i => string.Create(CultureInfo.InvariantCulture, $"y{i}")).ToArray();
        var sum = outputs.Zip(y.Select(ExprNode.Variable), Term(loss)).Aggregate(static (a, b) => a + b);
        if (loss == LossFunction.MeanSquaredError) sum /= outputs.Length;
        var names = network.Parameters.Keys.Cast<string>().ToArray();
        var x = Enumerable.Range(1, network.InputSize).Select(static i => string.Create(CultureInfo.InvariantCulture, $"x{i}"));
        var compiled = CompiledExpression.Compile([sum, .. sum.Differentiate(names)], [.. x, .. y, .. names]);
        var total = new double[1 + names.Length];
        var results = new double[total.Length];
        for (var row = 0; row < inputs.Length; row++)
        {
            compiled.Evaluate([.. inputs[row], .. targets[row], .. network.Parameters.Values.Cast<double>()], results);
            for (var i = 0; i < total.Length; i++) total[i] += results[i] / inputs.Length;
        }

        return (total[0], total[1..]);
    }

    private static Func<ExprNode, ExprNode, ExprNode> Term(LossFunction loss) => loss switch
    {
        LossFunction.BinaryCrossEntropy => static (p, y) => -((y * ExprNode.Log(p)) + ((1 - y) * ExprNode.Log(1 - p))),
        LossFunction.CategoricalCrossEntropy => static (p, y) => -(y * ExprNode.Log(p)),
        LossFunction.MeanSquaredError => static (p, y) => (p - y) * (p - y),
        _ => static (p, y) => (p - y) * (p - y) / 2,
    };
}
