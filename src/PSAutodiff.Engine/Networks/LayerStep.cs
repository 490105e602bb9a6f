namespace PSAutodiff;

/// <summary>What a layer does with its weighted sums z = x W + b, one step after the other.</summary>
public enum LayerStep
{
    /// <summary>Layer normalization: (z - mean(z)) / sqrt(variance(z) + 1e-5) over the outputs of the layer, times a gain, plus an offset; both are trained.</summary>
    LayerNorm,

    /// <summary>The activation.</summary>
    Activation,

    /// <summary>A skip connection: what this layer or one before it took in is added, as it is or times a matrix that is trained.</summary>
    Skip,

    /// <summary>Dropout: at each step of a training some outputs become 0, and the others are divided by the part that stays. Predictions use all.</summary>
    Dropout,
}
