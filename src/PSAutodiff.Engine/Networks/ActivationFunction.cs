namespace PSAutodiff;

/// <summary>What a layer does with its weighted sums z.</summary>
public enum ActivationFunction
{
    /// <summary>z itself.</summary>
    Linear,

    /// <summary>max(0, z), with derivative 0 at 0.</summary>
    ReLU,

    /// <summary>1 / (1 + exp(-z)).</summary>
    Sigmoid,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh,

    /// <summary>exp(z_i) / sum_j exp(z_j) over the outputs of the layer.</summary>
    Softmax,
}
