namespace PSAutodiff.Passes.Algebra.Equality;

/// <summary>What a condition says of a product of atoms.</summary>
internal enum ConditionKind
{
    /// <summary>It is not 0.</summary>
    NotZero,

    /// <summary>It is at least 0.</summary>
    NotNegative,

    /// <summary>It is above 0.</summary>
    Positive,

    /// <summary>It has a value: the function that the atom is has gaps.</summary>
    Defined,
}

/// <summary>What has to hold for an expression to have a value.</summary>
/// <param name="Kind">What is said.</param>
/// <param name="IsNegated">Whether it is said of the negative of the product.</param>
/// <param name="Powers">The product, each atom once.</param>
internal readonly record struct Condition(ConditionKind Kind, bool IsNegated, Powers Powers);
