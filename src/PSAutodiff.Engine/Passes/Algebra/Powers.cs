namespace PSAutodiff.Passes.Algebra;

/// <summary>A product of powers of atoms with whole exponents, none of them 0; in the order of the atoms.</summary>
internal sealed class Powers : IEquatable<Powers>
{
    public static readonly Powers None = new([]);

    private readonly (int Atom, int Exponent)[] _factors;
    private readonly int _hash;

    public Powers((int Atom, int Exponent)[] factors)
    {
        _factors = factors;
        var hash = default(HashCode);
        foreach (var factor in factors) hash.Add(factor);
        _hash = hash.ToHashCode();
    }

    public ReadOnlySpan<(int Atom, int Exponent)> Factors => _factors;

    public int Degree => _factors.Sum(static factor => factor.Exponent);

    public int ExponentOf(int atom)
    {
        foreach (var (other, exponent) in _factors)
        {
            if (other == atom) return exponent;
        }

        return 0;
    }

    public Powers Times(Powers other)
    {
        if (_factors.Length == 0) return other;
        if (other._factors.Length == 0) return this;
        var product = new List<(int Atom, int Exponent)>(_factors.Length + other._factors.Length);
        var (i, j) = (0, 0);
        while (i < _factors.Length || j < other._factors.Length)
        {
            if (j == other._factors.Length || (i < _factors.Length && _factors[i].Atom < other._factors[j].Atom)) product.Add(_factors[i++]);
            else if (i == _factors.Length || _factors[i].Atom > other._factors[j].Atom) product.Add(other._factors[j++]);
            else
            {
                var exponent = _factors[i].Exponent + other._factors[j++].Exponent;
                if (exponent != 0) product.Add((_factors[i].Atom, exponent));
                i++;
            }
        }

        return new Powers([.. product]);
    }

    public Powers Inverse() => new(Array.ConvertAll(_factors, static factor => (factor.Atom, -factor.Exponent)));

    public bool Equals(Powers? other) => other is not null && _hash == other._hash && _factors.AsSpan().SequenceEqual(other._factors);

    public override bool Equals(object? obj) => Equals(obj as Powers);

    public override int GetHashCode() => _hash;
}
