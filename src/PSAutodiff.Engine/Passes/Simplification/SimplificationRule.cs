namespace PSAutodiff;

/// <summary>Which identities simplification may use.</summary>
public enum SimplificationRule
{
    /// <summary>The lab's identities with like terms and powers, inverse functions and signs. Raises no errors.</summary>
    Standard,

    /// <summary>Exactly the teaching lab's identities; a division by a constant 0 and a logarithm of a constant not above 0 are errors.</summary>
    Lab,

    /// <summary><see cref="Standard"/> and rewrites that keep digits and stay finite, such as log(1 + exp(x)) to softplus(x).</summary>
    Stable,

    /// <summary>
    /// <see cref="Standard"/>, and forms as textbooks have them, with one fraction line and powers collected across it. What is collected
    /// can overflow.
    /// </summary>
    Textbook,
}
