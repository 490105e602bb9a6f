using System.Numerics;

namespace PSAutodiff.Passes.Algebra.Factoring;

/// <summary>
/// Factors a polynomial of one variable over the rationals: modulo a prime, lifted to a power of it, and put together again (Zassenhaus; von
/// zur Gathen and Gerhard, "Modern Computer Algebra", chapter 15).
/// </summary>
/// <param name="effort">Counts the work.</param>
internal sealed class UnivariateFactors(Effort effort)
{
    // Few factors modulo a prime are worth a search.
    private const int PrimesTried = 7;

    /// <summary>
    /// The factors that cannot be factored over the rationals, in the order of their degrees, equal ones side by side; leading coefficients are
    /// positive.
    /// </summary>
    /// <param name="polynomial">A polynomial without a common divisor and with a leading coefficient above 0.</param>
    /// <exception cref="AutodiffException">It is too large, or has too many factors modulo every prime.</exception>
    public List<BigInteger[]> Of(BigInteger[] polynomial)
    {
        if (polynomial.Length > PrimeField.MaxLength) throw Effort.TooLarge();
        var lowest = Array.FindIndex(polynomial, static coefficient => !coefficient.IsZero);
        var factors = Enumerable.Repeat<BigInteger[]>([0, 1], lowest).ToList();
        polynomial = polynomial[lowest..];

        // Of a polynomial of x^6, that of x is factored first, then its factors with x^2 and x^3 in place of x.
        var step = Enumerable.Range(0, polynomial.Length).Where(i => !polynomial[i].IsZero).Aggregate(0, static (x, y) => (int)BigInteger.GreatestCommonDivisor(x, y));
        if (step == 0) return factors;
        foreach (var (part, multiplicity) in IntegerPolynomial.SquareFree([.. polynomial.Where((_, i) => i % step == 0)], effort))
        {
            var found = Irreducible(part);
            for (var (rest, prime) = (step, 2); rest > 1;)
            {
                if (rest % prime != 0)
                {
                    prime++;
                    continue;
                }

                found = [.. found.SelectMany(factor => Irreducible(WithPower(factor, prime)))];
                rest /= prime;
            }

            foreach (var factor in found) factors.AddRange(Enumerable.Repeat(factor, multiplicity));
        }

        factors.Sort(Compare);
        return factors;
    }

    /// <summary>The polynomial with a power of the variable in place of the variable.</summary>
    private static BigInteger[] WithPower(BigInteger[] polynomial, int exponent)
    {
        var result = new BigInteger[((polynomial.Length - 1) * exponent) + 1];
        for (var i = 0; i < polynomial.Length; i++) result[i * exponent] = polynomial[i];
        return result;
    }

    /// <summary>The factors of a polynomial without squares and without the factor x.</summary>
    private List<BigInteger[]> Irreducible(BigInteger[] polynomial)
    {
        var degree = polynomial.Length - 1;
        if (degree == 1) return [polynomial];
        if (degree > PrimeField.MaxLength - 1) throw Effort.TooLarge();
        var possible = (BigInteger.One << (degree + 1)) - 1;
        var tried = new List<(PrimeField Field, List<(ulong[] Product, int Degree)> Products, int Count)>();
        for (var prime = 3u; tried.Count < PrimesTried; prime += 2)
        {
            if (!PrimeField.IsPrime(prime)) continue;
            var field = new PrimeField(prime);
            if (field.Of(polynomial[^1]) == 0) continue;
            var image = field.Monic(field.Of(polynomial));
            effort.Spend((degree * degree / 64) + 1);
            if (field.Gcd(image, field.Derivative(image)).Length > 1) continue;
            var products = new ModularFactors(field, effort).ByDegree(image);
            var degrees = BigInteger.One;
            var count = 0;
            foreach (var (product, each) in products)
            {
                for (var i = 0; i < (product.Length - 1) / each; i++, count++) degrees |= degrees << each;
            }

            // A factor has a degree that its factors modulo every prime add up to.
            possible &= degrees;
            if (possible == BigInteger.One + (BigInteger.One << degree)) return [polynomial];
            tried.Add((field, products, count));
        }

        var best = tried.MinBy(static each => each.Count);
        var factors = new ModularFactors(best.Field, effort);
        var modular = best.Products.SelectMany(pair => factors.OfDegree(pair.Product, pair.Degree)).ToList();
        var lift = new HenselLift(best.Field, Exponent(polynomial, best.Field), effort);
        return new Recombination(polynomial, lift.Of(polynomial, modular), lift.Modulus, possible, effort).Factors();
    }

    /// <summary>
    /// The exponent of a prime whose power exceeds twice the coefficients of a factor of at most half the degree, with the leading coefficient of
    /// the whole: these are not above those of (1 + x)^degree times the Euclidean norm (Mignotte).
    /// </summary>
    private static int Exponent(BigInteger[] polynomial, PrimeField field)
    {
        var half = (polynomial.Length - 1) / 2;
        var binomial = BigInteger.One;
        for (var i = 1; i <= half / 2; i++) binomial = binomial * (half - i + 1) / i;
        var norm = polynomial.Aggregate(BigInteger.Zero, static (sum, coefficient) => sum + (coefficient * coefficient));
        var bound = 2 * binomial * (BigInteger.One << (int)((norm.GetBitLength() + 1) / 2));
        var exponent = 1;
        for (BigInteger power = field.Prime; power <= bound; power *= field.Prime) exponent++;
        return exponent;
    }

    private static int Compare(BigInteger[] x, BigInteger[] y)
    {
        if (x.Length != y.Length) return x.Length.CompareTo(y.Length);
        for (var i = x.Length - 1; i >= 0; i--)
        {
            if (x[i] != y[i]) return y[i].CompareTo(x[i]);
        }

        return 0;
    }
}
