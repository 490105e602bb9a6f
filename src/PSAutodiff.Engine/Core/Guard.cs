namespace PSAutodiff.Core;

/// <summary>
/// When a derivative counts: always, or only where a condition is (or is not) 0. Elsewhere it is 0, as below a branch that is not
/// taken, but 0 times an infinite derivative would be NaN; so what comes of it is chosen, not multiplied.
/// </summary>
internal readonly partial record struct Guard
{
    private readonly Term _condition;
    private readonly bool _inverted;

    private Guard(Term condition, bool inverted, bool ofExponent)
    {
        _condition = condition;
        _inverted = inverted;
        IsConditional = true;
        IsOfExponent = ofExponent;
    }

    /// <summary>Whether there is a condition.</summary>
    public bool IsConditional { get; }

    /// <summary>Whether the condition is only that exponents are not 0.</summary>
    public bool IsOfExponent { get; }

    /// <summary>Counts where the condition is not 0.</summary>
    public static Guard Where(Term condition) => new(condition, inverted: false, ofExponent: false);

    /// <summary>Counts where the condition is 0.</summary>
    public static Guard WhereNot(Term condition) => new(condition, inverted: true, ofExponent: false);

    /// <summary>Counts where the exponent of a power is not 0.</summary>
    public static Guard WhereExponent(Term exponent) => new(exponent, inverted: false, ofExponent: true);
}
