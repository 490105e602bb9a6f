using System.Globalization;
using PSAutodiff.Data;
using PSAutodiff.Networks;
using PSAutodiff.Networks.Losses;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>The exact diagonal of the Hessian against the expression engine's Hessian.</summary>
public sealed class DenseCurvatureTests
{
    private const double Tolerance = 1e-10;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_diagonal_is_that_of_the_expressions_Hessian()
    {
        var (checks, seen) = (0, new HashSet<(ActivationFunction, bool)>());
        var losses = new HashSet<(LossFunction, bool)>();
        RandomNetwork.Check(600, random =>
        {
            var parameters = random.Parameters;
            if (parameters.Length > 45 || random.Rows > 6) return;
            string[] names = [.. random.Network.Layout.Names()];
            var hessian = random.Expression().Hessian(names);
            var compiled = CompiledExpression.Compile([.. Enumerable.Range(0, names.Length).Select(i => hessian[i, i])], names);
            var expected = new double[names.Length];
            compiled.Evaluate(parameters, expected);
            var data = new TrainingData<double>
            {
                Inputs = random.Inputs,
                Targets = random.Targets,
                RowCount = random.Rows,
                InputSize = random.Network.InputSize,
                OutputSize = random.Network.OutputSize,
            };
            AssertClose(expected, new DenseCurvature(random.Network, random.Loss).Diagonal(data, Token), random.ToString());
            checks++;
            for (var l = 0; l < random.Network.Layers.Count; l++) seen.Add((random.Network.Layers[l].Activation, l == 0));
            losses.Add((random.Loss, Loss.Of(random.Loss).FusesInto(random.Network)));
        });

        // The random networks were small and many enough.
        Assert.True(checks > 40);
        Assert.Equal(2 * Enum.GetValues<ActivationFunction>().Length, seen.Count);
        Assert.Equal(6, losses.Count);
    }

    [Fact]
    public void The_networks_own_expression_has_the_same_second_derivatives() => RandomNetworks.Check(25, static random =>
    {
        var network = RandomNetworks.Draw(random).EndingIn(ActivationFunction.Linear);
        if (network.ParameterCount > 40) return;
        var scaling = new FeatureScaling(RandomNetworks.Rows(random, 1, network.InputSize)[0], [.. Enumerable.Range(1, network.InputSize).Select(static i => 0.5 + i)]);
        network = network.WithColumns([], [], [], scaling);
        var (inputs, targets) = (RandomNetworks.Rows(random, 3, network.InputSize), RandomNetworks.Rows(random, 3, network.OutputSize));
        var names = network.Parameters.Keys.Cast<string>().ToArray();
        ExprNode sum = 0;
        foreach (var (output, j) in network.ToScalarExpression().Select(static (output, j) => (output, j)))
        {
            for (var row = 0; row < inputs.Length; row++)
            {
                var values = inputs[row].Select(static (x, i) => (Name: $"x{i + 1}", x)).ToDictionary(static pair => pair.Name, static pair => (ExprNode)pair.x);
                var error = output.Resolve(values) - targets[row][j];
                sum += error * error / (2 * inputs.Length);
            }
        }

        var hessian = sum.Hessian(names);
        var expected = new double[names.Length];
        CompiledExpression.Compile([.. Enumerable.Range(0, names.Length).Select(i => hessian[i, i])], names).Evaluate([.. network.Parameters.Values.Cast<double>()], expected);
        AssertClose(expected, NetworkPruning.SecondDerivatives(network, inputs.ToMatrix(), targets.ToMatrix(), LossFunction.HalfSquaredError, Token), network.ToString());
    });

    [Fact]
    public void Classes_are_targets_of_one_among_zeros()
    {
        var network = Network.Create(3, [(4, ActivationFunction.Tanh), (3, ActivationFunction.Softmax)], NetworkInitializer.GlorotNormal, 3, NetworkPrecision.Double);
        double[] inputs = [0.5, -1, 2, 1, 0, -0.25];
        var classes = new TrainingData<double> { Inputs = inputs, Classes = [2, 0], RowCount = 2, InputSize = 3, OutputSize = 3 };
        var targets = new TrainingData<double> { Inputs = inputs, Targets = [0, 0, 1, 1, 0, 0], RowCount = 2, InputSize = 3, OutputSize = 3 };
        var curvature = new DenseCurvature(network, LossFunction.CategoricalCrossEntropy);
        Assert.Equal(curvature.Diagonal(targets, Token), curvature.Diagonal(classes, Token));
        var one = new DenseCurvature(Network.Create(3, [(1, ActivationFunction.Tanh)], NetworkInitializer.GlorotNormal, 3, NetworkPrecision.Double), LossFunction.HalfSquaredError);
        Assert.Equal(
            one.Diagonal(new TrainingData<double> { Inputs = inputs, Targets = [1, 0], RowCount = 2, InputSize = 3, OutputSize = 1 }, Token),
            one.Diagonal(new TrainingData<double> { Inputs = inputs, Classes = [1, 0], RowCount = 2, InputSize = 3, OutputSize = 1 }, Token));
    }

    [Fact]
    public void Cancellation_ends_it()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var network = Network.Create(1, [(1, ActivationFunction.Tanh)], NetworkInitializer.He, 3, NetworkPrecision.Double);
        Assert.Throws<OperationCanceledException>(() => NetworkPruning.SecondDerivatives(network, new double[1, 1], new double[1, 1], null, source.Token));
    }

    private static void AssertClose(double[] expected, double[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        var size = Math.Max(1, expected.Max(Math.Abs));
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= Tolerance * size,
                string.Create(CultureInfo.InvariantCulture, $"{what}: parameter {i} has {actual[i]}, but the Hessian {expected[i]}"));
        }
    }
}
