namespace PSAutodiff.Execution.Scalar;

/// <summary>
/// A way of running a tape at one point after the other. All ways give the same bits. Safe to share between threads: memory for one run is
/// kept between runs, and threads that meet make their own.
/// </summary>
internal abstract class TapeWay
{
    private double[]? _memory;

    /// <summary>Evaluates at one point.</summary>
    /// <param name="first">The first inputs.</param>
    /// <param name="second">The other inputs, if there are any.</param>
    /// <param name="outputs">Gets the outputs; their places may be those of inputs.</param>
    public virtual void Run(ReadOnlySpan<double> first, ReadOnlySpan<double> second, Span<double> outputs)
    {
        var memory = Interlocked.Exchange(ref _memory, null) ?? NewMemory();
        Run(first, second, outputs, memory);
        _memory = memory;
    }

    /// <summary>The same in memory that nobody else uses meanwhile.</summary>
    protected abstract void Run(ReadOnlySpan<double> first, ReadOnlySpan<double> second, Span<double> outputs, double[] memory);

    /// <summary>Memory for one run at a time.</summary>
    protected abstract double[] NewMemory();
}
