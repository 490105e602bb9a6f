using PSAutodiff.Core;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff.Passes.Algebra;

/// <summary>How polynomials are written as terms of a graph, whatever their atoms stand for.</summary>
internal static class PolynomialWriter
{
    /// <summary>The terms by falling degree, beginning with one that is added: y - x, not -x + y.</summary>
    /// <param name="builder">The builder of the graph.</param>
    /// <param name="polynomial">The polynomial.</param>
    /// <param name="product">Writes a product with its coefficient.</param>
    public static Term Sum(GraphBuilder builder, Polynomial polynomial, Func<Powers, Rational, Term> product)
    {
        var sum = Term.None;
        var terms = polynomial.Ordered();
        var first = Math.Max(0, terms.FindIndex(static term => term.Value.Sign > 0));
        if (first > 0) (terms[0], terms[first]) = (terms[first], terms[0]);
        foreach (var (powers, coefficient) in terms)
        {
            var negative = sum.Exists && coefficient.Sign < 0;
            var term = product(powers, negative ? -coefficient : coefficient);
            sum = !sum.Exists ? term : negative ? sum - term : sum + term;
        }

        return sum.Exists ? sum : Constant(builder, 0);
    }

    /// <summary>A product over another with a single fraction line.</summary>
    /// <param name="builder">The builder of the graph.</param>
    /// <param name="above">The factors above the line, or none.</param>
    /// <param name="below">The factors below it, or none.</param>
    /// <param name="number">The number above it.</param>
    /// <param name="divisor">The number below it, above 0.</param>
    public static Term Fraction(GraphBuilder builder, Term above, Term below, double number, double divisor)
    {
        var negates = number == -1 && above.Exists;
        if (!above.Exists) above = Constant(builder, number);
        else if (Math.Abs(number) != 1) above = Coefficient.Put(number, above);
        if (divisor != 1) below = below.Exists ? Coefficient.Put(divisor, below) : Constant(builder, divisor);
        var whole = below.Exists ? above / below : above;
        return negates ? -whole : whole;
    }

    /// <summary>A power with the factors that stand on its side of the fraction line.</summary>
    public static void Put(int exponent, Term power, ref Term above, ref Term below)
    {
        if (exponent > 0) above = above.Exists ? above * power : power;
        else below = below.Exists ? below * power : power;
    }

    private static Term Constant(GraphBuilder builder, double value) => builder.Term(builder.Constant(value));
}
