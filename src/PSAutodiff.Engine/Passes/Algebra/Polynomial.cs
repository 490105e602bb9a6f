namespace PSAutodiff.Passes.Algebra;

/// <summary>
/// A sum of products of atoms with exact rational coefficients. Atoms are variables and functions, known by number; exponents are whole
/// and can be negative, so that dividing by a product is multiplying. Immutable.
/// </summary>
internal sealed class Polynomial
{
    /// <summary>The most terms that a polynomial can have.</summary>
    public const int MaxTerms = 2000;

    /// <summary>The largest exponent.</summary>
    public const int MaxExponent = 1000;

    /// <summary>The most binary digits of a coefficient: beyond, a single step of arithmetic takes too long.</summary>
    public const int MaxBits = 20_000;

    public static readonly Polynomial Zero = new([]);

    private readonly Dictionary<Powers, Rational> _terms;

    private Polynomial(Dictionary<Powers, Rational> terms) => _terms = terms;

    public int Count => _terms.Count;

    public IEnumerable<KeyValuePair<Powers, Rational>> Terms => _terms;

    /// <summary>The value of a constant polynomial; null for others.</summary>
    public Rational? Value => Count == 0 ? Rational.Zero : Count == 1 && _terms.TryGetValue(Powers.None, out var value) ? value : null;

    public static Polynomial Constant(Rational value) => Term(Powers.None, value);

    public static Polynomial Atom(int atom) => Term(new Powers([(atom, 1)]), Rational.One);

    public static Polynomial Term(Powers powers, Rational coefficient) => coefficient.IsZero ? Zero : new(new() { [powers] = coefficient });

    public static Polynomial Sum(IEnumerable<KeyValuePair<Powers, Rational>> terms)
    {
        var sum = new Dictionary<Powers, Rational>();
        foreach (var (powers, coefficient) in terms) AddTo(sum, powers, coefficient);
        return new(sum);
    }

    /// <summary>The sum with another one times a number.</summary>
    public Polynomial Plus(Polynomial other, Rational factor, Effort effort)
    {
        effort.Spend(Count + other.Count);
        var sum = new Dictionary<Powers, Rational>(_terms);
        foreach (var (powers, coefficient) in other._terms) AddTo(sum, powers, coefficient * factor);
        return new(sum);
    }

    public Polynomial Times(Polynomial other, Effort effort)
    {
        effort.Spend((long)Count * other.Count);
        var product = new Dictionary<Powers, Rational>();
        foreach (var (x, a) in _terms)
        {
            foreach (var (y, b) in other._terms)
            {
                var powers = x.Times(y);
                foreach (var (_, exponent) in powers.Factors)
                {
                    if (Math.Abs(exponent) > MaxExponent) throw Effort.TooLarge();
                }

                AddTo(product, powers, a * b);
            }

            if (product.Count > MaxTerms) throw Effort.TooLarge();
        }

        return new(product);
    }

    /// <summary>A whole power; of more than one term only with an exponent that is not negative.</summary>
    public Polynomial Power(int exponent, Effort effort)
    {
        if (Math.Abs(exponent) > MaxExponent) throw Effort.TooLarge();
        if (exponent < 0) return Reciprocal()!.Power(-exponent, effort);
        var power = Constant(Rational.One);
        for (var i = 0; i < exponent; i++) power = power.Times(this, effort);
        return power;
    }

    /// <summary>1 divided by a single term; null for several or none.</summary>
    public Polynomial? Reciprocal() => Count == 1 && _terms.First() is var (powers, coefficient) ? Term(powers.Inverse(), Rational.One / coefficient) : null;

    /// <summary>The coefficient of a product of powers; 0 where it has no such term.</summary>
    public Rational CoefficientOf(Powers powers) => _terms.GetValueOrDefault(powers, Rational.Zero);

    /// <summary>The numbers of the atoms in it, in order.</summary>
    public SortedSet<int> Atoms()
    {
        var atoms = new SortedSet<int>();
        foreach (var powers in _terms.Keys)
        {
            foreach (var (atom, _) in powers.Factors) atoms.Add(atom);
        }

        return atoms;
    }

    /// <summary>The product of the lowest powers of all atoms: what every term can be divided by.</summary>
    public Powers CommonPowers() => new([.. Atoms()
        .Select(atom => (atom, _terms.Keys.Min(powers => powers.ExponentOf(atom))))
        .Where(static factor => factor.Item2 != 0)]);

    /// <summary>The coefficients by the powers of an atom.</summary>
    public SortedDictionary<int, Polynomial> By(int atom)
    {
        var parts = new SortedDictionary<int, Polynomial>();
        foreach (var group in _terms.GroupBy(term => term.Key.ExponentOf(atom)))
        {
            var without = new Powers([(atom, -group.Key)]);
            parts[group.Key] = Sum(group.Select(term => new KeyValuePair<Powers, Rational>(group.Key == 0 ? term.Key : term.Key.Times(without), term.Value)));
        }

        return parts;
    }

    /// <summary>The quotient, if the division leaves nothing over; all exponents have to be positive.</summary>
    public Polynomial? DividedBy(Polynomial divisor, Effort effort)
    {
        var (lead, leading) = divisor.Leading();
        var (rest, quotient) = (this, Zero);
        while (rest.Count > 0)
        {
            var (powers, coefficient) = rest.Leading();
            var next = powers.Times(lead.Inverse());
            foreach (var (_, exponent) in next.Factors)
            {
                if (exponent < 0) return null;
            }

            var term = Term(next, coefficient / leading);
            quotient = quotient.Plus(term, Rational.One, effort);
            rest = rest.Plus(divisor.Times(term, effort), -Rational.One, effort);
        }

        return quotient;
    }

    /// <summary>Terms as people order them: by degree, then by the first atoms.</summary>
    public List<KeyValuePair<Powers, Rational>> Ordered()
    {
        var terms = _terms.ToList();
        terms.Sort(static (x, y) => Compare(y.Key, x.Key));
        return terms;
    }

    /// <summary>The largest term in an order that products keep.</summary>
    public KeyValuePair<Powers, Rational> Leading() => _terms.MaxBy(static term => term.Key, Comparer<Powers>.Create(Compare));

    /// <summary>Compares products by degree, then by the first atoms: an order that products keep.</summary>
    public static int Compare(Powers x, Powers y)
    {
        if (x.Degree != y.Degree) return x.Degree.CompareTo(y.Degree);
        var a = x.Factors;
        var b = y.Factors;
        for (var i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            if (a[i].Atom != b[i].Atom) return b[i].Atom.CompareTo(a[i].Atom) * Math.Sign(a[i].Atom < b[i].Atom ? a[i].Exponent : b[i].Exponent);
            if (a[i].Exponent != b[i].Exponent) return a[i].Exponent.CompareTo(b[i].Exponent);
        }

        return a.Length.CompareTo(b.Length);
    }

    private static void AddTo(Dictionary<Powers, Rational> terms, Powers powers, Rational coefficient)
    {
        var sum = terms.TryGetValue(powers, out var own) ? own + coefficient : coefficient;
        if (sum.IsZero) terms.Remove(powers);
        else terms[powers] = sum.Bits <= MaxBits ? sum : throw Effort.TooLarge();
    }
}
