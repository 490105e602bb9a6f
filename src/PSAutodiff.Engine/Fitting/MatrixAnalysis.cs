namespace PSAutodiff;

/// <summary>What there is to say about a matrix of rows x columns; what it cannot have is null, and <see cref="Notes"/> says why.</summary>
public sealed class MatrixAnalysis
{
    /// <summary>The matrix.</summary>
    public required double[,] Matrix { get; init; }

    /// <summary>The number of rows.</summary>
    public required int Rows { get; init; }

    /// <summary>The number of columns.</summary>
    public required int Columns { get; init; }

    /// <summary>The names of the columns where they are known; else empty.</summary>
    public required IReadOnlyList<string> Variables { get; init; }

    /// <summary>The number of singular values above <see cref="Tolerance"/> times the largest.</summary>
    public required int Rank { get; init; }

    /// <summary>The part of the largest singular value up to which others count as 0.</summary>
    public required double Tolerance { get; init; }

    /// <summary>The largest singular value divided by the smallest; infinite where that counts as 0.</summary>
    public required double Condition { get; init; }

    /// <summary>The singular values, the largest first: as many as there are rows or columns, whichever are fewer.</summary>
    public required double[] SingularValues { get; init; }

    /// <summary>The sum of the diagonal of a square matrix.</summary>
    public required double? Trace { get; init; }

    /// <summary>The determinant of a square matrix.</summary>
    public required double? Determinant { get; init; }

    /// <summary>Whether mirrored entries are equal, but for 1e-10 of the largest entry.</summary>
    public required bool IsSymmetric { get; init; }

    /// <summary>The signs of the eigenvalues of a symmetric matrix.</summary>
    public required MatrixDefiniteness? Definiteness { get; init; }

    /// <summary>The eigenvalues of a square matrix, the largest first: double[], or Complex[] where some are not real.</summary>
    public required Array? Eigenvalues { get; init; }

    /// <summary>The eigenvectors of length 1 as columns, in the order of the eigenvalues: double[,] or Complex[,].</summary>
    public required Array? Eigenvectors { get; init; }

    /// <summary>The inverse of a square matrix of full rank.</summary>
    public required double[,]? Inverse { get; init; }

    /// <summary>The pseudo-inverse of Moore and Penrose, columns x rows.</summary>
    public required double[,]? PseudoInverse { get; init; }

    /// <summary>Why there is not what there is not, a sentence each.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The size, the rank and the condition in a line.</summary>
    public override string ToString() => FormattableString.Invariant($"{Rows} x {Columns} matrix, rank {Rank}, condition {Condition:g6}");
}
