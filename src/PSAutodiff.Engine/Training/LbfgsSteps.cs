using System.Numerics;
using PSAutodiff.Kernels;
using PSAutodiff.Optimization;
using PSAutodiff.Training.Models;

namespace PSAutodiff.Training;

/// <summary>
/// Steps of limited-memory BFGS over all rows, with the line search of the minimizers. What it knows are the last pairs of a step and the change of the gradient
/// over it, in the numbers of the parameters, so that a training goes on from a checkpoint with the same bits.
/// </summary>
internal sealed class LbfgsSteps<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>How many arrays of numbers for the parameters are remembered.</summary>
    public const int MemoryCount = 2 * MostPairs;

    private const int MostPairs = 10;

    // The first step, as a part of the largest parameter.
    private const double FirstPart = 0.01;
    private const double Rounding = 2.2e-16;

    private readonly double _decay;
    private readonly bool[] _isDecayed;
    private readonly WolfeLineSearch _line;
    private readonly double[] _direction;
    private readonly double[] _lastPoint;
    private readonly double[] _lastGradient;
    private readonly double[] _wideStep;
    private readonly double[] _wideChange;
    private readonly double[] _weights = new double[MostPairs];
    private readonly T[] _point;
    private readonly T[] _gradient;
    private Iterate _current;
    private bool _isEvaluated;
    private int _pairs = -1;
    private ITrainingModel<T>? _model;
    private int[] _rows = [];
    private CancellationToken _cancellation;

    /// <summary>Prepares for some parameters.</summary>
    /// <param name="options">Says how weights decay.</param>
    /// <param name="count">Number of parameters.</param>
    /// <param name="isDecayed">Whether weight decay applies to a parameter.</param>
    public LbfgsSteps(TrainingOptions options, int count, Func<int, bool> isDecayed)
    {
        _decay = options.WeightDecay;
        _isDecayed = [.. Enumerable.Range(0, count).Select(i => options.WeightDecay > 0 && isDecayed(i))];
        Memory = [.. Enumerable.Range(0, MemoryCount).Select(_ => new T[count])];
        (_direction, _lastPoint, _lastGradient) = (new double[count], new double[count], new double[count]);
        (_wideStep, _wideChange, _point, _gradient) = (new double[count], new double[count], new T[count], new T[count]);
        (_current, _line) = (new Iterate(count), new WolfeLineSearch(Evaluate, count));
    }

    /// <summary>The pairs, the oldest first: a step, and then the change of the gradient; zeros where there is none yet.</summary>
    public T[][] Memory { get; }

    /// <summary>Takes a step.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">All rows that are trained on, in an order that is always the same.</param>
    /// <param name="from">The parameters before it.</param>
    /// <param name="to">Gets the parameters after it.</param>
    /// <param name="cancellation">Ends it early, and leaves all as it was.</param>
    /// <returns>The mean loss before it; and whether there is a step, null where the loss or its gradient is not finite.</returns>
    public (double Loss, bool? IsTaken) Step(ITrainingModel<T> model, int[] rows, ReadOnlySpan<T> from, Span<T> to, CancellationToken cancellation)
    {
        (_model, _rows, _cancellation) = (model, rows, cancellation);
        if (!_isEvaluated)
        {
            Vectors.Widen(from, _current.Point);
            Evaluate(_current);
            _isEvaluated = true;
        }

        var loss = _current.Value - Penalty(_current.Point);
        if (!_current.IsFinite) return (loss, null);
        if (_pairs < 0) CountPairs();
        if (!FindDirection()) return (loss, false);
        _current.Point.CopyTo(_lastPoint, 0);
        _current.Gradient.CopyTo(_lastGradient);
        if (!TryAdvance() && (_pairs == 0 || !(Forget() && TryAdvance()))) return (loss, false);
        Learn();
        Vectors.Narrow<T>(_current.Point, to);
        return (loss, true);
    }

    private void CountPairs()
    {
        for (_pairs = 0; _pairs < MostPairs && Memory[(2 * _pairs) + 1].AsSpan().ContainsAnyExcept(T.Zero); _pairs++)
        {
        }
    }

    // Points are those of the parameters' precision.
    private void Evaluate(Iterate at)
    {
        Vectors.Narrow<T>(at.Point, _point);
        Vectors.Widen<T>(_point, at.Point);
        var loss = _model!.Gradient(_point, _rows, _gradient, null, _cancellation);
        var gradient = at.Results[1..];
        Vectors.Widen<T>(_gradient, gradient);
        at.Results[0] = loss + Penalty(at.Point);
        for (var i = 0; i < gradient.Length; i++)
        {
            if (_isDecayed[i]) gradient[i] += _decay * at.Point[i];
        }

        at.CheckFinite();
    }

    private double Penalty(ReadOnlySpan<double> point)
    {
        if (_decay == 0) return 0;
        var sum = 0.0;
        for (var i = 0; i < point.Length; i++)
        {
            if (_isDecayed[i]) sum += point[i] * point[i];
        }

        return _decay * sum / 2;
    }

    /// <summary>Minus the estimate of the inverse Hessian times the gradient; false where the gradient is 0.</summary>
    private bool FindDirection()
    {
        var largest = Vectors.Largest(_current.Gradient);
        if (largest == 0) return false;
        if (_pairs == 0) return Forget();
        _current.Gradient.CopyTo(_direction);
        for (var i = _pairs - 1; i >= 0; i--)
        {
            Load(i);
            _weights[i] = Vectors.Dot(_wideStep, _direction) / Vectors.Dot(_wideStep, _wideChange);
            Vectors.AddScaled<double>(_direction, -_weights[i], _wideChange);
        }

        Load(_pairs - 1);
        var change = Vectors.Norm(_wideChange);
        Vectors.Scale(_direction, Vectors.Dot(_wideStep, _wideChange) / change / change);
        for (var i = 0; i < _pairs; i++)
        {
            Load(i);
            var correction = Vectors.Dot(_wideChange, _direction) / Vectors.Dot(_wideStep, _wideChange);
            Vectors.AddScaled<double>(_direction, _weights[i] - correction, _wideStep);
        }

        Vectors.Scale(_direction, -1.0);
        return (Vectors.Dot(_current.Gradient, _direction) < 0 && Vectors.AllFinite(_direction)) || Forget();
    }

    private void Load(int pair)
    {
        Vectors.Widen<T>(Memory[2 * pair], _wideStep);
        Vectors.Widen<T>(Memory[(2 * pair) + 1], _wideChange);
    }

    // Minus the gradient, as long as a part of the largest parameter.
    private bool Forget()
    {
        foreach (var memory in Memory) Array.Clear(memory);
        _pairs = 0;
        var largest = Vectors.Largest(_current.Gradient);
        var length = FirstPart * Vectors.Largest(_current.Point);
        if (length == 0) length = FirstPart;
        for (var i = 0; i < _direction.Length; i++) _direction[i] = -(_current.Gradient[i] / largest) * length;
        return true;
    }

    private bool TryAdvance()
    {
        var slope = Vectors.Dot(_current.Gradient, _direction);
        if (!(slope < 0)) return false;
        var outcome = _line.Run(_current, _direction, slope, 1, _current.Value + (2 * Rounding * Math.Abs(_current.Value)));
        if (outcome == LineSearchOutcome.Failed) return false;
        var (before, found) = (_current, _line.Exchange(_current));
        _current = found.Value < before.Value ? found : _line.Exchange(found);
        return _current == found;
    }

    private void Learn()
    {
        var last = _pairs < MostPairs ? _pairs : MostPairs - 1;
        for (var i = 0; i < _lastPoint.Length; i++)
        {
            _lastPoint[i] = _current.Point[i] - _lastPoint[i];
            _lastGradient[i] = _current.Gradient[i] - _lastGradient[i];
        }

        // Only a positive product keeps the estimate positive definite.
        if (!(Vectors.Dot(_lastPoint, _lastGradient) > Rounding * Vectors.Norm(_lastPoint) * Vectors.Norm(_lastGradient))) return;
        if (_pairs == MostPairs)
        {
            var (step, change) = (Memory[0], Memory[1]);
            Array.Copy(Memory, 2, Memory, 0, MemoryCount - 2);
            (Memory[^2], Memory[^1]) = (step, change);
        }

        Vectors.Narrow<T>(_lastPoint, Memory[2 * last]);
        Vectors.Narrow<T>(_lastGradient, Memory[(2 * last) + 1]);
        _pairs = last;
        Load(last);
        if (Vectors.Dot(_wideStep, _wideChange) > 0) _pairs++;
        else Array.Clear(Memory[(2 * last) + 1]);
    }
}
