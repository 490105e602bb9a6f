using System.Numerics;
using System.Runtime.InteropServices;

namespace PSAutodiff.Passes.Algebra.Equality;

/// <summary>
/// The atoms of a comparison. Equal atoms have one number: they are looked up by a value modulo a prime and then compared exactly, argument
/// by argument. Arguments have smaller numbers than what is made of them.
/// </summary>
/// <param name="effort">Counts the work.</param>
internal sealed class AtomTable(Effort effort)
{
    private readonly List<Atom> _atoms = [];
    private readonly Dictionary<string, int> _variables = new(StringComparer.Ordinal);
    private readonly Dictionary<double, int> _numbers = [];
    private readonly Dictionary<ulong, List<int>> _sums = [];
    private readonly Dictionary<(string, ulong), List<int>> _functions = [];
    private readonly Dictionary<Powers, (Rational Unit, int Atom)> _exponentials = [];
    private readonly Dictionary<int, int> _logarithms = [];
    private readonly Dictionary<int, (int Order, int Atom)> _roots = [];
    private readonly Dictionary<int, int> _magnitudes = [];
    private readonly Dictionary<int, ulong> _inverses = [];
    private readonly Dictionary<int, Signs> _facts = [];

    // Of products, by the last of their atoms.
    private readonly Dictionary<int, HashSet<ProductSign>> _products = [];

    public Atom this[int atom] => _atoms[atom];

    public int Count => _atoms.Count;

    /// <summary>The sums, the last ones last.</summary>
    public List<int> Sums { get; } = [];

    /// <summary>Whether something was learned that what was read before does not know of: a finer unit, or the sign of an atom.</summary>
    public bool HasLearned { get; set; }

    /// <summary>Whether signs were learned, of what has a value only where they hold.</summary>
    public bool HasFacts => _facts.Count + _products.Count > 0;

    /// <summary>Whether what was learned is left aside.</summary>
    public bool IgnoresFacts { get; set; }

    /// <summary>What is known of the sign of an atom by itself.</summary>
    public Signs OwnSignsOf(int atom) => _atoms[atom].Signs;

    /// <summary>The same, where everything that is compared has a value.</summary>
    public Signs SignsOf(int atom)
    {
        var known = _atoms[atom].Signs | FactOf(atom);
        return _atoms[atom].Kind == AtomKind.Sum ? known | SignsOf(_atoms[atom].Arguments[0], withFacts: true) : known;
    }

    /// <summary>Where everything that is compared has a value, an atom has a sign.</summary>
    public void Learn(int atom, Signs signs)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_facts, atom, out _);
        if ((known | signs) == known) return;
        known |= signs;
        HasLearned = true;
    }

    /// <summary>The same of a product.</summary>
    public void Learn(ProductSign product)
    {
        if (product.Last < 0) return;
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_products, product.Last, out _);
        HasLearned |= (known ??= []).Add(product);
    }

    /// <summary>What is known of products with an atom as the last.</summary>
    public IReadOnlyCollection<ProductSign> ProductsWithLast(int atom) => IgnoresFacts || !_products.TryGetValue(atom, out var products) ? [] : products;

    /// <summary>What a root or a magnitude is of, and what that is of; else the atom itself.</summary>
    public int BaseOf(int atom)
    {
        while (_atoms[atom].Kind is AtomKind.Root or AtomKind.Magnitude) atom = _atoms[atom].Base;
        return atom;
    }

    public int Variable(string name)
    {
        ref var atom = ref CollectionsMarshal.GetValueRefOrAddDefault(_variables, name, out var exists);
        if (!exists) atom = Add(new Atom(AtomKind.Variable) { Name = name });
        return atom;
    }

    /// <summary>A number by its double, or a whole number under a root or logarithm.</summary>
    public int Number(double number)
    {
        ref var atom = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, number, out var exists);
        if (!exists) atom = Add(new Atom(AtomKind.Number) { Number = number, Signs = new(number >= 0, number <= 0, number != 0) });
        return atom;
    }

    /// <summary>The atom of a sum that has no factors in common and a leading coefficient above 0.</summary>
    public int Sum(Polynomial sum)
    {
        var value = ValueOf(sum);
        ref var candidates = ref CollectionsMarshal.GetValueRefOrAddDefault(_sums, value, out _);
        candidates ??= [];
        foreach (var candidate in candidates)
        {
            if (AreSame(_atoms[candidate].Arguments[0], sum)) return candidate;
        }

        var atom = Add(new Atom(AtomKind.Sum) { Arguments = [sum], Signs = SignsOf(sum, withFacts: false), HasRoot = HasRoot(sum) }, value);
        candidates.Add(atom);
        Sums.Add(atom);
        return atom;
    }

    /// <summary>Whether a sum is an atom already.</summary>
    public bool HasSum(Polynomial sum) => _sums.TryGetValue(ValueOf(sum), out var candidates) && candidates.Exists(candidate => AreSame(_atoms[candidate].Arguments[0], sum));

    /// <summary>A function that nothing is known of but that equal arguments give equal values.</summary>
    /// <param name="operation">The function.</param>
    /// <param name="arguments">Its arguments, in normal form.</param>
    /// <param name="isZero">Whether a polynomial is 0.</param>
    public int Function(Operation operation, Polynomial[] arguments, Func<Polynomial, bool> isZero)
    {
        var value = 0UL;
        foreach (var argument in arguments) value = Modular.Add(Modular.Multiply(value, Modular.Drawn(7)), ValueOf(argument));
        return Function(operation.Name, value, arguments, isZero, () => Add(new Atom(AtomKind.Function)
        {
            Operation = operation,
            Arguments = arguments,
            HasRoot = arguments.Any(HasRoot),
        }));
    }

    /// <summary>The sine of an angle; the cosine is the next atom.</summary>
    public int Sine(Polynomial angle, Func<Polynomial, bool> isZero) => Function("'sine", ValueOf(angle), [angle], isZero, () =>
    {
        // By half the angle: the squares sum up to 1.
        var half = Modular.Drawn(_atoms.Count);
        var square = Modular.Multiply(half, half);
        var divisor = Modular.Inverse(Modular.Add(1, square));
        var sine = _atoms.Count;
        var hasRoot = HasRoot(angle);
        Add(new Atom(AtomKind.Sine) { Arguments = [angle], Base = sine + 1, HasRoot = hasRoot }, Modular.Multiply(Modular.Add(half, half), divisor));
        Add(new Atom(AtomKind.Cosine) { Arguments = [angle], Base = sine, HasRoot = hasRoot }, Modular.Multiply(Modular.Subtract(1, square), divisor));
        return sine;
    });

    /// <summary>exp of a multiple of a product of atoms, as a power of the exponential function of a unit.</summary>
    public (int Atom, int Exponent) Exponential(Powers powers, Rational multiple)
    {
        ref var kernel = ref CollectionsMarshal.GetValueRefOrAddDefault(_exponentials, powers, out var exists);
        var unit = exists ? Rational.Divisor(kernel.Unit, multiple) : multiple.Sign < 0 ? -multiple : multiple;
        if (!exists || unit != kernel.Unit)
        {
            HasLearned |= exists;
            kernel = (unit, Add(new Atom(AtomKind.Exponential) { Powers = powers, Unit = unit, Signs = Signs.Positive }));
        }

        var exponent = (multiple / unit).Above;
        return BigInteger.Abs(exponent) <= Polynomial.MaxExponent ? (kernel.Atom, (int)exponent) : throw Effort.TooLarge();
    }

    /// <summary>log |a|.</summary>
    public int Logarithm(int atom)
    {
        ref var logarithm = ref CollectionsMarshal.GetValueRefOrAddDefault(_logarithms, atom, out var exists);
        if (exists) return logarithm;
        var above = _atoms[atom].Kind switch
        {
            AtomKind.Number => _atoms[atom].Number > 1,
            AtomKind.Sum => SignsOf(_atoms[atom].Arguments[0].Plus(Polynomial.Constant(Rational.One), -Rational.One, effort), withFacts: false).IsPositive,
            _ => false,
        };
        return logarithm = Add(new Atom(AtomKind.Logarithm) { Base = atom, Signs = above ? Signs.Positive : default, HasRoot = _atoms[atom].HasRoot });
    }

    /// <summary>|a| to a broken power, as a power of a root.</summary>
    public (int Atom, int Exponent) Root(int atom, Rational exponent)
    {
        ref var root = ref CollectionsMarshal.GetValueRefOrAddDefault(_roots, atom, out var exists);
        var divisor = (BigInteger)(exists ? root.Order : 1);
        var order = divisor / BigInteger.GreatestCommonDivisor(divisor, exponent.Below) * exponent.Below;
        if (order > Polynomial.MaxExponent) throw Effort.TooLarge();
        if (!exists || order != root.Order)
        {
            HasLearned |= exists;
            root = ((int)order, Add(new Atom(AtomKind.Root) { Base = atom, Order = (int)order, Signs = new(true, false, OwnSignsOf(atom).NotZero), HasRoot = true }));
        }

        var power = (exponent * (Rational)order).Above;
        return BigInteger.Abs(power) <= Polynomial.MaxExponent ? (root.Atom, (int)power) : throw Effort.TooLarge();
    }

    /// <summary>|a|.</summary>
    public int Magnitude(int atom)
    {
        ref var magnitude = ref CollectionsMarshal.GetValueRefOrAddDefault(_magnitudes, atom, out var exists);
        if (!exists) magnitude = Add(new Atom(AtomKind.Magnitude) { Base = atom, Signs = new(true, false, OwnSignsOf(atom).NotZero), HasRoot = _atoms[atom].HasRoot }, _atoms[atom].Value);
        return magnitude;
    }

    /// <summary>What an atom is as a polynomial.</summary>
    public Polynomial PolynomialOf(int atom) => _atoms[atom] switch
    {
        { Kind: AtomKind.Sum } sum => sum.Arguments[0],
        { Kind: AtomKind.Number } number when Rational.OfDigits(number.Number) is { } value => Polynomial.Constant(value),
        _ => Polynomial.Atom(atom),
    };

    /// <summary>The value modulo a prime: where no root is in the polynomials, equal ones have the same.</summary>
    public ulong ValueOf(Polynomial polynomial)
    {
        var sum = 0UL;
        foreach (var (powers, coefficient) in polynomial.Terms)
        {
            var product = Modular.Of(coefficient);
            foreach (var (atom, exponent) in powers.Factors)
            {
                var value = exponent > 0 ? _atoms[atom].Value : InverseOf(atom);
                product = Modular.Multiply(product, Modular.Power(value, (ulong)Math.Abs(exponent)));
            }

            sum = Modular.Add(sum, product);
        }

        return sum;
    }

    public bool HasRoot(Polynomial polynomial)
    {
        foreach (var (powers, _) in polynomial.Terms)
        {
            foreach (var (atom, _) in powers.Factors)
            {
                if (_atoms[atom].HasRoot) return true;
            }
        }

        return false;
    }

    /// <summary>Whether two polynomials have the same terms.</summary>
    public static bool AreSame(Polynomial x, Polynomial y)
    {
        if (x.Count != y.Count) return false;
        foreach (var (powers, coefficient) in x.Terms)
        {
            if (y.CoefficientOf(powers) != coefficient) return false;
        }

        return true;
    }

    /// <summary>What the signs of terms tell about their sum.</summary>
    public Signs SignsOf(Polynomial polynomial, bool withFacts)
    {
        var (notNegative, notPositive, notZero) = (true, true, false);
        foreach (var (powers, coefficient) in polynomial.Terms)
        {
            var (isKnown, isNegative, isNonzero) = (true, coefficient.Sign < 0, true);
            foreach (var (atom, exponent) in powers.Factors)
            {
                var signs = withFacts ? _atoms[atom].Signs | FactOf(atom) : _atoms[atom].Signs;
                isNonzero &= exponent < 0 || signs.NotZero;
                if (int.IsEvenInteger(exponent) || signs.NotNegative) continue;
                if (signs.NotPositive) isNegative = !isNegative;
                else isKnown = false;
            }

            notNegative &= isKnown && !isNegative;
            notPositive &= isKnown && isNegative;
            notZero |= isNonzero;
            if (!notNegative && !notPositive) return polynomial.Count == 1 ? new(false, false, isNonzero) : default;
        }

        return polynomial.Count == 0 ? new(true, true, false) : new(notNegative, notPositive, notZero);
    }

    private int Function(string name, ulong value, Polynomial[] arguments, Func<Polynomial, bool> isZero, Func<int> add)
    {
        ref var candidates = ref CollectionsMarshal.GetValueRefOrAddDefault(_functions, (name, value), out _);
        candidates ??= [];
        var known = candidates;
        foreach (var candidate in known)
        {
            var others = _atoms[candidate].Arguments;
            var equal = true;
            for (var i = 0; equal && i < arguments.Length; i++)
            {
                equal = AreSame(others[i], arguments[i]) || isZero(arguments[i].Plus(others[i], -Rational.One, effort));
            }

            if (equal) return candidate;
        }

        var atom = add();
        known.Add(atom);
        return atom;
    }

    private Signs FactOf(int atom) => IgnoresFacts ? default : _facts.GetValueOrDefault(atom);

    private ulong InverseOf(int atom)
    {
        ref var inverse = ref CollectionsMarshal.GetValueRefOrAddDefault(_inverses, atom, out var exists);
        if (!exists) inverse = Modular.Inverse(_atoms[atom].Value);
        return inverse;
    }

    private int Add(Atom atom, ulong? value = null)
    {
        effort.Spend(1);
        _atoms.Add(atom with { Value = value ?? Modular.Drawn(_atoms.Count) });
        return _atoms.Count - 1;
    }
}
