using System.Numerics;

namespace PSAutodiff.Passes.Algebra.Factoring;

/// <summary>Polynomials of one variable modulo a prime, the constant first, without leading zeros: 0 has no coefficients.</summary>
/// <param name="prime">A prime below 2^26, so that sums of 2^11 products fit into 64 bits.</param>
internal sealed class PrimeField(uint prime)
{
    /// <summary>The largest number of coefficients.</summary>
    public const int MaxLength = 1 << 11;

    /// <summary>All primes are below.</summary>
    public const uint Limit = 1 << 26;

    public uint Prime => prime;

    public static bool IsPrime(uint number)
    {
        if (number < 2) return false;
        for (var divisor = 2u; divisor * divisor <= number; divisor++)
        {
            if (number % divisor == 0) return false;
        }

        return true;
    }

    public ulong Of(BigInteger number)
    {
        var rest = (long)(number % prime);
        return (ulong)(rest < 0 ? rest + prime : rest);
    }

    public ulong[] Of(BigInteger[] polynomial) => Trim(Array.ConvertAll(polynomial, Of));

    public ulong Inverse(ulong number) => Power(number, prime - 2);

    public ulong[] Add(ulong[] x, ulong[] y) => Combine(x, y, 1);

    public ulong[] Subtract(ulong[] x, ulong[] y) => Combine(x, y, prime - 1);

    public ulong[] Multiply(ulong[] x, ulong[] y)
    {
        if (x.Length == 0 || y.Length == 0) return [];
        var product = new ulong[x.Length + y.Length - 1];
        for (var i = 0; i < x.Length; i++)
        {
            var factor = x[i];
            if (factor == 0) continue;
            for (var j = 0; j < y.Length; j++) product[i + j] += factor * y[j];
        }

        for (var i = 0; i < product.Length; i++) product[i] %= prime;
        return product;
    }

    public ulong[] Scale(ulong[] polynomial, ulong factor) => Array.ConvertAll(polynomial, coefficient => coefficient * factor % prime);

    public ulong[] Monic(ulong[] polynomial) => polynomial.Length == 0 || polynomial[^1] == 1 ? polynomial : Scale(polynomial, Inverse(polynomial[^1]));

    public ulong[] Derivative(ulong[] polynomial)
    {
        if (polynomial.Length == 0) return [];
        var derivative = new ulong[polynomial.Length - 1];
        for (var i = 1; i < polynomial.Length; i++) derivative[i - 1] = polynomial[i] * ((ulong)i % prime) % prime;
        return Trim(derivative);
    }

    public ulong[] Remainder(ulong[] dividend, ulong[] divisor) => Divide(dividend, divisor).Remainder;

    /// <summary>The quotient and what is left over.</summary>
    public (ulong[] Quotient, ulong[] Remainder) Divide(ulong[] dividend, ulong[] divisor)
    {
        if (dividend.Length < divisor.Length) return ([], dividend);
        var inverse = Inverse(divisor[^1]);
        var rest = (ulong[])dividend.Clone();
        var quotient = new ulong[dividend.Length - divisor.Length + 1];
        for (var i = quotient.Length - 1; i >= 0; i--)
        {
            var factor = rest[i + divisor.Length - 1] % prime * inverse % prime;
            if (factor == 0) continue;
            quotient[i] = factor;
            var negative = prime - factor;
            for (var j = 0; j < divisor.Length - 1; j++) rest[i + j] += negative * divisor[j];
        }

        Array.Resize(ref rest, divisor.Length - 1);
        for (var i = 0; i < rest.Length; i++) rest[i] %= prime;
        return (quotient, Trim(rest));
    }

    /// <summary>The greatest common divisor, monic.</summary>
    public ulong[] Gcd(ulong[] x, ulong[] y)
    {
        while (y.Length > 0) (x, y) = (y, Remainder(x, y));
        return Monic(x);
    }

    /// <summary>S and T with S x + T y = 1, of degrees below those of y and x, which have no factor in common.</summary>
    public (ulong[] S, ulong[] T) Bezout(ulong[] x, ulong[] y)
    {
        var (first, second) = (x, y);
        var (s, nextS) = (new ulong[] { 1 }, Array.Empty<ulong>());
        var (t, nextT) = (Array.Empty<ulong>(), new ulong[] { 1 });
        while (second.Length > 0)
        {
            var (quotient, rest) = Divide(first, second);
            (first, second) = (second, rest);
            (s, nextS) = (nextS, Subtract(s, Multiply(quotient, nextS)));
            (t, nextT) = (nextT, Subtract(t, Multiply(quotient, nextT)));
        }

        var inverse = Inverse(first[0]);
        return (Scale(s, inverse), Scale(t, inverse));
    }

    /// <summary>A power modulo a polynomial.</summary>
    public ulong[] Power(ulong[] polynomial, uint exponent, ulong[] modulus)
    {
        var power = Remainder([1], modulus);
        for (var bit = 31 - BitOperations.LeadingZeroCount(exponent); bit >= 0; bit--)
        {
            power = Remainder(Multiply(power, power), modulus);
            if (((exponent >> bit) & 1) != 0) power = Remainder(Multiply(power, polynomial), modulus);
        }

        return power;
    }

    private ulong Power(ulong number, uint exponent)
    {
        var power = 1UL;
        for (; exponent > 0; exponent >>= 1, number = number * number % prime)
        {
            if ((exponent & 1) != 0) power = power * number % prime;
        }

        return power;
    }

    private ulong[] Combine(ulong[] x, ulong[] y, ulong factor)
    {
        var sum = new ulong[Math.Max(x.Length, y.Length)];
        x.CopyTo(sum, 0);
        for (var i = 0; i < y.Length; i++) sum[i] = (sum[i] + (factor * y[i])) % prime;
        return Trim(sum);
    }

    private static ulong[] Trim(ulong[] polynomial)
    {
        var length = polynomial.Length;
        while (length > 0 && polynomial[length - 1] == 0) length--;
        Array.Resize(ref polynomial, length);
        return polynomial;
    }
}
