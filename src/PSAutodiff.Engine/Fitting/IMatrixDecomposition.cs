namespace PSAutodiff.Fitting;

/// <summary>Takes a matrix apart as far as it is asked to.</summary>
internal interface IMatrixDecomposition
{
    /// <summary>The value of a property.</summary>
    /// <exception cref="AutodiffException">The matrix cannot have it; the message says why.</exception>
    object ValueOf(MatrixProperty property);

    /// <summary>All properties; those that the matrix cannot have are null, with a note.</summary>
    /// <param name="variables">The names of the columns where they are known.</param>
    MatrixAnalysis Analyze(IReadOnlyList<string> variables);
}
