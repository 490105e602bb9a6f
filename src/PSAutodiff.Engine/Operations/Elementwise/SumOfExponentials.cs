using PSAutodiff.Core;

namespace PSAutodiff.Operations.Elementwise;

/// <summary>
/// Sums of exponentials, as the losses of several classes have them, without overflow or underflow. As much is taken out of all exponents as
/// the largest of them lies beyond what exp bears, which usually is 0: then the digits are those of the sum as it is written. It is taken
/// out as a number without a derivative, since neither a logarithm nor a share depends on how much it is.
/// </summary>
internal static class SumOfExponentials
{
    // Where sums of growing length have a logarithm each, longer ones would make the expression grow with the square of the length.
    private const int MostTerms = 64;

    // So many times exp of this is still finite.
    private const double Bearable = 700;

    /// <summary>
    /// log(exp(u) + exp(v) + ...) for three or more terms, of which one can be 1: that counts where the others are small, and there keeps
    /// its digits. Else <see cref="Term.None"/>.
    /// </summary>
    public static Term Logarithm(Term sum)
    {
        if (Exponents(sum) is not var (exponents, ones) || exponents.Count + ones < 3 || AreReduced(exponents)) return Term.None;
        var excess = Excess(exponents);
        var logarithm = excess + Sum(exponents, excess).Apply<LogOperation>();
        return ones == 0
            ? logarithm
            : Largest(exponents).Apply<LessOperation>(sum.Constant(Bearable)).Apply<SelectOperation>(Sum(exponents, Term.None).Apply<Log1pOperation>(), logarithm);
    }

    /// <summary>y * exp(u) / (exp(u) + exp(v) + ...); else <see cref="Term.None"/>.</summary>
    public static Term Share(Term numerator, Term sum)
    {
        if (Logistic.Scaled<ExpOperation>(numerator) is not { Factor.Exists: true } scaled) return Term.None;
        if (Exponents(sum) is not (var exponents, 0) || !exponents.Contains(scaled.Factor.X) || AreReduced(exponents)) return Term.None;
        var excess = Excess(exponents);
        return scaled.Others * ((scaled.Factor.X - excess).Apply<ExpOperation>() / Sum(exponents, excess));
    }

    /// <summary>
    /// log(exp(u) / (exp(u) + exp(v) + ...)); else <see cref="Term.None"/>. Here all of the largest exponent is taken out: u and the logarithm
    /// of the sum may both be large and nearly equal.
    /// </summary>
    public static Term LogarithmOfShare(Term numerator, Term sum)
    {
        if (!numerator.Is<ExpOperation>() || Exponents(sum) is not (var exponents, 0) || !exponents.Contains(numerator.X)) return Term.None;
        var exponent = numerator.X;
        if (exponents.Count == 2) return -(exponents[exponents[0] == exponent ? 1 : 0] - exponent).Apply<SoftplusOperation>();

        // What made a share of it has taken out something already.
        var excess = exponent.Is<SubOperation>() && exponent.Y.Is<DetachOperation>() ? exponent.Y : Term.None;
        if (excess.Exists && exponents.TrueForAll(one => one.Is<SubOperation>() && one.Y == excess))
        {
            exponent = exponent.X;
            exponents = exponents.ConvertAll(static one => one.X);
        }

        var largest = Largest(exponents).Apply<DetachOperation>();
        return exponent - largest - Sum(exponents, largest).Apply<LogOperation>();
    }

    /// <summary>The exponents of a sum of two or more exponentials and at most one 1; null when it is none.</summary>
    private static (List<Term> Exponents, int Ones)? Exponents(Term sum)
    {
        if (!sum.Is<SumOperation>()) return null;
        var exponents = new List<Term>();
        var ones = 0;
        while (sum.Is<SumOperation>())
        {
            if (TryTake(sum.Y)) sum = sum.X;
            else if (TryTake(sum.X)) sum = sum.Y;
            else return null;
        }

        if (!TryTake(sum) || exponents.Count < 2 || ones > 1) return null;
        exponents.Reverse();
        return (exponents, ones);

        bool TryTake(Term term)
        {
            if (exponents.Count == MostTerms || ones > 1) return false;
            if (term.Is(1)) ones++;
            else if (term.Is<ExpOperation>()) exponents.Add(term.X);
            else return false;
            return true;
        }
    }

    private static bool AreReduced(List<Term> exponents) => exponents.Exists(static exponent => IsReduced(exponent, 0));

    // Whatever else simplification has made of u - detach(...).
    private static bool IsReduced(Term exponent, int depth)
    {
        const int mostLevels = 4;
        if (exponent.Is<DetachOperation>()) return true;
        if (depth == mostLevels) return false;
        if (exponent.Is<NegOperation>()) return IsReduced(exponent.X, depth + 1);
        return (exponent.Is<SumOperation>() || exponent.Is<SubOperation>()) && (IsReduced(exponent.X, depth + 1) || IsReduced(exponent.Y, depth + 1));
    }

    private static Term Largest(List<Term> exponents)
    {
        var largest = exponents[0];
        for (var i = 1; i < exponents.Count; i++) largest = largest.Apply<MaxOperation>(exponents[i]);
        return largest;
    }

    private static Term Excess(List<Term> exponents)
    {
        var largest = Largest(exponents);
        return ((largest - Bearable).Apply<ReluOperation>() - (-Bearable - largest).Apply<ReluOperation>()).Apply<DetachOperation>();
    }

    private static Term Sum(List<Term> exponents, Term excess)
    {
        var sum = Exponential(exponents[0]);
        for (var i = 1; i < exponents.Count; i++) sum += Exponential(exponents[i]);
        return sum;

        Term Exponential(Term exponent) => (excess.Exists ? exponent - excess : exponent).Apply<ExpOperation>();
    }
}
