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

    /// <summary>Multiplied out and like terms collected: (x + 1)^2 becomes x^2 + 2 * x + 1.</summary>
    Expand,

    /// <summary>
    /// Common factors taken out, polynomials of one variable factored over the rationals, and fractions reduced: x^2 - 1 becomes
    /// (x - 1) * (x + 1).
    /// </summary>
    Factor,

    /// <summary>Multiplied out and collected by the powers of a variable: a * x + b * x becomes (a + b) * x.</summary>
    Collect,

    /// <summary>With the fewest operations that sin(x)^2 + cos(x)^2 = 1 and the formulas of double angles give.</summary>
    Trigonometric,
}
