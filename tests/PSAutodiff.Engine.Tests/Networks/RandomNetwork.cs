using System.Globalization;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using PSAutodiff.Data;
using PSAutodiff.Networks;
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

            layers[l] = new NetworkLayer(weights, [.. Enumerable.Range(0, sizes[l + 1]).Select(_ => Draw(random))], (ActivationFunction)random.Next(Enum.GetValues<ActivationFunction>().Length));
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

    public ITrainingModel<T> Model<T>(int threads = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        NetworkModel<T>.Of(Network, Loss, new TrainingData<T> { Inputs = As<T>(Inputs), Targets = As<T>(Targets), RowCount = Rows, InputSize = Network.InputSize, OutputSize = Network.OutputSize }, threads);

    /// <summary>The mean loss as an expression in the network's parameters.</summary>
    public ExprNode Expression()
    {
        // Also of a loss that training would refuse.
        var loss = NetworkExpression.Build(Network, Networks.Losses.Loss.Of(Loss), withValues: false);
        var rows = Enumerable.Range(0, Rows).Select(row => loss.Resolve(Values("x", Inputs, row, Network.InputSize).Concat(Values("y", Targets, row, Network.OutputSize)).ToDictionary()));
        return rows.Aggregate(static (a, b) => a + b) / Rows;

        static IEnumerable<KeyValuePair<string, ExprNode>> Values(string prefix, double[] values, int row, int columns) =>
            Enumerable.Range(0, columns).Select(i => KeyValuePair.Create(string.Create(CultureInfo.InvariantCulture, $"{prefix}{i + 1}"), (ExprNode)values[(row * columns) + i]));
    }

    public override string ToString() =>
        $"{Network.InputSize} {string.Join(' ', Network.Layers.Select(static layer => $"{layer.Outputs},{layer.Activation}"))}, {Loss}, {Rows} rows";

    public static T[] As<T>(double[] values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Array.ConvertAll(values, static value => T.CreateTruncating(value));

    private static double Draw(Random random) => (3 * random.NextDouble()) - 1.5;
}
