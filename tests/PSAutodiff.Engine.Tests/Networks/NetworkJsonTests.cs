using System.Globalization;
using System.Text;
using System.Text.Json;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Networks as JSON: what is written reads back exactly, and nothing else is read.</summary>
public sealed class NetworkJsonTests
{
    private const string Head = """{"format":"PSAutodiff.Network","version":1,"precision":"Double","initializer":"Given",""";

    private const string Layer = """{"activation":"Tanh","weights":[[1,2],[3,4]],"biases":[5,6]}""";

    private const string Drawn = """{"format":"PSAutodiff.Network","version":1,"precision":"Double","initializer":"GlorotUniform","seed":1,""";

    private const string Scaled = """{"format":"PSAutodiff.Network","version":6,"precision":"Double","initializer":"Given","targetScaling":{"means":[1,2],"deviations":[1,3]},""";

    private const string Signs = "{}[]\",:0-+eE.\\u\ud800 n";

    // The hardest to write and read; each bit of them has to come back.
    private static readonly double[] OddNumbers = [0, -0.0, 0.1, 1, -1, double.Epsilon, -double.Epsilon, 2.2250738585072014e-308, 1e21, 1e-7, 9007199254740993, Math.PI];

    private static Network Example => Network.FromWeights([new[,] { { 0.5, -1 }, { 1e-300, 3 } }], [[0.1, 1e22]], [ActivationFunction.Softmax])
        .WithColumns(["Länge", "b \"c\""], ["Species"], ["<a>", "\U0001F600"], new FeatureScaling([0.1, 2], [3, 0.7]))
        .WithLoss(LossFunction.CategoricalCrossEntropy);

    [Fact]
    public void It_is_laid_out_for_people() => Assert.Equal(
        """
        {
          "format": "PSAutodiff.Network",
          "version": 1,
          "precision": "Double",
          "initializer": "Given",
          "loss": "CategoricalCrossEntropy",
          "features": ["Länge", "b \u0022c\u0022"],
          "labels": ["Species"],
          "classes": ["\u003Ca\u003E", "\uD83D\uDE00"],
          "scaling": {
            "means": [0.1, 2],
            "deviations": [3, 0.7]
          },
          "layers": [
            {
              "activation": "Softmax",
              "weights": [
                [0.5, -1],
                [1E-300, 3]
              ],
              "biases": [0.1, 1E+22]
            }
          ]
        }

        """.ReplaceLineEndings("\n"),
        Example.ToJson());

    [Fact]
    public void Every_bit_reads_back() => RandomNetworks.Check(300, static random =>
    {
        var precision = random.Next(2) == 0 ? NetworkPrecision.Double : NetworkPrecision.Single;
        var network = RandomNetworks.Draw(random, precision == NetworkPrecision.Double ? AnyDouble : AnyFloat, precision);
        if (random.Next(2) == 0) network = network.WithColumns([], [], [], new FeatureScaling(Draw(AnyDouble), Draw(static random => 1e-300 + Math.Abs(AnyDouble(random)))));
        AssertSame(network, Network.ParseJson(network.ToJson()));

        double[] Draw(Func<Random, double> number) => [.. Enumerable.Range(0, network.InputSize).Select(_ => number(random))];
    });

    [Fact]
    public void What_is_known_of_a_network_reads_back()
    {
        AssertSame(Example, Network.ParseJson(Example.ToJson()));
        var random = Network.Create(3, [(2, ActivationFunction.ReLU), (1, ActivationFunction.Sigmoid)], NetworkInitializer.He, -7, NetworkPrecision.Single);
        AssertSame(random, Network.ParseJson(random.ToJson()));
    }

    [Fact]
    public void The_text_does_not_depend_on_the_culture()
    {
        var expected = Example.ToJson();
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("de-DE") { NumberFormat = { NegativeSign = "~" } };
            Assert.Equal(expected, Example.ToJson());
            AssertSame(Example, Network.ParseJson(expected));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void White_space_escapes_and_the_order_of_members_do_not_matter() => Assert.Equal(
        [0.1f, 2],
        Network.ParseJson(
            """
            { "layers" : [ {"biases":[2.0e0], "weights":[[ 0.1 ]], "activation":"T\u0061nh"} ],
              "initializer":"Given", "pre\u0063ision":"Single", "version":1,
              "format":"PSAutodiff.Network" }

            """).FlatParameters());

    [Theory]
    [InlineData("", "")]
    [InlineData("7", "the text has to be an object")]
    [InlineData("[]", "the text has to be an object")]
    [InlineData("null", "the text has to be an object")]
    [InlineData("{}", "'format' has to be")]
    [InlineData("""{"format":"PSAutodiff.Expression","version":1}""", "'format' has to be \"PSAutodiff.Network\"")]
    [InlineData("""{"format":7}""", "'format' has to be")]
    [InlineData("""{"format":"PSAutodiff.Network"}""", "'version' has to be a whole number")]
    [InlineData("""{"format":"PSAutodiff.Network","version":"1"}""", "'version' has to be a whole number")]
    [InlineData("""{"format":"PSAutodiff.Network","version":0}""", "'version' has to be a whole number")]
    [InlineData("""{"format":"PSAutodiff.Network","version":1.5}""", "'version' has to be a whole number")]
    [InlineData("""{"format":"PSAutodiff.Network","version":8,"masks":[],"layers":7}""", "it has version 8, but this PSAutodiff reads up to version 7; read it with a newer one")]
    [InlineData("""{"format":"PSAutodiff.Network","version":1,"initializer":"Given","layers":[]}""", "'precision' is missing")]
    [InlineData("""{"format":"PSAutodiff.Network","version":1,"precision":"Double","layers":[]}""", "'initializer' is missing")]
    [InlineData("""{"format":"PSAutodiff.Network","version":1,"precision":"Half","initializer":"Given","layers":[]}""", "'precision' has to be one of Double, Single, not '\"Half\"'")]
    [InlineData("""{"format":"PSAutodiff.Network","version":1,"precision":0,"initializer":"Given","layers":[]}""", "'precision' has to be one of Double, Single, not '0'")]
    [InlineData("""{"format":"PSAutodiff.Network","version":1,"precision":"Double","initializer":"given","layers":[]}""", "'initializer' has to be one of")]
    [InlineData(Head + "\"version\":1,\"layers\":[]}", "'version' is given twice")]
    [InlineData(Head + "\"comment\":1,\"layers\":[]}", "'comment' is not a member here; the members are format, version,")]
    [InlineData(Head + "\"\\ud800\":1,\"layers\":[]}", "is not a member here")]
    [InlineData(Head + "\"a\\nb\":1,\"layers\":[]}", "'a␊b' is not a member here")]
    [InlineData(Head + "\"seed\":1}", "'layers' is missing")]
    [InlineData(Head + "\"layers\":{}}", "'layers' has to be a list")]
    [InlineData(Head + "\"layers\":[]}", "A network needs at least one layer")]
    [InlineData(Head + "\"layers\":[7]}", "wrong in layer 1: an object was expected")]
    [InlineData(Head + "\"layers\":[" + Layer + ",{}]}", "wrong in layer 2: 'activation' is missing")]
    [InlineData(Head + "\"layers\":[" + Layer + "],\"seed\":1.5}", "'seed' has to be a whole number of 32 bits, not '1.5'")]
    [InlineData(Head + "\"layers\":[" + Layer + "],\"seed\":null}", "'seed' has to be a whole number")]
    [InlineData(Head + "\"layers\":[" + Layer + "],\"loss\":\"Hinge\"}", "'loss' has to be one of")]
    [InlineData(Head + "\"layers\":[" + Layer + "],\"features\":\"ab\"}", "'features' has to be a list of texts")]
    [InlineData(Head + "\"layers\":[" + Layer + "],\"features\":[1,2]}", "'features' has to be a list of texts, but one of them is '1'")]
    [InlineData(Head + "\"layers\":[" + Layer + "],\"features\":[\"\\ud800\",\"b\"]}", "'features' has to be a list of texts, but one of them is")]
    [InlineData(Head + "\"layers\":[" + Layer + "],\"features\":[\"a\"]}", "There are 1 features where 2 are wanted")]
    [InlineData(Head + "\"layers\":[" + Layer + "],\"classes\":[\"a\",\"a\"]}", "'a' stands twice among the classes")]
    [InlineData(Head + "\"layers\":[" + Layer + "],\"scaling\":[]}", "wrong in 'scaling': an object was expected")]
    [InlineData(Head + "\"layers\":[" + Layer + "],\"scaling\":{\"means\":[1,2]}}", "wrong in 'scaling': 'deviations' is missing")]
    [InlineData(Head + "\"layers\":[" + Layer + "],\"scaling\":{\"means\":[1,2],\"deviations\":[1,1e999]}}", "wrong in 'scaling': number 2 of 'deviations', '1e999', is too large")]
    [InlineData(Head + "\"layers\":[" + Layer + "],\"scaling\":{\"means\":[1,2],\"deviations\":[1]}}", "The scaling has 2 means and 1 deviations")]
    [InlineData(Head + "\"layers\":[" + Layer + "],\"scaling\":{\"means\":[1,2],\"deviations\":[1,0]}}", "The scaling of input 2")]
    [InlineData(Head + "\"layers\":[" + Layer + ",{\"activation\":\"Tanh\",\"weights\":[[1]],\"biases\":[1]}]}", "Layer 2 takes 1 inputs")]
    [InlineData(Head + "\"layers\":[" + Layer + "],\"features\":[\"a\",\"b\"],\"labels\":[\"a\"]}", "'a' is both a feature and a label")]
    [InlineData(Head + "\"layers\":[" + Layer + "],\"labels\":[\"a\",\"b\"],\"classes\":[\"c\",\"d\"]}", "There are 2 labels beside classes")]
    [InlineData(Drawn + "\"layers\":[" + Layer + "],\"classes\":[\"c\",\"d\"],\"loss\":\"CategoricalCrossEntropy\"}", "'loss' and the layers disagree: CategoricalCrossEntropy measures probabilities, but the last layer is Tanh")]
    [InlineData(Head + "\"layers\":[{\"activation\":\"Sigmoid\",\"weights\":[[1,2]],\"biases\":[5,6]}],\"loss\":\"CategoricalCrossEntropy\"}", "'loss' and the layers disagree")]
    [InlineData(Scaled + "\"layers\":[" + Layer + "]}", "Its targets are scaled, but its last layer is Tanh")]
    [InlineData(Scaled + "\"layers\":[{\"activation\":\"Linear\",\"weights\":[[1,2]],\"biases\":[5,6]}],\"classes\":[\"c\",\"d\"]}", "Its targets are scaled, but it predicts classes")]
    [InlineData(Scaled + "\"layers\":[{\"activation\":\"Linear\",\"weights\":[[1]],\"biases\":[5]}]}", "The scaling has 2 means and 2 deviations, but the network has 1 outputs")]
    [InlineData(Head + "\"layers\":[" + Layer + "],\"targetScaling\":{\"means\":[1,2],\"deviations\":[1,1]}}", "'targetScaling' is not a member here")]
    [InlineData(Head + "\"layers\":[" + Layer + "]} x", "")]
    [InlineData(Head + "\"layers\":[" + Layer + "]}{}", "")]
    [InlineData(Head + "\"layers\":[" + Layer + "],}", "")]
    [InlineData(Head + "\"layers\":[" + Layer + "]", "")]
    [InlineData(Head + "/* */\"layers\":[" + Layer + "]}", "")]
    [InlineData(Head + "\"layers\":[{\"weights\":[[[1]]]}]}", "depth")]
    public void A_wrong_whole_is_refused(string json, string problem) => AssertRefused(json, problem);

    [Theory]
    [InlineData("""{"activation":"tanh","weights":[[1]],"biases":[1]}""", "'activation' has to be one of Linear, ReLU, Sigmoid, Tanh, Softmax, Softplus, ELU, LeakyReLU, GELU, SiLU, not '\"tanh\"'")]
    [InlineData("""{"activation":3,"weights":[[1]],"biases":[1]}""", "'activation' has to be one of")]
    [InlineData("""{"activation":"\ud800","weights":[[1]],"biases":[1]}""", "'activation' has to be one of")]
    [InlineData("""{"activation":"Tanh","weights":7,"biases":[1]}""", "'weights' has to be a list of rows")]
    [InlineData("""{"activation":"Tanh","weights":[],"biases":[1]}""", "'weights' has no rows")]
    [InlineData("""{"activation":"Tanh","weights":[1],"biases":[1]}""", "row 1 of 'weights' has to be a list of numbers")]
    [InlineData("""{"activation":"Tanh","weights":[[]],"biases":[]}""", "row 1 of 'weights' is empty")]
    [InlineData("""{"activation":"Tanh","weights":[[1,2],[3]],"biases":[1,2]}""", "row 2 of 'weights' has 1 numbers, but the first row has 2")]
    [InlineData("""{"activation":"Tanh","weights":[[1,2],[3,"4"]],"biases":[1,2]}""", "number 2 of row 2 of 'weights', '\"4\"', is not a number")]
    [InlineData("""{"activation":"Tanh","weights":[[1,null]],"biases":[1,2]}""", "number 2 of row 1 of 'weights', 'null', is not a number")]
    [InlineData("""{"activation":"Tanh","weights":[[1,-1e309]],"biases":[1,2]}""", "number 2 of row 1 of 'weights', '-1e309', is too large for a double")]
    [InlineData("""{"activation":"Tanh","weights":[[NaN]],"biases":[1]}""", "")]
    [InlineData("""{"activation":"Tanh","weights":[[Infinity]],"biases":[1]}""", "")]
    [InlineData("""{"activation":"Tanh","weights":[[01]],"biases":[1]}""", "")]
    [InlineData("""{"activation":"Tanh","weights":[[1]],"biases":[1,2]}""", "'biases' has 2 numbers, but the rows of 'weights' have 1")]
    [InlineData("""{"activation":"Tanh","weights":[[1]],"biases":{}}""", "'biases' has to be a list of numbers")]
    [InlineData("""{"activation":"Tanh","weights":[[1]],"weights":[[1]],"biases":[1]}""", "'weights' is given twice")]
    [InlineData("""{"activation":"Tanh","weights":[[1]],"biases":[1],"$type":"System.Object"}""", "'$type' is not a member here; the members are activation, weights, biases")]
    public void A_wrong_layer_is_named(string layer, string problem)
    {
        var message = AssertRefused(Head + "\"layers\":[" + Layer + "," + layer + "]}", problem);
        if (problem.Length > 0) Assert.Contains(" in layer 2: ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_training_that_does_not_go_with_the_network_is_refused()
    {
        var network = Network.Create(1, [(1, ActivationFunction.Linear)], NetworkInitializer.GlorotUniform, 1, NetworkPrecision.Double);
        var json = NetworkTraining.Run(network, new double[,] { { 1 }, { 2 } }, new double[,] { { 1 }, { 2 } }, null, new TrainingOptions { Epochs = 1 }).Network!.ToJson();
        Network.ParseJson(json);
        AssertRefused(json.Replace("  \"loss\": \"MeanSquaredError\",\n", string.Empty, StringComparison.Ordinal), "'training' is there, but 'loss' is not");
        AssertRefused(json.Replace("\"standardizes\":false", "\"standardizes\":true", StringComparison.Ordinal), "The training run scaled inputs, but 'scaling' is not there");
        AssertRefused(
            json.Replace("\"standardizes\":false", "\"standardizes\":false,\"standardizesTargets\":true", StringComparison.Ordinal).Replace("Linear", "Tanh", StringComparison.Ordinal),
            "The training run scaled targets");
    }

    [Fact]
    public void The_scaling_of_targets_comes_back()
    {
        var network = Network.FromWeights([new double[,] { { 0.1, 2 } }], null, [ActivationFunction.Linear]).WithColumns([], [], [], null, targets: new FeatureScaling([0.1, 1e300], [1e-7, 3]));
        var json = network.ToJson();
        Assert.Contains("\"version\": 6", json, StringComparison.Ordinal);
        Assert.Equal("means 0.1, 1E+300; deviations 1E-07, 3", Network.ParseJson(json).TargetScaling!.ToString());
        Assert.Equal(json, Network.ParseJson(json).ToJson());
    }

    [Fact]
    public void Numbers_too_large_for_single_precision_are_refused() => AssertRefused(
        """{"format":"PSAutodiff.Network","version":1,"precision":"Single","initializer":"Given","layers":[{"activation":"Tanh","weights":[[1e39]],"biases":[1]}]}""",
        "number 1 of row 1 of 'weights', '1e39', is too large for single precision");

    [Fact]
    public void Deep_texts_are_refused()
    {
        AssertRefused(new string('[', 1_000_000), "depth");
        AssertRefused(string.Concat(Enumerable.Repeat("{\"layers\":", 300_000)), "depth");
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused() => AssertRefused("{\"format\":\"\ud800\"}", "half a surrogate pair");

    [Fact]
    public void Every_beginning_of_a_text_is_refused()
    {
        var json = Example.ToJson().TrimEnd();
        for (var length = 0; length < json.Length; length++) AssertRefused(json[..length], "");
    }

    [Fact]
    public void Damaged_texts_are_read_or_refused_but_nothing_worse() => RandomNetworks.Check(3000, static random =>
    {
        var json = new StringBuilder((random.Next(2) == 0 ? Example : RandomNetworks.Draw(random)).ToJson());
        for (var damage = random.Next(1, 4); damage > 0; damage--)
        {
            var at = random.Next(json.Length);
            var length = Math.Min(random.Next(1, 30), json.Length - at);
            var part = json.ToString(at, length);
            switch (random.Next(5))
            {
                case 0: json.Remove(at, length); break;
                case 1: json.Insert(random.Next(json.Length), part); break;
                case 2: json[at] = Signs[random.Next(Signs.Length)]; break;
                case 3: json.Insert(at, "\\ud800"); break;
                default: json[at] = (char)random.Next(128); break;
            }
        }

        try
        {
            var network = Network.ParseJson(json.ToString());
            AssertSame(network, Network.ParseJson(network.ToJson()));
        }
        catch (AutodiffException error)
        {
            Assert.Equal(ErrorIds.NetworkJson, error.ErrorId);
        }
    });

    [Fact]
    public void Memory_stays_in_proportion_to_the_text()
    {
        var json = Head + "\"layers\":[{\"activation\":\"Tanh\",\"biases\":[1],\"weights\":[" + string.Join(",", Enumerable.Repeat("[1]", 200_000)) + "]},{}]}";
        AssertRefused(json, "layer 2");
        var before = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused(json, "layer 2");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 40L * json.Length);
    }

    public static TheoryData<object[]> Classes => new()
    {
        new object[] { false, true },
        new object[] { 1, 2, 10 },
        new object[] { 9007199254740992L, 9007199254740993L },
        new object[] { 0.1, 2.5e-300, double.Epsilon, double.MaxValue },
        new object[] { 0.1f, 1e-45f, float.MaxValue },
        new object[] { 1.10m, 79228162514264337593543950335m },
        new object[] { (byte)7, (short)-8, 9u, ulong.MaxValue, sbyte.MinValue, (ushort)1, (Half)0.5f },
        new object[] { Int128.MinValue, UInt128.MaxValue, System.Numerics.BigInteger.Pow(10, 60) },
        new object[] { 7, "007", true, "true", "NaN" },
    };

    [Theory]
    [MemberData(nameof(Classes))]
    public void Classes_keep_value_and_type(object[] classes)
    {
        var network = Network.FromWeights([new double[1, classes.Length is 2 ? 1 : classes.Length]], null, [ActivationFunction.Sigmoid]).WithColumns([], ["y"], classes, null);
        var back = Network.ParseJson(network.ToJson());
        Assert.Equal(classes, back.Classes);
        Assert.Equal(classes.Select(static label => label.GetType()), back.Classes.Select(static label => label.GetType()));
        Assert.Equal(classes.Select(static label => label.ToString()), back.Classes.Select(static label => label.ToString()));
        Assert.Contains("\"version\": 3", network.ToJson(), StringComparison.Ordinal);
        AssertSame(network, back);
    }

    [Fact]
    public void Classes_of_text_are_written_as_before_and_read_from_old_files()
    {
        var network = Network.FromWeights([new double[1, 1]], null, [ActivationFunction.Sigmoid]).WithColumns([], ["y"], ["False", "True"], null);
        Assert.Contains("\"version\": 1", network.ToJson(), StringComparison.Ordinal);
        Assert.DoesNotContain("classTypes", network.ToJson(), StringComparison.Ordinal);
        Assert.Equal(["False", "True"], Network.ParseJson(network.ToJson()).Classes);
    }

    [Theory]
    [InlineData("[\"1\",\"2\"]", "[\"Int32\"]", "there are 2 'classes', but 1 'classTypes'")]
    [InlineData("[\"1\",\"2.5\"]", "[\"Int32\",\"Int32\"]", "the class '2.5' is not a value of the type 'Int32'")]
    [InlineData("[\"1\",\"NaN\"]", "[\"Double\",\"Double\"]", "the class 'NaN' is not a value of the type 'Double'")]
    [InlineData("[\"1\",\"2\"]", "[\"Int32\",\"DateTime\"]", "the class '2' is not a value of the type 'DateTime'")]
    [InlineData("[\"1\",\"1.0\"]", "[\"Int32\",\"Double\"]", "'1' stands twice among the classes")]
    [InlineData("[\"yes\",\"True\"]", "[\"Boolean\",\"Boolean\"]", "the class 'yes' is not a value of the type 'Boolean'")]
    public void Classes_that_are_no_such_values_are_refused(string classes, string types, string problem) => AssertRefused(
        Head.Replace("1,", "3,", StringComparison.Ordinal) + $"\"classes\":{classes},\"classTypes\":{types},\"layers\":[{{\"activation\":\"Sigmoid\",\"weights\":[[1]],\"biases\":[1]}}]}}",
        problem);

    [Fact]
    public void Older_versions_have_no_types_of_classes() => AssertRefused(Head + "\"classTypes\":[],\"layers\":[]}", "'classTypes' is not a member here");

    [Fact]
    public void Other_readers_take_it_too()
    {
        using var document = JsonDocument.Parse(Example.ToJson());
        Assert.Equal("Länge", document.RootElement.GetProperty("features")[0].GetString());
        Assert.Equal(1e-300, document.RootElement.GetProperty("layers")[0].GetProperty("weights")[1][0].GetDouble());
    }

    private static double AnyDouble(Random random)
    {
        if (random.Next(3) == 0) return OddNumbers[random.Next(OddNumbers.Length)];
        var drawn = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
        return double.IsFinite(drawn) && Math.Abs(drawn) < double.MaxValue / 2 ? drawn : 0.3;
    }

    private static double AnyFloat(Random random)
    {
        var drawn = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
        return float.IsFinite(drawn) ? drawn : 0.3;
    }

    private static string AssertRefused(string json, string problem)
    {
        var error = Assert.Throws<AutodiffException>(() => Network.ParseJson(json));
        Assert.Equal(ErrorIds.NetworkJson, error.ErrorId);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        return error.Message;
    }

    private static void AssertSame(Network expected, Network actual)
    {
        Assert.Equal(expected.ToString(), actual.ToString());
        Assert.Equal(Bits(expected.FlatParameters()), Bits(actual.FlatParameters()));
        Assert.Equal((expected.Precision, expected.Initializer, expected.Seed, expected.LossFunction), (actual.Precision, actual.Initializer, actual.Seed, actual.LossFunction));
        Assert.Equal(expected.Features, actual.Features);
        Assert.Equal(expected.Labels, actual.Labels);
        Assert.Equal(expected.Classes, actual.Classes);
        Assert.Equal(Bits(expected.Scaling?.Means), Bits(actual.Scaling?.Means));
        Assert.Equal(Bits(expected.Scaling?.Deviations), Bits(actual.Scaling?.Deviations));
        Assert.Equal(expected.ToJson(), actual.ToJson());
    }

    private static long[]? Bits(double[]? values) => values is null ? null : Array.ConvertAll(values, BitConverter.DoubleToInt64Bits);
}
