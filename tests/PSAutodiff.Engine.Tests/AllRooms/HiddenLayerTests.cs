using Xunit;

namespace PSAutodiff.Tests;

/// <summary>One hidden layer, with the gradient that is derived by hand in every course: the engine's has to be the same.</summary>
public sealed class HiddenLayerTests
{
    private const int Inputs = 4;
    private const int Hidden = 5;

    [Theory]
    [InlineData(1, DifferentiationMode.Auto)]
    [InlineData(2, DifferentiationMode.Reverse)]
    [InlineData(3, DifferentiationMode.Forward)]
    public void The_gradient_equals_the_formulas_derived_by_hand(int seed, DifferentiationMode mode)
    {
        var random = new Random(seed);
        var x0 = Draw(random, Inputs);
        var w1 = Enumerable.Range(0, Inputs).Select(_ => Draw(random, Hidden)).ToArray();
        var w2 = Draw(random, Hidden);
        const double y = 0.3;

        // By hand.
        var x1 = Enumerable.Range(0, Hidden).Select(j => Phi(Enumerable.Range(0, Inputs).Sum(i => w1[i][j] * x0[i]))).ToArray();
        var output = Phi(Enumerable.Range(0, Hidden).Sum(j => w2[j] * x1[j]));
        var delta2 = (output - y) * output * (1 - output);
        var expected = new List<double>();
        for (var j = 0; j < Hidden; j++) expected.Add(delta2 * x1[j]);
        for (var i = 0; i < Inputs; i++)
        {
            for (var j = 0; j < Hidden; j++) expected.Add(delta2 * w2[j] * x1[j] * (1 - x1[j]) * x0[i]);
        }

        // By the engine.
        var names = new List<string>();
        var values = new List<double>();
        for (var j = 0; j < Hidden; j++) Add($"w2_{j}", w2[j]);
        for (var i = 0; i < Inputs; i++)
        {
            for (var j = 0; j < Hidden; j++) Add($"w1_{i}_{j}", w1[i][j]);
        }

        var gradient = Loss(x0, y).Differentiate(names, mode);
        var actual = new double[names.Count];
        CompiledExpression.Compile(gradient, names).Evaluate([.. values], actual);
        for (var k = 0; k < actual.Length; k++) Assert.Equal(expected[k], actual[k], 1e-15);

        void Add(string name, double value)
        {
            names.Add(name);
            values.Add(value);
        }
    }

    private static ExprNode Loss(double[] x0, double y)
    {
        var sum = Sum(Hidden, static j => ExprNode.Variable($"w2_{j}"), j => ExprNode.Sigmoid(
            Sum(Inputs, i => ExprNode.Variable($"w1_{i}_{j}"), i => x0[i])));
        var off = ExprNode.Sigmoid(sum) - y;
        return off * off / 2;
    }

    private static ExprNode Sum(int count, Func<int, ExprNode> weight, Func<int, ExprNode> input) =>
        Enumerable.Range(0, count).Select(i => weight(i) * input(i)).Aggregate(static (a, b) => a + b);

    private static double[] Draw(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextDouble()) - 1)];

    private static double Phi(double x) => 1 / (1 + Math.Exp(-x));
}
