namespace PSAutodiff.Passes.Algebra.Equality;

/// <summary>
/// The sign that a product of several atoms has where everything that is compared has a value: of sqrt(x * y) that x * y is at least 0.
/// </summary>
/// <param name="Powers">The atoms, those whose sign does not matter to the second power: they are only to be 0 or not.</param>
/// <param name="IsNegative">Whether it is at most 0.</param>
/// <param name="IsStrict">Whether none of the atoms is 0.</param>
internal readonly record struct ProductSign(Powers Powers, bool IsNegative, bool IsStrict)
{
    /// <summary>The atom with the largest number of those whose sign matters; the magnitudes of all others may stay.</summary>
    public int Last
    {
        get
        {
            var last = -1;
            foreach (var (atom, exponent) in Powers.Factors)
            {
                if (exponent == 1) last = atom;
            }

            return last;
        }
    }
}
