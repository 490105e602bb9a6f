using System.Numerics;

namespace PSAutodiff.Passes.Algebra.Equality;

/// <summary>A number times powers of atoms, sums among them.</summary>
/// <param name="Number">The number, not 0.</param>
/// <param name="Powers">The powers.</param>
internal readonly record struct FactoredForm(Rational Number, Powers Powers)
{
    public FactoredForm Times(FactoredForm other)
    {
        var number = Number * other.Number;
        return number.Bits <= Polynomial.MaxBits ? new(number, Powers.Times(other.Powers)) : throw Effort.TooLarge();
    }

    /// <summary>A whole power.</summary>
    public FactoredForm Power(BigInteger exponent)
    {
        var size = BigInteger.Abs(exponent);
        if (size > Polynomial.MaxExponent || size * Number.Bits > Polynomial.MaxBits) throw Effort.TooLarge();
        var whole = (int)exponent;
        var (above, below) = (BigInteger.Pow(Number.Above, Math.Abs(whole)), BigInteger.Pow(Number.Below, Math.Abs(whole)));
        var factors = Array.ConvertAll(Powers.Factors.ToArray(), factor => (factor.Atom, Exponent: (long)factor.Exponent * whole));
        if (Array.Exists(factors, static factor => Math.Abs(factor.Exponent) > Polynomial.MaxExponent)) throw Effort.TooLarge();
        return new(
            whole >= 0 ? Rational.Of(above, below) : Rational.Of(below, above),
            whole == 0 ? Powers.None : new Powers(Array.ConvertAll(factors, static factor => (factor.Atom, (int)factor.Exponent))));
    }
}
