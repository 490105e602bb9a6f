using System.Diagnostics;
using System.Numerics;
using PSAutodiff.Passes.Algebra;
using PSAutodiff.Passes.Algebra.Factoring;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Factors of polynomials of one variable over the rationals, against polynomials whose factors are known.</summary>
public sealed class FactoringTests
{
    private static readonly int[] Primes = [2, 3, 5, 7, 11, 13];

    [Fact]
    public void Products_of_polynomials_that_Eisenstein_knows_fall_apart_into_these()
    {
        var random = new Random(20240611);
        for (var round = 0; round < 150; round++)
        {
            var expected = new List<BigInteger[]>();
            for (var count = 1 + random.Next(4); count > 0; count--) expected.AddRange(Enumerable.Repeat(Eisenstein(random, 1 + random.Next(9)), random.Next(6) == 0 ? 3 : 1));
            AssertFactors(expected, Product(expected));
        }
    }

    [Fact]
    public void Large_leading_coefficients_and_large_numbers_are_no_obstacle()
    {
        var random = new Random(5);
        for (var round = 0; round < 20; round++)
        {
            List<BigInteger[]> expected = [Eisenstein(random, 6, 1_000_000_000), Eisenstein(random, 5, 1_000_000_000), Eisenstein(random, 1, 1_000_000_000)];
            AssertFactors(expected, Product(expected));
        }
    }

    [Fact]
    public void Small_polynomials_have_the_factors_that_trying_all_finds()
    {
        var random = new Random(3);
        var reducible = 0;
        for (var round = 0; round < 400; round++)
        {
            var polynomial = IntegerPolynomial.Primitive([.. Enumerable.Range(0, 2 + random.Next(4)).Select(_ => (BigInteger)random.Next(-4, 5)), 1 + random.Next(4)]);
            var expected = ByTrying(polynomial);
            if (expected.Count > 1) reducible++;
            AssertFactors(expected, polynomial);
        }

        Assert.InRange(reducible, 50, 350);
    }

    [Fact]
    public void Random_polynomials_multiply_back_and_their_factors_stay()
    {
        var random = new Random(11);
        for (var round = 0; round < 60; round++)
        {
            var (first, second) = (Dense(random, 1 + random.Next(12), 50), Dense(random, 1 + random.Next(12), 50));
            var factors = Factors(Multiply(first, second));
            Assert.Equal(Multiply(first, second), Product(factors));
            Assert.Equal(Factors(first).Count + Factors(second).Count, factors.Count);
            foreach (var factor in factors) Assert.Equal(factor, Assert.Single(Factors(factor)));
        }
    }

    [Fact]
    public void The_factors_of_x_to_the_n_less_1_are_as_many_as_divisors_and_cyclotomic()
    {
        var cyclotomic = Cyclotomic(128);
        for (var n = 1; n <= 128; n++)
        {
            var power = new BigInteger[n + 1];
            (power[0], power[n]) = (-1, 1);
            AssertFactors([.. Enumerable.Range(1, n).Where(divisor => n % divisor == 0).Select(divisor => cyclotomic[divisor])], power);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Polynomials_of_Swinnerton_Dyer_stay_whole_though_every_prime_splits_them(int roots)
    {
        var polynomial = SwinnertonDyer(roots);
        Assert.Equal(1 << roots, polynomial.Length - 1);
        AssertFactors([polynomial], polynomial);

        // Without its symmetry, too, and next to another one.
        var moved = Shifted(polynomial, 1);
        AssertFactors([moved], moved);
        if (roots < 5) AssertFactors([moved, polynomial], Multiply(moved, polynomial));
    }

    [Fact]
    public void A_search_without_hope_is_given_up_with_an_error()
    {
        var clock = Stopwatch.StartNew();
        Assert.Equal("AlgebraTooLarge", Assert.Throws<AutodiffException>(() => Factors(Shifted(SwinnertonDyer(6), 1))).ErrorId);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void Polynomials_with_few_terms_can_have_high_degrees()
    {
        var power = new BigInteger[1001];
        (power[0], power[1000]) = (-1, 1);
        Assert.Equal(16, Factors(power).Count);
        var sparse = new BigInteger[201];
        (sparse[0], sparse[1], sparse[200]) = (1, 1, 1);
        var factors = Factors(sparse);
        Assert.Equal(["1 1 1", Text(IntegerPolynomial.Divide(sparse, [1, 1, 1])!)], factors.Select(Text));
    }

    [Fact]
    public void Multiplicities_come_out()
    {
        BigInteger[] first = [10, 1], second = [2, 0, 1];
        AssertFactors([.. Enumerable.Repeat(first, 13), .. Enumerable.Repeat(second, 4), [0, 1], [0, 1]], Product([.. Enumerable.Repeat(first, 13), .. Enumerable.Repeat(second, 4), [0, 1], [0, 1]]));
    }

    [Fact]
    public void Everyday_sizes_take_little_time()
    {
        var random = new Random(8);
        var clock = Stopwatch.StartNew();
        Assert.Single(Factors(Dense(random, 40, 1000)));
        Assert.Equal(2, Factors(Multiply(Dense(random, 20, 1000), Dense(random, 20, 1000))).Count);
        var power = new BigInteger[129];
        (power[0], power[128]) = (-1, 1);
        Assert.Equal(8, Factors(power).Count);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{clock.Elapsed}");
    }

    [Fact]
    public void Factoring_can_be_cancelled()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => new UnivariateFactors(new Effort(source.Token)).Of(SwinnertonDyer(4)));
    }

    private static List<BigInteger[]> Factors(BigInteger[] polynomial) => new UnivariateFactors(new Effort(TestContext.Current.CancellationToken)).Of(polynomial);

    private static void AssertFactors(IEnumerable<BigInteger[]> expected, BigInteger[] polynomial) =>
        Assert.Equal(expected.Select(Text).Order(StringComparer.Ordinal), Factors(polynomial).Select(Text).Order(StringComparer.Ordinal));

    private static string Text(BigInteger[] polynomial) => string.Join(' ', polynomial);

    private static BigInteger[] Multiply(BigInteger[] x, BigInteger[] y)
    {
        var product = new BigInteger[x.Length + y.Length - 1];
        for (var i = 0; i < x.Length; i++)
        {
            for (var j = 0; j < y.Length; j++) product[i + j] += x[i] * y[j];
        }

        return product;
    }

    private static BigInteger[] Product(IEnumerable<BigInteger[]> factors) => factors.Aggregate<BigInteger[], BigInteger[]>([1], Multiply);

    private static BigInteger[] Dense(Random random, int degree, int most) =>
        IntegerPolynomial.Primitive([1 + random.Next(most), .. Enumerable.Range(1, degree - 1).Select(_ => (BigInteger)random.Next(-most, most)), 1 + random.Next(most)]);

    // A prime divides all coefficients but the first, and its square not the last.
    private static BigInteger[] Eisenstein(Random random, int degree, int most = 20)
    {
        var prime = Primes[random.Next(Primes.Length)];
        return IntegerPolynomial.Primitive([
            prime * ((prime * (BigInteger)random.Next(-most / prime, 1 + (most / prime))) + 1),
            .. Enumerable.Range(1, degree - 1).Select(_ => (BigInteger)prime * random.Next(-most, most)),
            (prime * (BigInteger)random.Next(1 + (most / prime))) + 1]);
    }

    private static BigInteger[][] Cyclotomic(int most)
    {
        var all = new BigInteger[most + 1][];
        for (var n = 1; n <= most; n++)
        {
            var rest = new BigInteger[n + 1];
            (rest[0], rest[n]) = (-1, 1);
            for (var divisor = 1; divisor < n; divisor++)
            {
                if (n % divisor == 0) rest = IntegerPolynomial.Divide(rest, all[divisor])!;
            }

            all[n] = rest;
        }

        return all;
    }

    // The polynomial of all sums of square roots of primes with either sign.
    private static BigInteger[] SwinnertonDyer(int roots)
    {
        BigInteger[] polynomial = [0, 1];
        foreach (var prime in Primes.Take(roots))
        {
            // f(x + r) is even + r odd, and f(x + r) f(x - r) is even^2 - prime odd^2.
            var (even, odd) = (new BigInteger[polynomial.Length], new BigInteger[polynomial.Length]);
            var (derivative, power) = (polynomial, BigInteger.One);
            for (var order = 0; order < polynomial.Length; order++)
            {
                for (var i = 0; i < derivative.Length; i++) (order % 2 == 0 ? even : odd)[i] += power * derivative[i];
                if (order % 2 == 1) power *= prime;
                derivative = Array.ConvertAll(IntegerPolynomial.Derivative(derivative), coefficient => coefficient / (order + 1));
            }

            polynomial = [.. Multiply(even, even).Zip(Multiply(odd, odd), (x, y) => x - (prime * y))];
        }

        return polynomial;
    }

    private static BigInteger[] Shifted(BigInteger[] polynomial, int by)
    {
        var sum = new BigInteger[] { polynomial[^1] };
        foreach (var coefficient in polynomial.Reverse().Skip(1))
        {
            sum = Multiply(sum, [by, 1]);
            sum[0] += coefficient;
        }

        return sum;
    }

    // Up to degree 5 there is a factor of degree 1 or 2: all with coefficients at the ends that divide, and all numbers between.
    private static List<BigInteger[]> ByTrying(BigInteger[] polynomial)
    {
        var factors = new List<BigInteger[]>();
        for (var degree = 1; 2 * degree <= polynomial.Length - 1;)
        {
            if (Candidates(polynomial, degree).FirstOrDefault(candidate => IntegerPolynomial.Divide(polynomial, candidate) is not null) is not { } factor)
            {
                degree++;
                continue;
            }

            factors.Add(factor);
            polynomial = IntegerPolynomial.Divide(polynomial, factor)!;
        }

        if (polynomial.Length > 1) factors.Add(polynomial);
        return factors;
    }

    private static IEnumerable<BigInteger[]> Candidates(BigInteger[] polynomial, int degree)
    {
        if (polynomial[0].IsZero)
        {
            if (degree == 1) yield return [0, 1];
            yield break;
        }

        // Roots are below 1 plus the largest quotient of coefficients, here 5.
        var between = degree == 1 ? 0 : 40;
        for (var leading = BigInteger.One; leading <= polynomial[^1]; leading++)
        {
            if (!(polynomial[^1] % leading).IsZero) continue;
            for (var last = -BigInteger.Abs(polynomial[0]); last <= BigInteger.Abs(polynomial[0]); last++)
            {
                if (last.IsZero || !(polynomial[0] % last).IsZero) continue;
                for (var middle = -between; middle <= between; middle++) yield return degree == 1 ? [last, leading] : [last, middle, leading];
            }
        }
    }
}
