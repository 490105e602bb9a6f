namespace PSAutodiff.Tests;

/// <summary>Models and rows for the tests of files of other programs.</summary>
internal static class ExchangeSamples
{
    public static double[,] Rows(Random random, int rows, int columns, double low = -2, double high = 2)
    {
        var values = new double[rows, columns];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++) values[i, j] = (float)(low + ((high - low) * random.NextDouble()));
        }

        return values;
    }

    /// <summary>A network of random size and activations, with scaling, columns and classes as chance has it. Activations after Softmax are written as formulas, which are not read back as a network.</summary>
    public static Network Network(Random random, NetworkPrecision precision, bool? withClasses = null, ActivationFunction last = ActivationFunction.Softmax)
    {
        var inputs = 1 + random.Next(6);
        var layers = new (int Outputs, ActivationFunction Activation)[1 + random.Next(3)];
        for (var l = 0; l < layers.Length; l++) layers[l] = (1 + random.Next(6), (ActivationFunction)random.Next((int)last + 1));

        // ONNX Runtime has the error function in single precision alone.
        for (var l = 0; precision == NetworkPrecision.Double && l < layers.Length; l++)
        {
            if (layers[l].Activation == ActivationFunction.GELU) layers[l].Activation = ActivationFunction.SiLU;
        }

        var isClassifier = withClasses ?? random.Next(2) == 0;
        if (isClassifier && random.Next(4) > 0) layers[^1].Activation = layers[^1].Outputs == 1 ? ActivationFunction.Sigmoid : ActivationFunction.Softmax;
        if (layers[^1] is (1, ActivationFunction.Softmax)) layers[^1].Activation = ActivationFunction.Sigmoid;
        var network = PSAutodiff.Network.Create(inputs, layers, NetworkInitializer.GlorotUniform, random.Next(), precision);
        var parameters = network.FlatParameters();
        for (var i = 0; i < parameters.Length; i++) parameters[i] += (float)(0.2 * (random.NextDouble() - 0.5));
        network = network.WithParameters<double>(parameters);
        var scaling = random.Next(2) == 0 ? null : new FeatureScaling([.. Numbers(inputs)], [.. Numbers(inputs).Select(static value => 0.5 + Math.Abs(value))]);
        string[] features = random.Next(3) == 0 ? [] : [.. Enumerable.Range(0, inputs).Select(static i => $"Column {i}")];
        object[] classes = !isClassifier ? [] : [.. Enumerable.Range(0, Math.Max(2, network.OutputSize)).Select(i => random.Next(2) == 0 ? (object)$"klasse {i}é" : 10 + i)];
        return network.WithColumns(features, classes.Length > 0 ? ["species"] : [], classes, scaling);

        IEnumerable<double> Numbers(int count) => Enumerable.Range(0, count).Select(_ => Math.Round(4 * (random.NextDouble() - 0.5), 3));
    }

    /// <summary>
    /// What single precision cannot be better than: how far an expression moves, computed in double precision, when each input moves by half a unit of its last digit of
    /// single precision, up or down as chance has it. Eight times as much, because each step rounds too.
    /// </summary>
    public static double Unavoidable(ExprNode expression, double[,] rows)
    {
        var model = new ExpressionModel(expression);
        var expected = model.Predict(rows);
        var random = new Random(1);
        var most = 0.0;
        for (var draw = 0; draw < 8; draw++)
        {
            var moved = (double[,])rows.Clone();
            for (var i = 0; i < moved.GetLength(0); i++)
            {
                for (var j = 0; j < moved.GetLength(1); j++) moved[i, j] *= 1 + (HalfDigit * (random.Next(2) == 0 ? 1 : -1));
            }

            var distance = Distance(expected, model.Predict(moved));
            if (double.IsFinite(distance)) most = Math.Max(most, distance);
        }

        return 8 * most;
    }

    /// <summary>Half a unit of the last digit of a number of single precision, relative to it.</summary>
    public const double HalfDigit = 1.0 / (1 << 24);

    /// <summary>The distance of two matrices: absolute for small numbers, relative for large ones.</summary>
    public static double Distance(double[,] expected, double[,] actual)
    {
        if (expected.GetLength(0) != actual.GetLength(0) || expected.GetLength(1) != actual.GetLength(1)) return double.PositiveInfinity;
        return expected.Cast<double>().Zip(actual.Cast<double>(), static (a, b) => a.Equals(b) ? 0 : Math.Abs(a - b) / Math.Max(1, Math.Abs(a))).Select(static off => double.IsNaN(off) ? double.PositiveInfinity : off).DefaultIfEmpty().Max();
    }
}
