using FsCheck;
using FsCheck.Fluent;

namespace PSAutodiff.Tests;

/// <summary>Random small networks for property tests, always the same ones, and rows for them.</summary>
internal static class RandomNetworks
{
    private static readonly ActivationFunction[] Activations = Enum.GetValues<ActivationFunction>();

    public static void Check(int tests, Action<Random> property)
    {
        var config = Config.QuickThrowOnFailure
            .WithMaxTest(tests)
            .WithQuietOnSuccess(true)
            .WithReplay(new Replay(new Rnd(20240607, 1), null));
        Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue - 1)), seed => property(new Random(seed))).Check(config);
    }

    /// <summary>One to three layers, one to five units wide, of any activations and with weights and biases of size 1.</summary>
    public static Network Draw(Random random) => Draw(random, static random => (4 * random.NextDouble()) - 2);

    /// <summary>The same with numbers of any kind.</summary>
    public static Network Draw(Random random, Func<Random, double> number, NetworkPrecision precision = NetworkPrecision.Double)
    {
        var sizes = Enumerable.Range(0, random.Next(2, 5)).Select(_ => random.Next(1, 6)).ToArray();
        var weights = sizes.Zip(sizes.Skip(1), (inputs, outputs) => Rows(random, inputs, outputs, number).ToMatrix()).ToArray();
        return Network.FromWeights(
            weights,
            [.. weights.Select(matrix => Rows(random, 1, matrix.GetLength(1), number)[0])],
            [.. weights.Select(_ => Activations[random.Next(Activations.Length)])],
            precision);
    }

    /// <summary>The same network with the activation that goes with a loss in the last layer.</summary>
    public static Network EndingIn(this Network network, ActivationFunction activation) => Network.FromWeights(
        [.. network.Layers.Select(static layer => layer.Weights)],
        [.. network.Layers.Select(static layer => layer.Biases)],
        [.. network.Layers.SkipLast(1).Select(static layer => layer.Activation), activation]);

    public static double[][] Rows(Random random, int count, int size) => Rows(random, count, size, static random => (4 * random.NextDouble()) - 2);

    private static double[][] Rows(Random random, int count, int size, Func<Random, double> number) =>
        [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, size).Select(_ => number(random)).ToArray())];
}
