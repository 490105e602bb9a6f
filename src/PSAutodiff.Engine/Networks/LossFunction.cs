namespace PSAutodiff;

/// <summary>What a network's predictions p are measured by against targets y. All are means over rows.</summary>
public enum LossFunction
{
    /// <summary>-y log p - (1 - y) log(1 - p), summed over outputs. With sigmoid outputs it is computed from their weighted sums, so it stays finite.</summary>
    BinaryCrossEntropy,

    /// <summary>-y log p, summed over outputs. With softmax outputs it is computed from their weighted sums, so it stays finite.</summary>
    CategoricalCrossEntropy,

    /// <summary>(p - y)^2, mean over outputs.</summary>
    MeanSquaredError,

    /// <summary>(p - y)^2 / 2, summed over outputs.</summary>
    HalfSquaredError,
}
