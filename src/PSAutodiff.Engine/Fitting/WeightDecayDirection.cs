namespace PSAutodiff;

/// <summary>What weight decay does along one eigenvector of the Hessian.</summary>
/// <param name="Index">The number of the direction, from 1, by falling eigenvalues.</param>
/// <param name="Eigenvalue">The curvature lambda along it, at least 0.</param>
/// <param name="Factor">lambda / (lambda + tau): what is left of the minimizer's component; 1 without decay.</param>
/// <param name="Minimizer">The component of the minimizer without decay.</param>
/// <param name="DecayedMinimizer">The component of the minimizer with decay: the factor times the one without.</param>
/// <param name="Eigenvector">The unit vector of the direction, its largest component positive.</param>
public sealed record WeightDecayDirection(int Index, double Eigenvalue, double Factor, double Minimizer, double DecayedMinimizer, double[] Eigenvector)
{
    /// <summary>Eigenvalue and factor in a line.</summary>
    public override string ToString() => FormattableString.Invariant($"eigenvalue {Eigenvalue}: factor {Factor}");
}
