using PSAutodiff.Kernels;
using PSAutodiff.Optimization;

namespace PSAutodiff.Fitting;

/// <summary>
/// Searches the parameters of a fit from a start: Levenberg's and Marquardt's method as a trust region with More's scaling (More, Garbow and Hillstrom,
/// "User guide for MINPACK-1", 1980), which goes along bounds where steps would cross them.
/// </summary>
/// <param name="program">The model over the rows.</param>
/// <param name="size">The number of elements of the parameters.</param>
/// <param name="projected">
/// How many of the first elements, in which the model is linear, are not searched but always the best for the others: variable projection (Golub and
/// Pereyra, 1973) in the form of Kaufman (BIT 15, 1975). They have no bounds, and the loss is least squares.
/// </param>
/// <param name="lower">The least values.</param>
/// <param name="upper">The greatest values.</param>
/// <param name="labelNorm">The length of the vector of labels.</param>
/// <param name="options">The settings.</param>
/// <param name="cancellation">Ends the search early.</param>
internal sealed class CurveSearch(FitProgram program, int size, int projected, double[] lower, double[] upper, double labelNorm, CurveFitOptions options, CancellationToken cancellation)
{
    private const double Unit = 2.220446049250313e-16;
    private const int MostFailures = 300;

    // Residuals whose angle to all derivatives has a greater cosine can be made smaller.
    private const double Steep = 1e-4;

    // Residuals that are so much less than the labels are rounding.
    private const double Exact = 1e-13;

    private readonly double[] _scale = new double[size];
    private readonly bool[] _isHeld = new bool[size];
    private FitState _trial = new(size);

    /// <summary>Where the search is.</summary>
    public FitState Current { get; private set; } = new(size);

    /// <summary>The number of steps taken.</summary>
    public int Iterations { get; private set; }

    /// <summary>Why the search ended.</summary>
    public CurveFitStopReason StopReason { get; private set; } = CurveFitStopReason.Cancelled;

    private int Searched => size - projected;

    /// <summary>Whether a start can be used: the model and its derivatives are finite there.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public bool Begin(ReadOnlySpan<double> start)
    {
        start.CopyTo(Current.Point);
        Evaluate(Current);
        return Current.IsFinite;
    }

    /// <summary>Searches; when it is cancelled, <see cref="Current"/> has what was reached.</summary>
    /// <param name="firstBound">The length of the first step at the most, in that of the start.</param>
    public void Run(double firstBound)
    {
        var reports = new StepReports(null, options.Progress);
        var (radius, multiplier) = (0.0, 0.0);
        try
        {
            for (Iterations = 0; ; Iterations++)
            {
                cancellation.ThrowIfCancellationRequested();
                for (var j = projected; j < size; j++)
                {
                    _scale[j] = Math.Max(_scale[j], Current.ColumnNorm(j, projected));
                    if (_scale[j] == 0) _scale[j] = 1;
                }

                if (Iterations == 0) radius = firstBound * (Length() is var length and > 0 ? length : 1);
                var steepness = Hold();
                if (steepness <= options.Tolerance || Current.Cost == 0) StopReason = CurveFitStopReason.ConvergedByGradient;
                else if (Iterations >= options.MaxIteration) StopReason = CurveFitStopReason.MaxIterations;
                else if (TakeStep(ref radius, ref multiplier, steepness) is { } reason) StopReason = reason;
                else
                {
                    reports.Take(Iterations + 1, Current.Cost);
                    continue;
                }

                return;
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            StopReason = CurveFitStopReason.Cancelled;
        }
    }

    /// <summary>
    /// Takes Gauss-Newton steps as long as each is shorter than the one before: they end where rounding lets parameters be known no better.
    /// </summary>
    public void Polish()
    {
        const int most = 100;
        const double shorter = 0.9;
        try
        {
            Hold();
            var step = GaussNewton(Current);
            var length = VectorSums.Norm(step);
            for (var i = 0; i < most && length > Unit / 4 * Length(); i++)
            {
                for (var j = 0; j < size; j++) _trial.Point[j] = Math.Clamp(Current.Point[j] + (step[j] / _scale[j]), lower[j], upper[j]);
                program.Evaluate(_trial, cancellation);
                if (!_trial.IsFinite) return;
                step = GaussNewton(_trial);
                var next = VectorSums.Norm(step);
                if (!(next < shorter * length)) return;
                length = next;
                (Current, _trial) = (_trial, Current);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // What there is is as good as what was asked for.
        }
    }

    /// <summary>The elements at a bound beyond which the residuals would be smaller.</summary>
    public bool[] Held()
    {
        for (var j = 0; j < size; j++) _scale[j] = Current.ColumnNorm(j);
        Hold();
        return _isHeld;
    }

    private void Evaluate(FitState state)
    {
        program.Evaluate(state, cancellation);
        if (projected == 0 || !state.IsFinite) return;
        var step = LinearStep(state);
        var moved = false;
        for (var j = 0; j < projected; j++)
        {
            var next = state.Point[j] + step[j];
            moved |= Math.Abs(step[j]) > Unit * Math.Abs(next);
            state.Point[j] = next;
        }

        if (moved) program.Evaluate(state, cancellation);
    }

    // The step to the best values of the projected elements.
    private double[] LinearStep(FitState state)
    {
        var columns = new double[projected][];
        var (right, norms) = (new double[projected], new double[projected]);
        for (var j = 0; j < projected; j++)
        {
            norms[j] = state.ColumnNorm(j);
            if (norms[j] == 0) norms[j] = 1;
            columns[j] = new double[projected];
            for (var i = 0; i <= j; i++) columns[j][i] = state[i, j] / norms[j];
            right[j] = state[j, size];
        }

        var step = new PivotedFactor(columns, right).Solve();
        for (var j = 0; j < projected; j++) step[j] /= norms[j];
        return step;
    }

    /// <summary>Finds the elements that are held at bounds, and how steep it is for the others: the greatest cosine between residuals and derivatives.</summary>
    private double Hold()
    {
        var norm = Math.Sqrt(Current.Cost);
        var steepest = 0.0;
        for (var j = projected; j < size; j++)
        {
            var slope = 0.0;
            for (var i = 0; i <= j; i++) slope += Current[i, j] * Current[i, size];
            var point = Current.Point[j];
            _isHeld[j] = lower[j] == upper[j] || (point <= lower[j] && slope < 0) || (point >= upper[j] && slope > 0);
            var length = Current.ColumnNorm(j);
            if (!_isHeld[j] && length > 0 && norm > 0) steepest = Math.Max(steepest, Math.Abs(slope) / length / norm);
        }

        return steepest;
    }

    /// <summary>Tries steps until one is taken, or there is a reason to stop.</summary>
    private CurveFitStopReason? TakeStep(ref double radius, ref double multiplier, double steepness)
    {
        var tolerance = Math.Max(options.Tolerance, Unit);
        for (var failures = 0; failures < MostFailures; failures++)
        {
            var step = Step(radius, ref multiplier);
            var (slope, squares) = Predict(step);
            var length = VectorSums.Norm(step);
            if (Iterations == 0 && failures == 0 && length > 0) radius = Math.Min(radius, length);
            var predicted = ((2 * slope) - squares) / Current.Cost;
            var actual = -1.0;
            if (predicted > 0)
            {
                Evaluate(_trial);
                if (_trial.IsFinite && _trial.Cost < 100 * Current.Cost) actual = 1 - (_trial.Cost / Current.Cost);
            }

            var ratio = predicted > 0 ? actual / predicted : 0;
            if (ratio <= 0.25)
            {
                var steep = slope / Current.Cost;
                var part = actual >= 0 ? 0.5 : 0.5 * steep / (steep - (0.5 * actual));
                if (!(part >= 0.1) || actual == -1) part = 0.1;
                radius = part * Math.Min(radius, length > 0 ? 10 * length : radius);
                multiplier /= part;
            }
            else if (multiplier == 0 || ratio >= 0.75)
            {
                radius = 2 * length;
                multiplier /= 2;
            }

            var taken = ratio >= 1e-4;
            if (taken) (Current, _trial) = (_trial, Current);
            var isFlat = Math.Abs(actual) <= tolerance && predicted > 0 && predicted <= tolerance && ratio <= 2;
            var isShort = radius <= tolerance * Length();
            if (!isFlat && !isShort)
            {
                if (taken) return null;
                continue;
            }

            if (taken) Iterations++;
            if (!taken && !isFlat && steepness > Steep && Math.Sqrt(Current.Cost) > Exact * labelNorm) return CurveFitStopReason.Stuck;
            return isFlat ? CurveFitStopReason.ConvergedByValue : CurveFitStopReason.ConvergedByStep;
        }

        return CurveFitStopReason.Stuck;
    }

    // The length of the point in the scaled units.
    private double Length()
    {
        var scaled = new double[size];
        for (var j = projected; j < size; j++) scaled[j] = _scale[j] * Current.Point[j];
        return VectorSums.Norm(scaled);
    }

    private double[] Column(FitState state, int column)
    {
        var values = new double[Searched];
        for (var i = projected; i <= column; i++) values[i - projected] = state[i, column] / _scale[column];
        return values;
    }

    private double[] Right(FitState state)
    {
        var values = new double[Searched];
        for (var i = projected; i < size; i++) values[i - projected] = state[i, size];
        return values;
    }

    /// <summary>A step in the scaled units, and the point that it leads to. Where it would cross a bound it ends there, and the rest is solved anew.</summary>
    private double[] Step(double radius, ref double multiplier)
    {
        var step = new double[size];
        var isFixed = (bool[])_isHeld.Clone();
        Current.Point.CopyTo(_trial.Point, 0);
        for (var round = 0; round <= Searched; round++)
        {
            int[] free = [.. Enumerable.Range(projected, Searched).Where(j => !isFixed[j])];
            if (free.Length == 0) break;
            var right = Right(Current);
            var used = 0.0;
            for (var j = projected; j < size; j++)
            {
                if (!isFixed[j] || step[j] == 0) continue;
                used += step[j] * step[j];
                VectorSums.Subtract(Column(Current, j), step[j], right);
            }

            // Bounds that were hit may have taken the whole radius.
            var rest = Math.Sqrt(Math.Max((radius * radius) - used, radius * radius / 100));
            var solved = new PivotedFactor([.. free.Select(j => Column(Current, j))], right).Solve(rest, ref multiplier);
            var crosses = false;
            for (var k = 0; k < free.Length; k++)
            {
                var j = free[k];
                var next = Current.Point[j] + (solved[k] / _scale[j]);
                (step[j], _trial.Point[j]) = (solved[k], next);
                if (next >= lower[j] && next <= upper[j]) continue;
                (crosses, isFixed[j]) = (true, true);
                _trial.Point[j] = next < lower[j] ? lower[j] : upper[j];
                step[j] = _scale[j] * (_trial.Point[j] - Current.Point[j]);
            }

            if (!crosses) break;
        }

        return step;
    }

    /// <summary>What the linear model says of a step: r'J s and |J s|^2.</summary>
    private (double Slope, double Squares) Predict(double[] step)
    {
        var change = new double[Searched];
        for (var j = projected; j < size; j++)
        {
            if (step[j] != 0) VectorSums.Subtract(Column(Current, j), -step[j], change);
        }

        return (VectorSums.Dot(change, Right(Current)), VectorSums.Dot(change, change));
    }

    private double[] GaussNewton(FitState state)
    {
        for (var j = 0; j < size; j++) _scale[j] = state.ColumnNorm(j) is var norm and > 0 ? norm : 1;
        int[] free = [.. Enumerable.Range(0, size).Where(j => !_isHeld[j])];
        var step = new double[size];
        if (free.Length == 0) return step;
        var solved = new PivotedFactor([.. free.Select(j => Column(state, j))], Right(state)).Solve();
        for (var k = 0; k < free.Length; k++) step[free[k]] = solved[k];
        return step;
    }
}
