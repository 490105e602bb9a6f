using System.Reflection;
using PSAutodiff.Networks.Activations;
using PSAutodiff.Networks.Losses;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>
/// An activation or a loss is one object: there is one for each name, it declares all that is known of it, and its kernels compute the
/// values and derivatives of its own expression.
/// </summary>
public sealed class FunctionObjectTests
{
    public static TheoryData<ActivationFunction> Activations => [.. Enum.GetValues<ActivationFunction>()];

    /// <summary>Losses, alone and fused with their activation.</summary>
    public static TheoryData<LossFunction, bool> Losses =>
    [
        .. Enum.GetValues<LossFunction>().Select(static function => (function, false)),
        .. Enum.GetValues<LossFunction>().Where(static function => Loss.Of(function).FusesWith is not null).Select(static function => (function, true)),
    ];

    [Fact]
    public void There_is_one_class_for_each_name()
    {
        Assert.Equal(Enum.GetValues<ActivationFunction>(), ClassesOf(typeof(Activation)).Select(static type => Made<Activation>(type.MakeGenericType(typeof(double))).Function).Order());
        Assert.Equal(Enum.GetValues<LossFunction>(), ClassesOf(typeof(Loss)).Select(static type => Made<Loss>(type).Function).Order());
    }

    [Fact]
    public void A_name_finds_its_object()
    {
        Assert.All(Enum.GetValues<ActivationFunction>(), static function => Assert.Equal(function, Activation.Of(function).Function));
        Assert.All(Enum.GetValues<ActivationFunction>(), static function => Assert.Equal(function, Activation<float>.Of(function).Function));
        Assert.All(Enum.GetValues<ActivationFunction>(), static function => Assert.Equal(function, Activation.Named(function.ToString())));
        Assert.All(Enum.GetValues<LossFunction>(), static function => Assert.Equal(function, Loss.Of(function).Function));
        Assert.Equal(ActivationFunction.Sigmoid, Activation.Named("Logistic"));
        Assert.Null(Activation.Named("sine"));
    }

    [Fact]
    public void No_two_activations_have_a_name_in_common()
    {
        var names = Enum.GetValues<ActivationFunction>().SelectMany(static function => Activation.Of(function).Names).ToArray();
        Assert.Equal(names.Length, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(names, static name => Assert.Equal(name.ToLowerInvariant(), name));
    }

    // What a class does not declare the compiler demands; nothing may be taken over from what all have in common.
    [Fact]
    public void Each_declares_name_kernel_derivatives_expression_and_targets()
    {
        string[] ofActivation = [nameof(Activation.Names), nameof(Activation.ToExpression), nameof(Activation<double>.Apply), nameof(Activation<double>.Backward), nameof(Activation<double>.Curve)];
        string[] ofLoss = [nameof(Loss.Targets), nameof(Loss.ToExpression), nameof(Loss.Differentiate), "FromPredictions"];
        AssertAbstract(typeof(Activation<>), ofActivation);
        AssertAbstract(typeof(Loss), ofLoss);

        static void AssertAbstract(Type type, string[] members)
        {
            const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;
            foreach (var name in members.Append("Function"))
            {
                var method = type.GetMethod(name, all) ?? type.GetProperty(name, all)?.GetMethod;
                Assert.True(method!.IsAbstract, $"{type.Name}.{name} can be left out.");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void A_loss_takes_the_targets_it_declares(LossFunction function, bool fused)
    {
        var loss = Loss.Of(function);
        var (least, greatest) = loss.Targets;
        Assert.True(least < greatest);
        Check(Math.Max(least, -1e300));
        Check(Math.Min(greatest, function == LossFunction.CategoricalCrossEntropy ? 1 : 1e300));
        if (double.IsFinite(least)) Assert.Throws<AutodiffException>(() => Check(Math.BitDecrement(least)));
        if (double.IsFinite(greatest)) Assert.Throws<AutodiffException>(() => Check(Math.BitIncrement(greatest)));
        Assert.Equal(fused, loss.FusesInto(Network.Create(1, [(2, fused ? loss.FusesWith!.Value : ActivationFunction.Tanh)], NetworkInitializer.He, 1, NetworkPrecision.Double)));

        // The targets of classes sum to 1.
        void Check(double target) => loss.CheckTargets<double>([target, function == LossFunction.CategoricalCrossEntropy ? 1 - target : target], 2, static (_, _) => "There");
    }

    [Theory]
    [MemberData(nameof(Activations))]
    public void The_kernels_of_an_activation_are_those_of_its_expression(ActivationFunction function)
    {
        var random = new Random(5);
        var activation = Activation<double>.Of(function);
        for (var size = 1; size <= 5; size++)
        {
            var z = Names("z", size);
            var outputs = activation.ToExpression([.. z.Select(ExprNode.Variable)]);
            for (var test = 0; test < 20; test++)
            {
                var sums = Draw(random, size, 4);
                var values = Run(outputs, z, sums);
                var actual = sums.ToArray();
                activation.Apply(actual, size, new double[size]);
                AssertNear(values, actual);

                var gradient = Draw(random, size, 1);
                var first = Weighted(outputs, gradient);
                var deltas = gradient.ToArray();
                activation.Backward(values, deltas, size, sums);
                var expected = Run(first.Differentiate(z, DifferentiationMode.Reverse), z, sums);
                AssertNear(expected, deltas);

                // A function of the outputs with this gradient and this Hessian where they are now.
                var (curved, entries) = (first, new double[size * size]);
                for (var i = 0; i < size; i++)
                {
                    for (var j = 0; j <= i; j++)
                    {
                        entries[(i * size) + j] = entries[(j * size) + i] = random.NextDouble() - 0.5;
                        curved += (i == j ? 0.5 : 1) * entries[(i * size) + j] * (outputs[i] - values[i]) * (outputs[j] - values[j]);
                    }
                }

                activation.Curve(values, gradient, entries, new double[2 * size]);
                AssertNear(expected, gradient);
                AssertNear(Run(curved.Hessian(z).Cast<ExprNode>(), z, sums), entries);
            }
        }

        static ExprNode Weighted(ExprNode[] nodes, double[] weights) => nodes.Zip(weights, static (node, weight) => weight * node).Aggregate(static (a, b) => a + b);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void The_kernels_of_a_loss_are_those_of_its_expression(LossFunction function, bool fused)
    {
        var random = new Random(6);
        var loss = Loss.Of(function);
        for (var size = 1; size <= 5; size++)
        {
            var (p, y) = (Names("p", size), Names("y", size));
            string[] names = [.. p, .. y];
            var node = loss.ToExpression(fused, [.. p.Select(ExprNode.Variable)], [.. y.Select(ExprNode.Variable)]);
            for (var test = 0; test < 20; test++)
            {
                double[] predictions = fused ? Draw(random, size, 4) : [.. Enumerable.Range(0, size).Select(_ => 0.05 + (0.9 * random.NextDouble()))];
                double[] targets = [.. Enumerable.Range(0, size).Select(_ => random.NextDouble())];
                double[] at = [.. predictions, .. targets];
                var (losses, derivatives) = (new double[1], new double[size]);
                loss.Measure<double>(fused, predictions, targets, size, 4, losses, derivatives, new double[Loss.ScratchLength(1, size)]);
                AssertNear(Run([node], names, at), losses);
                var gradient = Run(node.Differentiate(p, DifferentiationMode.Reverse), names, at);
                AssertNear([.. gradient.Select(static slope => slope / 4)], derivatives);

                // From predictions also where it is fused.
                var entries = new double[size * size];
                if (fused) Activation<double>.Of(loss.FusesWith!.Value).Apply(predictions, size, new double[size]);
                loss.Differentiate(fused, predictions, targets, derivatives, entries);
                AssertNear(gradient, derivatives);
                AssertNear(Run(node.Hessian(p).Cast<ExprNode>(), names, at), entries);
            }
        }
    }

    // By themselves, not as the product finds them.
    private static IEnumerable<Type> ClassesOf(Type type) => type.Assembly.GetTypes().Where(other => other.IsClass && !other.IsAbstract && type.IsAssignableFrom(other));

    private static T Made<T>(Type type) => (T)Activator.CreateInstance(type)!;

    private static string[] Names(string prefix, int count) => [.. Enumerable.Range(1, count).Select(i => $"{prefix}{i}")];

    private static double[] Draw(Random random, int count, double size) => [.. Enumerable.Range(0, count).Select(_ => size * ((2 * random.NextDouble()) - 1))];

    private static double[] Run(IEnumerable<ExprNode> nodes, string[] names, double[] at)
    {
        var compiled = CompiledExpression.Compile([.. nodes], names);
        var results = new double[compiled.OutputCount];
        compiled.Evaluate(at, results);
        return results;
    }

    private static void AssertNear(double[] expected, double[] actual) => NetworkExpressionTests.AssertNear(expected, actual);
}
