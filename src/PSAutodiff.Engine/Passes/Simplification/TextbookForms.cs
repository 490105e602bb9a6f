using PSAutodiff.Core;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff.Passes.Simplification;

/// <summary>
/// Products and sums as textbooks write them: one fraction line, like powers and like terms together wherever they stand, fractions with
/// the same denominator as one, common factors before or behind the whole, sums multiplied out where terms cancel, and functions by
/// others where that is shorter.
/// </summary>
/// <param name="builder">Where the terms are and come to be.</param>
/// <param name="note">Gets the identities that are applied.</param>
/// <param name="hasFunctions">Whether there are functions that have parts, see <see cref="FunctionParts"/>.</param>
internal sealed partial class TextbookForms(GraphBuilder builder, Action<Identity> note, bool hasFunctions)
{
    /// <summary>How many operations a form that is worth its cost may have more.</summary>
    public const int MostGrowth = 3;

    private const int MaxTerms = 128;
    private const int MaxInnerTerms = 8;

    // A part of so many nodes is counted; a larger one stays as it is.
    private const int MaxCounted = 1024;

    private static readonly Identity LikePowers = Named("x^a * x^b = x^(a + b)");
    private static readonly Identity Cancelled = Named("x / x = 1");
    private static readonly Identity OneFraction = Named("a * (b / c) / d = a * b / (c * d)");
    private static readonly Identity OneProduct = Named("a * (b * c) = a * b * c");
    private static readonly Identity NegativePowers = OneFraction with { Name = "x^(-a) / b = 1 / (b * x^a)", IsWorthItsCost = true };
    private static readonly Identity NoInnerFraction = OneFraction with { Name = "(a + b / c) / d = (a * c + b) / (c * d)", IsWorthItsCost = true };
    private static readonly Identity PositiveFirst = Named("-a + b = b - a");
    private static readonly Identity LikeTerms = Named("a * x + b * x = (a + b) * x") with { IsWorthItsCost = true };
    private static readonly Identity OneDenominator = Named("a / d + b / d = (a + b) / d");
    private static readonly Identity CommonDenominator = Named("a + b / d = (a * d + b) / d");
    private static readonly Identity MultipliedOut = Named("a * (x + y) = a * x + a * y, where terms cancel");
    private static readonly Identity CommonFactor = Named("a * u + b * u = (a + b) * u");
    private static readonly Identity Pythagoras = Named("a * cos(x)^2 + b * sin(x)^2 = a + (b - a) * sin(x)^2");
    private static readonly Identity ByParts = Named("functions by others that cancel");
    private static readonly Identity Shortened = Named("(a * x + b * x) / x = a + b");
    private static readonly Identity ByDivision = Named("(a * exp(x) + b) / (1 + exp(x)) = a + (b - a) / (1 + exp(x))");
    private static readonly Identity CommonExponential = Named("a * exp(x) + b * exp(x) = (a + b) * exp(x)");

    /// <summary>Another form of a product or quotient; none where it has its form, null where it has too many factors.</summary>
    public Term? Product(Term term)
    {
        if (Monomial.Of(builder, term) is not { } monomial) return null;
        if (monomial.HasDenominator && WithoutInnerFractions(monomial, byParts: PartKinds.None) is { } flat)
        {
            var form = flat.Write();
            if (form != term && Count(form) <= Count(term) + MostGrowth)
            {
                note(NoInnerFraction);
                return form;
            }
        }

        if (monomial.IsMerged || monomial.IsOutOfShape)
        {
            var written = monomial.Write();
            var growth = Count(written) - Count(term);
            var most = IsFractionOfFraction(term) ? MostGrowth : monomial.HasNegativePower ? 1 : 0;
            if (written != term && growth <= most)
            {
                Note(monomial, growth > 0 ? NegativePowers : monomial.IsMerged ? LikePowers : monomial.HasDenominator ? OneFraction : OneProduct);
                return written;
            }
        }

        if (Reduced(monomial) is { } reduced && Consider(reduced.Write(), Shortened) is { Exists: true } shorter) return shorter;
        if (Consider(Divided(monomial), ByDivision) is { Exists: true } divided) return divided;

        return hasFunctions ? ProductByParts(term) : Term.None;

        Term Consider(Term candidate, Identity by)
        {
            if (!candidate.Exists || Count(candidate) >= Count(term)) return Term.None;
            note(by);
            return candidate;
        }
    }

    private Term ProductByParts(Term term)
    {
        foreach (var kinds in FunctionParts.Kinds)
        {
            if (ProductByParts(term, kinds) is { Exists: true } form) return form;
        }

        return Term.None;
    }

    private Term ProductByParts(Term term, PartKinds kinds)
    {
        if (Monomial.Of(builder, term, kinds) is not { } monomial) return Term.None;
        var flat = monomial.HasDenominator ? WithoutInnerFractions(monomial, kinds) : null;
        foreach (var form in (ReadOnlySpan<Monomial?>)[flat, monomial])
        {
            if (form is null || !(form == flat || form.IsMerged) || form.Write() is var written && (Count(written) >= Count(term) || Functions(written) > Functions(term))) continue;
            Note(form, ByParts);
            return written;
        }

        return Term.None;
    }

    /// <summary>A fraction whose numerator is a sum, without the factors that all of its terms share with the denominator; null where there are none.</summary>
    private Monomial? Reduced(Monomial monomial)
    {
        var numerator = monomial.Where((id, exponent) => IsExpandable(id, exponent));
        if (numerator.Factors is not [var (sum, power)] || !power.IsOne || !monomial.HasDenominator) return null;
        if (Expand(numerator) is not { Count: > 1 } outer || Multiplied(outer) is not { } terms) return null;
        var shared = monomial.Factors.Where(static factor => factor.Exponent.IsNegative).Select(factor => (factor.Base, Exponent: Least(factor.Base, -factor.Exponent))).Where(static factor => factor.Exponent.Above > 0).ToList();
        if (shared.Count == 0) return null;
        var divisor = Monomial.Of(builder, shared);
        if (Divide(terms, divisor.Inverse()) is not { } others) return null;
        return Monomial.Of(builder, Write(others))?.Times(monomial.Where((id, _) => id != sum).With(monomial.Coefficient)) is { } product ? product.Times(divisor) : null;

        Ratio Least(int id, Ratio most) => terms.Aggregate(most, (least, term) => term.ExponentOf(id) is var own && !own.IsWhole ? default : own.Above < least.Above ? own : least);
    }

    // Each of them multiplied out, whatever comes together.
    private List<Monomial>? Multiplied(List<Monomial> terms)
    {
        var result = new List<Monomial>();
        foreach (var term in terms)
        {
            if (Expand(term) is not { } products || result.Count + products.Count > MaxTerms) return null;
            result.AddRange(products);
        }

        return Merge(result);
    }

    /// <summary>The quotient and the rest of a sum divided by 1 + exp(x), where the rest is no sum, times what stands before it; none for anything else.</summary>
    private Term Divided(Monomial monomial)
    {
        var (sum, divisor) = (Term.None, Term.None);
        foreach (var (id, exponent) in monomial.Factors)
        {
            var part = builder.Term(id);
            if (!sum.Exists && exponent.IsOne && (part.Is<SumOperation>() || part.Is<SubOperation>())) sum = part;
            else if (!divisor.Exists && (-exponent).IsOne && Logistic.Exponent(part).Exists) divisor = part;
            else if (exponent.IsNegative) return Term.None;
        }

        if (!sum.Exists || !divisor.Exists || Terms(sum, MaxInnerTerms, byParts: PartKinds.None) is not { } terms) return Term.None;
        var expanded = new List<Monomial>();
        foreach (var term in terms)
        {
            if (Expand(term) is not { } products || expanded.Count + products.Count > MaxTerms) return Term.None;
            expanded.AddRange(products);
        }

        var exponential = (divisor.X.Is(1) ? divisor.Y : divisor.X).Id;
        var multiples = expanded.FindAll(term => term.ExponentOf(exponential).IsOne);
        if (multiples.Count == 0) return Term.None;
        var quotient = multiples.ConvertAll(term => term.Where((id, _) => id != exponential).With(term.Coefficient));
        var rest = Merge([.. expanded.Except(multiples), .. quotient.Select(static term => term.With(-term.Coefficient))]);
        if (rest is not { Count: 1 } || rest[0].HasDenominator) return Term.None;
        if (rest[0].Times(Monomial.Of(builder, [(divisor.Id, -Ratio.One)])) is not { } remainder || Merge([.. quotient, remainder]) is not { } whole) return Term.None;
        var before = monomial.Where((id, _) => id != sum.Id && id != divisor.Id);
        return before.Factors.Count == 0
            ? Scaled(whole, monomial.Coefficient)
            : before.With(monomial.Coefficient).Times(Monomial.Of(builder, [(Write(whole).Id, Ratio.One)]))?.Write() ?? Term.None;
    }

    private Term Scaled(List<Monomial> terms, Ratio factor)
    {
        for (var i = 0; i < terms.Count; i++)
        {
            if (!Ratio.TryMultiply(terms[i].Coefficient, factor, out var coefficient)) return Term.None;
            terms[i] = terms[i].With(coefficient);
        }

        return Write(terms);
    }

    /// <summary>A fraction with a sum of fractions above or below its line, as one fraction; null where there is no such sum.</summary>
    private Monomial? WithoutInnerFractions(Monomial monomial, PartKinds byParts)
    {
        foreach (var (id, exponent) in monomial.Factors)
        {
            var sum = builder.Term(id);
            if (!exponent.IsWhole || Math.Abs(exponent.Above) != 1 || !(sum.Is<SumOperation>() || sum.Is<SubOperation>())) continue;
            if (Terms(sum, MaxInnerTerms, byParts) is not { } terms || !terms.Exists(static term => term.HasDenominator)) continue;
            if (CommonDenominatorOf(terms) is not var (common, below)) continue;
            if (Numerators(terms, common, below) is not { } numerators) return null;
            if (Fraction(numerators, common, below) is not { } fraction) continue;
            if ((exponent.IsNegative ? fraction.Reciprocal() : fraction) is not { } factor) continue;
            return monomial.Where((other, _) => other != id).With(monomial.Coefficient).Times(factor);
        }

        return null;
    }

    /// <summary>Another form of a sum or difference; none where it has its form, null where it has too many terms.</summary>
    public Term? Sum(Term term)
    {
        if (Terms(term, MaxTerms, byParts: PartKinds.None) is not { } terms) return null;
        var count = Count(term);
        var (best, identity) = (Term.None, LikeTerms);
        var ofParts = false;
        var merged = Merge(terms);
        if (merged is not null && merged.Count < terms.Count) Consider(Write(merged), LikeTerms, strictly: false);
        merged ??= terms;
        if (merged.Count > 0 && merged[0].Coefficient.IsNegative && merged.Exists(static monomial => !monomial.Coefficient.IsNegative)) Consider(Write(merged), PositiveFirst, strictly: false);
        if (OverOneDenominator(merged) is { Exists: true } fraction) Consider(fraction, OneDenominator, strictly: true);
        if (WithCommonExponential(merged) is { Exists: true } exponential) Consider(exponential, CommonExponential, strictly: false);
        ConsiderWhole(merged, byParts: PartKinds.None);
        ofParts = true;
        foreach (var kinds in hasFunctions ? FunctionParts.Kinds : [])
        {
            if (Terms(term, MaxTerms, kinds) is not { } parts || Merge(parts) is not { } mergedParts) continue;
            if (mergedParts.Count < parts.Count) Consider(Write(mergedParts), ByParts, strictly: true);
            ConsiderWhole(mergedParts, kinds);
        }

        if (best.Exists) note(identity);
        return best;

        void ConsiderWhole(List<Monomial> all, PartKinds byParts)
        {
            var denominators = all.Exists(static monomial => monomial.HasDenominator);
            if (BySquares(all) is { } squares) Consider(Write(squares), Pythagoras, strictly: true);
            if (CommonDenominatorOf(all) is not var (common, below) || Numerators(all, common, below) is not { } numerators) return;
            if (Expanded(numerators, byParts) is { } expanded) Consider(Over(expanded, common, below), denominators ? CommonDenominator : MultipliedOut, byParts != PartKinds.None || !denominators);
            if (WithCommonFactor(numerators, byParts) is var (rest, factor)) Consider(Over(rest, common, below, factor), CommonFactor, strictly: true);
        }

        void Consider(Term candidate, Identity by, bool strictly)
        {
            if (!candidate.Exists || candidate == term) return;
            var own = Count(candidate);
            if (own > count || (strictly && own == count) || (ofParts && Functions(candidate) > Functions(term))) return;
            (best, identity, count) = (candidate, by, own);
        }
    }

    private void Note(Monomial monomial, Identity identity)
    {
        note(identity);
        foreach (var id in monomial.Cancelled) note(Cancelled with { Assumption = Assumption.NotZero(builder.Term(id)) });
    }

    /// <summary>The terms of a sum, each taken apart; null where there are too many.</summary>
    private List<Monomial>? Terms(Term sum, int most, PartKinds byParts)
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
            else if (Monomial.Of(builder, term, byParts) is { } monomial)
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

    private Term Over(List<Monomial> numerators, Monomial common, double below, Monomial? factor = null)
    {
        if (numerators.Count == 0) return builder.Term(builder.Constant(0));
        if (Fraction(numerators, common, below) is not { } fraction) return Term.None;
        return (factor is null ? fraction : factor.Times(fraction))?.Write() ?? Term.None;
    }

    /// <summary>Numerators over a denominator, which is given by positive exponents or as the factors below a fraction line.</summary>
    private Monomial? Fraction(List<Monomial> numerators, Monomial denominator, double below)
    {
        if (Merge(numerators) is not { Count: > 0 } merged) return null;
        merged = BySquares(merged) ?? merged;
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

    private static bool IsExponential(Term term) => term.Is<ExpOperation>() || (term.Is<PowOperation>() && Ratio.Of(term.Y) is null);

    private static Monomial Denominator(Monomial monomial) => monomial.Where(static (_, exponent) => exponent.IsNegative);

    /// <summary>The number of operations of a part by itself, or as many as are counted.</summary>
    private int Count(Term term) => Measure(term).Operations;

    /// <summary>How many of them are functions of one number. Parts in which nothing cancels are more of them: sinh(x) / cosh(x) for tanh(x).</summary>
    private int Functions(Term term) => Measure(term).Functions;

    private (int Operations, int Functions) Measure(Term term)
    {
        var seen = new HashSet<int>();
        var functions = 0;
        var stack = new Stack<int>();
        stack.Push(term.Id);
        while (stack.TryPop(out var id) && seen.Count < MaxCounted)
        {
            var arity = builder.OperationOf(id).Arity;
            if (arity == 0 || !seen.Add(id)) continue;
            var part = builder.Term(id);
            if (arity == 1 && !part.Is<NegOperation>()) functions++;

            // sigmoid(-x) is read like 1 - sigmoid(x).
            var signed = part.Is<SigmoidOperation>() && part.X.Is<NegOperation>();
            if (signed) stack.Push(part.X.X.Id);
            for (var i = 0; i < arity && !signed; i++) stack.Push(builder.Argument(id, i));
        }

        return (seen.Count, functions);
    }

    // a / b / c, as the quotient rule leaves it.
    private static bool IsFractionOfFraction(Term term) => term.Is<DivOperation>() && term.X.Is<DivOperation>();

    private static Identity Named(string name) => new(name, RuleSets.Textbook, static (_, _, _) => Term.None);
}
