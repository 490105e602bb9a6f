using System.Runtime.CompilerServices;

namespace PSAutodiff.Core;

/// <summary>One identity of an operation: when it applies to given arguments it names the node that replaces the operation.</summary>
/// <param name="Name">The identity as a teacher writes it, for example <c>0 + x = x</c>.</param>
/// <param name="Sets">The rule sets it belongs to.</param>
/// <param name="Rewrite">Takes the arguments (absent ones are <see cref="Term.None"/>); gives the replacement or <see cref="Term.None"/>.</param>
internal sealed record Identity(string Name, RuleSets Sets, Func<Term, Term, Term, Term> Rewrite)
{
    private const int Any = -1;

    private int _first = Any;
    private int _second = Any;

    /// <summary>The operation that the first argument has to be of; anything where nothing is said. What it says need not be looked at again.</summary>
    public Type First
    {
        init => _first = OperationTable.CodeOf(value);
    }

    /// <summary>The same of the second argument.</summary>
    public Type Second
    {
        init => _second = OperationTable.CodeOf(value);
    }

    /// <summary>Whether the first argument has to be a constant.</summary>
    public bool FirstIsConstant
    {
        init => _first = value ? OperationTable.ConstantCode : Any;
    }

    /// <summary>Whether the second argument has to be a constant.</summary>
    public bool SecondIsConstant
    {
        init => _second = value ? OperationTable.ConstantCode : Any;
    }

    /// <summary>Whether it only applies to vectors and matrices.</summary>
    public bool IsOfArrays { get; init; }

    /// <summary>Of its arguments, what has to hold for the identity beyond the domain of the original; usually nothing.</summary>
    public Func<Term, Term, Term, Assumption>? Assumes { get; init; }

    /// <summary>What had to hold where it was applied.</summary>
    public Assumption? Assumption { get; init; }

    /// <summary>The identity where it is looked for.</summary>
    public Candidate AsCandidate => new(_first, _second, this);

    /// <summary>The identity as it was applied to arguments.</summary>
    public Identity AppliedTo(Term x, Term y, Term z) => Assumes is null ? this : this with { Assumption = Assumes(x, y, z), Assumes = null };

    /// <summary>By how many operations it may make the whole dearer, as it then works on fewer elements.</summary>
    public int Growth { get; init; }

    /// <summary>
    /// Whether it counts whatever it costs: for the digits of the value, as of Stable's own identities all but a few, or for the form.
    /// </summary>
    public bool IsWorthItsCost { get; init; } = (Sets & RuleSets.StandardAndStable) == RuleSets.Stable;

    /// <summary>An identity beside the codes of the arguments that it is for, so that most of those that do not apply are only passed by.</summary>
    /// <param name="First">The code of the first argument; negative for any.</param>
    /// <param name="Second">That of the second.</param>
    /// <param name="Identity">The identity.</param>
    public readonly record struct Candidate(int First, int Second, Identity Identity)
    {
        /// <summary>Whether it is for arguments of these codes.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Suits(int first, int second) => (First < 0 || First == first) && (Second < 0 || Second == second);
    }
}
