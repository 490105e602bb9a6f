using PSAutodiff.Kernels;

namespace PSAutodiff.Networks;

/// <summary>Draws the weights of a new network, one layer after the other.</summary>
/// <param name="initializer">How.</param>
/// <param name="seed">The same seed gives the same weights on every machine.</param>
internal sealed class RandomWeights(NetworkInitializer initializer, int seed)
{
    private readonly RandomSource _random = new(seed);

    /// <summary>The weights of the next layer, drawn row by row: inputs x outputs.</summary>
    public double[,] Draw(int inputs, int outputs)
    {
        var both = (double)inputs + outputs;
        Func<double> draw = initializer switch
        {
            NetworkInitializer.GlorotUniform => () => _random.NextUniform(Math.Sqrt(6 / both)),
            NetworkInitializer.GlorotNormal => () => _random.NextNormal() * Math.Sqrt(2 / both),
            NetworkInitializer.TruncatedNormal => () => NextWithinTwo() * Math.Sqrt(2 / both),
            NetworkInitializer.He => () => _random.NextNormal() * Math.Sqrt(2.0 / inputs),
            NetworkInitializer.Zeros => static () => 0,
            _ => throw new AutodiffException(
                ErrorIds.NetworkInvalid,
                $"No weights can be drawn by the initializer '{initializer}'. Name a random one, such as GlorotUniform."),
        };
        var weights = new double[inputs, outputs];
        for (var i = 0; i < inputs; i++)
        {
            for (var j = 0; j < outputs; j++) weights[i, j] = draw();
        }

        return weights;
    }

    private double NextWithinTwo()
    {
        double drawn;
        do drawn = _random.NextNormal();
        while (Math.Abs(drawn) > 2);
        return drawn;
    }
}
