using System.Numerics;

namespace PSAutodiff.Passes.Algebra.Factoring;

/// <summary>
/// Factors a polynomial over the rationals. Several atoms become powers of one, so far apart that no two terms meet (Kronecker), and the factors
/// of that are put together to all that divide.
/// </summary>
/// <param name="effort">Counts the work.</param>
internal sealed class PolynomialFactors(Effort effort)
{
    // With several atoms what is larger is left whole.
    private const int MostCoefficients = 256;
    private const int MostChoices = 4096;

    /// <summary>The irreducible factors, equal ones side by side; with several atoms a large factor can be left whole.</summary>
    /// <param name="polynomial">
    /// Not a number, with whole coefficients that have no divisor in common, the first above 0, and with exponents that are not negative, and without a
    /// power that all terms have.
    /// </param>
    public List<Polynomial> Of(Polynomial polynomial)
    {
        var atoms = polynomial.Atoms();

        // Where all terms have one degree, an atom can be left out and put back in.
        var last = atoms.Max;
        if (atoms.Count == 1 || polynomial.Terms.Select(static term => term.Key.Degree).Distinct().Count() > 1) return Factors(polynomial, atoms);
        atoms.Remove(last);
        var without = Polynomial.Sum(polynomial.Terms.Select(term => With(term, last, -term.Key.ExponentOf(last))));
        return Factors(without, atoms).ConvertAll(factor =>
        {
            var degree = factor.Terms.Max(static term => term.Key.Degree);
            return Positive(Polynomial.Sum(factor.Terms.Select(term => With(term, last, degree - term.Key.Degree))));
        });
    }

    private List<Polynomial> Factors(Polynomial polynomial, SortedSet<int> atoms)
    {
        var places = new List<(int Atom, int Size)>();
        var length = 1L;
        foreach (var atom in atoms)
        {
            var size = polynomial.Terms.Max(term => term.Key.ExponentOf(atom)) + 1;
            places.Add((atom, size));
            length *= size;
            if (atoms.Count > 1 && (length > MostCoefficients || IsWholeFor(polynomial, atom))) return [polynomial];
        }

        var image = new BigInteger[length];
        foreach (var (powers, coefficient) in polynomial.Terms)
        {
            var (place, step) = (0, 1);
            foreach (var (atom, size) in places)
            {
                place += step * powers.ExponentOf(atom);
                step *= size;
            }

            image[place] = coefficient.Above;
        }

        var parts = new UnivariateFactors(effort).Of(IntegerPolynomial.Primitive(image[..(Array.FindLastIndex(image, static coefficient => !coefficient.IsZero) + 1)]));
        return atoms.Count == 1 ? parts.ConvertAll(part => InAtoms(part, places)) : Together(polynomial, parts, places);
    }

    /// <summary>Whether an atom shows that there are no factors: it is in one term only, with the power 1 and nothing else.</summary>
    private static bool IsWholeFor(Polynomial polynomial, int atom)
    {
        var terms = polynomial.Terms.Where(term => term.Key.ExponentOf(atom) > 0).Take(2).ToList();
        return terms.Count == 1 && terms[0].Key.Degree == 1;
    }

    /// <summary>Products of the parts, one, two, three and so on of them, that divide.</summary>
    private List<Polynomial> Together(Polynomial rest, List<BigInteger[]> parts, List<(int Atom, int Size)> places)
    {
        var kinds = new List<(BigInteger[] Part, int Count)>();
        foreach (var part in parts)
        {
            if (kinds.Count > 0 && kinds[^1].Part.AsSpan().SequenceEqual(part)) kinds[^1] = (part, kinds[^1].Count + 1);
            else kinds.Add((part, 1));
        }

        var factors = new List<Polynomial>();
        if (kinds.Aggregate(1L, static (product, kind) => Math.Min(product * (kind.Count + 1), int.MaxValue)) > MostChoices) return [rest];
        for (var size = 1; 2 * size <= kinds.Sum(static kind => kind.Count);)
        {
            var found = false;
            foreach (var choice in Choices(kinds, size))
            {
                var candidate = InAtoms(choice.Zip(kinds).SelectMany(static pair => Enumerable.Repeat(pair.Second.Part, pair.First)).Aggregate(Product), places);
                if (rest.DividedBy(candidate, effort) is not { } quotient) continue;
                (rest, found) = (quotient, true);
                factors.Add(candidate);
                for (var i = 0; i < kinds.Count; i++) kinds[i] = (kinds[i].Part, kinds[i].Count - choice[i]);
                break;
            }

            if (!found) size++;
        }

        if (rest.Value is null) factors.Add(Positive(rest));
        factors.Sort(Compare);
        return factors;
    }

    /// <summary>All ways of taking so many in all.</summary>
    private static IEnumerable<int[]> Choices(List<(BigInteger[] Part, int Count)> kinds, int size)
    {
        var choice = new int[kinds.Count];
        while (true)
        {
            var place = 0;
            while (place < choice.Length && ++choice[place] > kinds[place].Count) choice[place++] = 0;
            if (place == choice.Length) yield break;
            if (choice.Sum() == size) yield return (int[])choice.Clone();
        }
    }

    private BigInteger[] Product(BigInteger[] x, BigInteger[] y)
    {
        effort.Spend(x.Length * y.Length / 4);
        var product = new BigInteger[x.Length + y.Length - 1];
        for (var i = 0; i < x.Length; i++)
        {
            if (x[i].IsZero) continue;
            for (var j = 0; j < y.Length; j++) product[i + j] += x[i] * y[j];
        }

        return product;
    }

    /// <summary>The polynomial whose powers of atoms are the digits of the powers of one.</summary>
    private static Polynomial InAtoms(BigInteger[] part, List<(int Atom, int Size)> places) =>
        Positive(Polynomial.Sum(part.Select((coefficient, power) =>
        {
            var factors = new List<(int Atom, int Exponent)>();
            foreach (var (atom, size) in places)
            {
                (power, var exponent) = Math.DivRem(power, size);
                if (exponent > 0) factors.Add((atom, exponent));
            }

            return new KeyValuePair<Powers, Rational>(new Powers([.. factors]), coefficient);
        })));

    private static Polynomial Positive(Polynomial polynomial) =>
        polynomial.Ordered()[0].Value.Sign > 0 ? polynomial : Polynomial.Sum(polynomial.Terms.Select(static term => new KeyValuePair<Powers, Rational>(term.Key, -term.Value)));

    private static int Compare(Polynomial x, Polynomial y)
    {
        var (first, second) = (x.Ordered(), y.Ordered());
        if (first[0].Key.Degree != second[0].Key.Degree) return first[0].Key.Degree.CompareTo(second[0].Key.Degree);
        for (var i = 0; i < Math.Min(first.Count, second.Count); i++)
        {
            var powers = Polynomial.Compare(second[i].Key, first[i].Key);
            if (powers != 0) return powers;
            if (first[i].Value != second[i].Value) return second[i].Value.Above.CompareTo(first[i].Value.Above);
        }

        return first.Count.CompareTo(second.Count);
    }

    private static KeyValuePair<Powers, Rational> With(KeyValuePair<Powers, Rational> term, int atom, int exponent) =>
        exponent == 0 ? term : new(term.Key.Times(new Powers([(atom, exponent)])), term.Value);
}
