namespace PSAutodiff;

/// <summary>The signs of the eigenvalues of a symmetric matrix.</summary>
public enum MatrixDefiniteness
{
    /// <summary>All are above 0.</summary>
    PositiveDefinite,

    /// <summary>None is below 0, some are 0.</summary>
    PositiveSemidefinite,

    /// <summary>Some are above 0, some below.</summary>
    Indefinite,

    /// <summary>None is above 0, some are 0 and some below.</summary>
    NegativeSemidefinite,

    /// <summary>All are below 0.</summary>
    NegativeDefinite,
}
