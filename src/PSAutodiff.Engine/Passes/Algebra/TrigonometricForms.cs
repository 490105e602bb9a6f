using PSAutodiff.Core;

namespace PSAutodiff.Passes.Algebra;

/// <summary>
/// The forms that sin(x)^2 + cos(x)^2 = 1 and the formulas of double angles give: squares of one of both in place of the other's, and waves of
/// twice the angle in place of squares and products.
/// </summary>
/// <param name="builder">Where terms come to be.</param>
/// <param name="reader">Knows the atoms.</param>
/// <param name="effort">Counts the work.</param>
internal sealed class TrigonometricForms(GraphBuilder builder, PolynomialReader reader, Effort effort)
{
    private static readonly Rational Half = Rational.Of(1, 2);

    /// <summary>Three forms of a polynomial.</summary>
    public IEnumerable<int> Of(Polynomial polynomial)
    {
        var angles = polynomial.Atoms()
            .Select(atom => builder.Term(reader.Atoms[atom]))
            .Where(static term => term.Is<SinOperation>() || term.Is<CosOperation>())
            .Select(static term => term.X.Id)
            .Distinct()
            .ToList();
        var (cosines, sines, doubled) = (polynomial, polynomial, polynomial);
        foreach (var id in angles)
        {
            var angle = builder.Term(id);
            var (sine, cosine) = (reader.AtomOf(angle.Apply<SinOperation>().Id), reader.AtomOf(angle.Apply<CosOperation>().Id));
            var (one, twice) = (Polynomial.Constant(Rational.One), 2 * angle);
            var cosineOfTwice = Polynomial.Atom(reader.AtomOf(twice.Apply<CosOperation>().Id));
            var sineOfTwice = Polynomial.Atom(reader.AtomOf(twice.Apply<SinOperation>().Id));
            cosines = WithoutSquares(cosines, sine, one.Plus(Polynomial.Atom(cosine).Power(2, effort), -Rational.One, effort));
            sines = WithoutSquares(sines, cosine, one.Plus(Polynomial.Atom(sine).Power(2, effort), -Rational.One, effort));
            doubled = WithoutSquares(doubled, sine, one.Plus(cosineOfTwice, -Rational.One, effort).Times(Polynomial.Constant(Half), effort));
            doubled = WithoutSquares(doubled, cosine, one.Plus(cosineOfTwice, Rational.One, effort).Times(Polynomial.Constant(Half), effort));
            doubled = WithoutProducts(doubled, sine, cosine, sineOfTwice.Times(Polynomial.Constant(Half), effort));
        }

        return [reader.Write(cosines).Id, reader.Write(sines).Id, reader.Write(doubled).Id];
    }

    /// <summary>Puts a polynomial in place of the square of an atom, in every power that has one.</summary>
    private Polynomial WithoutSquares(Polynomial polynomial, int atom, Polynomial square)
    {
        var sum = Polynomial.Zero;
        foreach (var (exponent, coefficient) in polynomial.By(atom))
        {
            var squares = Math.Max(0, exponent / 2);
            var rest = exponent - (2 * squares);
            var term = coefficient.Times(square.Power(squares, effort), effort);
            sum = sum.Plus(rest == 0 ? term : term.Times(Polynomial.Term(new Powers([(atom, rest)]), Rational.One), effort), Rational.One, effort);
        }

        return sum;
    }

    private Polynomial WithoutProducts(Polynomial polynomial, int first, int second, Polynomial product)
    {
        var sum = Polynomial.Zero;
        foreach (var (powers, coefficient) in polynomial.Terms)
        {
            var count = Math.Max(0, Math.Min(powers.ExponentOf(first), powers.ExponentOf(second)));
            var term = Polynomial.Term(count == 0 ? powers : powers.Times(new Powers(Pair(first, second, -count))), coefficient);
            sum = sum.Plus(term.Times(product.Power(count, effort), effort), Rational.One, effort);
        }

        return sum;
    }

    private static (int Atom, int Exponent)[] Pair(int first, int second, int exponent) =>
        first < second ? [(first, exponent), (second, exponent)] : [(second, exponent), (first, exponent)];
}
