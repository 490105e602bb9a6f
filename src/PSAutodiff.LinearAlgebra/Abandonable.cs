namespace PSAutodiff.LinearAlgebra;

/// <summary>Work that nobody can end early, as a decomposition of MathNet: Ctrl+C does not wait for it.</summary>
internal static class Abandonable
{
    /// <summary>Runs work on another thread and waits for it. What is abandoned runs to its end there, and its result is dropped.</summary>
    /// <param name="work">The work, on data that nothing changes.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static T Run<T>(Func<T> work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!cancellation.CanBeCanceled) return work();
        var task = Task.Run(work, CancellationToken.None);
        try
        {
            task.Wait(cancellation);
        }
        catch (AggregateException)
        {
            // The error itself comes below.
        }

        return task.GetAwaiter().GetResult();
    }
}
