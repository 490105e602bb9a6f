using System.Text.Json;
using System.Text.Json.Serialization;
using PSAutodiff.Data;
using PSAutodiff.Exchange;
using PSAutodiff.Execution.Arrays;
using PSAutodiff.Kernels;
using PSAutodiff.Networks;
using PSAutodiff.Training.Models;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Layers that do more than their activation: layer normalization, skip connections and dropout.</summary>
public sealed class LayerStepTests
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<int> Cases => [0, 1, 2, 3, 4];

    /// <summary>A case of torch-layers.json, which torch-layers.py wrote.</summary>
    private sealed record TorchCase(string Network, LossFunction LossFunction, double[][] Inputs, double[][] Targets, double[][][] Masks, double[][] Outputs, double Loss, double[] Gradient);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Outputs_losses_and_gradients_are_those_of_PyTorch(int number)
    {
        var one = JsonSerializer.Deserialize<TorchCase[]>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "torch-layers.json")), Options)![number];
        var network = Network.ParseJson(one.Network);
        Near([.. one.Outputs.SelectMany(static row => row)], [.. network.Predict(one.Inputs.ToMatrix()).Cast<double>()], 1e-13);

        string[] masks = [.. network.Layers.Index().Where(static layer => layer.Item.Dropout > 0).Select(static layer => NetworkForms.MaskName(layer.Index))];
        var loss = NetworkForms.LossOf(network, one.LossFunction, hasFactors: false, hasMasks: true);
        var program = new LossProgram(loss, [NetworkForms.Inputs, NetworkForms.Targets, .. masks], [.. network.Layout.ArrayNames()], default, keepsArrays: true);
        var (gradient, mean) = (new double[network.ParameterCount], new double[1]);
        ReadOnlyMemory<double>[] columns = [Flat(one.Inputs), Flat(one.Targets), .. one.Masks.Select(static mask => (ReadOnlyMemory<double>)Flat(mask))];
        new RowRun<double>(program.Rows!, 2).Sum(network.FlatParameters(), columns, [.. Enumerable.Range(0, one.Inputs.Length)], isMean: true, gradient, mean, Token);
        Near([one.Loss], mean, 1e-12);
        Near(one.Gradient, gradient, 1e-11);
        if (masks.Length > 0) return;

        // Without masks it is what trainings and traces compute too.
        var trace = NetworkTrace.Run(network, one.Inputs.ToMatrix(), one.Targets.ToMatrix(), one.LossFunction);
        Near(one.Gradient, [.. trace.Layers.SelectMany(static layer => (IEnumerable<double>)[.. layer.DW.Cast<double>(), .. layer.Db, .. layer.DGain ?? [], .. layer.DOffset ?? [], .. layer.DProjection?.Cast<double>() ?? []])], 1e-11);
        static double[] Flat(double[][] rows) => [.. rows.SelectMany(static row => row)];
    }

    [Fact]
    public void Derivatives_of_random_networks_agree_with_differences()
    {
        var seen = new HashSet<string>();
        RandomNetworks.Check(60, random =>
        {
            var network = Draw(random);
            var (inputs, targets) = (RandomNetworks.Rows(random, 3, network.InputSize).ToMatrix(), RandomNetworks.Rows(random, 3, network.OutputSize).ToMatrix());
            foreach (var check in NetworkDerivatives.Check(network, inputs, targets, LossFunction.MeanSquaredError)) Assert.True(check.Passed || HasCorner(network), $"{network}: {check}");
            foreach (var layer in network.Layers) seen.UnionWith(layer.Form.Text.Split(' '));
        });
        foreach (var step in new[] { "LayerNorm", "Skip", "Skip=2", "Project", "Project=2", "GELU", "Softmax" }) Assert.Contains(step, seen);
    }

    [Fact]
    public void Numbers_and_arrays_are_the_same_network() => RandomNetworks.Check(60, static random =>
    {
        var network = Draw(random);
        var rows = RandomNetworks.Rows(random, 4, network.InputSize);
        var predicted = network.Predict(rows.ToMatrix());
        string[] names = [.. Enumerable.Range(1, network.InputSize).Select(static i => $"x{i}"), .. network.Layout.Names()];
        var compiled = CompiledExpression.Compile(network.ToScalarExpression(), names);
        var (outputs, values) = (new double[network.OutputSize], network.FlatParameters());
        for (var i = 0; i < rows.Length; i++)
        {
            compiled.Evaluate([.. rows[i], .. values], outputs);
            Near(outputs, [.. Enumerable.Range(0, outputs.Length).Select(j => predicted[i, j])], 1e-11);
        }

        var inline = CompiledExpression.Compile(network.ToScalarExpression(withValues: true), names[..network.InputSize]);
        inline.Evaluate(rows[0], outputs);
        Near(outputs, [.. Enumerable.Range(0, outputs.Length).Select(j => predicted[0, j])], 1e-11);
        Assert.Equal(names.Length - network.InputSize, network.Parameters.Count);
        Assert.Equal(network.Layout.ArrayNames(), network.ArrayParameters.Keys.Cast<string>());
    });

    [Fact]
    public void Second_derivatives_are_those_of_the_expression()
    {
        var checks = 0;
        RandomNetworks.Check(60, random =>
        {
            var network = Draw(random);
            if (network.ParameterCount > 40 || network.IsPlain || HasCorner(network)) return;
            var (inputs, targets) = (RandomNetworks.Rows(random, 1, network.InputSize), RandomNetworks.Rows(random, 1, network.OutputSize));
            string[] names = [.. network.Layout.Names()];
            var loss = network.ToScalarLossExpression(LossFunction.MeanSquaredError).Resolve(Values("x", inputs[0]).Concat(Values("y", targets[0])).ToDictionary());
            var hessian = loss.Hessian(names);
            var expected = new double[names.Length];
            CompiledExpression.Compile([.. Enumerable.Range(0, names.Length).Select(i => hessian[i, i])], names).Evaluate(network.FlatParameters(), expected);
            Near(expected, NetworkPruning.SecondDerivatives(network, inputs.ToMatrix(), targets.ToMatrix(), LossFunction.MeanSquaredError, Token), 1e-8);
            checks++;
        });
        Assert.InRange(checks, 5, 60);

        static IEnumerable<KeyValuePair<string, ExprNode>> Values(string prefix, double[] values) => values.Select((value, i) => KeyValuePair.Create($"{prefix}{i + 1}", (ExprNode)value));
    }

    [Theory]
    [InlineData(NetworkPrecision.Double)]
    [InlineData(NetworkPrecision.Single)]
    public void Networks_come_back_from_JSON_and_safetensors(NetworkPrecision precision) => RandomNetworks.Check(40, random =>
    {
        var network = Draw(random, precision);
        Assert.Equal(network.ToJson(), Network.ParseJson(network.ToJson()).ToJson());
        Assert.Equal(network.ToJson(), ((Network)ModelFile.Read(ModelFile.Write(network, ModelFormat.Safetensors, null, 17, Token), ModelFormat.Safetensors, string.Empty, null)).ToJson());
        Assert.Equal(network.IsPlain ? network.Layers.Any(static layer => layer.Activation > ActivationFunction.Softmax) ? 6 : 1 : 7, JsonDocument.Parse(network.ToJson()).RootElement.GetProperty("version").GetInt32());
    });

    [Fact]
    public void Masks_are_zero_or_inverse_of_what_stays_and_predictions_have_none()
    {
        const double rate = 0.3;
        var form = new LayerForm(200, ActivationFunction.Linear, [LayerStep.Dropout], dropout: rate);
        var network = Network.Create(1, [form, new LayerForm(200, ActivationFunction.Linear)], NetworkInitializer.Zeros, 1, NetworkPrecision.Double);

        // Outputs of 1 go through the identity, so that the loss against zeros counts the squares of the masks.
        var parameters = new double[network.ParameterCount];
        var (first, second) = (network.Layout.Layers[0], network.Layout.Layers[1]);
        for (var i = 0; i < 200; i++) (parameters[first.Bias + i], parameters[second.Start + (201 * i)]) = (1, 1);
        var data = new TrainingData<double> { Inputs = new double[50], Targets = new double[50 * 200], RowCount = 50, InputSize = 1, OutputSize = 200 };
        var model = NetworkModel<double>.Of(network, LossFunction.HalfSquaredError, data, threads: 1, hasNoise: true);
        int[] rows = [.. Enumerable.Range(0, 50)];
        var gradient = new double[parameters.Length];
        var random = new RandomSource(5);
        var dropped = model.Gradient(parameters, rows, gradient, new BatchNoise(random, 0, 0), Token);

        // The derivatives by the last biases are the means of the masks.
        var means = gradient.AsSpan(second.Bias, 200).ToArray();
        Assert.All(means, static mean => Assert.Equal(0, Math.IEEERemainder(mean * 50 * (1 - rate), 1), 9));
        Assert.InRange(means.Average(), 0.97, 1.03);
        Assert.InRange(dropped * 2 / 200 * (1 - rate), 0.97, 1.03);
        Assert.Equal(100, model.Loss(parameters, rows, Token), 9);
        Assert.Equal(100, model.Gradient(parameters, rows, gradient, noise: null, Token), 9);
        Assert.Equal(1, network.WithParameters<double>(parameters).Predict(new double[,] { { 7 } })[0, 3]);

        // One number is drawn for each unit and row.
        var counted = new RandomSource(5);
        for (var i = 0; i < 50 * 200; i++) counted.NextUnit();
        Assert.Equal(counted.State, random.State);
    }

    [Theory]
    [InlineData(NetworkPrecision.Double, 0)]
    [InlineData(NetworkPrecision.Single, 0)]
    [InlineData(NetworkPrecision.Double, 0.2)]
    public void Training_with_dropout_has_the_same_bits_for_any_threads_and_out_of_checkpoints(NetworkPrecision precision, double gaussian)
    {
        var network = Wide(precision);
        var (inputs, targets) = Data();
        var options = new TrainingOptions { Epochs = 200, BatchSize = 16, Shuffle = true, Optimizer = TrainingOptimizer.Adam, LearningRate = 0.01, Seed = 3, GaussianDropout = gaussian, Threads = 1 };
        var whole = network.Train(inputs, targets, options);
        Assert.True(whole.FinalLoss < 0.6 * whole.EpochLoss[0]);
        Assert.Equal(whole.Network!.ToJson(), network.Train(inputs, targets, options with { Threads = 3 }).Network!.ToJson());
        Assert.NotEqual(whole.Network.ToJson(), network.Train(inputs, targets, options with { Seed = 4 }).Network!.ToJson());
        var directory = Directory.CreateTempSubdirectory();
        try
        {
            using var source = new CancellationTokenSource();
            var kept = options with { CheckpointPath = Path.Combine(directory.FullName, "x"), CheckpointInterval = 7 };
            var stopped = NetworkTraining.Run(network, inputs, targets, null, kept with { Progress = _ => source.Cancel() }, source.Token);
            Assert.Equal(TrainingStopReason.Cancelled, stopped.StopReason);
            Assert.Equal(whole.Network.ToJson(), network.Train(inputs, targets, kept with { Resume = true }).Network!.ToJson());
            var other = Network.Create(4, [new LayerForm(32, ActivationFunction.Tanh), .. network.Layers.Skip(1).Select(static layer => layer.Form)], NetworkInitializer.GlorotUniform, 1, precision);
            Assert.Equal("CheckpointMismatch", Assert.Throws<AutodiffException>(() => other.Train(inputs, targets, kept with { Resume = true })).ErrorId);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void Every_optimizer_and_restarts_train_them()
    {
        var (inputs, targets) = Data();
        var forms = Wide(NetworkPrecision.Double).Layers.Select(static layer => layer.Form).ToArray();
        foreach (var optimizer in Enum.GetValues<TrainingOptimizer>())
        {
            var isSearch = optimizer == TrainingOptimizer.LBFGS;
            var network = Network.Create(4, isSearch ? [new LayerForm(8, ActivationFunction.Tanh, [LayerStep.LayerNorm, LayerStep.Activation, LayerStep.Skip], 1, projects: true), new LayerForm(2, ActivationFunction.Linear)] : forms, NetworkInitializer.He, 2, NetworkPrecision.Double);
            var result = network.Train(inputs, targets, new TrainingOptions { Epochs = 40, BatchSize = isSearch ? 100 : 10, Optimizer = optimizer, LearningRate = 0.005, Restarts = 2 });
            Assert.True(result.FinalLoss < 0.9 * result.EpochLoss[0], $"{optimizer}: {result.FinalLoss}");
        }

        var refused = Assert.Throws<AutodiffException>(() => Wide(NetworkPrecision.Double).Train(inputs, targets, new TrainingOptions { Optimizer = TrainingOptimizer.LBFGS, BatchSize = 100 }));
        Assert.Equal("TrainingOptionInvalid", refused.ErrorId);
        Assert.Contains("dropout", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gains_and_offsets_do_not_decay_and_projections_do()
    {
        var network = Wide(NetworkPrecision.Double);
        var place = network.Layout.Layers[0];
        Assert.Equal(
            [true, false, false, false, true],
            new[] { place.Start, place.Bias, place.Gain, place.Offset, place.Projection }.Select(network.Layout.IsWeight));
        Assert.Equal(["w1_1_1", "b1_1", "g1_1", "c1_1", "p1_1_1"], new[] { place.Start, place.Bias, place.Gain, place.Offset, place.Projection }.Select(network.Layout.Names().ElementAt));
        Assert.All(network.Layers[0].Gain!, static gain => Assert.Equal(1, gain));
        Assert.All(network.Layers[0].Offset!, static offset => Assert.Equal(0, offset));
    }

    [Fact]
    public void The_expression_reads_as_it_is_thought_of()
    {
        Network Of(params LayerForm[] layers) => Network.Create(4, layers, NetworkInitializer.GlorotUniform, 1, NetworkPrecision.Double);
        string Text(Network network) => network.ToExpression().ToString().Split("; ")[^1];
        var end = new LayerForm(3, ActivationFunction.Softmax);
        Assert.Equal("softmax(tanh(layernorm(x @ W1 + b1) * g1 + c1) @ W2 + b2)", Text(Of(new(4, ActivationFunction.Tanh, [LayerStep.LayerNorm, LayerStep.Activation]), end)));
        Assert.Equal("softmax((tanh(x @ W1 + b1) + x) @ W2 + b2)", Text(Of(new(4, ActivationFunction.Tanh, [LayerStep.Activation, LayerStep.Skip], 1), end)));
        Assert.Equal("softmax((tanh(x @ W1 + b1) + x @ P1) @ W2 + b2)", Text(Of(new(5, ActivationFunction.Tanh, [LayerStep.Activation, LayerStep.Skip], 1, projects: true), end)));
        Assert.Equal("relu(x @ W1 + b1 + x) @ W2 + b2", Text(Of(new(4, ActivationFunction.ReLU, [LayerStep.Skip, LayerStep.Activation, LayerStep.Dropout], 1, dropout: 0.5), new(1, ActivationFunction.Linear))));
    }

    [Theory]
    [InlineData(3, 1, false, "Layer 2: its skip connection adds 5 numbers (the outputs of layer 1) to 3 outputs")]
    [InlineData(3, 2, false, "Layer 2: its skip connection adds 4 numbers (the inputs) to 3 outputs")]
    [InlineData(5, 3, false, "Layer 2: its skip connection reaches over 3 layers, but there are only 2 up to it. Let it reach over 2 at most")]
    public void What_does_not_fit_is_named(int outputs, int skip, bool projects, string expected)
    {
        var error = Assert.Throws<AutodiffException>(() => Network.Create(4, [new LayerForm(5, ActivationFunction.Tanh), new LayerForm(outputs, ActivationFunction.Linear, [LayerStep.Skip], skip, projects)], NetworkInitializer.Zeros, 1, NetworkPrecision.Double));
        Assert.Equal("NetworkInvalid", error.ErrorId);
        Assert.StartsWith(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ActivationFunction.Tanh, new LayerStep[0], 0, 0.0, "but its activation is Tanh")]
    [InlineData(ActivationFunction.Linear, new[] { LayerStep.Skip }, 0, 0.0, "from 1, not 0")]
    [InlineData(ActivationFunction.Linear, new[] { LayerStep.LayerNorm, LayerStep.LayerNorm }, 0, 0.0, "twice")]
    [InlineData(ActivationFunction.Linear, new[] { LayerStep.Dropout }, 0, 1.0, "above 0 and below 1, not 1")]
    [InlineData(ActivationFunction.Linear, new LayerStep[0], 0, 0.5, "but no dropout among its steps")]
    [InlineData(ActivationFunction.Linear, new LayerStep[0], 1, 0.0, "none among its steps")]
    public void A_form_says_what_is_wrong_with_it(ActivationFunction activation, LayerStep[] steps, int skip, double dropout, string expected) =>
        Assert.Contains(expected, Assert.Throws<AutodiffException>(() => new LayerForm(3, activation, steps, skip, dropout: dropout)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("\"steps\": [\"LayerNorm\", \"Activation\"]", "\"steps\": [\"Activation\"]", "is without layer normalization")]
    [InlineData("\"gain\": [1, 1]", "\"gain\": [1]", "needs 2 numbers each as gain and as offset, not 1 and 2")]
    [InlineData("\"version\": 7", "\"version\": 6", "'steps' is not a member here")]
    [InlineData("\"LayerNorm\", ", "\"LayerNorms\", ", "'steps' has to be one of LayerNorm, Activation, Skip, Dropout")]
    public void Damaged_files_are_refused(string part, string other, string expected)
    {
        var json = Network.Create(2, [new LayerForm(2, ActivationFunction.Tanh, [LayerStep.LayerNorm, LayerStep.Activation])], NetworkInitializer.Zeros, 1, NetworkPrecision.Double).ToJson();
        Assert.Contains(part, json, StringComparison.Ordinal);
        var error = Assert.Throws<AutodiffException>(() => Network.ParseJson(json.Replace(part, other, StringComparison.Ordinal)));
        Assert.Equal("NetworkJson", error.ErrorId);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private static Network Wide(NetworkPrecision precision) => Network.Create(
        4,
        [
            new LayerForm(32, ActivationFunction.GELU, [LayerStep.LayerNorm, LayerStep.Activation, LayerStep.Skip, LayerStep.Dropout], 1, projects: true, dropout: 0.1),
            new LayerForm(32, ActivationFunction.Tanh, [LayerStep.Activation, LayerStep.Skip, LayerStep.Dropout], 1, dropout: 0.2),
            new LayerForm(2, ActivationFunction.Linear),
        ],
        NetworkInitializer.GlorotUniform,
        1,
        precision);

    private static (double[,] Inputs, double[,] Targets) Data()
    {
        var random = new Random(9);
        var inputs = RandomNetworks.Rows(random, 40, 4).ToMatrix();
        var targets = new double[40, 2];
        for (var i = 0; i < 40; i++) (targets[i, 0], targets[i, 1]) = (Math.Sin(inputs[i, 0]) + inputs[i, 1], inputs[i, 2] * inputs[i, 3] / 2);
        return (inputs, targets);
    }

    // Units at a corner have no derivative, and differences see both sides.
    private static bool HasCorner(Network network) => network.Layers.Any(static layer => layer.Activation is ActivationFunction.ReLU or ActivationFunction.LeakyReLU);

    private static Network Draw(Random random, NetworkPrecision precision = NetworkPrecision.Double)
    {
        var inputs = random.Next(1, 5);
        var forms = new List<LayerForm>();
        for (var l = random.Next(1, 4); l > 0; l--)
        {
            var steps = new List<LayerStep>();
            var activation = (ActivationFunction)random.Next(Enum.GetValues<ActivationFunction>().Length);
            if (activation != ActivationFunction.Linear) steps.Add(LayerStep.Activation);
            if (random.Next(2) == 0) steps.Insert(random.Next(steps.Count + 1), LayerStep.LayerNorm);
            var skip = random.Next(2) == 0 ? random.Next(1, Math.Min(2, forms.Count + 1) + 1) : 0;
            var outputs = random.Next(1, 5);
            if (skip > 0) steps.Insert(random.Next(steps.Count + 1), LayerStep.Skip);
            var source = skip == 0 ? 0 : skip == forms.Count + 1 ? inputs : forms[^skip].Outputs;
            var projects = skip > 0 && random.Next(2) == 0;
            if (skip > 0 && !projects) outputs = source;
            if (outputs == 1) steps.Remove(LayerStep.LayerNorm);
            if (l > 1 && random.Next(3) == 0) steps.Add(LayerStep.Dropout);
            forms.Add(new LayerForm(outputs, activation, steps, skip, projects, steps.Contains(LayerStep.Dropout) ? 0.25 : 0));
        }

        var network = Network.Create(inputs, forms, NetworkInitializer.GlorotNormal, random.Next(), precision);
        var parameters = network.FlatParameters();
        for (var i = 0; i < parameters.Length; i++) parameters[i] += (float)(random.NextDouble() - 0.5);
        return network.WithParameters<double>(parameters);
    }

    private static void Near(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++) Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])), $"{i}: {expected[i]} and {actual[i]}");
    }
}
