using PSAutodiff.Kernels;

namespace PSAutodiff.Passes.Algebra.Factoring;

/// <summary>
/// Factors a polynomial modulo a small odd prime: into products of factors of the same degree, and these by Cantor and Zassenhaus (von zur
/// Gathen and Gerhard, "Modern Computer Algebra", sections 14.2 and 14.3).
/// </summary>
/// <param name="field">The prime.</param>
/// <param name="effort">Counts the work.</param>
internal sealed class ModularFactors(PrimeField field, Effort effort)
{
    /// <summary>The products of all monic irreducible factors of each degree, of a monic polynomial without a square.</summary>
    public List<(ulong[] Product, int Degree)> ByDegree(ulong[] polynomial)
    {
        var products = new List<(ulong[] Product, int Degree)>();
        var powers = PowersOfX(polynomial);
        var (rest, power) = (polynomial, new ulong[] { 0, 1 });
        for (var degree = 1; rest.Length - 1 >= 2 * degree; degree++)
        {
            // x to the power p^degree less x is the product of all irreducible polynomials whose degrees divide it.
            power = OfPowers(power, powers);
            var product = field.Gcd(rest, field.Subtract(field.Remainder(power, rest), [0, 1]));
            if (product.Length == 1) continue;
            products.Add((product, degree));
            rest = field.Divide(rest, product).Quotient;
        }

        if (rest.Length > 1) products.Add((rest, rest.Length - 1));
        return products;
    }

    /// <summary>The irreducible factors of a product of factors of one degree.</summary>
    public List<ulong[]> OfDegree(ulong[] product, int degree)
    {
        var random = new RandomSource(product.Length, degree);
        var factors = new List<ulong[]>();
        var open = new Stack<ulong[]>([product]);
        while (open.TryPop(out var next))
        {
            if (next.Length - 1 == degree)
            {
                factors.Add(next);
                continue;
            }

            // Half of all polynomials have the power 1 modulo a factor, the others -1.
            var length = next.Length - 1;
            effort.Spend((long)degree * length * length / 64);
            var drawn = new ulong[length];
            for (var i = 0; i < length; i++) drawn[i] = (ulong)random.NextInt((int)field.Prime);
            var power = field.Remainder(field.Add(drawn, []), next);
            var norm = power;
            for (var i = 1; i < degree; i++)
            {
                power = field.Power(power, field.Prime, next);
                norm = field.Remainder(field.Multiply(norm, power), next);
            }

            var factor = field.Gcd(next, field.Subtract(field.Power(norm, (field.Prime - 1) / 2, next), [1]));
            if (factor.Length == 1 || factor.Length == next.Length)
            {
                open.Push(next);
                continue;
            }

            open.Push(field.Divide(next, factor).Quotient);
            open.Push(factor);
        }

        return factors;
    }

    /// <summary>x to the powers 0, p, 2p and so on, modulo a polynomial: taking a power of p of a polynomial puts these in place of its powers of x.</summary>
    private ulong[][] PowersOfX(ulong[] modulus)
    {
        var degree = modulus.Length - 1;
        effort.Spend((long)degree * degree * (degree + field.Prime) / 256);
        var powers = new ulong[degree][];
        var power = new ulong[degree];
        power[0] = 1;
        for (var i = 0; i < degree; i++)
        {
            powers[i] = (ulong[])power.Clone();
            for (var step = 0; step < field.Prime; step++)
            {
                var negative = (field.Prime - power[^1]) % field.Prime;
                for (var j = degree - 1; j > 0; j--) power[j] = (power[j - 1] + (negative * modulus[j])) % field.Prime;
                power[0] = negative * modulus[0] % field.Prime;
            }
        }

        return powers;
    }

    private ulong[] OfPowers(ulong[] polynomial, ulong[][] powers)
    {
        var sum = new ulong[powers.Length];
        for (var i = 0; i < polynomial.Length; i++)
        {
            var (factor, power) = (polynomial[i], powers[i]);
            if (factor == 0) continue;
            for (var j = 0; j < sum.Length; j++) sum[j] += factor * power[j];
        }

        for (var j = 0; j < sum.Length; j++) sum[j] %= field.Prime;
        return sum;
    }
}
