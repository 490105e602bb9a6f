namespace PSAutodiff;

/// <summary>What a matrix can be asked for.</summary>
public enum MatrixProperty
{
    /// <summary>The number of singular values that do not count as 0.</summary>
    Rank,

    /// <summary>The largest singular value divided by the smallest.</summary>
    Condition,

    /// <summary>The singular values.</summary>
    SingularValues,

    /// <summary>The sum of the diagonal.</summary>
    Trace,

    /// <summary>The determinant.</summary>
    Determinant,

    /// <summary>Whether it is symmetric.</summary>
    IsSymmetric,

    /// <summary>The signs of the eigenvalues.</summary>
    Definiteness,

    /// <summary>The eigenvalues.</summary>
    Eigenvalues,

    /// <summary>The eigenvectors.</summary>
    Eigenvectors,

    /// <summary>The inverse.</summary>
    Inverse,

    /// <summary>The pseudo-inverse.</summary>
    PseudoInverse,
}
