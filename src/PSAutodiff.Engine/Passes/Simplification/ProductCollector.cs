using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff.Passes.Simplification;

/// <summary>
/// Collects like powers of products: x * y * x = x^2 * y, and cancels: x * y / x = y. Powers come together only where no quotient stands
/// between them, so x * (x / y) stays as it is. Under Stable only what then has no intermediate value that was not there before is put
/// together: x^2 * y overflows where x * y * x may not.
/// </summary>
internal sealed class ProductCollector : ClusterCollector
{
    private static readonly Identity LikePowers = new("x^a * x^b = x^(a + b)", RuleSets.StandardAndStable, static (_, _, _) => Term.None);
    private static readonly Identity Cancelled = LikePowers with { Name = "x / x = 1" };

    private readonly List<Factor> _factors = [];

    // The bases of powers that have cancelled.
    private readonly List<int> _cancelled = [];
    private Dictionary<(int Base, int Run), int>? _indexOf;

    public ProductCollector(GraphBuilder builder, bool[] inner, bool stable, Action<Identity> note)
        : base(Family.Product, builder, inner, stable, note)
    {
    }

    protected override bool IsInFamily(int id) => IsFamily(id) && !IsReciprocal(id);

    protected override Term Collect(Now now)
    {
        var (merged, computed, negative) = (false, false, false);
        _factors.Clear();
        _cancelled.Clear();
        _factors.EnsureCapacity(Leaves.Count);
        _indexOf = null;
        for (var i = 0; i < Leaves.Count; i++)
        {
            var (factor, coefficient) = SplitFactor(Builder.Term(now.Of(Leaves[i].Id)));
            if (coefficient < 0) (negative, coefficient) = (!negative, -coefficient);
            var (id, exponent) = factor.Exists ? SplitPower(factor) : (Graph.None, 0);
            _factors.Add(new Factor(id, exponent, exponent, coefficient, coefficient));
            if (coefficient == 0 || !double.IsFinite(coefficient)) return Term.None;
            if (coefficient != 1) computed |= PutConstant(i);
            if (factor.Exists) merged |= PutPower(i);
        }

        if (!merged && !computed) return Term.None;
        if (IsStable && !IsSafe()) return Term.None;
        if (merged) Note(LikePowers);
        foreach (var id in _cancelled) Note(Cancelled with { Assumption = Assumption.NotZero(Builder.Term(id)) });
        if (computed) Note(Constants);
        if (!IsStable) MoveConstantsForward();
        var (product, _) = Rebuild(At, divides: true);
        if (!product.Exists) product = Builder.Term(Builder.Constant(1));
        return negative ? -product : product;
    }

    private (Term Term, bool Negative) At(int index)
    {
        var factor = _factors[index];
        var constant = factor.Constant == 1 ? Term.None : Builder.Term(Builder.Constant(factor.Constant));
        if (factor.Exponent == 0) return (constant, false);
        var power = Builder.Term(factor.Base);
        if (factor.Exponent != 1) power = power.Apply<PowOperation>(power.Constant(factor.Exponent));
        return (constant.Exists ? constant * power : power, false);
    }

    /// <summary>Puts the constant of a factor together with one before it: in a product with it, or across a fraction.</summary>
    private bool PutConstant(int index)
    {
        var (leaf, constant) = (Leaves[index], _factors[index].Constant);
        for (var i = index - 1; i >= Math.Max(0, index - LeavesSearchedOneByOne); i--)
        {
            var other = _factors[i].Constant;
            if (other == 1 || (!IsStable && !(ExactArithmetic.IsWritten(other) && ExactArithmetic.IsWritten(constant)))) continue;
            if (Leaves[i].Inverse == leaf.Inverse)
            {
                if (Leaves[i].Run != leaf.Run || !ExactArithmetic.TryMultiply(other, constant, out var product)) continue;
                (_factors[i], _factors[index]) = (_factors[i] with { Constant = product }, _factors[index] with { Constant = 1 });
                return true;
            }

            var (above, below) = leaf.Inverse ? (i, index) : (index, i);
            var (numerator, denominator) = (_factors[above].Constant, _factors[below].Constant);
            if (ExactArithmetic.TryDivide(numerator, denominator, out var quotient)) (numerator, denominator) = (quotient, 1);
            else if (ExactArithmetic.TryDivide(denominator, numerator, out quotient) && (IsStable || double.IsInteger(quotient))) (numerator, denominator) = (1, quotient);
            else continue;
            _factors[above] = _factors[above] with { Constant = numerator };
            _factors[below] = _factors[below] with { Constant = denominator };
            return true;
        }

        return false;
    }

    /// <summary>Puts a power together with one before it: of the same product, or one that it cancels with.</summary>
    private bool PutPower(int index)
    {
        var (leaf, factor) = (Leaves[index], _factors[index]);
        var own = leaf.Inverse ? -factor.Exponent : factor.Exponent;
        var earlier = Earlier(index, own, leaf.Run);
        if (earlier < 0 || !ExactArithmetic.TryAdd(WeightOf(earlier), own, out var weight) || !(IsStable || ExactArithmetic.IsWritten(weight)))
        {
            if (_indexOf is not null) Remember(index);
            return false;
        }

        // It stands where a factor of its sign stood.
        var (kept, gone) = (weight > 0) == (own > 0) && WeightOf(earlier) > 0 != own > 0 ? (index, earlier) : (earlier, index);
        _factors[gone] = _factors[gone] with { Exponent = 0 };
        _factors[kept] = _factors[kept] with { Exponent = Leaves[kept].Inverse ? -weight : weight };
        if (_indexOf is not null && kept == index) Remember(index);
        if ((own < 0 || Leaves[earlier].Inverse || _factors[earlier].OwnExponent < 0) && weight >= 0) _cancelled.Add(_factors[kept].Base);
        return true;
    }

    private double WeightOf(int index) => Leaves[index].Inverse ? -_factors[index].Exponent : _factors[index].Exponent;

    private int Earlier(int index, double own, int run)
    {
        var id = _factors[index].Base;
        if (Leaves.Count <= LeavesSearchedOneByOne)
        {
            for (var i = index - 1; i >= 0; i--)
            {
                if (_factors[i].Base == id && Meets(i)) return i;
            }

            return -1;
        }

        if (_indexOf is null)
        {
            _indexOf = [];
            for (var i = 0; i < index; i++) Remember(i);
        }

        if (_indexOf.TryGetValue((id, run), out var same) && Meets(same)) return same;
        return _indexOf.TryGetValue((id, -1), out var any) && Meets(any) ? any : -1;

        bool Meets(int i) => WeightOf(i) * own < 0 || (Leaves[i].Run == run && _factors[i].Exponent != 0);
    }

    private void Remember(int index)
    {
        if (_factors[index].Exponent == 0) return;
        _indexOf![(_factors[index].Base, Leaves[index].Run)] = index;
        _indexOf[(_factors[index].Base, -1)] = index;
    }

    /// <summary>Whether at most one operation is left, on values that were there before or on powers between such.</summary>
    private bool IsSafe()
    {
        var count = 0;
        foreach (var factor in _factors) count += (factor.Constant != 1 ? 1 : 0) + (factor.Exponent != 0 ? 1 : 0);
        if (count <= 1) return true;
        if (count > 2) return false;
        foreach (var factor in _factors)
        {
            var (now, before) = (Math.Abs(factor.Exponent), Math.Abs(factor.OwnExponent));
            if (now != 1 && now > before) return false;
        }

        return true;
    }

    // 3 * x * y, not x * 3 * y.
    private void MoveConstantsForward()
    {
        for (var i = 0; i < _factors.Count; i++)
        {
            if (_factors[i].Constant == 1) continue;
            var first = i;
            for (var j = i - 1; j >= Math.Max(0, i - LeavesSearchedOneByOne) && Leaves[j].Run == Leaves[i].Run; j--)
            {
                if (_factors[j].Exponent != 0 && _factors[j].Constant == 1) first = j;
            }

            if (first == i) continue;
            _factors[first] = _factors[first] with { Constant = _factors[i].Constant };
            _factors[i] = _factors[i] with { Constant = 1 };
        }
    }

    /// <summary>A factor as constant times rest, which is none for a constant alone.</summary>
    private (Term Factor, double Coefficient) SplitFactor(Term term)
    {
        var sign = 1.0;
        if (term.Is<NegOperation>()) (term, sign) = (term.X, -1);
        if (term.IsConstant) return (Term.None, sign * term.ConstantValue);
        if (IsStable) return (term, sign);
        return Coefficient.Of(term) is { } coefficient and not 0 ? (Coefficient.Replace(term, 1), sign * coefficient) : (term, sign);
    }

    // 1 / x counts as x^-1.
    private bool IsReciprocal(int id) =>
        Builder.OperationOf(id) is DivOperation && Builder.Term(id).X.Is(1) && !IsFamily(Builder.Y(id));

    private static (int Base, double Exponent) SplitPower(Term factor)
    {
        if (factor.Is<DivOperation>() && factor.X.Is(1))
        {
            var (id, exponent) = SplitPower(factor.Y);
            return (id, -exponent);
        }

        if (factor.Is<PowOperation>() && factor.Y.IsConstant && !factor.Y.Is(0)) return (factor.X.Id, factor.Y.ConstantValue);
        return factor.Is<SqrtOperation>() ? (factor.X.Id, 0.5) : (factor.Id, 1);
    }

    /// <summary>Products that are used nowhere else.</summary>
    /// <summary>What has become of a leaf.</summary>
    /// <param name="Base">The base of its power; none for a constant.</param>
    /// <param name="Exponent">The exponent that stands in its place; 0 when it is gone.</param>
    /// <param name="OwnExponent">The exponent it had.</param>
    /// <param name="Constant">The constant that stands in its place; 1 for none.</param>
    /// <param name="OwnConstant">The constant it had.</param>
    private readonly record struct Factor(int Base, double Exponent, double OwnExponent, double Constant, double OwnConstant);
}
