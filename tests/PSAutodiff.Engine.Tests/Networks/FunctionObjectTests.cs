using System.Reflection;
using PSAutodiff.Networks.Activations;
using PSAutodiff.Networks.Losses;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>
/// An activation or a loss is one object: there is one for each name, it declares all that is known of it, and its expression of vectors has the
/// values and derivatives of that of numbers.
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
        Assert.Equal(Enum.GetValues<ActivationFunction>(), ClassesOf(typeof(Activation)).Select(static type => Made<Activation>(type).Function).Order());
        Assert.Equal(Enum.GetValues<LossFunction>(), ClassesOf(typeof(Loss)).Select(static type => Made<Loss>(type).Function).Order());
    }

    [Fact]
    public void A_name_finds_its_object()
    {
        Assert.All(Enum.GetValues<ActivationFunction>(), static function => Assert.Equal(function, Activation.Of(function).Function));
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
    public void Each_declares_name_expression_derivatives_and_targets()
    {
        AssertAbstract(typeof(Activation), [nameof(Activation.Names)]);
        AssertAbstract(typeof(Loss), [nameof(Loss.Targets), nameof(Loss.ToExpression), nameof(Loss.Differentiate)]);
        Assert.True(typeof(Activation).GetMethod(nameof(Activation.ToExpression), [typeof(ExprNode)])!.IsAbstract);

        static void AssertAbstract(Type type, string[] members)
        {
            const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;
            foreach (var name in members.Append("Function"))
            {
                MethodInfo[] methods = [.. type.GetMethods(all).Where(method => method.Name == name), .. type.GetProperty(name, all)?.GetMethod is { } getter ? [getter] : Array.Empty<MethodInfo>()];
                Assert.NotEmpty(methods);
                Assert.All(methods, method => Assert.True(method.IsAbstract, $"{type.Name}.{name} can be left out."));
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
    public void An_activation_of_a_vector_is_that_of_numbers(ActivationFunction function)
    {
        var random = new Random(5);
        for (var size = 1; size <= 5; size++)
        {
            var z = Names("z", size);
            var outputs = Activation.Of(function).ToExpression([.. z.Select(ExprNode.Variable)]);
            for (var test = 0; test < 20; test++)
            {
                var (sums, weights) = (Draw(random, size, 4), Draw(random, size, 1));
                var (values, derivatives) = FunctionForms.Of(function, sums, weights);
                AssertNear(Run(outputs, z, sums), values);
                var weighted = outputs.Zip(weights, static (node, weight) => weight * node).Aggregate(static (a, b) => a + b);
                AssertNear(Run(weighted.Differentiate(z, DifferentiationMode.Reverse), z, sums), derivatives);
            }
        }
    }

    // By mpmath to 50 digits; PyTorch 1.13 has the same to 1e-15.
    public static TheoryData<ActivationFunction, double[], double[]> Values => new()
    {
        { ActivationFunction.Softplus, [9.357622968839737e-14, 0.006715348489118068, 0.2014132779827524, 0.6443966600735709, 0.6931471805599453, 0.8543552444685271, 2.1269280110429727, 8.000335406372896], [9.357622968839299e-14, 0.0066928509242848554, 0.18242552380635635, 0.47502081252106, 0.5, 0.574442516811659, 0.8807970779778824, 0.9996646498695335] },
        { ActivationFunction.ELU, [-0.9999999999999064, -0.9932620530009145, -0.7768698398515702, -0.09516258196404043, 0.0, 0.3, 2.0, 8.0], [9.357622968840175e-14, 0.006737946999085467, 0.22313016014842982, 0.9048374180359595, 1.0, 1.0, 1.0, 1.0] },
        { ActivationFunction.LeakyReLU, [-0.3, -0.05, -0.015, -0.001, 0.0, 0.3, 2.0, 8.0], [0.01, 0.01, 0.01, 0.01, 0.01, 1.0, 1.0, 1.0] },
        { ActivationFunction.GELU, [-1.472014178144456e-196, -1.4332578593959695e-06, -0.1002108019032871, -0.0460172162722971, 0.0, 0.1853734266566858, 1.9544997361036416, 7.999999999999995], [-4.416031690708495e-195, -7.146946001792295e-06, -0.12746919222997952, 0.4204769079752698, 0.5, 0.7323277668271099, 1.085231801078197, 1.0000000000000397] },
        { ActivationFunction.SiLU, [-2.8072868906517896e-12, -0.03346425462142428, -0.2736382857095345, -0.047502081252106004, 0.0, 0.17233275504349768, 1.7615941559557649, 7.997317198956268], [-2.713710660963134e-12, -0.02654743242966592, -0.041294154299142946, 0.4500832085017708, 0.5, 0.6477800103188828, 1.0907842487848955, 1.0023465512355854] },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Values_and_derivatives_have_their_digits(ActivationFunction function, double[] values, double[] slopes)
    {
        double[] z = [-30.0, -5.0, -1.5, -0.1, 0.0, 0.3, 2.0, 8.0];
        var (actual, deltas) = FunctionForms.Of(function, z, [.. Enumerable.Repeat(1.0, z.Length)]);
        var (singles, singleDeltas) = FunctionForms.InSingle(function, z);
        for (var i = 0; i < z.Length; i++)
        {
            // The tail of the error function goes by exp(-z^2), which takes the rounding of z^2 for digits of its own.
            var within = function == ActivationFunction.GELU && z[i] < -20 ? 2e-13 : 4e-15;
            Assert.Equal(values[i], actual[i], within * Math.Max(Math.Abs(values[i]), 1e-300));
            Assert.Equal(slopes[i], deltas[i], within * Math.Max(Math.Abs(slopes[i]), 1e-300));
            Assert.Equal(values[i], singles[i], 3e-7 * Math.Max(Math.Abs(values[i]), 1e-30));
            Assert.Equal(slopes[i], singleDeltas[i], 1e-6 * Math.Max(Math.Abs(slopes[i]), 1e-30));
        }
    }

    private const double Log2 = 0.69314718055994531;

    [Theory]
    [InlineData(ActivationFunction.GELU)]
    [InlineData(ActivationFunction.SiLU)]
    [InlineData(ActivationFunction.Softplus)]
    [InlineData(ActivationFunction.ELU)]
    [InlineData(ActivationFunction.ReLU)]
    [InlineData(ActivationFunction.LeakyReLU)]
    public void The_largest_numbers_stay_what_they_are(ActivationFunction function)
    {
        var (values, deltas) = FunctionForms.Of(function, [1e308, double.MaxValue], [1.0, 1.0]);
        Assert.Equal([1e308, double.MaxValue], values);
        Assert.Equal([1.0, 1.0], deltas);
    }

    // What PyTorch 1.13 has for numbers that are none, infinite, huge, tiny or zero. But of leaky ReLU it has the slope 1 at infinity, where z / 100 is as
    // large as z here.
    public static TheoryData<ActivationFunction, double[], double[]> Edges => new()
    {
        { ActivationFunction.Softplus, [double.NaN, 0, 0, 0, Log2, Log2, Log2, Log2, Log2, Log2, 800, 1e300, double.PositiveInfinity], [double.NaN, 0, 0, 0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1, 1, 1] },
        { ActivationFunction.ELU, [double.NaN, -1, -1, -1, -1e-300, -5e-324, 0, 0, 5e-324, 1e-300, 800, 1e300, double.PositiveInfinity], [double.NaN, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1] },
        { ActivationFunction.LeakyReLU, [double.NaN, double.NegativeInfinity, -1e298, -8, -1e-302, 0, 0, 0, 5e-324, 1e-300, 800, 1e300, double.PositiveInfinity], [0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 1, 1, 1, 1, 0.01] },
        { ActivationFunction.GELU, [double.NaN, double.NaN, 0, 0, -5e-301, 0, 0, 0, 0, 5e-301, 800, 1e300, double.PositiveInfinity], [double.NaN, double.NaN, 0, 0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1, 1, double.NaN] },
        { ActivationFunction.SiLU, [double.NaN, double.NaN, 0, 0, -5e-301, 0, 0, 0, 0, 5e-301, 800, 1e300, double.PositiveInfinity], [double.NaN, double.NaN, 0, 0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1, 1, double.NaN] },
    };

    [Theory]
    [MemberData(nameof(Edges))]
    public void Edges_are_those_of_PyTorch(ActivationFunction function, double[] values, double[] slopes)
    {
        double[] z = [double.NaN, double.NegativeInfinity, -1e300, -800, -1e-300, -5e-324, -0.0, 0, 5e-324, 1e-300, 800, 1e300, double.PositiveInfinity];
        for (var i = 0; i < z.Length; i++)
        {
            // One by one, and among others, which lanes compute.
            foreach (var copies in new[] { 1, 9 })
            {
                double[] at = [.. Enumerable.Repeat(z[i], copies), .. Enumerable.Repeat(0.5, copies - 1)];
                var (actual, deltas) = FunctionForms.Of(function, at, [.. Enumerable.Repeat(1.0, at.Length)]);
                for (var k = 0; k < copies; k++)
                {
                    Assert.True(IsNear(values[i], actual[k]), $"{function}({z[i]:R}) is {actual[k]:R}, not {values[i]:R}");
                    Assert.True(IsNear(slopes[i], deltas[k]), $"{function}'({z[i]:R}) is {deltas[k]:R}, not {slopes[i]:R}");
                }
            }
        }

        static bool IsNear(double expected, double actual) => expected.Equals(actual) || Math.Abs(expected - actual) <= Math.Max(4e-15 * Math.Abs(expected), 5e-324);
    }

    [Fact]
    public void A_file_with_a_newer_activation_says_its_version()
    {
        var network = Network.Create(2, [(3, ActivationFunction.GELU), (1, ActivationFunction.Linear)], NetworkInitializer.He, 1, NetworkPrecision.Double);
        var text = network.ToJson();
        Assert.Contains("\"version\": 6", text, StringComparison.Ordinal);
        Assert.Equal(text, Network.ParseJson(text).ToJson());
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void A_loss_of_vectors_is_that_of_numbers(LossFunction function, bool fused)
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
                var (value, derivatives) = FunctionForms.Of(function, fused, predictions, targets);
                AssertNear(Run([node], names, at), [value]);
                var gradient = Run(node.Differentiate(p, DifferentiationMode.Reverse), names, at);
                AssertNear(gradient, derivatives);

                // From predictions also where it is fused.
                var entries = new double[size * size];
                if (fused) predictions = FunctionForms.Of(loss.FusesWith!.Value, predictions, predictions).Values;
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
