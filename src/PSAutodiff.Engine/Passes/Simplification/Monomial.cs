using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Elementwise;
using Coefficients = PSAutodiff.Operations.Elementwise.Coefficient;

namespace PSAutodiff.Passes.Simplification;

/// <summary>
/// A product or quotient taken apart: a constant and powers of parts that are none themselves, in the order in which they stand. Like
/// powers are put together on the way.
/// </summary>
internal sealed class Monomial
{
    // More factors than people write. What has more is left to those who collect without looking for a form.
    private const int MaxParts = 32;

    private readonly GraphBuilder _builder;
    private readonly List<(int Base, Ratio Exponent)> _factors;

    private Monomial(GraphBuilder builder, Ratio coefficient, List<(int Base, Ratio Exponent)> factors)
    {
        (_builder, Coefficient, _factors) = (builder, coefficient, factors);
    }

    public Ratio Coefficient { get; private set; }

    /// <summary>The bases and exponents, none of which is 0.</summary>
    public IReadOnlyList<(int Base, Ratio Exponent)> Factors => _factors;

    /// <summary>Whether powers or constants have come together.</summary>
    public bool IsMerged { get; private set; }

    /// <summary>The bases that have cancelled and must not be 0.</summary>
    public List<int> Cancelled { get; } = [];

    /// <summary>Whether it was written with a negative exponent.</summary>
    public bool HasNegativePower { get; private set; }

    /// <summary>Whether it is not yet written with a single fraction line and all factors side by side.</summary>
    public bool IsOutOfShape { get; private set; }

    public bool HasDenominator => _factors.Exists(static factor => factor.Exponent.IsNegative);

    /// <summary>Takes a term apart; null where it has too many factors, or constants that cannot be put together at all.</summary>
    /// <param name="builder">Where the term is.</param>
    /// <param name="term">The term.</param>
    /// <param name="byParts">Which functions are taken apart too, see <see cref="FunctionParts"/>.</param>
    public static Monomial? Of(GraphBuilder builder, Term term, PartKinds byParts = PartKinds.None)
    {
        var result = new Monomial(builder, Ratio.One, []);
        return result.TryGather(term, byParts) && result.TryJoinSigns() && !result.Coefficient.IsZero ? result : null;
    }

    /// <summary>A product of powers of different bases.</summary>
    public static Monomial Of(GraphBuilder builder, IEnumerable<(int Base, Ratio Exponent)> powers) => new(builder, Ratio.One, [.. powers]);

    /// <summary>The product with another one, if its constant and exponents are exact.</summary>
    public Monomial? Times(Monomial other)
    {
        if (!Ratio.TryMultiply(Coefficient, other.Coefficient, out var coefficient)) return null;
        var product = new Monomial(_builder, coefficient, [.. _factors]);
        foreach (var (id, exponent) in other._factors)
        {
            if (!product.TryAdd(id, exponent)) return null;
        }

        return product;
    }

    /// <summary>The same with another constant.</summary>
    public Monomial With(Ratio coefficient) => new(_builder, coefficient, [.. _factors]);

    /// <summary>A part of the factors, without the constant.</summary>
    public Monomial Where(Func<int, Ratio, bool> takes) => new(_builder, Ratio.One, [.. _factors.Where(factor => takes(factor.Base, factor.Exponent))]);

    /// <summary>1 divided by it, constant apart.</summary>
    public Monomial Inverse() => new(_builder, Ratio.One, [.. _factors.Select(static factor => (factor.Base, -factor.Exponent))]);

    /// <summary>1 divided by it; null where the constant is 0.</summary>
    public Monomial? Reciprocal() => Ratio.TryPower(Coefficient, -1, out var inverse) ? Inverse().With(inverse) : null;

    /// <summary>The exponent of a base; 0 where it is no factor.</summary>
    public Ratio ExponentOf(int id)
    {
        foreach (var (other, exponent) in _factors)
        {
            if (other == id) return exponent;
        }

        return new Ratio(0, 1);
    }

    /// <summary>The same, where the exponent of an opposite difference counts too: that of x - y for y - x.</summary>
    public Ratio ExponentUpToSign(int id)
    {
        var part = _builder.Term(id);
        foreach (var (other, exponent) in _factors)
        {
            if (other == id || Logistic.AreOppositeDifferences(_builder.Term(other), part)) return exponent;
        }

        return new Ratio(0, 1);
    }

    /// <summary>Whether both have the same factors, whatever their constants and order.</summary>
    public bool HasFactorsOf(Monomial other) =>
        _factors.Count == other._factors.Count && _factors.TrueForAll(factor => other.ExponentOf(factor.Base) == factor.Exponent);

    /// <summary>Its term, with a single fraction line, constants first.</summary>
    public Term Write()
    {
        if (Coefficient.IsZero) return Constant(0);
        var (above, below) = (Term.None, Term.None);
        var reversed = Coefficient.Above == -1 ? Reversible() : -1;
        foreach (var (id, exponent) in _factors.OrderBy(factor => Rank(factor.Base)))
        {
            if (exponent.IsNegative) below = Product(below, Power(id, -exponent));
            else above = Product(above, id == reversed ? _builder.Term(id).Y - _builder.Term(id).X : Power(id, exponent));
        }

        // A sign by itself goes before the whole, unless a difference takes it.
        var negates = Coefficient.Above == -1 && above.Exists && reversed < 0;
        var number = negates || reversed >= 0 ? 1 : Coefficient.Above;
        if (number != 1 || !above.Exists) above = above.Exists ? Coefficients.Put(number, above) : Constant(number);
        if (Coefficient.Below != 1) below = below.Exists ? Coefficients.Put(Coefficient.Below, below) : Constant(Coefficient.Below);
        var whole = below.Exists ? above / below : above;
        return negates ? -whole : whole;
    }

    private bool TryGather(Term term, PartKinds byParts)
    {
        var (parts, divisions) = (0, 0);
        var stack = new Stack<(Term Term, Ratio Exponent)>();
        stack.Push((term, Ratio.One));
        while (stack.TryPop(out var item))
        {
            var (part, exponent) = item;
            if (++parts > MaxParts) return false;
            if (part.IsConstant)
            {
                if (!TryAddConstant(part, exponent)) return false;
            }
            else if (part.Is<NegOperation>() && exponent.IsWhole)
            {
                if (!exponent.IsEven) Coefficient = -Coefficient;
                stack.Push((part.X, exponent));
            }
            else if (part.Is<MulOperation>() && exponent.IsWhole)
            {
                IsOutOfShape |= part.Y.Is<MulOperation>();
                stack.Push((part.Y, exponent));
                stack.Push((part.X, exponent));
            }
            else if (part.Is<DivOperation>() && exponent.IsWhole)
            {
                divisions++;
                IsOutOfShape |= part != term && !(term.Is<NegOperation>() && term.X == part);
                stack.Push((part.Y, -exponent));
                stack.Push((part.X, exponent));
            }
            else if (part.Is<PowOperation>() && Ratio.Of(part.Y) is { IsZero: false } power && (exponent.IsWhole || !power.IsEven) && Ratio.TryMultiply(power, exponent, out var product))
            {
                HasNegativePower |= power.IsNegative;
                if (product.IsWhole && (part.X.Is<MulOperation>() || part.X.Is<DivOperation>() || part.X.Is<NegOperation>() || FunctionParts.Of(part.X, byParts) is not null))
                {
                    IsOutOfShape = true;
                    stack.Push((part.X, product));
                }
                else if (!TryAdd(part.X.Id, product)) return false;
            }
            else if (part.Is<SqrtOperation>() && Ratio.TryMultiply(exponent, new Ratio(1, 2), out var half))
            {
                if (half.IsWhole) stack.Push((part.X, half));
                else if (!TryAdd(part.X.Id, half)) return false;
            }
            else if (exponent.IsWhole && FunctionParts.Of(part, byParts) is var (first, own, second, other))
            {
                if (!Ratio.TryMultiply(exponent, own, out own) || !Ratio.TryMultiply(exponent, other, out other)) return false;
                if (second.Exists) stack.Push((second, other));
                stack.Push((first, own));
            }
            else if (!TryAdd(part.Id, exponent))
            {
                return false;
            }
        }

        // x^-2 by itself is no fraction yet, but 3 * x^-2 is.
        IsOutOfShape |= divisions > 1 || (HasNegativePower && (divisions > 0 || _factors.Exists(static factor => !factor.Exponent.IsNegative) || Math.Abs(Coefficient.Above) != 1));
        for (var i = 1; i < _factors.Count && !IsOutOfShape; i++) IsOutOfShape = Rank(_factors[i].Base) < Rank(_factors[i - 1].Base);
        IsOutOfShape |= Coefficient.Above == -1 && Reversible() >= 0;
        return true;
    }

    // sign(x) * abs(x)^a = x * abs(x)^(a - 1), and sign(x) * x^n = abs(x) * x^(n - 1).
    private bool TryJoinSigns()
    {
        var index = _factors.FindIndex(factor => factor.Exponent.IsOne && _builder.Term(factor.Base).Is<SignOperation>());
        if (index < 0) return true;
        var x = _builder.Term(_factors[index].Base).X;
        var size = x.Apply<AbsOperation>();
        var (own, ofSize) = (ExponentOf(x.Id), ExponentOf(size.Id));
        var (from, to) = Joins(ofSize) ? (size, x) : Joins(own) && own.IsWhole ? (x, size) : (Term.None, Term.None);
        if (!from.Exists) return true;
        var reciprocal = (from == size ? ofSize : own).IsNegative;
        var cancelled = Cancelled.Count;
        _factors.RemoveAt(index);
        var joined = TryAdd(from.Id, reciprocal ? Ratio.One : -Ratio.One) && TryAdd(to.Id, reciprocal ? -Ratio.One : Ratio.One);
        Cancelled.RemoveRange(cancelled, Cancelled.Count - cancelled);
        return joined;

        static bool Joins(Ratio exponent) => exponent.Above >= exponent.Below || (-exponent).IsOne;
    }

    private bool TryAddConstant(Term constant, Ratio exponent)
    {
        if (!double.IsFinite(constant.ConstantValue)) return false;
        // Digits like those of pi are a name rather than a number.
        if (!exponent.IsWhole || !ExactArithmetic.IsWritten(constant.ConstantValue) || !Ratio.TryPower(new Ratio(constant.ConstantValue, 1), exponent.Above, out var power) || !Ratio.TryMultiply(Coefficient, power, out var product))
        {
            return TryAdd(constant.Id, exponent);
        }

        IsMerged |= !Coefficient.IsOne && !power.IsOne;
        Coefficient = product;
        return true;
    }

    private bool TryAdd(int id, Ratio exponent)
    {
        for (var i = 0; i < _factors.Count; i++)
        {
            var (other, own) = _factors[i];
            if (other != id)
            {
                // (y - x)^n is (-1)^n * (x - y)^n.
                if (!exponent.IsWhole || !own.IsWhole || !Logistic.AreOppositeDifferences(_builder.Term(id), _builder.Term(other))) continue;
                if (!exponent.IsEven) Coefficient = -Coefficient;
            }

            if (!Ratio.TryAdd(own, exponent, out var sum)) return false;
            IsMerged = true;
            if ((own.IsNegative || exponent.IsNegative) && !sum.IsNegative && !FunctionParts.IsNeverZero(_builder.Term(other))) Cancelled.Add(other);
            if (!sum.IsZero)
            {
                // It keeps its place, unless it changes over the fraction line.
                _factors[i] = (other, sum);
                return true;
            }

            _factors.RemoveAt(i);
            return true;
        }

        _factors.Add((id, exponent));
        return true;
    }

    // Numbers come first, then variables, and exponentials last.
    private int Rank(int id)
    {
        var term = _builder.Term(id);
        return term.Operation switch
        {
            ConstantLeafOperation => 0,
            VariableLeafOperation => 1,
            ExpOperation => 3,
            _ => IsNumber(term) ? 0 : 2,
        };
    }

    // log(2) or exp(1 / 3).
    private static bool IsNumber(Term term) => term.Operation.Arity == 1 && Ratio.Of(term.X) is not null;

    // The difference that takes a sign: -(x - y) * z = (y - x) * z.
    private int Reversible()
    {
        foreach (var (id, exponent) in _factors)
        {
            if (exponent.IsOne && _builder.Term(id).Is<SubOperation>()) return id;
        }

        return -1;
    }

    private Term Constant(double value) => _builder.Term(_builder.Constant(value));

    private Term Power(int id, Ratio exponent)
    {
        var part = _builder.Term(id);
        return exponent.IsOne ? part : part.Apply<PowOperation>(exponent.Write(_builder));
    }

    private static Term Product(Term x, Term y) => x.Exists ? x * y : y;
}
