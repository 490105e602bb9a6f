namespace PSAutodiff.Execution.Scalar;

/// <summary>Runs a tape over few rows one by one, where that is faster than blocks, and with the same bits.</summary>
internal static class FewRows
{
    // On more rows vector instructions make up for what each instruction of a block costs, be it against machine code.
    private const int MostRows = 8;

    /// <summary>Whether a number of rows had better run one by one.</summary>
    public static bool Suits(TapeRunner runner, int rowCount) => rowCount <= MostRows && runner.TakesRows(rowCount);

    /// <summary>The outputs of every row.</summary>
    /// <param name="runner">Runs the tape.</param>
    /// <param name="inputs">A column for each input: a value for each row, or a single one for all.</param>
    /// <param name="rowCount">The number of rows.</param>
    /// <param name="results">An array for each output, at least as long as there are rows.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static void Evaluate(TapeRunner runner, ReadOnlyMemory<double>[] inputs, int rowCount, double[][] results, CancellationToken cancellation)
    {
        var (point, outputs) = (new double[inputs.Length], new double[results.Length]);
        for (var row = 0; row < rowCount; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var i = 0; i < point.Length; i++) point[i] = inputs[i].Span[inputs[i].Length == 1 ? 0 : row];
            runner.Run(point.AsSpan(0, runner.FirstInputs), point.AsSpan(runner.FirstInputs), outputs);
            for (var i = 0; i < outputs.Length; i++) results[i][row] = outputs[i];
        }
    }
}
