using System.Numerics;
using PSAutodiff.Core;
using PSAutodiff.Passes.Algebra.Factoring;

namespace PSAutodiff.Passes.Algebra;

/// <summary>
/// Factors an expression: brings it over one fraction line, cancels, takes out common factors, and factors polynomials over the rationals.
/// </summary>
/// <param name="reader">Knows the atoms.</param>
/// <param name="effort">Counts the work.</param>
/// <param name="cancelled">Gets the terms that must not be 0 because they were cancelled.</param>
internal sealed class Factorization(PolynomialReader reader, Effort effort, ICollection<int> cancelled)
{
    /// <summary>The factored form.</summary>
    public Term Of(Polynomial polynomial)
    {
        if (polynomial.Count == 0) return reader.Write(polynomial);

        // What is below the fraction line: sums by themselves, single atoms as powers common to all terms.
        var denominators = new List<Polynomial>();
        var numerator = polynomial;
        foreach (var atom in polynomial.Atoms().Where(reader.Sums.ContainsKey))
        {
            var lowest = -numerator.CommonPowers().ExponentOf(atom);
            if (lowest <= 0) lowest = -numerator.Terms.Min(term => term.Key.ExponentOf(atom));
            if (lowest <= 0) continue;
            var sum = reader.Sums[atom];
            var cleared = Polynomial.Zero;
            foreach (var (exponent, coefficient) in numerator.By(atom))
            {
                cleared = cleared.Plus(coefficient.Times(sum.Power(exponent + lowest, effort), effort), Rational.One, effort);
            }

            numerator = cleared;
            denominators.AddRange(Enumerable.Repeat(sum, lowest));
        }

        if (numerator.Count == 0) return reader.Write(numerator);
        var common = CommonOf(ref numerator);
        var above = Factors(numerator, out var content);
        var below = new List<Polynomial>();
        foreach (var denominator in denominators)
        {
            var divisor = denominator;
            common = common.Times(CommonOf(ref divisor).Inverse());
            below.AddRange(Factors(divisor, out var number));
            content /= number;
        }

        for (var i = below.Count - 1; i >= 0; i--)
        {
            for (var j = 0; j < above.Count; j++)
            {
                if (above[j].DividedBy(below[i], effort) is not { } quotient) continue;
                cancelled.Add(reader.Write(below[i]).Id);
                below.RemoveAt(i);
                above.RemoveAt(j);
                above.InsertRange(j, Factors(quotient, out var number));
                content *= number;
                break;
            }
        }

        return Write(common, content, above, below);
    }

    private Term Write(Powers common, Rational content, List<Polynomial> above, List<Polynomial> below)
    {
        var lead = new Powers([.. common.Factors.ToArray().Where(static factor => factor.Exponent > 0)]);
        var divisor = new Powers([.. common.Factors.ToArray().Where(static factor => factor.Exponent < 0)]).Inverse();
        var numerator = Product(reader.Write(lead, Rational.Of(content.Above, 1)), lead, Rational.Of(content.Above, 1), above);
        var denominator = Product(reader.Write(divisor, Rational.Of(content.Below, 1)), divisor, Rational.Of(content.Below, 1), below);
        return denominator.Is(1) ? numerator : numerator / denominator;
    }

    private Term Product(Term lead, Powers powers, Rational number, List<Polynomial> factors)
    {
        var product = powers.Factors.Length == 0 && number.IsOne && factors.Count > 0 ? Term.None : lead;
        var negates = powers.Factors.Length == 0 && (-number).IsOne && factors.Count > 0;
        if (negates) product = Term.None;
        for (var i = 0; i < factors.Count; i++)
        {
            // Those of one polynomial stand side by side, those of several anywhere.
            if (factors.Take(i).Any(other => AreEqual(other, factors[i]))) continue;
            var count = factors.Count(other => AreEqual(other, factors[i]));
            var factor = reader.Write(factors[i]);
            if (count > 1) factor = factor.Apply<PowOperation>(factor.Constant(count));
            product = product.Exists ? product * factor : factor;
        }

        return negates ? -product : product;
    }

    /// <summary>Takes out the powers that all terms have.</summary>
    private static Powers CommonOf(ref Polynomial polynomial)
    {
        var common = polynomial.CommonPowers();
        var inverse = common.Inverse();
        polynomial = Polynomial.Sum(polynomial.Terms.Select(term => new KeyValuePair<Powers, Rational>(term.Key.Times(inverse), term.Value)));
        return common;
    }

    /// <summary>Factors with whole coefficients that have no divisor in common, equal ones side by side; and the number before them.</summary>
    private List<Polynomial> Factors(Polynomial polynomial, out Rational content)
    {
        content = ContentOf(polynomial);
        var primitive = Polynomial.Zero.Plus(polynomial, Rational.One / content, effort);
        return primitive.Value is null ? new PolynomialFactors(effort).Of(primitive) : [];
    }

    // The greatest common divisor of the coefficients, with the sign of the first term as it is written.
    private static Rational ContentOf(Polynomial polynomial)
    {
        var (above, below) = (BigInteger.Zero, BigInteger.One);
        foreach (var (_, coefficient) in polynomial.Terms)
        {
            above = BigInteger.GreatestCommonDivisor(above, coefficient.Above);
            below = below / BigInteger.GreatestCommonDivisor(below, coefficient.Below) * coefficient.Below;
        }

        return Rational.Of(polynomial.Ordered()[0].Value.Sign * above, below);
    }

    private static bool AreEqual(Polynomial x, Polynomial y) =>
        x.Count == y.Count && x.Terms.All(term => y.Terms.Any(other => other.Key.Equals(term.Key) && other.Value == term.Value));
}
