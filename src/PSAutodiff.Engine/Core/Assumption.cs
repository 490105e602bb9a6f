namespace PSAutodiff.Core;

/// <summary>What has to hold of the parts that an identity was applied to.</summary>
/// <param name="Format">What is said of them, for example <c>{0} != 0</c>.</param>
/// <param name="First">The one part.</param>
/// <param name="Second">The other, if there is one.</param>
internal readonly record struct Assumption(string Format, Term First, Term Second)
{
    public static Assumption NotZero(Term x) => new("{0} != 0", x, Term.None);

    public static Assumption Different(Term x, Term y) => new("{0} != {1}", x, y);

    public static Assumption ZeroWith(Term product, Term factor) => new("{0} = 0 where {1} = 0", product, factor);
}
