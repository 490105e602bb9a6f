using PSAutodiff.Fitting;
using PSAutodiff.Foundation;
using PSAutodiff.Kernels;

namespace PSAutodiff.LinearAlgebra;

/// <summary>
/// A logistic or Poisson regression by iteratively reweighted least squares, which for these links is Newton's method on the likelihood
/// (McCullagh and Nelder, Generalized Linear Models, 2.5): each step is a <see cref="TriangularRegression"/> of what is left to explain.
/// </summary>
internal sealed class GeneralizedFit
{
    private const int MostIterations = 100;
    private const int MostHalvings = 60;

    // Newton's steps are squared from one to the next: below the first they have no further digits to give, below the second they may stop to shrink.
    private const double Exact = 1e-13;
    private const double Close = 1e-7;

    // Rows whose variance is below this part of the largest one of their family are at an end of the domain, or on the way there.
    private const double NearEnd = 1e-7;

    // What a direction may move rows that it must not move, of what it moves others.
    private const double Unmoved = 1e-6;
    private const double LeastVariance = 1e-290;

    private readonly RegressionPlan _plan;
    private readonly RegressionFamily _family;
    private readonly ResponseModel _model;
    private readonly double[] _features;
    private readonly double[] _labels;
    private readonly double[]? _weights;
    private readonly int _width;
    private readonly int _head;
    private readonly double[] _linear;
    private readonly double[] _rowWeights;
    private readonly double[] _residuals;
    private readonly double[] _moves;

    /// <summary>Takes the data.</summary>
    /// <param name="plan">What to fit, without penalties.</param>
    /// <param name="family">Binomial with labels from 0 to 1, or Poisson with labels of at least 0.</param>
    /// <param name="features">Row after row.</param>
    /// <param name="labels">At least one.</param>
    /// <param name="weights">Numbers of trials, or of equal rows, above 0; null for ones.</param>
    public GeneralizedFit(RegressionPlan plan, RegressionFamily family, double[] features, double[] labels, double[]? weights)
    {
        (_plan, _family, _model) = (plan, family, ResponseModel.Of(family));
        (_features, _labels, _weights) = (features, labels, weights);
        (_width, _head) = (plan.Features.Count, plan.HasIntercept ? 1 : 0);
        _linear = new double[labels.Length];
        _rowWeights = new double[labels.Length];
        _residuals = new double[labels.Length];
        _moves = new double[labels.Length];
    }

    /// <summary>Fits the model.</summary>
    /// <param name="classes">What the labels 0 and 1 stand for; empty for numbers.</param>
    /// <param name="work">Where it notes how far it is, and looks whether to stop.</param>
    /// <exception cref="AutodiffException">Numbers are too large.</exception>
    public GeneralizedRegressionResult Fit(IReadOnlyList<object> classes, RegressionWork work)
    {
        for (var i = 0; i < _labels.Length; i++) _linear[i] = _model.Start(_labels[i], Weight(i));
        var solution = Step(work, fromZero: true);
        var coefficients = solution.Coefficients;
        Move(coefficients, isWhole: true);
        // Rows far out lose their weight, and the rank with them.
        var rank = solution.Rank;
        var (iterations, before, converged) = (1, double.PositiveInfinity, false);
        string[] separated = [];
        while (true)
        {
            solution = Step(work, fromZero: false);
            iterations++;
            Move(solution.Coefficients, isWhole: false);
            // The search goes on until the deviance is that of the limit.
            if (Separating(solution.Coefficients) is { } columns && (iterations == MostIterations || IsAtEnd()))
            {
                separated = columns;
                break;
            }

            var largest = Scale(solution.Coefficients, ref coefficients);
            var scale = 1.0;
            foreach (var linear in _linear) scale = Math.Max(scale, Math.Abs(linear));
            converged = largest <= Exact * scale || (largest <= Close * scale && largest > before / 4);
            before = largest;
            if (converged || iterations == MostIterations) break;
        }

        return Describe(classes, separated.Length > 0 ? solution with { Rank = rank } : solution, coefficients, separated, converged, iterations);
    }

    private double Weight(int row) => _weights?[row] ?? 1;

    private ReadOnlySpan<double> FeaturesOf(int row) => _features.AsSpan(row * _width, _width);

    // Least squares for the linear parts that the labels ask for at first, then for what is left of them.
    private RegressionSolution Step(RegressionWork work, bool fromZero)
    {
        for (var i = 0; i < _labels.Length; i++)
        {
            var variance = _model.Variance(_linear[i]);
            var isCounted = variance * Weight(i) >= LeastVariance;
            _rowWeights[i] = isCounted ? variance * Weight(i) : 0;
            _residuals[i] = isCounted ? (_model.Residual(_labels[i], _linear[i]) / variance) + (fromZero ? _linear[i] : 0) : 0;
        }

        var regression = new TriangularRegression(_plan);
        regression.AddRange(_features, _residuals, _rowWeights);
        var solution = regression.Solve(work);
        RegressionFit.RequireFinite(solution.Coefficients, "A coefficient is");
        return solution;
    }

    // What a step of the coefficients does to the linear parts; the whole of them at first.
    private void Move(double[] step, bool isWhole)
    {
        for (var i = 0; i < _moves.Length; i++)
        {
            var sum = _head == 1 ? step[0] : 0;
            var row = FeaturesOf(i);
            for (var j = 0; j < row.Length; j++) sum += row[j] * step[_head + j];
            _moves[i] = sum;
            if (isWhole) _linear[i] = sum;
        }
    }

    private double Deviance()
    {
        var sum = 0.0;
        for (var i = 0; i < _labels.Length; i++) sum += Weight(i) * _model.Deviance(_labels[i], _linear[i]);
        return sum;
    }

    // Takes the step, or as much of it as lowers the deviance; gives the largest move of a linear part.
    private double Scale(double[] step, ref double[] coefficients)
    {
        var deviance = Deviance();
        var start = (double[])_linear.Clone();
        var part = 1.0;
        for (var halvings = 0; halvings <= MostHalvings; halvings++)
        {
            for (var i = 0; i < _linear.Length; i++) _linear[i] = start[i] + (part * _moves[i]);
            // Beyond rounding.
            if (Deviance() <= deviance + (1e-12 * (Math.Abs(deviance) + 1))) break;
            part /= 2;
        }

        var largest = 0.0;
        foreach (var move in _moves) largest = Math.Max(largest, Math.Abs(move));
        coefficients = [.. coefficients.Zip(step, (coefficient, change) => coefficient + (part * change))];
        return largest * part;
    }

    /// <summary>
    /// The columns of a direction along which the likelihood of no row falls and that of some grows without bound, null unless there is one: then it
    /// has no maximum (Albert and Anderson 1984). A step of rows that are far out already is such a direction where there is one.
    /// </summary>
    private string[]? Separating(double[] step)
    {
        var (largest, farthest) = (0.0, 0.0);
        for (var i = 0; i < _moves.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(_moves[i]));
            if (IsMoving(i) && _model.Variance(_linear[i]) < NearEnd) farthest = Math.Max(farthest, Math.Abs(_moves[i]));
        }

        if (farthest == 0 || farthest < largest / 2) return null;
        for (var i = 0; i < _moves.Length; i++)
        {
            var direction = _model.Direction(_labels[i]);
            if (direction == 0 ? Math.Abs(_moves[i]) > Unmoved * largest : direction * _moves[i] < -Unmoved * largest) return null;
        }

        var names = RegressionResult.NamesOf(_plan);
        var sizes = new double[names.Length];
        if (_head == 1) sizes[0] = 1;
        for (var i = 0; i < _labels.Length; i++)
        {
            for (var j = 0; j < _width; j++) sizes[_head + j] = Math.Max(sizes[_head + j], Math.Abs(_features[(i * _width) + j]));
        }

        return [.. names.Where((_, j) => Math.Abs(step[j]) * sizes[j] > Unmoved * largest)];
    }

    // Rows on the way to an end move by about 1 in each step.
    private bool IsMoving(int row) => _model.Direction(_labels[row]) * _moves[row] > 0.1;

    private bool IsAtEnd()
    {
        for (var i = 0; i < _moves.Length; i++)
        {
            if (IsMoving(i) && _model.Variance(_linear[i]) >= NearEnd) return false;
        }

        return true;
    }

    private double NullDeviance()
    {
        var (sum, weights) = (0.0, 0.0);
        for (var i = 0; i < _labels.Length; i++) (sum, weights) = (sum + (Weight(i) * _labels[i]), weights + Weight(i));
        var linear = _head == 1 ? _model.Link(sum / weights) : 0;
        var deviance = 0.0;
        for (var i = 0; i < _labels.Length; i++) deviance += Weight(i) * _model.Deviance(_labels[i], linear);
        return deviance;
    }

    private GeneralizedRegressionResult Describe(IReadOnlyList<object> classes, RegressionSolution solution, double[] coefficients, string[] separated, bool converged, int iterations)
    {
        var names = RegressionResult.NamesOf(_plan);
        var errors = new double[names.Length];
        for (var j = 0; j < errors.Length; j++)
        {
            errors[j] = separated.Contains(names[j]) ? double.PositiveInfinity
                : solution.Errors is null ? double.NaN
                : Math.ScaleB(solution.Errors[j], solution.ErrorExponents[j] - solution.LabelExponent);
        }

        // Of what has no finite value there is nothing to test.
        var z = errors.Select((error, j) => double.IsFinite(error) ? coefficients[j] / error : double.NaN).ToArray();
        var saturated = 0.0;
        for (var i = 0; i < _labels.Length; i++) saturated += _model.Saturated(_labels[i], Weight(i));
        var (deviance, rows) = (Deviance(), _labels.Length);
        return new GeneralizedRegressionResult
        {
            Family = _family,
            Classes = classes,
            Label = _plan.Label,
            Features = [.. _plan.Features],
            Columns = _plan.Columns,
            NumberFormat = _plan.NumberFormat,
            IsWeighted = _plan.IsWeighted,
            WeightColumn = _plan.Weight,
            Coefficients = NamedNumbers.Of(names, j => coefficients[j]),
            StandardErrors = NamedNumbers.Of(names, j => errors[j]),
            ZValues = NamedNumbers.Of(names, j => z[j]),
            PValues = NamedNumbers.Of(names, j => double.IsNaN(z[j]) ? double.NaN : Elementary.Erfc(Math.Abs(z[j]) / Math.Sqrt(2))),
            CovarianceRoot = separated.Length > 0 ? null : solution.Root(1, solution.LabelExponent),
            Deviance = deviance,
            NullDeviance = NullDeviance(),
            NullDegreesOfFreedom = rows - _head,
            Aic = deviance - (2 * saturated) + (2 * solution.Rank),
            Bic = deviance - (2 * saturated) + (Elementary.Log(rows) * solution.Rank),
            Iterations = iterations,
            Separated = separated,
            Rank = solution.Rank,
            Aliased = [.. solution.Dependent.Select(j => names[j])],
            Constant = [.. solution.Constant.Select(j => names[j])],
            Rows = rows,
            ResidualDegreesOfFreedom = rows - solution.Rank,
            Converged = converged,
        };
    }
}
