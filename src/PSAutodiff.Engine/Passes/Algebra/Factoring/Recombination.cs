using System.Numerics;

namespace PSAutodiff.Passes.Algebra.Factoring;

/// <summary>
/// Puts factors modulo a power of a prime together to factors over the rationals: tries one of them, two, three, up to half. What the roots and
/// their squares of a choice add up to is a small number for a true factor and seldom else (Abbott, Shoup and Zimmermann, "Factorization in
/// Z[x]: the searching phase", 2000).
/// </summary>
internal sealed class Recombination
{
    // So many choices are tried in the time of one term.
    private const int ChoicesPerTerm = 32;

    private readonly List<BigInteger[]> _modular;
    private readonly BigInteger _modulus;
    private readonly BigInteger _degrees;
    private readonly Effort _effort;
    private BigInteger[] _rest;

    // Of each modular factor the sum of its roots and of their squares, as fractions of the modulus in 64 bits.
    private List<ulong> _roots = [];
    private List<ulong> _squares = [];
    private ulong _mostRoots;
    private ulong _mostSquares;

    /// <param name="polynomial">A primitive polynomial without squares.</param>
    /// <param name="modular">Its monic factors modulo the modulus.</param>
    /// <param name="modulus">A power of a prime, large enough to hold the factors of half the degree.</param>
    /// <param name="degrees">The degrees that a factor can have, as bits.</param>
    /// <param name="effort">Counts the work.</param>
    public Recombination(BigInteger[] polynomial, List<BigInteger[]> modular, BigInteger modulus, BigInteger degrees, Effort effort)
    {
        (_rest, _modular, _modulus, _degrees, _effort) = (polynomial, [.. modular.OrderBy(static factor => factor.Length)], modulus, degrees, effort);
        Sum();
    }

    /// <summary>The irreducible factors.</summary>
    public List<BigInteger[]> Factors()
    {
        var factors = new List<BigInteger[]>();
        for (var size = 1; 2 * size <= _modular.Count;)
        {
            if (Find(size) is not var (factor, rest, chosen))
            {
                size++;
                continue;
            }

            factors.Add(factor);
            _rest = rest;
            foreach (var i in chosen.Reverse()) _modular.RemoveAt(i);
            Sum();
        }

        if (_rest.Length > 1) factors.Add(_rest);
        return factors;
    }

    private (BigInteger[] Factor, BigInteger[] Other, int[] Chosen)? Find(int size)
    {
        var count = _modular.Count;
        var chosen = new int[size];
        var (roots, squares, degrees) = (new ulong[size + 1], new ulong[size + 1], new int[size + 1]);
        var (place, choices) = (0, 0);
        chosen[0] = -1;
        while (place >= 0)
        {
            // With half of all, a choice without the first is the rest of one with it.
            var next = ++chosen[place];
            if (next > count - size + place || (place == 0 && next > 0 && 2 * size == count))
            {
                place--;
                continue;
            }

            roots[place + 1] = unchecked(roots[place] + _roots[next]);
            squares[place + 1] = unchecked(squares[place] + _squares[next]);
            degrees[place + 1] = degrees[place] + _modular[next].Length - 1;
            if (place < size - 1)
            {
                chosen[++place] = next;
                continue;
            }

            if (++choices % ChoicesPerTerm == 0) _effort.Spend(1);
            if (unchecked(roots[size] + _mostRoots) > 2 * _mostRoots || unchecked(squares[size] + _mostSquares) > 2 * _mostSquares) continue;
            if ((_degrees >> degrees[size]).IsEven) continue;
            if (Divisor(chosen, degrees[size]) is var (factor, rest)) return (factor, rest, chosen);
        }

        return null;
    }

    /// <summary>The factor that a choice stands for, and what is left of the polynomial; null where it is none.</summary>
    private (BigInteger[] Factor, BigInteger[] Other)? Divisor(int[] chosen, int degree)
    {
        // The modulus holds the coefficients of the part with the lower degree.
        var lower = 2 * degree <= _rest.Length - 1;
        var part = Enumerable.Range(0, _modular.Count).Where(i => lower == (Array.BinarySearch(chosen, i) >= 0)).ToList();
        _effort.Spend(1 + (part.Count / 16));
        var last = Near(part.Aggregate(_rest[^1], (product, i) => product * _modular[i][0] % _modulus));
        if (last.IsZero || !(_rest[^1] * _rest[0] % last).IsZero) return null;
        _effort.Spend(_rest.Length * _rest.Length / 16);
        BigInteger[] product = [_rest[^1] % _modulus];
        foreach (var i in part) product = HenselLift.Multiply(product, _modular[i], _modulus);
        var factor = IntegerPolynomial.Primitive(Array.ConvertAll(product, Near));
        if (IntegerPolynomial.Divide(_rest, factor) is not { } other) return null;
        return lower ? (factor, other) : (other, factor);
    }

    private BigInteger Near(BigInteger number) => 2 * number > _modulus ? number - _modulus : number;

    /// <summary>
    /// Prepares the sums of roots. All roots are at most twice the largest |a[n - i] / a[n]|^(1/i) (Fujiwara), and times the leading coefficient
    /// and its square the sums are whole.
    /// </summary>
    private void Sum()
    {
        var leading = _rest[^1];
        var bits = 1L;
        for (var i = 1; i < _rest.Length; i++)
        {
            var excess = BigInteger.Abs(_rest[^(i + 1)]).GetBitLength() - leading.GetBitLength() + 1;
            if (excess > 0) bits = Math.Max(bits, ((excess + i - 1) / i) + 1);
        }

        var most = leading * (_rest.Length - 1) << (int)bits;
        _mostRoots = Share(most);
        _roots = _mostRoots == 0 ? [.. _modular.Select(static _ => 0UL)] : _modular.ConvertAll(factor => Fraction(-leading * factor[^2]));
        _mostSquares = Share(most * leading << (int)bits);
        _squares = _mostSquares == 0 ? [.. _modular.Select(static _ => 0UL)] : _modular.ConvertAll(factor =>
            Fraction(leading * leading * ((factor[^2] * factor[^2]) - (factor.Length > 2 ? 2 * factor[^3] : 0))));
    }

    private ulong Fraction(BigInteger number)
    {
        var rest = number % _modulus;
        return (ulong)(((rest.Sign < 0 ? rest + _modulus : rest) << 64) / _modulus);
    }

    /// <summary>The largest sum as a fraction, with what is lost by rounding down; 0 where the modulus is too small to tell.</summary>
    private ulong Share(BigInteger most)
    {
        var share = ((most << 64) / _modulus) + _modular.Count + 1;
        return share < BigInteger.One << 62 ? (ulong)share : 0;
    }
}
