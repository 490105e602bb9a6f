namespace PSAutodiff.Rows;

/// <summary>For rows of which whatever is wrong with one ends the work.</summary>
/// <param name="warn">Takes a warning; null where rows were read before, and it was written then.</param>
internal sealed class StrictMessages(Action<string>? warn = null) : IRowMessages
{
    /// <inheritdoc/>
    public void WriteError(AutodiffException exception, object? row) => throw (exception is RowException fault ? fault.AsEnd() : exception);

    /// <inheritdoc/>
    public void Stop(AutodiffException exception, object? row) => throw exception;

    /// <inheritdoc/>
    public void WriteWarning(string text) => warn?.Invoke(text);

    /// <summary>Has work done on some of the rows.</summary>
    /// <typeparam name="TWork">What is done.</typeparam>
    /// <param name="rows">All rows.</param>
    /// <param name="numbers">Their numbers, from 1.</param>
    /// <param name="chosen">The indices of some.</param>
    /// <param name="start">Makes the work for the first of these and its number.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>The intake, and the work with the rows in it.</returns>
    /// <exception cref="AutodiffException">Something is wrong with a row.</exception>
    public static (RowIntake Intake, TWork Work) Take<TWork>(IReadOnlyList<object> rows, int[] numbers, int[] chosen, Func<object, int, TWork> start, CancellationToken cancellation)
        where TWork : class, IRowWork
    {
        TWork? work = null;
        var intake = new RowIntake(new StrictMessages(), (row, number) => work = start(row, number)) { Numbering = Array.ConvertAll(chosen, row => numbers[row]) };
        foreach (var row in chosen)
        {
            cancellation.ThrowIfCancellationRequested();
            intake.Take(rows[row]);
        }

        intake.Settle();
        return (intake, work!);
    }
}
