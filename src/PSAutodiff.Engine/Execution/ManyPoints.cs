namespace PSAutodiff.Execution;

/// <summary>Evaluates at many points with memory that stays bounded for programs of a million operations.</summary>
internal static class ManyPoints
{
    // Rows are evaluated in blocks of at least 128 numbers for each register.
    public const int MostRegistersForBlocks = 1 << 17;

    /// <summary>The values of all outputs at all points.</summary>
    /// <param name="compiled">What is evaluated.</param>
    /// <param name="columns">For each variable a value for every point, or a single one for all.</param>
    /// <param name="count">The number of points.</param>
    /// <param name="cancellation">Ends the evaluation early.</param>
    public static double[][] Evaluate(CompiledExpression compiled, ReadOnlyMemory<double>[] columns, int count, CancellationToken cancellation)
    {
        if (compiled.Tape.RegisterCount <= MostRegistersForBlocks)
        {
            var values = compiled.EvaluateRows(columns, cancellation);

            // Nothing varies: one value stands for all points.
            return values.Length > 0 && values[0].Length < count ? Array.ConvertAll(values, column => Repeat(column[0], count)) : values;
        }

        var results = Array.ConvertAll(new double[compiled.OutputCount][], _ => new double[count]);
        var point = new double[columns.Length];
        var outputs = new double[compiled.OutputCount];
        for (var i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var j = 0; j < point.Length; j++) point[j] = columns[j].Span[columns[j].Length == 1 ? 0 : i];
            compiled.Evaluate(point, outputs, cancellation);
            for (var j = 0; j < outputs.Length; j++) results[j][i] = outputs[j];
        }

        return results;
    }

    private static double[] Repeat(double value, int count)
    {
        var column = new double[count];
        Array.Fill(column, value);
        return column;
    }
}
