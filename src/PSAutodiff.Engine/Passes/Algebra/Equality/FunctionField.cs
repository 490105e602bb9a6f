using System.Numerics;
using PSAutodiff.Passes.Algebra.Factoring;

namespace PSAutodiff.Passes.Algebra.Equality;

/// <summary>
/// Arithmetic with rational functions of atoms, as polynomials in which atoms have negative exponents too. A sum below a fraction line is
/// an atom. Between atoms there are relations: a sum is what it stands for, cos^2 is 1 - sin^2, a root has its power, and a magnitude its square.
/// </summary>
/// <param name="atoms">The atoms.</param>
/// <param name="effort">Counts the work.</param>
internal sealed partial class FunctionField(AtomTable atoms, Effort effort)
{
    // Sums up to this size are taken apart into their factors, if that does not take long.
    private const int MostDegreeFactored = 24;
    private const int MostTermsFactored = 32;
    private const int MostTermsOfSearch = 20_000;

    // So many of the last sums are tried as divisors of another one.
    private const int MostDivisors = 48;

    // Numbers are taken apart into primes so far.
    private const int LargestPrime = 1000;

    private static readonly Rational Third = Rational.Of(1, 3);

    public static readonly Polynomial One = Polynomial.Constant(Rational.One);

    public Polynomial Sum(Polynomial x, Polynomial y) => Normal(x.Plus(y, Rational.One, effort));

    public Polynomial Difference(Polynomial x, Polynomial y) => Normal(x.Plus(y, -Rational.One, effort));

    public Polynomial Product(Polynomial x, Polynomial y) => Normal(x.Times(y, effort));

    public Polynomial Product(Rational number, Polynomial x) => Polynomial.Zero.Plus(x, number, effort);

    public Polynomial Power(Polynomial x, int exponent)
    {
        if (Math.Abs((long)exponent) > Polynomial.MaxExponent) throw Effort.TooLarge();
        if (exponent < 0) return Power(Inverse(x), -exponent);
        if (x.Count == 1) return Normal(PowerOfTerm(x, exponent));
        var power = One;
        for (var i = 0; i < exponent; i++) power = Product(power, x);
        return power;
    }

    /// <summary>1 / x; an error where x is 0.</summary>
    public Polynomial Inverse(Polynomial x) => Expand(Factor(x).Power(-1));

    /// <summary>
    /// The form in which relations between atoms are used as far as that goes term by term: sums stand below fraction lines alone, and above
    /// these no longer what can be divided by them.
    /// </summary>
    public Polynomial Normal(Polynomial polynomial)
    {
        var size = 0L;
        foreach (var (powers, _) in polynomial.Terms) size += 1 + powers.Factors.Length;
        effort.Spend(size / 4);
        if (polynomial.Count > Polynomial.MaxTerms) throw Effort.TooLarge();
        polynomial = WithRelations(polynomial);
        return polynomial.Count > 1 ? Divided(polynomial) : polynomial;
    }

    /// <summary>The same for a single term too, which is a product and better left so where it is not compared term by term.</summary>
    public Polynomial Divided(Polynomial polynomial)
    {
        foreach (var atom in polynomial.Atoms())
        {
            if (atoms[atom].Kind == AtomKind.Sum) polynomial = Divided(polynomial, atom);
        }

        return polynomial;
    }

    /// <summary>Whether a polynomial is 0 as a function: over one fraction line nothing is left.</summary>
    public bool IsZero(Polynomial polynomial)
    {
        polynomial = Normal(polynomial);
        if (polynomial.Count < 2) return polynomial.Count == 0;
        if (!atoms.HasRoot(polynomial) && atoms.ValueOf(polynomial) != 0) return false;
        return Numerator(polynomial).Above.Count == 0;
    }

    /// <summary>What stands above the fraction line of everything, and the powers below it.</summary>
    public (Polynomial Above, Powers Below) Numerator(Polynomial polynomial)
    {
        var below = Powers.None;

        // Relations of roots can bring other sums below the line; they have smaller numbers.
        while (LastDivisor(polynomial) is { } atom)
        {
            var parts = polynomial.By(atom);
            var lowest = parts.Keys.First();
            var cleared = Polynomial.Zero;
            foreach (var (exponent, coefficient) in parts)
            {
                cleared = cleared.Plus(coefficient.Times(PositivePower(atoms.PolynomialOf(atom), exponent - lowest), effort), Rational.One, effort);
            }

            polynomial = WithRelations(cleared);
            below = below.Times(new Powers([(atom, -lowest)]));
        }

        return (polynomial, below);
    }

    private int? LastDivisor(Polynomial polynomial)
    {
        int? last = null;
        foreach (var (powers, _) in polynomial.Terms)
        {
            foreach (var (atom, exponent) in powers.Factors)
            {
                if (exponent < 0 && !(atom < last) && atoms[atom].Kind is (AtomKind.Sum or AtomKind.Cosine)) last = atom;
            }
        }

        return last;
    }

    /// <summary>The factors of a polynomial, as far as they are seen.</summary>
    /// <exception cref="AutodiffException">It is 0.</exception>
    public FactoredForm Factor(Polynomial polynomial)
    {
        polynomial = Normal(polynomial);
        if (polynomial.Count == 1)
        {
            var (only, number) = polynomial.Terms.First();
            return new(number, only);
        }

        var (above, below) = Numerator(polynomial);
        if (above.Count == 0) throw Undefined();
        var common = above.CommonPowers();
        var inverse = common.Inverse();
        var rest = Polynomial.Sum(above.Terms.Select(term => new KeyValuePair<Powers, Rational>(term.Key.Times(inverse), term.Value)));

        // Which term leads can be another one without what is common.
        var content = ContentOf(rest);
        rest = Product(Rational.One / content, rest);
        var powers = common.Times(below.Inverse());
        foreach (var factor in FactorsOf(rest)) powers = powers.Times(new Powers([(atoms.Sum(factor), 1)]));
        return new(content, powers);
    }

    /// <summary>A product multiplied out.</summary>
    public Polynomial Expand(FactoredForm form)
    {
        var product = Polynomial.Constant(form.Number);
        var rest = new List<(int Atom, int Exponent)>();
        foreach (var (atom, exponent) in form.Powers.Factors)
        {
            if (exponent > 0 && atoms[atom].Kind == AtomKind.Sum) product = product.Times(PositivePower(atoms.PolynomialOf(atom), exponent), effort);
            else rest.Add((atom, exponent));
        }

        return Normal(product.Times(Polynomial.Term(new Powers([.. rest]), Rational.One), effort));
    }

    /// <summary>|x| to a power: for the powers that are no whole numbers what x^c is wherever that is defined.</summary>
    public Polynomial MagnitudePower(FactoredForm x, Rational exponent)
    {
        var product = PowerOfNumber(x.Number.Sign < 0 ? -x.Number : x.Number, exponent);
        foreach (var (atom, power) in x.Powers.Factors) product = Product(product, MagnitudePower(atom, exponent * (Rational)(BigInteger)power));
        return product;
    }

    /// <summary>
    /// The real cube root, which has the sign of x: a |a|^(-2/3) for an atom of unknown sign. Both sides being continuous, what holds beside
    /// a = 0 holds there.
    /// </summary>
    public Polynomial CubeRoot(FactoredForm x)
    {
        var product = Product(x.Number.Sign < 0 ? -Rational.One : Rational.One, PowerOfNumber(x.Number.Sign < 0 ? -x.Number : x.Number, Third));
        foreach (var (atom, exponent) in x.Powers.Factors)
        {
            var rest = ((exponent % 3) + 3) % 3;
            if (rest != exponent) product = Product(product, Expand(new(Rational.One, new Powers([(atom, (exponent - rest) / 3)]))));
            if (rest == 0) continue;
            var signs = atoms.SignsOf(atom);
            var root = rest == 2 || signs.NotNegative ? MagnitudePower(atom, Third * (Rational)(BigInteger)rest)
                : signs.NotPositive ? Product(-Rational.One, MagnitudePower(atom, Third))
                : Product(Expand(new(Rational.One, new Powers([(atom, 1)]))), MagnitudePower(atom, Rational.Of(-2, 3)));
            product = Product(product, root);
        }

        return product;
    }

    /// <summary>log |x|, the logarithm of x wherever that is defined.</summary>
    public Polynomial Logarithm(FactoredForm x)
    {
        var sum = LogarithmOfNumber(x.Number);
        foreach (var (atom, exponent) in x.Powers.Factors)
        {
            var known = atoms[atom];
            var (factor, logarithm) = known.Kind switch
            {
                AtomKind.Exponential => (known.Unit, Polynomial.Term(known.Powers, Rational.One)),
                AtomKind.Root => (Rational.Of(1, known.Order), LogarithmOf(known.Base)),
                AtomKind.Magnitude => (Rational.One, LogarithmOf(known.Base)),
                _ => (Rational.One, LogarithmOf(atom)),
            };
            sum = sum.Plus(logarithm, factor * (Rational)(BigInteger)exponent, effort);
        }

        return Normal(sum);
    }

    /// <summary>exp of a polynomial: a product over its terms.</summary>
    public Polynomial Exponential(Polynomial x)
    {
        var product = One;
        foreach (var (powers, coefficient) in Divided(Normal(x)).Terms)
        {
            // exp(c * log(a)) = a^c
            var factor = powers.Factors is [(var atom, 1)] && atoms[atom].Kind == AtomKind.Logarithm
                ? MagnitudePower(atoms[atom].Base, coefficient)
                : Polynomial.Term(new Powers([atoms.Exponential(powers, coefficient)]), Rational.One);
            product = Product(product, factor);
        }

        return product;
    }

    /// <summary>What is thrown where a part of the expression has no value at all.</summary>
    public static AutodiffException Undefined() => new(ErrorIds.DivisionByZero, "A part of the expressions has a value nowhere.");

    private Polynomial LogarithmOf(int atom) => Polynomial.Atom(atoms.Logarithm(atom));

    private Polynomial LogarithmOfNumber(Rational number)
    {
        var sum = Polynomial.Zero;
        foreach (var (prime, exponent) in PrimesOf(number)) sum = sum.Plus(LogarithmOf(atoms.Number(prime)), (BigInteger)exponent, effort);
        return sum;
    }

    private Polynomial PowerOfNumber(Rational number, Rational exponent)
    {
        if (exponent.Below.IsOne) return PowerOfTerm(Polynomial.Constant(number), Whole(exponent.Above));
        var product = One;
        foreach (var (prime, power) in PrimesOf(number)) product = Product(product, MagnitudePower(atoms.Number(prime), exponent * (Rational)(BigInteger)power));
        return product;
    }

    private Polynomial MagnitudePower(int atom, Rational exponent)
    {
        var known = atoms[atom];
        switch (known.Kind)
        {
            case AtomKind.Exponential:
                return Polynomial.Term(new Powers([atoms.Exponential(known.Powers, known.Unit * exponent)]), Rational.One);
            case AtomKind.Root:
                return MagnitudePower(known.Base, exponent / (Rational)(BigInteger)known.Order);
            case AtomKind.Magnitude:
                return MagnitudePower(known.Base, exponent);
            case AtomKind.Number when atoms.PolynomialOf(atom) is { Count: 1 } number && number.Value is { } value && exponent.Below.IsOne:
                return PowerOfNumber(value, exponent);
        }

        if (exponent.IsZero) return One;
        if (exponent.Below.IsOne) return WholeMagnitudePower(atom, Whole(exponent.Above));
        return Normal(Polynomial.Term(new Powers([atoms.Root(atom, exponent)]), Rational.One));
    }

    private Polynomial WholeMagnitudePower(int atom, int exponent)
    {
        var signs = atoms.SignsOf(atom);
        if (int.IsEvenInteger(exponent) || signs.NotNegative) return Expand(new(Rational.One, new Powers([(atom, exponent)])));
        if (signs.NotPositive) return Expand(new(-Rational.One, new Powers([(atom, exponent)])));
        var magnitude = Polynomial.Atom(atoms.Magnitude(atom));
        return exponent == 1 ? magnitude : Product(magnitude, Expand(new(Rational.One, new Powers([(atom, exponent - 1)]))));
    }

    /// <summary>Roots, magnitudes and cosines to no higher powers than they need.</summary>
    private Polynomial WithRelations(Polynomial polynomial)
    {
        // What a relation puts in has smaller atoms, or sines.
        for (var found = true; found;)
        {
            found = false;
            foreach (var atom in polynomial.Atoms().Reverse())
            {
                if (atoms[atom].Kind is not (AtomKind.Root or AtomKind.Magnitude or AtomKind.Cosine) || !NeedsRelation(polynomial, atom)) continue;
                var sum = Polynomial.Zero;
                foreach (var (exponent, coefficient) in polynomial.By(atom))
                {
                    sum = sum.Plus(coefficient.Times(PowerOf(atom, exponent), effort), Rational.One, effort);
                }

                (polynomial, found) = (sum, true);
                break;
            }

            if (!found && WithSignsOfProducts(polynomial) is { } other) (polynomial, found) = (other, true);
        }

        return polynomial;
    }

    private bool NeedsRelation(Polynomial polynomial, int atom)
    {
        var most = MostExponent(atom);
        foreach (var (powers, _) in polynomial.Terms)
        {
            var exponent = powers.ExponentOf(atom);
            if (exponent > most || (exponent < 0 && atoms[atom].Kind != AtomKind.Cosine)) return true;
        }

        return false;
    }

    private int MostExponent(int atom) => atoms[atom].Kind == AtomKind.Root ? atoms[atom].Order - 1 : 1;

    private Polynomial PowerOf(int atom, int exponent)
    {
        var known = atoms[atom];
        var order = MostExponent(atom) + 1;
        var rest = ((exponent % order) + order) % order;
        var times = (exponent - rest) / order;
        if (known.Kind == AtomKind.Cosine && exponent < 0) (rest, times) = (exponent, 0);
        var product = rest == 0 ? One : Polynomial.Term(new Powers([(atom, rest)]), Rational.One);
        if (times == 0) return product;
        var power = known.Kind switch
        {
            AtomKind.Root => MagnitudePower(known.Base, (BigInteger)times),
            AtomKind.Magnitude => WholeMagnitudePower(known.Base, 2 * times),
            _ => PositivePower(One.Plus(PowerOfTerm(Polynomial.Atom(known.Base), 2), -Rational.One, effort), times),
        };
        return product.Times(power, effort);
    }

    /// <summary>What is divided by a sum, divided: the whole part stands by itself.</summary>
    private Polynomial Divided(Polynomial polynomial, int atom)
    {
        if (polynomial.Count == 0) return polynomial;
        var parts = polynomial.By(atom);
        if (parts.Keys.First() >= 0) return polynomial;
        var (lead, leading) = atoms[atom].Arguments[0].Leading();
        if (!parts.Any(part => part.Key < 0 && part.Value.Terms.Any(term => IsMultiple(term.Key, lead)))) return polynomial;
        var sum = Polynomial.Zero;
        var carried = Polynomial.Zero;
        for (var exponent = parts.Keys.First(); exponent < 0; exponent++)
        {
            if (parts.TryGetValue(exponent, out var part)) carried = carried.Plus(part, Rational.One, effort);
            var (quotient, rest) = Divide(carried, atoms[atom].Arguments[0], lead, leading);
            sum = sum.Plus(rest.Times(Polynomial.Term(new Powers([(atom, exponent)]), Rational.One), effort), Rational.One, effort);
            carried = quotient;
        }

        sum = sum.Plus(carried, Rational.One, effort);
        foreach (var (exponent, part) in parts)
        {
            if (exponent == 0) sum = sum.Plus(part, Rational.One, effort);
        }

        return WithRelations(sum);
    }

    private (Polynomial Quotient, Polynomial Remainder) Divide(Polynomial dividend, Polynomial divisor, Powers lead, Rational leading)
    {
        var (quotient, rest) = (Polynomial.Zero, Polynomial.Zero);
        while (dividend.Count > 0)
        {
            effort.Spend(dividend.Count);
            var (powers, coefficient) = dividend.Leading();
            if (IsMultiple(powers, lead))
            {
                var term = Polynomial.Term(powers.Times(lead.Inverse()), coefficient / leading);
                quotient = quotient.Plus(term, Rational.One, effort);
                dividend = dividend.Plus(divisor.Times(term, effort), -Rational.One, effort);
            }
            else
            {
                var term = Polynomial.Term(powers, coefficient);
                rest = rest.Plus(term, Rational.One, effort);
                dividend = dividend.Plus(term, -Rational.One, effort);
            }
        }

        return (quotient, rest);
    }

    private static bool IsMultiple(Powers powers, Powers lead)
    {
        foreach (var (atom, exponent) in lead.Factors)
        {
            if (powers.ExponentOf(atom) < exponent) return false;
        }

        return true;
    }

    /// <summary>Sums whose product is a sum without common factors of its terms; each of them has a leading coefficient above 0.</summary>
    private List<Polynomial> FactorsOf(Polynomial sum)
    {
        var factors = new List<Polynomial>();
        if (sum.Count > 1 && atoms.HasSum(sum)) return [sum];
        for (var i = atoms.Sums.Count - 1; i >= Math.Max(0, atoms.Sums.Count - MostDivisors) && sum.Count > 1; i--)
        {
            var divisor = atoms[atoms.Sums[i]].Arguments[0];
            if (divisor.Count > 2 * sum.Count || !IsMultiple(sum.Leading().Key, divisor.Leading().Key)) continue;
            while (sum.Count > 1 && sum.DividedBy(divisor, effort) is { } quotient)
            {
                factors.Add(divisor);
                sum = quotient;
            }
        }

        if (sum.Count > 1) factors.AddRange(Irreducible(sum));
        return factors;
    }

    /// <summary>The factors that a short search finds; the sum itself where it is large.</summary>
    private List<Polynomial> Irreducible(Polynomial sum)
    {
        if (sum.Count > MostTermsFactored || sum.Leading().Key.Degree is 1 or > MostDegreeFactored) return [sum];
        effort.Spend(sum.Count);
        try
        {
            return new PolynomialFactors(effort.Part(MostTermsOfSearch)).Of(sum);
        }
        catch (AutodiffException exception) when (exception.ErrorId == ErrorIds.AlgebraTooLarge)
        {
            return [sum];
        }
    }

    private static Rational ContentOf(Polynomial polynomial)
    {
        var (above, below) = (BigInteger.Zero, BigInteger.One);
        foreach (var (_, coefficient) in polynomial.Terms)
        {
            above = BigInteger.GreatestCommonDivisor(above, coefficient.Above);
            below = below / BigInteger.GreatestCommonDivisor(below, coefficient.Below) * coefficient.Below;
        }

        return Rational.Of(polynomial.Leading().Value.Sign * above, below);
    }

    /// <summary>The primes of the magnitude of a number; what is left when the small ones are taken out counts as one.</summary>
    private static List<(double Prime, int Exponent)> PrimesOf(Rational number)
    {
        var primes = new List<(double, int)>();
        foreach (var (whole, sign) in new[] { (BigInteger.Abs(number.Above), 1), (number.Below, -1) })
        {
            var rest = whole;
            for (var prime = 2; prime <= LargestPrime && !rest.IsOne; prime++)
            {
                var count = 0;
                for (; BigInteger.Remainder(rest, prime).IsZero; count++) rest /= prime;
                if (count > 0) primes.Add((prime, sign * count));
            }

            if (rest > (BigInteger)(1L << 53)) throw Effort.TooLarge();
            if (!rest.IsOne) primes.Add(((double)rest, sign));
        }

        return primes;
    }

    private Polynomial PositivePower(Polynomial x, int exponent) => x.Count == 1 ? PowerOfTerm(x, exponent) : x.Power(exponent, effort);

    // A term by itself takes no repeated multiplication.
    private static Polynomial PowerOfTerm(Polynomial term, int exponent)
    {
        if (term.Count == 0) return exponent > 0 ? term : exponent == 0 ? One : throw Undefined();
        var (powers, coefficient) = term.Terms.First();
        var power = new FactoredForm(coefficient, powers).Power(exponent);
        return Polynomial.Term(power.Powers, power.Number);
    }

    private static int Whole(BigInteger exponent) => BigInteger.Abs(exponent) <= Polynomial.MaxExponent ? (int)exponent : throw Effort.TooLarge();
}
