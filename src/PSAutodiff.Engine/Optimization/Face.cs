namespace PSAutodiff.Optimization;

/// <summary>
/// A function of some elements of a point, while the others stay where they are. Beyond the bounds it is not computed, and NaN: too far for a line
/// search.
/// </summary>
internal sealed class Face : Objective
{
    private readonly Objective _whole;
    private readonly Box _box;
    private readonly int[] _free;
    private readonly Iterate _latest;
    private readonly double[] _point;
    private readonly string[] _names;
    private readonly double[] _slack;

    /// <param name="whole">The function of all elements.</param>
    /// <param name="box">The bounds.</param>
    /// <param name="at">Where the others stay.</param>
    /// <param name="free">The elements that are free, in order.</param>
    public Face(Objective whole, Box box, Iterate at, int[] free)
        : base(whole)
    {
        (_whole, _box, _free) = (whole, box, free);
        _latest = new Iterate(whole.Dimension);
        _latest.CopyFrom(at);
        _point = [.. at.Point];
        _slack = new double[free.Length];
        _names = Array.ConvertAll(free, i => whole.Names[i]);
    }

    public override IReadOnlyList<string> Names => _names;

    public override int Dimension => _free.Length;

    /// <summary>How often the function of all elements was computed.</summary>
    public int Evaluations { get; private set; }

    /// <summary>Set when a point outside of the bounds was asked for.</summary>
    public bool WasLeft { get; set; }

    public override void Evaluate(Iterate at, CancellationToken cancellation)
    {
        for (var i = 0; i < _free.Length; i++)
        {
            var nearest = _box.Clamp(_free[i], at.Point[i]);
            if (nearest == at.Point[i]) continue;
            WasLeft = true;
            if (Math.Abs(at.Point[i] - nearest) <= _slack[i])
            {
                // The furthest step, but for rounding.
                at.Point[i] = nearest;
                continue;
            }

            at.Results.Fill(double.NaN);
            at.CheckFinite();
            return;
        }

        MoveTo(at.Point, cancellation);
        at.Results[0] = _latest.Value;
        for (var i = 0; i < _free.Length; i++)
        {
            at.Point[i] = _latest.Point[_free[i]];
            at.Results[i + 1] = _latest.IsFinite ? _latest.Gradient[_free[i]] : double.NaN;
        }

        at.CheckFinite();
    }

    public override double FurthestStep(ReadOnlySpan<double> point, ReadOnlySpan<double> direction)
    {
        const double rounding = 4e-16;
        var furthest = double.PositiveInfinity;
        for (var i = 0; i < _free.Length; i++)
        {
            if (direction[i] == 0) continue;
            var step = _box.StepToBound(_free[i], point[i], direction[i]);

            // A bound too far for one step of any length.
            furthest = Math.Min(furthest, double.IsInfinity(step) && _box.HasBoundAhead(_free[i], direction[i]) ? double.MaxValue : step);
        }

        if (double.IsInfinity(furthest)) return furthest;
        WasLeft |= furthest == 0;
        for (var i = 0; i < _free.Length; i++) _slack[i] = 2 * rounding * (Math.Abs(point[i]) + Math.Abs(furthest * direction[i]));
        return furthest * (1 + rounding);
    }

    public override bool EndsFall(Iterate at)
    {
        MoveTo(at.Point, CancellationToken.None);
        return _box.EndsFall(_latest);
    }

    /// <summary>Writes the point of all elements with value and gradient for values of the free ones.</summary>
    public void Read(ReadOnlySpan<double> free, Iterate whole)
    {
        MoveTo(free, CancellationToken.None);
        whole.CopyFrom(_latest);
    }

    /// <summary>Writes values of the free elements to where they belong among all.</summary>
    public void Place(ReadOnlySpan<double> free, Span<double> whole)
    {
        for (var i = 0; i < _free.Length; i++) whole[_free[i]] = free[i];
    }

    public override void Symmetrize(Span<double> elements)
    {
        var all = new double[_whole.Dimension];
        for (var i = 0; i < _free.Length; i++) all[_free[i]] = elements[i];
        _whole.Symmetrize(all);
        for (var i = 0; i < _free.Length; i++) elements[i] = all[_free[i]];
    }

    public override void Hessian(ReadOnlySpan<double> point, double[] matrix, CancellationToken cancellation)
    {
        var n = _whole.Dimension;
        var all = new double[n * n];
        _whole.Hessian(Whole(point), all, cancellation);
        for (var i = 0; i < _free.Length; i++)
        {
            for (var j = 0; j < _free.Length; j++) matrix[(i * _free.Length) + j] = all[(_free[i] * n) + _free[j]];
        }
    }

    public override double[] Rounding(ReadOnlySpan<double> point, CancellationToken cancellation)
    {
        var all = _whole.Rounding(Whole(point), cancellation);
        return [all[0], .. _free.Select(i => all[i + 1])];
    }

    private double[] Whole(ReadOnlySpan<double> free)
    {
        for (var i = 0; i < _free.Length; i++) _point[_free[i]] = free[i];
        return _point;
    }

    private void MoveTo(ReadOnlySpan<double> free, CancellationToken cancellation)
    {
        var point = Whole(free);
        if (point.AsSpan().SequenceEqual(_latest.Point)) return;
        cancellation.ThrowIfCancellationRequested();
        Evaluations++;
        point.CopyTo(_latest.Point, 0);
        try
        {
            _whole.Evaluate(_latest, cancellation);
        }
        catch (OperationCanceledException)
        {
            // Not to be taken for a point with a value.
            _latest.Point[0] = double.NaN;
            throw;
        }
    }
}
