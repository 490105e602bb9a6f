using System.Globalization;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using PSAutodiff.Data;
using PSAutodiff.Training.Models;

namespace PSAutodiff.Tests;

/// <summary>A small random network with rows and a loss that suits its outputs.</summary>
internal sealed class RandomNetwork
{
    public RandomNetwork(int seed)
    {
        var random = new Random(seed);
        var sizes = Enumerable.Range(0, 2 + random.Next(3)).Select(_ => 1 + random.Next(6)).ToArray();
        var layers = new NetworkLayer[sizes.Length - 1];
        for (var l = 0; l < layers.Length; l++)
        {
            var weights = new double[sizes[l], sizes[l + 1]];
            for (var i = 0; i < weights.GetLength(0); i++)
            {
                for (var j = 0; j < weights.GetLength(1); j++) weights[i, j] = Draw(random);
            }

            layers[l] = new NetworkLayer(weights, [.. Enumerable.Range(0, sizes[l + 1]).Select(_ => Draw(random))], (ActivationFunction)random.Next(5));
        }

        Network = new Network(layers);
        LossFunction[] losses = layers[^1].Activation is ActivationFunction.Sigmoid or ActivationFunction.Softmax
            ? Enum.GetValues<LossFunction>()
            : [LossFunction.MeanSquaredError, LossFunction.HalfSquaredError];
        Loss = losses[random.Next(losses.Length)];
        Rows = 1 + random.Next(15);
        Inputs = [.. Enumerable.Range(0, Rows * sizes[0]).Select(_ => Draw(random))];
        Targets = [.. Enumerable.Range(0, Rows * sizes[^1]).Select(_ => random.NextDouble())];
    }

    public Network Network { get; }

    public LossFunction Loss { get; }

    public int Rows { get; }

    public double[] Inputs { get; }

    public double[] Targets { get; }

    public double[] Parameters => Network.FlatParameters<double>();

    /// <summary>Checks a property on many networks; the seed is fixed.</summary>
    public static void Check(int tests, Action<RandomNetwork> property)
    {
        var config = Config.QuickThrowOnFailure
            .WithMaxTest(tests)
            .WithQuietOnSuccess(true)
            .WithReplay(new Replay(new Rnd(0x9E3779B97F4A7C15), null));
        Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue - 1).Select(static seed => new RandomNetwork(seed))), property).Check(config);
    }

    public DenseModel<T> Model<T>(int threads = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(Network, Loss, new TrainingData<T> { Inputs = As<T>(Inputs), Targets = As<T>(Targets), RowCount = Rows, InputSize = Network.InputSize, OutputSize = Network.OutputSize }, threads);

    /// <summary>The mean loss as an expression in p0, p1, ...: the parameters in order.</summary>
    public ExprNode Expression()
    {
        ExprNode sum = 0;
        for (var row = 0; row < Rows; row++) sum += RowLoss(row);
        return sum / Rows;
    }

    public override string ToString() =>
        $"{Network.InputSize} {string.Join(' ', Network.Layers.Select(static layer => $"{layer.Outputs},{layer.Activation}"))}, {Loss}, {Rows} rows";

    public static T[] As<T>(double[] values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Array.ConvertAll(values, static value => T.CreateTruncating(value));

    private ExprNode RowLoss(int row)
    {
        const double floor = 1e-9;
        var values = Enumerable.Range(0, Network.InputSize).Select(i => (ExprNode)Inputs[(row * Network.InputSize) + i]).ToArray();
        var sums = values;
        var next = 0;
        foreach (var layer in Network.Layers)
        {
            var start = next;
            sums = [.. Enumerable.Range(0, layer.Outputs).Select(j => values
                .Select((x, i) => x * Parameter(start + (i * layer.Outputs) + j))
                .Aggregate(Parameter(start + (layer.Inputs * layer.Outputs) + j), static (a, b) => a + b))];
            values = Activate(layer.Activation, sums);
            next += (layer.Inputs + 1) * layer.Outputs;
        }

        var columns = values.Length;
        var targets = Targets[(row * columns)..((row + 1) * columns)];
        var fused = Networks.Losses.Loss.Of(Loss).FusesWith == Network.Layers[^1].Activation;
        return targets.Select((y, i) => (Loss, fused) switch
        {
            (LossFunction.BinaryCrossEntropy, true) => ExprNode.Softplus(sums[i]) - (y * sums[i]),
            (LossFunction.BinaryCrossEntropy, false) => -(y * ExprNode.Log(values[i] + floor)) - ((1 - y) * ExprNode.Log(1 - values[i] + floor)),
            (LossFunction.CategoricalCrossEntropy, true) => y * (ExprNode.Log(sums.Select(ExprNode.Exp).Aggregate(static (a, b) => a + b)) - sums[i]),
            (LossFunction.CategoricalCrossEntropy, false) => -(y * ExprNode.Log(values[i] + floor)),
            (LossFunction.MeanSquaredError, _) => (values[i] - y) * (values[i] - y) / columns,
            _ => (values[i] - y) * (values[i] - y) / 2,
        }).Aggregate(static (a, b) => a + b);
    }

    private static ExprNode[] Activate(ActivationFunction activation, ExprNode[] sums) => activation switch
    {
        ActivationFunction.ReLU => Array.ConvertAll(sums, ExprNode.Relu),
        ActivationFunction.Sigmoid => Array.ConvertAll(sums, ExprNode.Sigmoid),
        ActivationFunction.Tanh => Array.ConvertAll(sums, ExprNode.Tanh),
        ActivationFunction.Softmax => Array.ConvertAll(sums, sum => ExprNode.Exp(sum) / sums.Select(ExprNode.Exp).Aggregate(static (a, b) => a + b)),
        _ => sums,
    };

    private static ExprNode Parameter(int index) => ExprNode.Variable(string.Create(CultureInfo.InvariantCulture, $"p{index}"));

    private static double Draw(Random random) => (3 * random.NextDouble()) - 1.5;
}
