using PSAutodiff.Core;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff.Passes.Simplification;

/// <summary>
/// Products and sums as textbooks write them: one fraction line, like powers and like terms together wherever they stand, fractions with
/// the same denominator as one, a common exponential before or behind the whole, and sums multiplied out where most of them cancels.
/// </summary>
/// <param name="builder">Where the terms are and come to be.</param>
/// <param name="note">Gets the identities that are applied.</param>
internal sealed class TextbookForms(GraphBuilder builder, Action<Identity> note)
{
    /// <summary>How many operations a form that is worth its cost may have more.</summary>
    public const int MostGrowth = 2;

    private const int MaxTerms = 32;
    private const int MaxInnerTerms = 8;
    private const double MaxExpandedPower = 4;

    // A part of so many nodes is counted; a larger one stays as it is.
    private const int MaxCounted = 256;

    private static readonly Identity LikePowers = Named("x^a * x^b = x^(a + b)");
    private static readonly Identity Cancelled = Named("x / x = 1 (x != 0)") with { Assumption = "x != 0" };
    private static readonly Identity OneFraction = Named("a * (b / c) / d = a * b / (c * d)");
    private static readonly Identity OneProduct = Named("a * (b * c) = a * b * c");
    private static readonly Identity NegativePowers = OneFraction with { Name = "x^(-a) / b = 1 / (b * x^a)", IsWorthItsCost = true };
    private static readonly Identity NoInnerFraction = OneFraction with { Name = "(a + b / c) / d = (a * c + b) / (c * d)", IsWorthItsCost = true };
    private static readonly Identity PositiveFirst = Named("-a + b = b - a");
    private static readonly Identity LikeTerms = Named("a * x + b * x = (a + b) * x");
    private static readonly Identity OneDenominator = Named("a / d + b / d = (a + b) / d");
    private static readonly Identity CommonDenominator = Named("a + b / d = (a * d + b) / d");
    private static readonly Identity MultipliedOut = Named("a * (x + y) = a * x + a * y, where terms cancel");
    private static readonly Identity CommonExponential = Named("a * exp(x) + b * exp(x) = (a + b) * exp(x)");

    /// <summary>Another form of a product or quotient; none where it has its form, null where it has too many factors.</summary>
    public Term? Product(Term term)
    {
        if (Monomial.Of(builder, term) is not { } monomial) return null;
        if (monomial.HasDenominator && WithoutInnerFractions(monomial) is { } flat)
        {
            var form = flat.Write();
            if (form != term && Count(form) <= Count(term) + MostGrowth)
            {
                note(NoInnerFraction);
                return form;
            }
        }

        if (!monomial.IsMerged && !monomial.IsOutOfShape) return Term.None;
        var written = monomial.Write();
        var growth = Count(written) - Count(term);
        if (written == term || growth > (monomial.HasNegativePower ? 1 : 0)) return Term.None;
        Note(monomial, growth > 0 ? NegativePowers : monomial.IsMerged ? LikePowers : monomial.HasDenominator ? OneFraction : OneProduct);
        return written;
    }

    /// <summary>A fraction with a sum of fractions above or below its line, as one fraction; null where there is no such sum.</summary>
    private Monomial? WithoutInnerFractions(Monomial monomial)
    {
        foreach (var (id, exponent) in monomial.Factors)
        {
            var sum = builder.Term(id);
            if (!exponent.IsWhole || Math.Abs(exponent.Above) != 1 || !(sum.Is<SumOperation>() || sum.Is<SubOperation>())) continue;
            if (Terms(sum, MaxInnerTerms) is not { } terms || !terms.Exists(static term => term.HasDenominator)) continue;
            if (CommonDenominatorOf(terms) is not var (common, below)) continue;
            var numerators = new List<Monomial>();
            foreach (var term in terms)
            {
                if (!Ratio.TryMultiply(term.Coefficient, new Ratio(below, 1), out var coefficient) || term.With(coefficient).Times(common) is not { } numerator) return null;
                numerators.Add(numerator);
            }

            if (Fraction(numerators, common, below) is not { } fraction) continue;
            if ((exponent.IsNegative ? fraction.Reciprocal() : fraction) is not { } factor) continue;
            return monomial.Where((other, _) => other != id).With(monomial.Coefficient).Times(factor);
        }

        return null;
    }

    /// <summary>Another form of a sum or difference; none where it has its form, null where it has too many terms.</summary>
    public Term? Sum(Term term)
    {
        if (Terms(term, MaxTerms) is not { } terms) return null;
        var count = Count(term);
        var (best, identity) = (Term.None, LikeTerms);
        var merged = Merge(terms);
        if (merged is not null && merged.Count < terms.Count) Consider(Write(merged), LikeTerms, strictly: false);
        merged ??= terms;
        if (merged.Count > 0 && merged[0].Coefficient.IsNegative && merged.Exists(static monomial => !monomial.Coefficient.IsNegative)) Consider(Write(merged), PositiveFirst, strictly: false);
        if (OverOneDenominator(merged) is { Exists: true } fraction) Consider(fraction, OneDenominator, strictly: true);
        if (WithCommonExponential(merged) is { Exists: true } exponential) Consider(exponential, CommonExponential, strictly: false);
        var denominators = merged.Exists(static monomial => monomial.HasDenominator);
        if (Expanded(merged) is { Exists: true } expanded) Consider(expanded, denominators ? CommonDenominator : MultipliedOut, strictly: !denominators);
        if (best.Exists) note(identity);
        return best;

        void Consider(Term candidate, Identity by, bool strictly)
        {
            var own = Count(candidate);
            if (candidate == term || own > count || (strictly && own == count)) return;
            (best, identity, count) = (candidate, by, own);
        }
    }

    private void Note(Monomial monomial, Identity identity)
    {
        note(identity);
        if (monomial.IsCancelled) note(Cancelled);
    }

    /// <summary>The terms of a sum, each taken apart; null where there are too many.</summary>
    private List<Monomial>? Terms(Term sum, int most)
    {
        var terms = new List<Monomial>();
        var stack = new Stack<(Term Term, bool Negative)>();
        stack.Push((sum, false));
        while (stack.TryPop(out var item))
        {
            var (term, negative) = item;
            if (term.Is<NegOperation>())
            {
                stack.Push((term.X, !negative));
            }
            else if (term.Is<SumOperation>() || term.Is<SubOperation>())
            {
                if (stack.Count + terms.Count >= most) return null;
                stack.Push((term.Y, negative ^ term.Is<SubOperation>()));
                stack.Push((term.X, negative));
            }
            else if (term.Is(0))
            {
                continue;
            }
            else if (Monomial.Of(builder, term) is { } monomial)
            {
                terms.Add(negative ? monomial.With(-monomial.Coefficient) : monomial);
            }
            else
            {
                return null;
            }
        }

        return terms;
    }

    /// <summary>Like terms put together, in the order of the first of them; null where that would round.</summary>
    private static List<Monomial>? Merge(IEnumerable<Monomial> terms)
    {
        var merged = new List<Monomial>();
        foreach (var term in terms)
        {
            var index = merged.FindIndex(term.HasFactorsOf);
            if (index < 0)
            {
                merged.Add(term);
                continue;
            }

            if (!Ratio.TryAdd(merged[index].Coefficient, term.Coefficient, out var sum)) return null;
            merged[index] = merged[index].With(sum);
        }

        merged.RemoveAll(static term => term.Coefficient.IsZero);
        return merged;
    }

    private Term Write(List<Monomial> terms)
    {
        // x - y, not -y + x.
        var first = Math.Max(0, terms.FindIndex(static term => !term.Coefficient.IsNegative));
        var sum = Term.None;
        foreach (var term in terms.Skip(first).Take(1).Concat(terms.Take(first)).Concat(terms.Skip(first + 1)))
        {
            var negative = sum.Exists && term.Coefficient.IsNegative;
            var written = (negative ? term.With(-term.Coefficient) : term).Write();
            sum = !sum.Exists ? written : negative ? sum - written : sum + written;
        }

        return sum.Exists ? sum : builder.Term(builder.Constant(0));
    }

    /// <summary>The fractions that share their denominator with the first that shares it, as one.</summary>
    private Term OverOneDenominator(List<Monomial> terms)
    {
        for (var i = 0; i < terms.Count; i++)
        {
            if (!terms[i].HasDenominator) continue;
            var denominator = Denominator(terms[i]);
            var below = terms[i].Coefficient.Below;
            var alike = terms.FindAll(term => term.Coefficient.Below == below && Denominator(term).HasFactorsOf(denominator));
            if (alike.Count < 2) continue;
            var numerators = alike.ConvertAll(term => term.Where(static (_, exponent) => !exponent.IsNegative).With(new Ratio(term.Coefficient.Above, 1)));
            if (Fraction(numerators, denominator, below) is not { } fraction) continue;
            var others = terms.Except(alike).ToList();
            others.Insert(terms.Take(i).Count(term => !alike.Contains(term)), fraction);
            return Write(others);
        }

        return Term.None;
    }

    /// <summary>The whole with the exponential that is a factor of every term behind it.</summary>
    private Term WithCommonExponential(List<Monomial> terms)
    {
        if (terms.Count < 2) return Term.None;
        foreach (var (id, _) in terms[0].Factors)
        {
            var exponents = terms.ConvertAll(term => term.ExponentOf(id));
            if (!IsExponential(builder.Term(id)) || exponents.Exists(static exponent => !exponent.IsOne)) continue;
            var rest = terms.ConvertAll(term => term.Where((other, _) => other != id).With(term.Coefficient));
            return Write(rest) * builder.Term(id);
        }

        return Term.None;
    }

    /// <summary>The whole over the common denominator with its numerator multiplied out.</summary>
    private Term Expanded(List<Monomial> terms)
    {
        if (terms.Count < 2 || CommonDenominatorOf(terms) is not var (common, below)) return Term.None;
        var numerators = new List<Monomial>();
        foreach (var term in terms)
        {
            if (!Ratio.TryMultiply(term.Coefficient, new Ratio(below, 1), out var coefficient) || term.With(coefficient).Times(common) is not { } numerator) return Term.None;
            if (Expand(numerator) is not { } expanded || numerators.Count + expanded.Count > MaxTerms) return Term.None;
            numerators.AddRange(expanded);
        }

        if (Merge(numerators) is not { } merged || merged.Count >= numerators.Count) return Term.None;
        if (merged.Count == 0) return builder.Term(builder.Constant(0));
        return Fraction(merged, common, below)?.Write() ?? Term.None;
    }

    /// <summary>Numerators over a denominator, which is given by positive exponents or as the factors below a fraction line.</summary>
    private Monomial? Fraction(List<Monomial> numerators, Monomial denominator, double below)
    {
        if (Merge(numerators) is not { Count: > 0 } merged) return null;
        var divisor = denominator.Factors.Any(static factor => factor.Exponent.IsNegative) ? denominator : denominator.Inverse();
        var above = merged.Count == 1 ? merged[0] : Monomial.Of(builder, Write(merged));
        if (above is null || above.Times(divisor) is not { } fraction || !Ratio.TryMultiply(fraction.Coefficient, new Ratio(1, below), out var coefficient)) return null;
        return fraction.With(coefficient);
    }

    private (Monomial Factors, double Below)? CommonDenominatorOf(List<Monomial> terms)
    {
        var powers = new List<(int Base, Ratio Exponent)>();
        var below = 1.0;
        foreach (var term in terms)
        {
            foreach (var (id, exponent) in term.Factors)
            {
                if (!exponent.IsNegative) continue;
                var index = powers.FindIndex(power => power.Base == id);
                if (index < 0) powers.Add((id, -exponent));
                else if (!Ratio.TryAdd(-exponent, -powers[index].Exponent, out var more)) return null;
                else if (!more.IsNegative) powers[index] = (id, -exponent);
            }

            // The product of the denominators that do not divide each other.
            if (below % term.Coefficient.Below != 0) below = term.Coefficient.Below % below == 0 ? term.Coefficient.Below : below * term.Coefficient.Below;
        }

        return (Monomial.Of(builder, powers), below);
    }

    /// <summary>A product with its sums multiplied out; null where that is too much.</summary>
    private List<Monomial>? Expand(Monomial monomial)
    {
        List<Monomial> result = [monomial.Where((id, exponent) => !IsExpandable(id, exponent)).With(monomial.Coefficient)];
        foreach (var (id, exponent) in monomial.Factors)
        {
            if (!IsExpandable(id, exponent)) continue;
            if (Terms(builder.Term(id), MaxInnerTerms) is not { } inner) return null;
            for (var i = 0; i < exponent.Above; i++)
            {
                var next = new List<Monomial>();
                foreach (var x in result)
                {
                    foreach (var y in inner)
                    {
                        if (next.Count == MaxTerms || x.Times(y) is not { } product) return null;
                        next.Add(product);
                    }
                }

                result = next;
            }
        }

        return result;
    }

    private bool IsExpandable(int id, Ratio exponent) =>
        exponent.IsWhole && exponent.Above is > 0 and <= MaxExpandedPower && (builder.Term(id).Is<SumOperation>() || builder.Term(id).Is<SubOperation>());

    private static bool IsExponential(Term term) => term.Is<ExpOperation>() || (term.Is<PowOperation>() && Ratio.Of(term.Y) is null);

    private static Monomial Denominator(Monomial monomial) => monomial.Where(static (_, exponent) => exponent.IsNegative);

    /// <summary>The number of operations of a part by itself, or as many as are counted.</summary>
    private int Count(Term term)
    {
        var seen = new HashSet<int>();
        var stack = new Stack<int>();
        stack.Push(term.Id);
        while (stack.TryPop(out var id) && seen.Count < MaxCounted)
        {
            var arity = builder.OperationOf(id).Arity;
            if (arity == 0 || !seen.Add(id)) continue;
            for (var i = 0; i < arity; i++) stack.Push(builder.Argument(id, i));
        }

        return seen.Count;
    }

    private static Identity Named(string name) => new(name, RuleSets.Textbook, static (_, _, _) => Term.None);
}
