using System.Numerics;

namespace PSAutodiff.Passes.Algebra.Factoring;

/// <summary>
/// Lifts factors modulo a prime to factors modulo one of its powers, by a tree of halves and doubling exponents (von zur Gathen and Gerhard,
/// "Modern Computer Algebra", section 15.5).
/// </summary>
/// <param name="field">The prime.</param>
/// <param name="exponent">The exponent of its power.</param>
/// <param name="effort">Counts the work.</param>
internal sealed class HenselLift(PrimeField field, int exponent, Effort effort)
{
    /// <summary>The power of the prime.</summary>
    public BigInteger Modulus { get; } = BigInteger.Pow(field.Prime, exponent);

    /// <summary>The monic factors modulo the power whose product is a polynomial, less its leading coefficient.</summary>
    /// <param name="polynomial">A polynomial whose leading coefficient the prime does not divide.</param>
    /// <param name="factors">Its monic factors modulo the prime, no two of them equal.</param>
    public List<BigInteger[]> Of(BigInteger[] polynomial, IReadOnlyList<ulong[]> factors)
    {
        var inverse = InverseOf(polynomial[^1]);
        var lifted = new List<BigInteger[]>();
        var open = new Stack<(BigInteger[] Product, int First, int Count)>();
        open.Push((Reduce(Array.ConvertAll(polynomial, coefficient => coefficient * inverse), Modulus), 0, factors.Count));
        while (open.TryPop(out var next))
        {
            var (product, first, count) = next;
            if (count == 1)
            {
                lifted.Add(product);
                continue;
            }

            var half = count / 2;
            var (left, right) = Lift(product, Product(factors, first, half), Product(factors, first + half, count - half));
            open.Push((right, first + half, count - half));
            open.Push((left, first, half));
        }

        return lifted;
    }

    /// <summary>The product of two polynomials with coefficients from 0 to below a modulus: a product of two numbers whose digits they are.</summary>
    public static BigInteger[] Multiply(BigInteger[] x, BigInteger[] y, BigInteger modulus)
    {
        if (x.Length == 0 || y.Length == 0) return [];
        var width = (int)(((2 * modulus.GetBitLength()) + 63) / 8) + 1;
        var digits = (Packed(x, width) * Packed(y, width)).ToByteArray(isUnsigned: true);
        var product = new BigInteger[x.Length + y.Length - 1];
        for (var i = 0; i < product.Length && i * width < digits.Length; i++)
        {
            product[i] = new BigInteger(digits.AsSpan(i * width, Math.Min(width, digits.Length - (i * width))), isUnsigned: true) % modulus;
        }

        return Trim(product);
    }

    /// <summary>The polynomial with coefficients from 0 to below a modulus.</summary>
    public static BigInteger[] Reduce(BigInteger[] polynomial, BigInteger modulus) => Trim(Array.ConvertAll(polynomial, coefficient =>
    {
        var rest = coefficient % modulus;
        return rest.Sign < 0 ? rest + modulus : rest;
    }));

    private static BigInteger Packed(BigInteger[] polynomial, int width)
    {
        var digits = new byte[polynomial.Length * width];
        for (var i = 0; i < polynomial.Length; i++) polynomial[i].TryWriteBytes(digits.AsSpan(i * width, width), out _, isUnsigned: true);
        return new BigInteger(digits, isUnsigned: true);
    }

    private (BigInteger[] Left, BigInteger[] Right) Lift(BigInteger[] product, ulong[] first, ulong[] second)
    {
        var (x, y) = field.Bezout(first, second);
        var (g, h, s, t) = (Whole(first), Whole(second), Whole(x), Whole(y));
        foreach (var power in Exponents())
        {
            effort.Spend((long)product.Length * product.Length * (1 + power) / 64);
            var modulus = BigInteger.Pow(field.Prime, power);
            var error = Subtract(Reduce(product, modulus), Multiply(g, h, modulus), modulus);
            var (quotient, rest) = Divide(Multiply(s, error, modulus), h, modulus);
            g = Add(g, Add(Multiply(t, error, modulus), Multiply(quotient, g, modulus), modulus), modulus);
            h = Add(h, rest, modulus);
            var excess = Subtract(Add(Multiply(s, g, modulus), Multiply(t, h, modulus), modulus), [BigInteger.One], modulus);
            (quotient, rest) = Divide(Multiply(s, excess, modulus), h, modulus);
            s = Subtract(s, rest, modulus);
            t = Subtract(t, Add(Multiply(t, excess, modulus), Multiply(quotient, g, modulus), modulus), modulus);
        }

        return (g, h);
    }

    /// <summary>The exponents on the way, each at most twice the last.</summary>
    private Stack<int> Exponents()
    {
        var exponents = new Stack<int>();
        for (var power = exponent; power > 1; power = (power + 1) / 2) exponents.Push(power);
        return exponents;
    }

    private BigInteger InverseOf(BigInteger number)
    {
        var inverse = (BigInteger)field.Inverse(field.Of(number));
        foreach (var power in Exponents())
        {
            var modulus = BigInteger.Pow(field.Prime, power);
            inverse = inverse * (2 - (number * inverse)) % modulus;
        }

        return inverse;
    }

    private ulong[] Product(IReadOnlyList<ulong[]> factors, int first, int count)
    {
        var product = factors[first];
        for (var i = 1; i < count; i++) product = field.Multiply(product, factors[first + i]);
        return product;
    }

    private static BigInteger[] Add(BigInteger[] x, BigInteger[] y, BigInteger modulus)
    {
        var sum = new BigInteger[Math.Max(x.Length, y.Length)];
        x.CopyTo(sum, 0);
        for (var i = 0; i < y.Length; i++)
        {
            sum[i] += y[i];
            if (sum[i] >= modulus) sum[i] -= modulus;
        }

        return Trim(sum);
    }

    private static BigInteger[] Subtract(BigInteger[] x, BigInteger[] y, BigInteger modulus) =>
        Add(x, Array.ConvertAll(y, coefficient => coefficient.IsZero ? coefficient : modulus - coefficient), modulus);

    /// <summary>The quotient and what is left over of a division by a monic polynomial.</summary>
    private static (BigInteger[] Quotient, BigInteger[] Remainder) Divide(BigInteger[] dividend, BigInteger[] divisor, BigInteger modulus)
    {
        if (dividend.Length < divisor.Length) return ([], dividend);
        var rest = (BigInteger[])dividend.Clone();
        var quotient = new BigInteger[dividend.Length - divisor.Length + 1];
        for (var i = quotient.Length - 1; i >= 0; i--)
        {
            var factor = rest[i + divisor.Length - 1] % modulus;
            quotient[i] = factor;
            if (factor.IsZero) continue;
            for (var j = 0; j < divisor.Length - 1; j++) rest[i + j] -= factor * divisor[j];
        }

        return (Reduce(quotient, modulus), Reduce(rest[..(divisor.Length - 1)], modulus));
    }

    private static BigInteger[] Whole(ulong[] polynomial) => Array.ConvertAll(polynomial, static coefficient => (BigInteger)coefficient);

    private static BigInteger[] Trim(BigInteger[] polynomial)
    {
        var length = polynomial.Length;
        while (length > 0 && polynomial[length - 1].IsZero) length--;
        Array.Resize(ref polynomial, length);
        return polynomial;
    }
}
