using PSAutodiff.Core;

namespace PSAutodiff.Passes.Algebra.Equality;

/// <summary>Writes polynomials of atoms as nodes, for people to read.</summary>
/// <param name="atoms">The atoms.</param>
/// <param name="builder">Where the nodes come to be.</param>
internal sealed class FormWriter(AtomTable atoms, GraphBuilder builder)
{
    private readonly Dictionary<int, Term> _written = [];

    /// <summary>A polynomial: terms by falling degree, each with a single fraction line.</summary>
    public Term Write(Polynomial polynomial)
    {
        WriteAtoms(polynomial);
        return Sum(polynomial);
    }

    /// <summary>A product of atoms.</summary>
    public Term Write(Powers powers) => Write(Polynomial.Term(powers, Rational.One));

    private void WriteAtoms(Polynomial polynomial)
    {
        var needed = new SortedSet<int>(polynomial.Atoms());
        var pending = new Stack<int>(needed);
        while (pending.TryPop(out var atom))
        {
            if (_written.ContainsKey(atom)) continue;
            foreach (var part in PartsOf(atoms[atom]))
            {
                if (needed.Add(part)) pending.Push(part);
            }
        }

        // What an atom is made of has smaller numbers.
        foreach (var atom in needed)
        {
            if (!_written.ContainsKey(atom)) _written.Add(atom, Write(atoms[atom]));
        }
    }

    private static IEnumerable<int> PartsOf(Atom atom)
    {
        foreach (var argument in atom.Arguments)
        {
            foreach (var part in argument.Atoms()) yield return part;
        }

        if (atom.Kind is AtomKind.Logarithm or AtomKind.Root or AtomKind.Magnitude) yield return atom.Base;
        foreach (var (part, _) in atom.Powers.Factors.ToArray()) yield return part;
    }

    private Term Write(Atom atom) => atom.Kind switch
    {
        AtomKind.Variable => builder.Term(builder.Variable(atom.Name!)),
        AtomKind.Number => Constant(atom.Number),
        AtomKind.Sum => Sum(atom.Arguments[0]),
        AtomKind.Exponential => Product(atom.Powers, atom.Unit).Apply<ExpOperation>(),
        AtomKind.Logarithm => MagnitudeOf(atom.Base).Apply<LogOperation>(),
        AtomKind.Root => Power(MagnitudeOf(atom.Base), Rational.Of(1, atom.Order)),
        AtomKind.Magnitude => _written[atom.Base].Apply<AbsOperation>(),
        AtomKind.Sine => Sum(atom.Arguments[0]).Apply<SinOperation>(),
        AtomKind.Cosine => Sum(atom.Arguments[0]).Apply<CosOperation>(),
        _ => builder.Term(builder.Apply(
            atom.Operation!,
            Sum(atom.Arguments[0]).Id,
            atom.Arguments.Length > 1 ? Sum(atom.Arguments[1]).Id : Graph.None,
            atom.Arguments.Length > 2 ? Sum(atom.Arguments[2]).Id : Graph.None)),
    };

    private Term MagnitudeOf(int atom)
    {
        var signs = atoms.SignsOf(atom);
        return signs.NotNegative ? _written[atom] : signs.NotPositive ? -_written[atom] : _written[atom].Apply<AbsOperation>();
    }

    private Term Sum(Polynomial polynomial) => PolynomialWriter.Sum(builder, polynomial, Product);

    private Term Product(Powers powers, Rational coefficient)
    {
        var (above, below) = (Term.None, Term.None);
        var exponents = new List<KeyValuePair<Powers, Rational>>();
        foreach (var root in CubeRootsIn(ref powers)) PolynomialWriter.Put(1, _written[root].Apply<CbrtOperation>(), ref above, ref below);
        foreach (var (atom, exponent) in powers.Factors)
        {
            var known = atoms[atom];
            if (known.Kind == AtomKind.Exponential)
            {
                exponents.Add(new(known.Powers, known.Unit * (Rational)(System.Numerics.BigInteger)exponent));
                continue;
            }

            var power = known.Kind == AtomKind.Root
                ? Power(MagnitudeOf(known.Base), Rational.Of(Math.Abs(exponent), known.Order))
                : Power(_written[atom], (System.Numerics.BigInteger)Math.Abs(exponent));
            PolynomialWriter.Put(exponent, power, ref above, ref below);
        }

        if (exponents.Count > 0)
        {
            // One exponential function for the whole product.
            var power = Sum(Polynomial.Sum(exponents)).Apply<ExpOperation>();
            above = above.Exists ? above * power : power;
        }

        var (number, divisor) = coefficient.ToNumbers() ?? ((double)coefficient.Above, (double)coefficient.Below);
        if (!double.IsFinite(number) || !double.IsFinite(divisor)) throw Effort.TooLarge();
        return PolynomialWriter.Fraction(builder, above, below, number, divisor);
    }

    /// <summary>Takes out a^-1 |a| |a|^(1/3), which is cbrt(a).</summary>
    private List<int> CubeRootsIn(ref Powers powers)
    {
        var found = new List<int>();
        foreach (var (magnitude, exponent) in powers.Factors.ToArray())
        {
            if (atoms[magnitude].Kind != AtomKind.Magnitude || exponent != 1) continue;
            var argument = atoms[magnitude].Base;
            foreach (var (root, part) in powers.Factors.ToArray())
            {
                if (atoms[root].Kind != AtomKind.Root || atoms[root].Base != argument || atoms[root].Order != 3 * part) continue;
                powers = powers.Times(new Powers([(root, -part)])).Times(new Powers([(magnitude, -1)])).Times(new Powers([(argument, 1)]));
                found.Add(argument);
            }
        }

        return found;
    }

    private Term Power(Term x, Rational exponent)
    {
        if (exponent.IsOne) return x;
        if (exponent == Rational.Of(1, 2)) return x.Apply<SqrtOperation>();
        return x.Apply<PowOperation>(Product(Powers.None, exponent));
    }

    private Term Constant(double value) => builder.Term(builder.Constant(value));
}
