using PSAutodiff.Kernels;

namespace PSAutodiff.Optimization;

/// <summary>A point with the value and the gradient of the function there; written over by every evaluation.</summary>
internal sealed class Iterate(int dimension)
{
    private readonly double[] _results = new double[dimension + 1];

    public double[] Point { get; } = new double[dimension];

    public double Value => _results[0];

    public ReadOnlySpan<double> Gradient => _results.AsSpan(1);

    /// <summary>Where an evaluation writes: the value, then the gradient.</summary>
    public Span<double> Results => _results;

    /// <summary>Whether the value and the whole gradient are numbers.</summary>
    public bool IsFinite { get; private set; }

    public void CheckFinite()
    {
        IsFinite = Vectors.AllFinite(_results) && Vectors.AllFinite(Point);
    }

    /// <summary>Takes the point that a step along a direction from another leads to.</summary>
    public void MoveFrom(Iterate origin, ReadOnlySpan<double> direction, double step)
    {
        for (var i = 0; i < Point.Length; i++) Point[i] = origin.Point[i] + (step * direction[i]);
    }

    /// <summary>Takes all that another holds.</summary>
    public void CopyFrom(Iterate other)
    {
        other.Point.CopyTo(Point, 0);
        other._results.CopyTo(_results, 0);
        IsFinite = other.IsFinite;
    }

    /// <summary>Whether this is the same point as another.</summary>
    public bool IsAt(Iterate other) => Point.AsSpan().SequenceEqual(other.Point);
}
