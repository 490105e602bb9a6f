using System.Numerics;

namespace PSAutodiff.Passes.Algebra.Equality;

/// <summary>
/// Sines and cosines. Those of a sum of few terms are multiplied out by the formulas for sums of angles, and those of a multiple by repeated
/// use of them, over the smallest unit that all multiples of an angle have.
/// </summary>
/// <param name="atoms">The atoms.</param>
/// <param name="field">The arithmetic.</param>
internal sealed class Angles(AtomTable atoms, FunctionField field)
{
    private const int MostTerms = 4;
    private const int MostMultiple = 12;

    private static readonly Rational Half = Rational.Of(1, 2);

    private readonly Dictionary<Powers, Rational> _units = [];

    /// <summary>cos(x) and sin(x).</summary>
    public (Polynomial Cosine, Polynomial Sine) Of(Polynomial x)
    {
        x = field.Divided(field.Normal(x));
        var (cosine, sine) = (FunctionField.One, Polynomial.Zero);
        if (x.Count > MostTerms) return Whole(x);
        var factors = new List<(Polynomial, Polynomial)>();
        foreach (var (powers, coefficient) in x.Terms)
        {
            if (QuarterTurns(powers, coefficient) is { } turns)
            {
                factors.Add(turns);
                continue;
            }

            if (OfInverse(powers) is var (cosineOfInverse, sineOfInverse) && coefficient.Below.IsOne && BigInteger.Abs(coefficient.Above) <= MostMultiple)
            {
                factors.Add(Multiple(cosineOfInverse, sineOfInverse, (int)coefficient.Above));
                continue;
            }

            var unit = UnitOf(powers, coefficient);
            var multiple = (coefficient / unit).Above;
            if (BigInteger.Abs(multiple) > MostMultiple) return Whole(x);
            var sineOfUnit = atoms.Sine(Polynomial.Term(powers, unit), field.IsZero);
            factors.Add(Multiple(Polynomial.Atom(sineOfUnit + 1), Polynomial.Atom(sineOfUnit), (int)multiple));
        }

        foreach (var factor in factors) (cosine, sine) = Sum((cosine, sine), factor);
        return (cosine, sine);
    }

    /// <summary>Of asin(u), acos(u) and atan(u), where they have values.</summary>
    private (Polynomial Cosine, Polynomial Sine)? OfInverse(Powers powers)
    {
        if (powers.Factors is not [(var atom, 1)] || !IsInverse(atoms[atom])) return null;
        var (operation, u) = (atoms[atom].Operation, atoms[atom].Arguments[0]);
        var square = field.Product(u, u);
        if (operation is AtanOperation)
        {
            var cosine = Root(field.Sum(FunctionField.One, square), -Half);
            return (cosine, field.Product(u, cosine));
        }

        var other = Root(field.Difference(FunctionField.One, square), Half);
        return operation is AcosOperation ? (u, other) : (other, u);
    }

    /// <summary>Whether an atom is the angle of a sine, cosine or tangent.</summary>
    public static bool IsInverse(Atom atom) => atom.Operation is AsinOperation or AcosOperation or AtanOperation;

    private Polynomial Root(Polynomial x, Rational exponent) => x.Count == 0 ? x : field.MagnitudePower(field.Factor(x), exponent);

    private (Polynomial Cosine, Polynomial Sine) Whole(Polynomial x)
    {
        var negative = x.Leading().Value.Sign < 0;
        var sine = atoms.Sine(negative ? field.Product(-Rational.One, x) : x, field.IsZero);
        return (Polynomial.Atom(sine + 1), field.Product(negative ? -Rational.One : Rational.One, Polynomial.Atom(sine)));
    }

    private Rational UnitOf(Powers powers, Rational coefficient)
    {
        var positive = coefficient.Sign < 0 ? -coefficient : coefficient;
        if (!_units.TryGetValue(powers, out var unit)) return _units[powers] = positive;
        var finer = Rational.Divisor(unit, positive);
        if (finer == unit) return unit;
        atoms.HasLearned = true;
        return _units[powers] = finer;
    }

    /// <summary>Of half a turn and its multiples, and of their halves.</summary>
    private (Polynomial Cosine, Polynomial Sine)? QuarterTurns(Powers powers, Rational coefficient)
    {
        if (powers.Factors is not [(var atom, 1)] || atoms[atom] is not { Kind: AtomKind.Number, Number: Math.PI }) return null;
        var quarters = coefficient * (BigInteger)2;
        if (!quarters.Below.IsOne) return null;
        var minusOne = Polynomial.Constant(-Rational.One);
        return (int)BigInteger.Remainder(BigInteger.Remainder(quarters.Above, 4) + 4, 4) switch
        {
            0 => (FunctionField.One, Polynomial.Zero),
            1 => (Polynomial.Zero, FunctionField.One),
            2 => (minusOne, Polynomial.Zero),
            _ => (Polynomial.Zero, minusOne),
        };
    }

    private (Polynomial Cosine, Polynomial Sine) Multiple(Polynomial cosine, Polynomial sine, int multiple)
    {
        if (multiple < 0) sine = field.Product(-Rational.One, sine);
        var (one, product) = ((cosine, sine), (FunctionField.One, Polynomial.Zero));
        for (var i = 0; i < Math.Abs(multiple); i++) product = Sum(product, one);
        return product;
    }

    private (Polynomial Cosine, Polynomial Sine) Sum((Polynomial Cosine, Polynomial Sine) x, (Polynomial Cosine, Polynomial Sine) y) => (
        field.Difference(field.Product(x.Cosine, y.Cosine), field.Product(x.Sine, y.Sine)),
        field.Sum(field.Product(x.Sine, y.Cosine), field.Product(x.Cosine, y.Sine)));
}
