using System.Numerics;

namespace PSAutodiff.Passes.Algebra.Factoring;

/// <summary>Polynomials of one variable with whole coefficients, the constant first, without leading zeros: 0 has no coefficients.</summary>
internal static class IntegerPolynomial
{
    /// <summary>The quotient, if the division leaves nothing over.</summary>
    public static BigInteger[]? Divide(BigInteger[] polynomial, BigInteger[] divisor)
    {
        if (polynomial.Length == 0) return [];
        if (polynomial.Length < divisor.Length) return null;
        var rest = (BigInteger[])polynomial.Clone();
        var quotient = new BigInteger[polynomial.Length - divisor.Length + 1];
        for (var i = quotient.Length - 1; i >= 0; i--)
        {
            if (rest[i + divisor.Length - 1].IsZero) continue;
            quotient[i] = BigInteger.DivRem(rest[i + divisor.Length - 1], divisor[^1], out var remainder);
            if (!remainder.IsZero) return null;
            for (var j = 0; j < divisor.Length; j++) rest[i + j] -= quotient[i] * divisor[j];
        }

        return rest.All(static coefficient => coefficient.IsZero) ? quotient : null;
    }

    public static BigInteger[] Derivative(BigInteger[] polynomial) =>
        polynomial.Length == 0 ? [] : [.. polynomial.Skip(1).Select(static (coefficient, i) => coefficient * (i + 1))];

    /// <summary>The polynomial without a divisor that all coefficients have in common, and with a leading coefficient above 0.</summary>
    public static BigInteger[] Primitive(BigInteger[] polynomial)
    {
        if (polynomial.Length == 0) return polynomial;
        var divisor = polynomial.Aggregate(BigInteger.Zero, BigInteger.GreatestCommonDivisor) * polynomial[^1].Sign;
        return divisor.IsOne ? polynomial : Array.ConvertAll(polynomial, coefficient => coefficient / divisor);
    }

    /// <summary>The greatest common divisor of two polynomials, primitive: from its values modulo primes, until it divides both.</summary>
    public static BigInteger[] Gcd(BigInteger[] x, BigInteger[] y, Effort effort)
    {
        if (y.Length == 0) return Primitive(x);
        var leading = BigInteger.GreatestCommonDivisor(x[^1], y[^1]);
        var (combined, modulus) = (Array.Empty<BigInteger>(), BigInteger.One);
        for (var prime = PrimeField.Limit - 1; ; prime -= 2)
        {
            if (!PrimeField.IsPrime(prime)) continue;
            var field = new PrimeField(prime);
            if (field.Of(x[^1]) == 0 || field.Of(y[^1]) == 0) continue;
            effort.Spend(((long)x.Length * y.Length / 64) + 1);
            var common = field.Gcd(field.Of(x), field.Of(y));
            if (common.Length == 1) return [BigInteger.One];

            // An unlucky prime shows too high a degree.
            if (combined.Length > 0 && common.Length > combined.Length) continue;
            common = field.Scale(common, field.Of(leading));
            if (common.Length < combined.Length) (combined, modulus) = ([], BigInteger.One);
            var before = combined;
            combined = Combine(before, modulus, common, field);
            modulus *= prime;
            if (!before.AsSpan().SequenceEqual(combined)) continue;
            var candidate = Primitive(combined);
            if (Divide(x, candidate) is not null && Divide(y, candidate) is not null) return candidate;
        }
    }

    /// <summary>Factors without squares and their multiplicities, by Yun's algorithm; of a primitive polynomial, as they are.</summary>
    public static List<(BigInteger[] Factor, int Multiplicity)> SquareFree(BigInteger[] polynomial, Effort effort)
    {
        var factors = new List<(BigInteger[] Factor, int Multiplicity)>();
        var derivative = Derivative(polynomial);
        var common = Gcd(polynomial, derivative, effort);
        var (rest, next) = (Divide(polynomial, common)!, Divide(derivative, common)!);
        for (var multiplicity = 1; rest.Length > 1; multiplicity++)
        {
            next = Subtract(next, Derivative(rest));
            var factor = Gcd(rest, next, effort);
            if (factor.Length > 1) factors.Add((factor, multiplicity));
            (rest, next) = (Divide(rest, factor)!, Divide(next, factor)!);
        }

        return factors;
    }

    private static BigInteger[] Subtract(BigInteger[] x, BigInteger[] y)
    {
        var difference = new BigInteger[Math.Max(x.Length, y.Length)];
        x.CopyTo(difference, 0);
        for (var i = 0; i < y.Length; i++) difference[i] -= y[i];
        var length = difference.Length;
        while (length > 0 && difference[length - 1].IsZero) length--;
        return difference[..length];
    }

    /// <summary>The polynomial with the smallest coefficients that is one modulo a modulus and another modulo a prime.</summary>
    private static BigInteger[] Combine(BigInteger[] polynomial, BigInteger modulus, ulong[] other, PrimeField field)
    {
        var combined = new BigInteger[other.Length];
        var (inverse, product) = (field.Inverse(field.Of(modulus)), modulus * field.Prime);
        for (var i = 0; i < other.Length; i++)
        {
            var own = i < polynomial.Length ? polynomial[i] : BigInteger.Zero;
            var step = (other[i] + field.Prime - field.Of(own)) % field.Prime * inverse % field.Prime;
            combined[i] = own + (modulus * step);
            if (2 * combined[i] > product) combined[i] -= product;
        }

        return combined;
    }
}
