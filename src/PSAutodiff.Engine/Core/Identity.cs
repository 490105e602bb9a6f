namespace PSAutodiff.Core;

/// <summary>One identity of an operation: when it applies to given arguments it names the node that replaces the operation.</summary>
/// <param name="Name">The identity as a teacher writes it, for example <c>0 + x = x</c>.</param>
/// <param name="Sets">The rule sets it belongs to.</param>
/// <param name="Rewrite">Takes the arguments (absent ones are <see cref="Term.None"/>); gives the replacement or <see cref="Term.None"/>.</param>
internal sealed record Identity(string Name, RuleSets Sets, Func<Term, Term, Term, Term> Rewrite)
{
    /// <summary>Of its arguments, what has to hold for the identity beyond the domain of the original; usually nothing.</summary>
    public Func<Term, Term, Term, Assumption>? Assumes { get; init; }

    /// <summary>What had to hold where it was applied.</summary>
    public Assumption? Assumption { get; init; }

    /// <summary>The identity as it was applied to arguments.</summary>
    public Identity AppliedTo(Term x, Term y, Term z) => Assumes is null ? this : this with { Assumption = Assumes(x, y, z), Assumes = null };

    /// <summary>By how many operations it may make the whole dearer, as it then works on fewer elements.</summary>
    public int Growth { get; init; }

    /// <summary>
    /// Whether it counts whatever it costs: for the digits of the value, as of Stable's own identities all but a few, or for the form.
    /// </summary>
    public bool IsWorthItsCost { get; init; } = (Sets & RuleSets.StandardAndStable) == RuleSets.Stable;
}
