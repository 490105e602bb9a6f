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

    /// <summary>log(1 + exp(z)).</summary>
    Softplus,

    /// <summary>z above 0, else exp(z) - 1 (Clevert, Unterthiner and Hochreiter, 2016).</summary>
    ELU,

    /// <summary>z above 0, else z / 100, with derivative 1/100 at 0.</summary>
    LeakyReLU,

    /// <summary>z times the probability that a standard normal number is below z (Hendrycks and Gimpel, 2016), exactly.</summary>
    GELU,

    /// <summary>z / (1 + exp(-z)), which is also called swish.</summary>
    SiLU,
}
