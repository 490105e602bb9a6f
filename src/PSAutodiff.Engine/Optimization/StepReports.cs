namespace PSAutodiff.Optimization;

/// <summary>Tells how far a search is: after every step, and now and then to one that shows progress.</summary>
/// <param name="stepped">Called after every step with the number of steps done and a number that says how good the point is.</param>
/// <param name="progress">Called ten times a second at most, with the same numbers.</param>
internal sealed class StepReports(Action<int, double>? stepped, Action<int, double>? progress)
{
    private const int MillisecondsBetweenReports = 100;

    private long _reported = Environment.TickCount64;

    /// <summary>A step was taken.</summary>
    public void Take(int iterations, double number)
    {
        stepped?.Invoke(iterations, number);
        if (progress is null || Environment.TickCount64 - _reported < MillisecondsBetweenReports) return;
        _reported = Environment.TickCount64;
        progress(iterations, number);
    }
}
