namespace PSAutodiff;

/// <summary>How the weights of a new network are drawn; biases start at 0.</summary>
public enum NetworkInitializer
{
    /// <summary>Uniform on +-sqrt(6 / (inputs + outputs)) (Glorot and Bengio, 2010).</summary>
    GlorotUniform,

    /// <summary>Normal with standard deviation sqrt(2 / (inputs + outputs)) (Glorot and Bengio, 2010).</summary>
    GlorotNormal,

    /// <summary>As <see cref="GlorotNormal"/>, drawn again whenever a weight lies further than two standard deviations from 0.</summary>
    TruncatedNormal,

    /// <summary>Normal with standard deviation sqrt(2 / inputs), for ReLU layers (He et al., 2015).</summary>
    He,

    /// <summary>All weights 0.</summary>
    Zeros,

    /// <summary>The weights were given, not drawn.</summary>
    Given,
}
