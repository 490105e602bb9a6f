using System.Globalization;

namespace PSAutodiff.Passes.Algebra;

/// <summary>Counts the work of algebra, which grows fast, and ends it with an error that says so.</summary>
/// <param name="cancellation">Ends it early.</param>
/// <param name="most">How many terms are computed at most.</param>
internal sealed class Effort(CancellationToken cancellation, long most = 5_000_000)
{
    private long _spent;

    /// <summary>So many terms are to be computed.</summary>
    public void Spend(long terms)
    {
        cancellation.ThrowIfCancellationRequested();
        if ((_spent += terms) > most) throw TooLarge();
    }

    /// <summary>A search that may spend so much and no more, whatever there is left.</summary>
    public Effort Part(long terms) => new(cancellation, terms);

    public static AutodiffException TooLarge() => new(
        ErrorIds.AlgebraTooLarge,
        string.Create(
            CultureInfo.InvariantCulture,
            $"The expression is too large for this rule: at most {Polynomial.MaxTerms} terms when multiplied out, exponents up to {Polynomial.MaxExponent}, whole numbers up to 2^53, and a search for factors that takes some seconds. Simplify a part of it, or use rule Standard."));
}
