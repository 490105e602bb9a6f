namespace PSAutodiff;

/// <summary>
/// Where weight decay tau/2 |w|^2 moves the minimizer w* of a quadratic error with Hessian H = Q L Q': to Q (L + tau I)^-1 L Q' w*.
/// </summary>
public sealed class WeightDecayAnalysis
{
    /// <summary>The decay tau, at least 0.</summary>
    public required double Decay { get; init; }

    /// <summary>The names of the weights.</summary>
    public required IReadOnlyList<string> Variables { get; init; }

    /// <summary>The eigenvalues of the Hessian, the largest first; none is negative.</summary>
    public required double[] Eigenvalues { get; init; }

    /// <summary>The shrink factors lambda / (lambda + tau), in the order of the eigenvalues.</summary>
    public required double[] Factors { get; init; }

    /// <summary>The eigenvectors as columns, n x n, in the order of the eigenvalues.</summary>
    public required double[,] Eigenvectors { get; init; }

    /// <summary>The minimizer without decay, w*.</summary>
    public required double[] Minimizer { get; init; }

    /// <summary>The minimizer with decay.</summary>
    public required double[] DecayedMinimizer { get; init; }

    /// <summary>The minimizer without decay in the eigenbasis, Q' w*.</summary>
    public required double[] EigenMinimizer { get; init; }

    /// <summary>The minimizer with decay in the eigenbasis.</summary>
    public required double[] EigenDecayedMinimizer { get; init; }

    /// <summary>All of it direction by direction.</summary>
    public required IReadOnlyList<WeightDecayDirection> Directions { get; init; }

    /// <summary>Whether another analysis is one of the same error, with another decay perhaps.</summary>
    internal bool IsOfSameError(WeightDecayAnalysis other) =>
        Variables.SequenceEqual(other.Variables) && Minimizer.SequenceEqual(other.Minimizer) && Eigenvalues.SequenceEqual(other.Eigenvalues)
        && Eigenvectors.Cast<double>().SequenceEqual(other.Eigenvectors.Cast<double>());

    /// <summary>The decay and the factors in a line.</summary>
    public override string ToString() => FormattableString.Invariant($"decay {Decay}: factors {string.Join(", ", Factors.Select(static factor => FormattableString.Invariant($"{factor:g6}")))}");
}
