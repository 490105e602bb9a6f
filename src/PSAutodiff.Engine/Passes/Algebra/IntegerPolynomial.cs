using System.Numerics;

namespace PSAutodiff.Passes.Algebra;

/// <summary>Polynomials of one variable with whole coefficients, the constant first.</summary>
internal static class IntegerPolynomial
{
    /// <summary>The highest degree of a polynomial that is factored.</summary>
    public const int MaxDegree = 64;

    // Numbers beyond are not taken apart into their divisors.
    private static readonly BigInteger LargestDivided = 1_000_000_000_000;

    /// <summary>
    /// The factors that cannot be factored over the rationals, in the order of their degrees, equal ones side by side; leading coefficients are
    /// positive.
    /// </summary>
    /// <param name="polynomial">A polynomial without a common divisor and with a leading coefficient above 0.</param>
    /// <param name="effort">Counts the work.</param>
    /// <exception cref="AutodiffException">It is too large.</exception>
    public static List<BigInteger[]> Factor(BigInteger[] polynomial, Effort effort)
    {
        if (polynomial.Length - 1 > MaxDegree) throw Effort.TooLarge();
        var factors = new List<BigInteger[]>();
        for (var degree = 1; 2 * degree <= polynomial.Length - 1;)
        {
            if (FactorOf(polynomial, degree, effort) is not { } factor)
            {
                degree++;
                continue;
            }

            while (Divide(polynomial, factor) is { } quotient)
            {
                factors.Add(factor);
                polynomial = quotient;
            }
        }

        if (polynomial.Length > 1) factors.Add(polynomial);
        factors.Sort(Compare);
        return factors;
    }

    /// <summary>A factor of a degree: it takes at whole numbers divisors of the values there, and is known by enough of these.</summary>
    private static BigInteger[]? FactorOf(BigInteger[] polynomial, int degree, Effort effort)
    {
        // Small values have few divisors.
        var values = Enumerable.Range(-degree - 12, (2 * degree) + 25)
            .Select(point => (Point: (BigInteger)point, Value: At(polynomial, point)))
            .OrderBy(static pair => BigInteger.Abs(pair.Value))
            .Take(degree + 1)
            .ToArray();
        if (values[0].Value.IsZero) return [-values[0].Point, 1];
        var points = Array.ConvertAll(values, static pair => pair.Point);
        var divisors = Array.ConvertAll(values, pair => Divisors(pair.Value, effort));

        // With its sign changed a factor is one too, so the first value can be taken as positive.
        var chosen = new int[degree + 1];
        while (true)
        {
            effort.Spend(4 * degree * degree);
            var taken = new BigInteger[degree + 1];
            for (var i = 0; i <= degree; i++)
            {
                var list = divisors[i];
                taken[i] = chosen[i] < list.Count ? list[chosen[i]] : -list[chosen[i] - list.Count];
            }

            if (Through(points, taken) is { } candidate && candidate.Length - 1 == degree && Divide(polynomial, candidate) is not null) return candidate;
            var place = degree;
            while (place >= 0 && ++chosen[place] == (place == 0 ? 1 : 2) * divisors[place].Count) chosen[place--] = 0;
            if (place < 0) return null;
        }
    }

    /// <summary>The polynomial with whole coefficients through points, by divided differences; null where its coefficients are not whole.</summary>
    private static BigInteger[]? Through(BigInteger[] points, BigInteger[] values)
    {
        var count = points.Length;
        var differences = Array.ConvertAll(values, static value => new Rational(value, 1));
        for (var level = 1; level < count; level++)
        {
            for (var i = count - 1; i >= level; i--) differences[i] = (differences[i] - differences[i - 1]) / (points[i] - points[i - level]);
        }

        var coefficients = new Rational[count];
        Array.Fill(coefficients, Rational.Zero);
        for (var i = count - 1; i >= 0; i--)
        {
            for (var j = count - 1; j > 0; j--) coefficients[j] = coefficients[j - 1] - (coefficients[j] * (Rational)points[i]);
            coefficients[0] = differences[i] - (coefficients[0] * (Rational)points[i]);
        }

        var length = count;
        while (length > 0 && coefficients[length - 1].IsZero) length--;
        if (length == 0 || coefficients.Any(static coefficient => !coefficient.Below.IsOne)) return null;
        var sign = coefficients[length - 1].Sign;
        return [.. coefficients.Take(length).Select(coefficient => sign * coefficient.Above)];
    }

    private static BigInteger[]? Divide(BigInteger[] polynomial, BigInteger[] divisor)
    {
        if (polynomial.Length < divisor.Length) return null;
        var rest = (BigInteger[])polynomial.Clone();
        var quotient = new BigInteger[polynomial.Length - divisor.Length + 1];
        for (var i = quotient.Length - 1; i >= 0; i--)
        {
            quotient[i] = BigInteger.DivRem(rest[i + divisor.Length - 1], divisor[^1], out var remainder);
            if (!remainder.IsZero) return null;
            for (var j = 0; j < divisor.Length; j++) rest[i + j] -= quotient[i] * divisor[j];
        }

        return rest.All(static coefficient => coefficient.IsZero) ? quotient : null;
    }

    private static BigInteger At(BigInteger[] polynomial, BigInteger x)
    {
        var value = BigInteger.Zero;
        for (var i = polynomial.Length - 1; i >= 0; i--) value = (value * x) + polynomial[i];
        return value;
    }

    private static List<BigInteger> Divisors(BigInteger value, Effort effort)
    {
        value = BigInteger.Abs(value);
        if (value > LargestDivided) throw Effort.TooLarge();
        var number = (long)value;
        var divisors = new List<BigInteger>();
        effort.Spend((long)Math.Sqrt(number));
        for (var i = 1L; i * i <= number; i++)
        {
            if (number % i != 0) continue;
            divisors.Add(i);
            if (i * i != number) divisors.Add(number / i);
        }

        divisors.Sort();
        return divisors;
    }

    private static int Compare(BigInteger[] x, BigInteger[] y)
    {
        if (x.Length != y.Length) return x.Length.CompareTo(y.Length);
        for (var i = x.Length - 1; i >= 0; i--)
        {
            if (x[i] != y[i]) return y[i].CompareTo(x[i]);
        }

        return 0;
    }
}
