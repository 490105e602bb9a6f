using PSAutodiff.Kernels;

namespace PSAutodiff.Optimization;

/// <summary>
/// The quadratic with the value, gradient and Hessian at a point. Where the Hessian is not positive definite, enough is added to its
/// diagonal that the step to the quadratic's minimum leads downhill.
/// </summary>
internal sealed class NewtonModel(Objective objective)
{
    private readonly double[] _hessian = new double[objective.Dimension * objective.Dimension];
    private readonly ModifiedCholesky _cholesky = new(objective.Dimension);

    private readonly double[] _null = new double[objective.Dimension];

    /// <summary>Whether there is a step: the Hessian is finite, and not 0.</summary>
    public bool HasStep { get; private set; }

    /// <summary>Whether all of the Hessian is 0.</summary>
    public bool IsZero { get; private set; }

    /// <summary>Whether something was added to the diagonal, and the step is not Newton's.</summary>
    public bool IsDamped => _cholesky.Shift > 0;

    /// <summary>Whether the Hessian is singular, but not indefinite.</summary>
    public bool IsSingular => _cholesky.IsSingular;

    /// <summary>Whether the Hessian has negative eigenvalues.</summary>
    public bool IsIndefinite => IsDamped && !IsSingular;

    /// <summary>Whether the last step leads about to where the gradient is zero.</summary>
    public bool IsConsistent { get; private set; }

    /// <summary>Takes the Hessian at a point.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void MoveTo(ReadOnlySpan<double> point, CancellationToken cancellation)
    {
        objective.Hessian(point, _hessian, cancellation);
        var largest = Vectors.Largest(_hessian);
        IsZero = largest == 0;
        HasStep = double.IsFinite(largest) && !IsZero;
        if (HasStep) _cholesky.Factor(_hessian, cancellation);
    }

    /// <summary>Writes the step for a gradient.</summary>
    public void Step(ReadOnlySpan<double> gradient, double[] step)
    {
        Solve(gradient, step);
        IsConsistent = !IsSingular || _cholesky.Solves(step, gradient);
        if (IsConsistent) return;

        // Where the function falls without curvature and little else is left to gain, straight on: the line search goes far.
        NullStep(gradient, _null);
        if (Vectors.Dot(gradient, _null) <= 0.5 * Vectors.Dot(gradient, step)) _null.CopyTo(step, 0);
    }

    /// <summary>Writes the part of the step for a gradient in whose direction a singular Hessian has no curvature.</summary>
    public void NullStep(ReadOnlySpan<double> gradient, double[] step)
    {
        Solve(gradient, step);
        _cholesky.KeepNullSpace(step);
    }

    private void Solve(ReadOnlySpan<double> gradient, double[] step)
    {
        for (var i = 0; i < step.Length; i++) step[i] = -gradient[i];
        _cholesky.Solve(step);
    }
}
