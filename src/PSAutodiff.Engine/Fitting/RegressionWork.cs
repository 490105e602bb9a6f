namespace PSAutodiff.Fitting;

/// <summary>How far the last computation of a regression is, for another thread to look at, and how it is stopped.</summary>
/// <param name="cancellation">Stops it.</param>
internal sealed class RegressionWork(CancellationToken cancellation)
{
    private double _done;

    /// <summary>The part of the present stage that is done: 0 to 1.</summary>
    public double Done => Volatile.Read(ref _done);

    /// <summary>What is being done.</summary>
    public string Stage { get; private set; } = "Taking rows in";

    /// <summary>Begins a stage.</summary>
    /// <param name="stage">What is done in it.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public void Begin(string stage)
    {
        Stage = stage;
        Report(0, 1);
    }

    /// <summary>Notes how far it is; called before each of some steps.</summary>
    /// <param name="step">The number of steps done.</param>
    /// <param name="steps">The number of steps, each as long as the others.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public void Report(int step, int steps)
    {
        cancellation.ThrowIfCancellationRequested();
        Volatile.Write(ref _done, (double)step / steps);
    }
}
