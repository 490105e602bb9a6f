using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff.Passes.Simplification;

/// <content>What becomes of the terms of a sum, above a fraction line or without one.</content>
internal sealed partial class TextbookForms
{
    private const double MaxExpandedPower = 4;

    // Products of sums lose about so much of their digits at most when they are multiplied out: nobody wants x^2 - 200001 * x + ...
    // for (x - 100000) * (x - 100001).
    private const double MostSpread = 100;

    private static readonly Ratio Two = new(2, 1);

    /// <summary>What stands above the common denominator of terms; null where that is not exact.</summary>
    private static List<Monomial>? Numerators(List<Monomial> terms, Monomial common, double below)
    {
        var numerators = new List<Monomial>();
        foreach (var term in terms)
        {
            if (!Ratio.TryMultiply(term.Coefficient, new Ratio(below, 1), out var coefficient) || term.With(coefficient).Times(common) is not { } numerator) return null;
            numerators.Add(numerator);
        }

        return numerators;
    }

    /// <summary>
    /// A sum with its products multiplied out and like terms together; null where that brings nothing together, or only makes digits
    /// cancel: products of several sums are multiplied out where like terms of opposite signs meet, and leave constants of about one size.
    /// </summary>
    /// <param name="terms">The terms.</param>
    /// <param name="byParts">Which functions are taken apart: then products of several sums stay, as 1 - sigmoid(x) can be next to 0.</param>
    private List<Monomial>? Expanded(List<Monomial> terms, PartKinds byParts)
    {
        if (terms.Count < 2) return null;
        var expanded = new List<Monomial>();
        var sums = 0.0;
        foreach (var term in terms)
        {
            if (Expand(term) is not { } products || expanded.Count + products.Count > MaxTerms) return null;
            expanded.AddRange(products);
            sums = Math.Max(sums, term.Factors.Sum(factor => IsExpandable(factor.Base, factor.Exponent) ? factor.Exponent.Above : 0));
        }

        if (Merge(expanded) is not { } merged) return null;
        if (sums > 1 && (byParts != PartKinds.None || !HaveOpposites(expanded) || Spread(merged) > MostSpread)) return null;
        var squares = BySquares(merged);
        return squares is not null || merged.Count < expanded.Count ? squares ?? merged : null;
    }

    private static bool HaveOpposites(List<Monomial> terms)
    {
        for (var i = 1; i < terms.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (terms[i].Coefficient.IsNegative != terms[j].Coefficient.IsNegative && terms[i].HasFactorsOf(terms[j])) return true;
            }
        }

        return false;
    }

    // The largest of the constants by the smallest.
    private static double Spread(List<Monomial> terms)
    {
        if (terms.Count == 0) return 1;
        var sizes = terms.ConvertAll(static term => Math.Abs(term.Coefficient.Above / term.Coefficient.Below));
        return sizes.Max() / sizes.Min();
    }

    /// <summary>
    /// The factor that all terms have, but for numbers and exponentials, and what it is multiplied with; null where there is none with a sum
    /// in it, since polynomials of functions are collected best as they are. Variables are such factors next to a logistic function alone.
    /// </summary>
    private (List<Monomial> Others, Monomial Factor)? WithCommonFactor(List<Monomial> terms, PartKinds byParts)
    {
        if (terms.Count < 2) return null;
        var powers = new List<(int Base, Ratio Exponent)>();
        var isLogistic = terms.Exists(term => term.Factors.Any(power => builder.Term(power.Base).Is<SigmoidOperation>()));
        foreach (var (id, own) in terms[0].Factors)
        {
            var part = builder.Term(id);
            if (part.IsConstant || (part.Operation.Arity == 0 && !isLogistic) || IsExponential(part) || !own.IsWhole || own.IsNegative) continue;
            var least = own;
            foreach (var term in terms)
            {
                var other = term.ExponentUpToSign(id);
                if (!other.IsWhole || other.Above <= 0) least = default;
                else if (other.Above < least.Above) least = other;
            }

            if (least.Above > 0) powers.Add((id, least));
        }

        if (powers.Count == 0 || !isLogistic && !powers.Exists(power => builder.Term(power.Base) is var part && (part.Is<SumOperation>() || part.Is<SubOperation>() || part.Is<SigmoidOperation>()))) return null;
        var factor = Monomial.Of(builder, powers);
        if (Divide(terms, factor.Inverse()) is not { } rest) return null;
        return Expanded(rest, byParts) is { } expanded ? (expanded, factor) : Merge(rest) is { } merged ? (merged, factor) : null;
    }

    private static List<Monomial>? Divide(List<Monomial> terms, Monomial inverse)
    {
        var result = new List<Monomial>();
        foreach (var term in terms)
        {
            if (term.Times(inverse) is not { } other) return null;
            result.Add(other);
        }

        return result;
    }

    /// <summary>A sum with 1 - sin(x)^2 for cos(x)^2, or the other way, where two like terms have one of them each; else null.</summary>
    private List<Monomial>? BySquares(List<Monomial> terms)
    {
        for (var i = 0; i < terms.Count; i++)
        {
            foreach (var (id, exponent) in terms[i].Factors)
            {
                var (first, hyperbolic) = (builder.Term(id), builder.Term(id).Is<CoshOperation>());
                if (exponent != Two || !(hyperbolic || first.Is<CosOperation>())) continue;
                var second = hyperbolic ? first.X.Apply<SinhOperation>() : first.X.Apply<SinOperation>();
                var rest = terms[i].Where((other, _) => other != id);
                if (rest.Times(Monomial.Of(builder, [(second.Id, Two)])) is not { } like) return null;
                var j = terms.FindIndex(like.HasFactorsOf);
                if (j < 0) continue;

                // a * cos^2 + b * sin^2 = a + (b - a) * sin^2 = b + (a - b) * cos^2, and cosh^2 = 1 + sinh^2.
                var (a, b) = (terms[i].Coefficient, hyperbolic ? -terms[j].Coefficient : terms[j].Coefficient);
                if (a.IsNegative != b.IsNegative || !Ratio.TryAdd(b, -a, out var more)) continue;
                var rises = more.IsZero || more.IsNegative == a.IsNegative;
                List<Monomial> result = [.. terms];
                result[i] = rises ? rest.With(a) : terms[i].With(-more);
                result[j] = rises ? terms[j].With(hyperbolic ? -more : more) : rest.With(b);
                return Merge(result);
            }
        }

        return null;
    }

    /// <summary>A product with its sums multiplied out; null where that is too much.</summary>
    private List<Monomial>? Expand(Monomial monomial)
    {
        List<Monomial> result = [monomial.Where((id, exponent) => !IsExpandable(id, exponent)).With(monomial.Coefficient)];
        foreach (var (id, exponent) in monomial.Factors)
        {
            if (!IsExpandable(id, exponent)) continue;
            if (Terms(builder.Term(id), MaxInnerTerms, byParts: PartKinds.None) is not { } inner) return null;
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
}
