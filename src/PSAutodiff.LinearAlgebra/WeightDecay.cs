using System.Globalization;

namespace PSAutodiff.LinearAlgebra;

/// <summary>The quadratic model of an error around its minimum, for any weight decay.</summary>
internal sealed class WeightDecay
{
    // Eigenvalues below 0 by no more than this part of the largest are rounding of 0.
    private const double NegativeAllowed = 1e-12;

    private readonly double[] _minimizer;
    private readonly IReadOnlyList<string> _variables;
    private readonly double[] _values;
    private readonly double[,] _vectors;
    private readonly double[] _components;

    /// <summary>Decomposes the Hessian.</summary>
    /// <param name="hessian">n x n.</param>
    /// <param name="minimizer">The minimizer without decay, n numbers.</param>
    /// <param name="variables">n names.</param>
    /// <exception cref="AutodiffException">The Hessian is not symmetric or has a negative eigenvalue.</exception>
    public WeightDecay(double[,] hessian, double[] minimizer, IReadOnlyList<string> variables)
    {
        var matrix = SymmetricMatrix.Take(hessian, "The Hessian", ErrorIds.HessianInvalid);
        (_values, _vectors) = SymmetricMatrix.Decompose(matrix);
        var bound = NegativeAllowed * Math.Max(_values[0], -_values[^1]);
        if (_values[^1] < -bound)
        {
            var negative = _values.Count(value => value < -bound);
            throw new AutodiffException(
                ErrorIds.HessianIndefinite,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The Hessian has the negative eigenvalue {_values[^1]}{(negative > 1 ? $" ({negative} of {_values.Length} are negative)" : string.Empty)}, so the point is not a minimum and weight decay has no minimizer to move. The eigenvalues go from {_values[0]} down to it."));
        }

        for (var i = 0; i < _values.Length; i++) _values[i] = Math.Max(_values[i], 0);
        _minimizer = minimizer;
        _variables = variables;
        _components = new double[_values.Length];
        for (var k = 0; k < _components.Length; k++)
        {
            for (var i = 0; i < _components.Length; i++) _components[k] += _vectors[i, k] * minimizer[i];
        }
    }

    /// <summary>The minimizers without and with decay.</summary>
    /// <param name="decay">tau, at least 0.</param>
    /// <exception cref="AutodiffException">It is negative or not finite.</exception>
    public WeightDecayAnalysis At(double decay)
    {
        if (!(decay >= 0) || !double.IsFinite(decay))
        {
            throw new AutodiffException(ErrorIds.DecayInvalid, string.Create(CultureInfo.InvariantCulture, $"-Decay has to be a finite number of at least 0, not {decay}."));
        }

        var n = _values.Length;
        var (factors, decayed, moved) = (new double[n], new double[n], new double[n]);
        var directions = new WeightDecayDirection[n];
        for (var k = 0; k < n; k++)
        {
            // Without decay the minimizer stays, along flat directions too. Divided so that the sum cannot overflow.
            factors[k] = decay == 0 ? 1 : _values[k] > decay ? 1 / (1 + (decay / _values[k])) : _values[k] / decay / (1 + (_values[k] / decay));
            decayed[k] = factors[k] * _components[k];
            var vector = new double[n];
            for (var i = 0; i < n; i++)
            {
                vector[i] = _vectors[i, k];
                moved[i] += vector[i] * decayed[k];
            }

            directions[k] = new WeightDecayDirection(k + 1, _values[k], factors[k], _components[k], decayed[k], vector);
        }

        return new WeightDecayAnalysis
        {
            Decay = decay,
            Variables = _variables,
            Eigenvalues = [.. _values],
            Factors = factors,
            Eigenvectors = (double[,])_vectors.Clone(),
            Minimizer = [.. _minimizer],
            // Exactly the same without decay: the way through the eigenbasis would round.
            DecayedMinimizer = decay == 0 ? [.. _minimizer] : moved,
            EigenMinimizer = [.. _components],
            EigenDecayedMinimizer = decayed,
            Directions = directions,
        };
    }
}
