using PSAutodiff.Core;

namespace PSAutodiff.Operations.Elementwise;

/// <summary>Forms of the logistic function and its relatives.</summary>
internal static class Logistic
{
    /// <summary>The u of 1 + exp(u) or exp(u) + 1, else <see cref="Term.None"/>.</summary>
    public static Term Exponent(Term x)
    {
        if (!x.Is<SumOperation>()) return Term.None;
        if (x.X.Is(1) && x.Y.Is<ExpOperation>()) return x.Y.X;
        return x.Y.Is(1) && x.X.Is<ExpOperation>() ? x.X.X : Term.None;
    }

    /// <summary>
    /// exp(u) * sigmoid(-u) = sigmoid(u), with one more factor on either side, or two sigmoids; else <see cref="Term.None"/>. No product
    /// in between gets larger, or smaller than the result.
    /// </summary>
    public static Term Product(Term x, Term y)
    {
        if (Exponential(x) is { Exists: true } u) return Times(u, y);
        if (Exponential(y) is { Exists: true } v) return Times(v, x);
        if (!x.Is<MulOperation>() || !y.Is<SigmoidOperation>()) return Term.None;
        if (IsOpposite(y, Exponential(x.Y))) return x.X * Sigmoid(x.Y.X);
        return IsOpposite(y, Exponential(x.X)) ? Sigmoid(x.X.X) * x.Y : Term.None;
    }

    /// <summary>The u and the rest a of a * f(u), with a = 1 for f(u) alone; none when x has no such form.</summary>
    public static (Term Factor, Term Others) Scaled<TFunction>(Term x)
        where TFunction : Operation =>
        x.Is<TFunction>() ? (x, x.Constant(1)) :
        !x.Is<MulOperation>() ? (Term.None, Term.None) :
        x.Y.Is<TFunction>() ? (x.Y, x.X) :
        x.X.Is<TFunction>() ? (x.X, x.Y) :
        (Term.None, Term.None);

    /// <summary>
    /// y / (1 + exp(-x)) as y * sigmoid(x); none for anything else. 1 / (1 + exp(-x)) stays as it is written.
    /// </summary>
    public static Term Scaled(Term quotient) =>
        quotient.Is<DivOperation>() && !quotient.X.Is(1) && !quotient.X.Is(-1) && Exponent(quotient.Y) is { Exists: true } u && (u.Is<NegOperation>() || Coefficient.Of(u) < 0)
            ? quotient.X * Sigmoid(-u)
            : Term.None;

    private static Term Times(Term u, Term y)
    {
        if (IsOpposite(y, u)) return Sigmoid(u);
        if (y.Is<PowOperation>() && y.Y.Is(2) && IsOpposite(y.X, u)) return Sigmoid(u) * y.X;
        if (!y.Is<MulOperation>()) return Term.None;
        if (IsOpposite(y.X, u)) return Sigmoid(u) * y.Y;
        if (IsOpposite(y.Y, u)) return y.X * Sigmoid(u);
        if (y.Y.Is<PowOperation>() && y.Y.Y.Is(2) && IsOpposite(y.Y.X, u)) return y.X * Sigmoid(u) * y.Y.X;
        return y.Y.Is<SigmoidOperation>() && y.X.Is<MulOperation>() && IsOpposite(y.X.Y, u) ? y.X.X * Sigmoid(u) * y.Y : Term.None;
    }

    private static Term Exponential(Term x) => x.Is<ExpOperation>() ? x.X : Term.None;

    private static Term Sigmoid(Term u) => u.Apply<SigmoidOperation>();

    // Whether x is sigmoid(-u).
    private static bool IsOpposite(Term x, Term u) => u.Exists && x.Is<SigmoidOperation>() && AreOpposite(x.X, u);

    /// <summary>Whether they are x - y and y - x.</summary>
    public static bool AreOppositeDifferences(Term x, Term y) => x.Is<SubOperation>() && y.Is<SubOperation>() && x.X == y.Y && x.Y == y.X;

    /// <summary>Whether one is the other with its sign changed.</summary>
    public static bool AreOpposite(Term x, Term y) =>
        (x.Is<NegOperation>() && x.X == y) || (y.Is<NegOperation>() && y.X == x)
        || AreOppositeDifferences(x, y)
        || (x.Is<MulOperation>() && y.Is<MulOperation>() && x.Y == y.Y && x.X.IsConstant && y.X.IsConstant && x.X.ConstantValue == -y.X.ConstantValue);
}
