namespace PSAutodiff.Passes.Algebra.Equality;

/// <content>
/// What the signs of products say of magnitudes: where x * y is at least 0, |x| * |y| is x * y, and |x| * y is x * |y|.
/// </content>
internal sealed partial class FunctionField
{
    /// <summary>The polynomial without magnitudes of the last atoms of products whose sign is known; null where there are none.</summary>
    private Polynomial? WithSignsOfProducts(Polynomial polynomial)
    {
        var sum = default(Polynomial);
        foreach (var (powers, coefficient) in polynomial.Terms)
        {
            if (WithSignOfProduct(powers) is not { } changed) continue;
            sum ??= polynomial;
            sum = sum.Plus(Polynomial.Term(powers, coefficient), -Rational.One, effort).Plus(changed, coefficient, effort);
        }

        return sum;
    }

    private Polynomial? WithSignOfProduct(Powers term)
    {
        foreach (var (magnitude, _) in term.Factors)
        {
            if (atoms[magnitude].Kind != AtomKind.Magnitude) continue;
            foreach (var product in atoms.ProductsWithLast(atoms[magnitude].Base))
            {
                if (Applies(product, term)) return Exchanged(product, term);
            }
        }

        return null;
    }

    /// <summary>Whether a term is 0, or has no value, where one of the atoms is 0: there the product says nothing of the others.</summary>
    private bool Applies(ProductSign product, Powers term)
    {
        foreach (var (atom, exponent) in product.Powers.Factors)
        {
            if (product.IsStrict || atoms.OwnSignsOf(atom).NotZero) continue;
            var occurs = false;
            foreach (var (other, _) in term.Factors) occurs |= exponent == 1 ? IsAtomOrMagnitude(other, atom) : atoms.BaseOf(other) == atoms.BaseOf(atom);
            if (!occurs) return false;
        }

        return true;
    }

    private bool IsAtomOrMagnitude(int other, int atom) => other == atom || (atoms[other].Kind == AtomKind.Magnitude && atoms[other].Base == atom);

    /// <summary>Each atom of the product for its magnitude, and the other way round: all their signs together are that of the product.</summary>
    private Polynomial Exchanged(ProductSign product, Powers term)
    {
        var above = One;
        foreach (var (atom, exponent) in product.Powers.Factors)
        {
            if (exponent != 1) continue;
            var magnitude = atoms.Magnitude(atom);
            var step = term.ExponentOf(magnitude) == 1 ? 1 : -1;
            term = term.Times(new Powers([(magnitude, -step)])).Times(new Powers([(atom, step)]));
            if (term.ExponentOf(atom) is not (> 0 and var power)) continue;
            term = term.Times(new Powers([(atom, -power)]));
            above = above.Times(PositivePower(atoms.PolynomialOf(atom), power), effort);
        }

        return above.Times(Polynomial.Term(term, product.IsNegative ? -Rational.One : Rational.One), effort);
    }
}
