using System.Globalization;
using PSAutodiff.Exchange;
using PSAutodiff.Exchange.Onnx;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>What ONNX Runtime computes of exported models against what the models predict.</summary>
public sealed class OnnxWriterTests
{
    private const double ForSingle = 1e-6;
    private const double ForDouble = 1e-12;

    // Of each the inputs are between the two numbers. W is a matrix [2, 3], v and u vectors of 3, x and y numbers.
    private static readonly (string Text, double Low, double High)[] Cases =
    [
        ("abs(x) + ceil(y) - floor(x)", -2, 2), ("acos(x) + asin(y)", -0.98, 0.98), ("atan(x) * atan2(x, y)", -2, 2), ("sinh(x) + cosh(y)", -2, 2), ("asinh(x) * y", -2, 2), ("acosh(x) + y", 1.1, 5),
        ("atanh(x) + y", -0.9, 0.9), ("cbrt(x) + y", -2, 2), ("hypot(x, y)", -2, 2), ("exp(x) + log(y)", 0.1, 2), ("log2(x) + log10(y)", 0.1, 2), ("log1p(x) + expm1(y)", -0.5, 2), ("sin(x) + cos(y) + tan(x)", -1, 1),
        ("sqrt(x) / y", 0.5, 2), ("x ^ y + x ^ 3", 0.5, 2), ("tanh(x) - sigmoid(y) + relu(x)", -2, 2), ("softplus(x) + sech2(y) + dsigmoid(x)", -3, 3), ("sign(x) * round(3 * y)", -2, 2), ("rem(x, y) + mod(y, x)", 0.3, 2), ("mod(x, -y) - mod(-x, y)", 0.4, 2),
        ("max(x, y) - min(x, 2)", -2, 2), ("(x < y) + 2 * (x <= y) + 4 * (x == y)", -2, 2), ("select(x < 0 and y < 0, 1, 2) + select(x < 0 or not (y < 0), 3, 4)", -2, 2), ("-x * detach(y)", -2, 2), ("erf(x) - erfc(y)", -2, 2),
        ("v: [3]; u: [3]; v + u * 2", -2, 2), ("v: [3]; u: [3]; v @ u + sum(v)", -2, 2), ("v: [3]; sum(v) + mean(v) * max(v) - min(v) + norm(v)", -2, 2), ("v: [3]; softmax(v) * logsumexp(v)", -2, 2), ("v: [3]; layernorm(v) * v", -2, 2), ("W: [2, 3]; (layernorm(W) + layernorm(W, axis=0))[1]", -2, 2), ("v: [3]; x * v - v[1] + v[0:2][1]", -2, 2),
        ("v: [3]; concat(v, [x, y])", -2, 2), ("v: [3]; [x, 2, y, v[2]]", -2, 2), ("v: [3]; u: [3]; sum(outer(v, u) @ [1, 2, 3])", -2, 2), ("v: [3]; winner(v)", -2, 2), ("v: [3]; broadcast(x, 3) + v", -2, 2),
        ("W: [2, 3]; v: [3]; W @ v", -2, 2), ("W: [2, 3]; [x, y] @ W", -2, 2), ("W: [2, 3]; sum(W, axis=0) + mean(W, axis=0)", -2, 2), ("W: [2, 3]; max(W, axis=1) * min(W, axis=1) + norm(W, axis=1)", -2, 2), ("W: [2, 3]; logsumexp(W, axis=1) + sum(softmax(W, axis=0) * W)", -2, 2),
        ("W: [2, 3]; sum(W) + mean(W) + max(W) + norm(W) + logsumexp(W) + min(W)", -2, 2), ("W: [2, 3]; v: [3]; sum(W * v + x, axis=1)", -2, 2), ("W: [2, 3]; diag(W.T @ W) + diag(W @ W.T)[0]", -2, 2), ("W: [2, 3]; trace(W @ W.T) * tril(W)[1]", -2, 2), ("v: [3]; diag(v) @ v + sum(winner(diag(v)))", -2, 2),
        ("W: [2, 3]; W[0, 1] + W[1] + W[:, 2][0] * W[0:1, 1:3][0, 1]", -2, 2), ("W: [2, 3]; reshape(W, 6)", -2, 2), ("W: [2, 3]; v: [3]; sum([v, 2 * v, W[0]] + 1, axis=0)", -2, 2), ("W: [2, 3]; v: [3]; [v, W[1]] @ v", -2, 2), ("W: [2, 3]; sum(concat(W, W, axis=1), axis=0)", -2, 2),
        ("[[1, 2, 3], [4, 5, 6]] @ [x, y, 1] + [x, y] @ [[1, 2], [3, 4]]", -2, 2), ("v: [3]; take(v, floor(x)) + take([1, 2, 3], floor(y))", 0.1, 2.9), ("W: [2, 3]; take(W, floor(x)) + take([[1, 2, 3], [3, 4, 5]], floor(y))", 0.1, 1.9), ("v: [3]; take(v, [2, 0]) + take([10, 20, 30], [floor(x), floor(y)])", 0.1, 2.9), ("v: [3]; take(v, [floor(x), floor(y)])", 0.1, 2.9), ("W: [2, 3]; sum(take(W, [1, 0, 1]) * 2, axis=0) + sum(take(W, [floor(x), floor(y)]), axis=0)", 0.1, 1.9),
        ("v: [3]; place(v[0:2], 1, 2, 0, 4)", -2, 2), ("winner([[x, y], [y, x]])[0]", -2, 2), ("v: [3]; sum(outer([1, 2], v) + outer(v, [3, 4]).T, axis=0)", -2, 2), ("W: [2, 3]; [1, 2] @ W + W[1] @ [[1, 0, 0], [0, 2, 0], [0, 0, 3]]", -2, 2), ("W: [2, 3]; v: [3]; v @ W.T + W @ [1, 0, 2]", -2, 2),
        ("sigmoid(x) + 2 * y", -40, 40), ("tanh(x) + y", -40, 40), ("v: [3]; tanh(v)", -3, 3), ("v: [3]; sigmoid(v)", -3, 3), ("v: [3]; 0.3 * (v @ [[1, 2], [3, 4], [5, 6]]) / 0.7", -2, 2), ("W: [2, 3]; sum(0.3 * (W @ W.T) / 0.7, axis=0)", -2, 2), ("W: [2, 3]; sum((0.3 * W) @ (W / 0.7).T, axis=0)", -2, 2), ("W: [2, 3]; v: [3]; 0.3 * (W @ (v / 0.7)) + 0.1 * ([x, y] @ W)[0]", -2, 2), ("v: [3]; tanh(v)", -20, 20), ("v: [3]; tanh(v)", -0.3, 0.3), ("v: [3]; v @ [[0.5, 0.2, 0.1, 0.4], [1.5, 2, 3, 1], [0.1, 0.2, 0.3, 1]] + [0.1, 0.2, 0.3, 0.4]", -2, 2), ("v: [3]; softmax(v)", -40, 40), ("exp(x) + y", -40, 3), ("softplus(x) + sech2(y)", -40, 40),
        ("v: [3]; scatter(v, [3, 0, 3], 4)", -2, 2), ("v: [3]; scatter(v, [floor(x), 1, floor(y)], 4)", 0.1, 2.9), ("W: [2, 3]; sum(scatter(W, [floor(x), floor(y)], 4), axis=1) + scatter(W[0], floor(x), 4)[1, 2]", 0.1, 2.9), ("scatter([[x, 1], [y, 2]], [[1, 0], [2, 1]], 3)", -2, 2),
        ("v: [3]; sum(solve([[2, 1], [1, 3]], [1, 2])) * v", -2, 2),
    ];

    public static TheoryData<string, double, double, int> Expressions
    {
        get
        {
            var data = new TheoryData<string, double, double, int>();
            foreach (var (text, low, high) in Cases)
            {
                data.Add(text, low, high, 17);
                data.Add(text, low, high, 21);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Expressions))]
    public void Expressions_give_the_same_numbers(string text, double low, double high, int opset)
    {
        var model = new ExpressionModel(ExprNode.Parse(text));
        var rows = ExchangeSamples.Rows(new Random(3), 9, model.Inputs.Count, low, high);
        foreach (var precision in new[] { NetworkPrecision.Single, NetworkPrecision.Double })
        {
            if (precision == NetworkPrecision.Double && text.Contains("erf", StringComparison.Ordinal))
            {
                Assert.Contains("-Precision Single", Assert.Throws<AutodiffException>(() => Write(model, precision, opset)).Message, StringComparison.Ordinal);
                continue;
            }

            using var session = new OnnxSession(Write(model, precision, opset));
            foreach (var count in new[] { 1, 9 })
            {
                var some = ExchangeSamples.Rows(new Random(3), count, rows.GetLength(1), low, high);
                var distance = ExchangeSamples.Distance(model.Predict(some), session.Run(some, "output"));
                Assert.True(distance <= (precision == NetworkPrecision.Single ? Math.Max(ForSingle, ExchangeSamples.Unavoidable(model.Expression, some)) : ForDouble), string.Create(CultureInfo.InvariantCulture, $"{precision}: {distance:e2}"));
            }
        }
    }

    [Fact]
    public void Every_operation_has_a_form_or_is_refused_by_name()
    {
        var written = string.Join(' ', Cases.Select(static entry => ExprNode.Parse(entry.Text).ToJson()));
        foreach (var operation in OperationTable.ByCode.Where(static operation => operation.Arity > 0))
        {
            if (Refused.Contains(operation.Name)) continue;
            Assert.True(written.Contains($"\"{operation.Name}\"", StringComparison.Ordinal), $"{operation.Name} has no case in this test.");
        }

        foreach (var text in new[] { "lgamma(x)", "digamma(x)", "trigamma(x)", "polygamma(2, x)", "sum(inv([[x, 1], [1, 2]]))", "sum(solve([[x, 1], [1, 2]], [1, 2]))", "logdet([[x, 0], [0, 1]])", "sum(cholesky([[x, 0], [0, 1]]))" })
        {
            var error = Assert.Throws<AutodiffException>(() => Write(new ExpressionModel(ExprNode.Parse(text)), NetworkPrecision.Single));
            Assert.Equal("FormatUnsupported", error.ErrorId);
            Assert.Contains(Refused, name => error.Message.Contains($"'{name}'", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Random_networks_give_the_same_numbers_and_classes()
    {
        for (var seed = 0; seed < 120; seed++)
        {
            var random = new Random(seed);
            var precision = (NetworkPrecision)(seed % 2);
            var network = ExchangeSamples.Network(random, precision, last: Enum.GetValues<ActivationFunction>()[^1]);
            using var session = new OnnxSession(Write(network, precision, 17 + (seed % 5)));
            var rows = ExchangeSamples.Rows(random, 1 + random.Next(20), network.InputSize);
            var model = PortableModel.Of(network);
            var predicted = new ExpressionModel(model.Expression).Predict(rows);
            var isBinary = network.Classes.Count > 0 && network.OutputSize == 1;
            var output = model.GivesProbabilities ? "probabilities" : "output";
            var expected = predicted;
            if (isBinary && model.GivesProbabilities)
            {
                expected = new double[rows.GetLength(0), 2];
                for (var i = 0; i < rows.GetLength(0); i++) (expected[i, 0], expected[i, 1]) = (1 - predicted[i, 0], predicted[i, 0]);
            }

            var actual = session.Run(rows, output);
            Assert.True(ExchangeSamples.Distance(expected, actual) <= (precision == NetworkPrecision.Single ? ForSingle : ForDouble), string.Create(CultureInfo.InvariantCulture, $"seed {seed}, {network}: {ExchangeSamples.Distance(expected, actual):e2}"));
            Assert.Equal("PSAutodiff", session.Producer);
            Assert.Equal([-1, network.InputSize], session.InputSizes);
            if (network.Classes.Count == 0)
            {
                Assert.Equal(["output"], session.Outputs);
                continue;
            }

            var labels = session.Labels(rows);
            for (var i = 0; i < labels.Length; i++)
            {
                var place = isBinary ? (predicted[i, 0] >= 0.5 ? 1 : 0) : Enumerable.Range(0, network.OutputSize).MaxBy(j => (predicted[i, j], -j));
                if (!isBinary && Enumerable.Range(0, network.OutputSize).Count(j => Math.Abs(predicted[i, j] - predicted[i, place]) < 1e-5) > 1) continue;
                Assert.Equal(Convert.ToString(network.Classes[place], CultureInfo.InvariantCulture), Convert.ToString(labels[i], CultureInfo.InvariantCulture));
            }
        }
    }

    [Fact]
    public void Large_offsets_keep_their_digits_in_single_precision()
    {
        var rows = ExchangeSamples.Rows(new Random(1), 9, 2, 999, 1001);
        var network = Network.Create(2, [(3, ActivationFunction.Tanh), (2, ActivationFunction.Linear)], NetworkInitializer.GlorotUniform, 1, NetworkPrecision.Single).WithColumns([], [], [], new FeatureScaling([1000.1, 999.7], [0.3, 0.7]));
        foreach (var model in new IAutodiffModel[] { network, new ExpressionModel(ExprNode.Parse("sin(2*(x - 1000.1)) + (y - 999.7)^2")) })
        {
            using var session = new OnnxSession(Write(model, NetworkPrecision.Single));
            var distance = ExchangeSamples.Distance(new ExpressionModel(PortableModel.Of(model).Expression).Predict(rows), session.Run(rows, "output"));
            Assert.True(distance <= ForSingle, string.Create(CultureInfo.InvariantCulture, $"{model}: {distance:e2}"));
        }
    }

    [Fact]
    public void Notes_name_columns_and_classes()
    {
        var network = Network.Create(2, [(3, ActivationFunction.Softmax)], NetworkInitializer.GlorotUniform, 1, NetworkPrecision.Double)
            .WithColumns(["Sepal.Length", "größe"], ["species"], ["a", "b", "c"], null);
        using var session = new OnnxSession(Write(network, NetworkPrecision.Double));
        Assert.Equal("[\"Sepal.Length\",\"größe\"]", session.Notes["inputs"]);
        Assert.Equal("[\"a\",\"b\",\"c\"]", session.Notes["classes"]);
        Assert.Equal("species", session.Notes["label"]);
        Assert.Equal(["label", "probabilities"], session.Outputs.Order());
    }

    [Fact]
    public void A_model_without_inputs_is_refused()
    {
        Assert.Equal("FormatUnsupported", Assert.Throws<AutodiffException>(() => Write(new ExpressionModel(ExprNode.Parse("2")), NetworkPrecision.Double)).ErrorId);
        Assert.Equal("FormatUnsupported", Assert.Throws<AutodiffException>(() => Write(new ExpressionModel(ExprNode.Parse("zeros(3) @ zeros(3) + 0 * ones(2)")), NetworkPrecision.Double)).ErrorId);
    }

    [Fact]
    public void Long_chains_are_written_without_recursion()
    {
        var value = ExprNode.Variable("x");
        for (var i = 0; i < 20_000; i++) value = ExprNode.Sin(value);
        byte[] bytes = [];
        SmallStack.Run(() => bytes = Write(new ExpressionModel(value), NetworkPrecision.Double));
        Assert.True(bytes.Length > 20_000);
    }

    private static readonly HashSet<string> Refused = ["lgamma", "digamma", "trigamma", "polygamma", "inv", "solve", "logdet", "cholesky", "zeros", "ones", "eye"];

    private static byte[] Write(IAutodiffModel model, NetworkPrecision precision, int opset = OnnxWriter.OldestOpset) => OnnxWriter.Write(PortableModel.Of(model), precision, opset, "1.0");
}
