using PSAutodiff.Graphs;

namespace PSAutodiff.Simplification;

/// <summary>The denominators 1 + exp(u) of logistic functions.</summary>
internal static class Logistic
{
    /// <summary>The u of 1 + exp(u) or exp(u) + 1, else <see cref="Term.None"/>.</summary>
    public static Term Exponent(Term x)
    {
        if (!x.Is<SumOperation>()) return Term.None;
        if (x.X.Is(1) && x.Y.Is<ExpOperation>()) return x.Y.X;
        return x.Y.Is(1) && x.X.Is<ExpOperation>() ? x.X.X : Term.None;
    }
}
