namespace PSAutodiff;

/// <summary>What a layer had in a batch: <see cref="Z"/>, <see cref="Y"/> and <see cref="Delta"/> have a row for each row of the batch.</summary>
/// <param name="Layer">The number of the layer, from 1.</param>
/// <param name="Activation">phi.</param>
/// <param name="Z">The weighted sums z = x W + b: rows x outputs. The inputs x are the Y of the layer before, or of the first layer the X of the batch.</param>
/// <param name="Y">The outputs y, phi(z) where the layer does nothing else: rows x outputs.</param>
/// <param name="Delta">The derivatives of the mean loss with respect to z: rows x outputs.</param>
/// <param name="DW">The derivatives of the mean loss with respect to the weights, x' delta: inputs x outputs. Those of pruned weights are 0.</param>
/// <param name="Db">The derivatives of the mean loss with respect to the biases, the sums of the columns of delta: one for each output.</param>
public sealed record LayerTrace(int Layer, ActivationFunction Activation, double[,] Z, double[,] Y, double[,] Delta, double[,] DW, double[] Db)
{
    /// <summary>The derivatives of the mean loss with respect to the gain of layer normalization: one for each output; null without it.</summary>
    public double[]? DGain { get; init; }

    /// <summary>The derivatives of the mean loss with respect to the offset of layer normalization: one for each output; null without it.</summary>
    public double[]? DOffset { get; init; }

    /// <summary>The derivatives of the mean loss with respect to the matrix of a skip connection; null without it.</summary>
    public double[,]? DProjection { get; init; }

    /// <summary>Number of inputs of the layer.</summary>
    public int Inputs => DW.GetLength(0);

    /// <summary>Number of outputs of the layer.</summary>
    public int Outputs => DW.GetLength(1);

    /// <summary>The number, the sizes and the activation, such as <c>layer 1: 4 -> 16 Tanh</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"layer {Layer}: {Inputs} -> {Outputs} {Activation}");
}
