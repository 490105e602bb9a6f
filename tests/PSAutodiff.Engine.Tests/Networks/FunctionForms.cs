using PSAutodiff.Core;
using PSAutodiff.Measurements;
using PSAutodiff.Networks.Activations;
using PSAutodiff.Networks.Losses;

namespace PSAutodiff.Tests;

/// <summary>Values and derivatives of activations and losses, by their expressions of vectors, as networks are trained with them.</summary>
internal static class FunctionForms
{
    /// <summary>phi(z) of a layer, and the derivatives by z of the outputs, each times a weight, summed.</summary>
    public static (double[] Values, double[] Derivatives) Of(ActivationFunction function, double[] z, double[] weights)
    {
        var variable = ExprNode.Variable("z", Shape.Vector(z.Length));
        var outputs = Activation.Of(function).ToExpression(variable);
        var derivatives = NumericDerivatives.Of(ExprNode.Sum(outputs * weights), ["z"]);
        return (Run(ExprNode.Flatten([outputs]), ["z"], z), Run(derivatives.Gradient, ["z"], z));
    }

    /// <summary>The loss of a row, and its derivatives by the predictions, or by the weighted sums when they were fused.</summary>
    public static (double Loss, double[] Derivatives) Of(LossFunction function, bool fused, double[] predictions, double[] targets)
    {
        var node = Loss.Of(function).ToExpression(fused, ExprNode.Variable("p", Shape.Vector(predictions.Length)), ExprNode.Variable("y", Shape.Vector(targets.Length)));
        var derivatives = NumericDerivatives.Of(node, ["p"]);
        double[] at = [.. predictions, .. targets];
        return (Run(derivatives.Value, ["p", "y"], at)[0], Run(derivatives.Gradient, ["p", "y"], at));
    }

    /// <summary>phi(z) and phi'(z) of numbers as a network in single precision has them.</summary>
    public static (double[] Values, double[] Derivatives) InSingle(ActivationFunction function, double[] z)
    {
        var network = Network.FromWeights([new double[,] { { 1 } }], null, [function], NetworkPrecision.Single);
        var values = NetworkTrace.Run(network, Column(z), Column(new double[z.Length]), LossFunction.HalfSquaredError).Layers[0].Y.Cast<double>().ToArray();

        // With targets that are off by 1 the derivatives of the loss are those of the function.
        var trace = NetworkTrace.Run(network, Column(z), Column([.. values.Select(static value => value - 1)]), LossFunction.HalfSquaredError);
        return (values, [.. trace.Layers[0].Delta.Cast<double>().Select(delta => delta * z.Length)]);

        static double[,] Column(double[] numbers) => numbers.Select(static number => (double[])[number]).ToArray().ToMatrix();
    }

    private static double[] Run(RootedGraph outputs, string[] names, double[] at)
    {
        var compiled = CompiledExpression.Compile(outputs, names);
        var results = new double[compiled.ResultLength];
        compiled.Evaluate(at, results);
        return results;
    }
}
