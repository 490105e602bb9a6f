using PSAutodiff.Core;

namespace PSAutodiff.Execution.Arrays;

/// <summary>Expressions with arrays over rows, by what varies: compiled when they are first asked for, and kept for the next time. Safe to share between threads.</summary>
/// <param name="outputs">The expressions of one row.</param>
/// <param name="inputs">Their variables.</param>
internal sealed class RowForms(RootedGraph outputs, VariableLayout inputs)
{
    private Form? _values;
    private Form? _sums;

    /// <summary>The number of elements in all rows.</summary>
    public static int LengthOf(Shape shape, int rowCount) => shape.Count * (double)rowCount <= Array.MaxLength
        ? (int)shape.Count * rowCount
        : throw new AutodiffException(ErrorIds.DataTooLarge, $"{shape.Count} elements for each of {rowCount} rows are more than can be computed with.");

    /// <summary>The values of all rows.</summary>
    /// <param name="columns">For each variable its elements for every row, row after row, or those for all rows.</param>
    /// <param name="rowCount">The number of rows.</param>
    /// <param name="results">For each expression gets its elements in every row, row after row.</param>
    /// <param name="cancellation">Ends it early.</param>
    public void Evaluate(IReadOnlyList<ReadOnlyMemory<double>> columns, int rowCount, double[][] results, CancellationToken cancellation)
    {
        var form = For(ref _values, columns, sums: false, cancellation);
        new RowRun<double>(form.Program, Environment.ProcessorCount).Evaluate(form.Singles(inputs, columns, []), form.Varying(columns), rowCount, results, cancellation);
    }

    /// <summary>The sums over rows.</summary>
    /// <param name="columns">For each variable its elements for every row, row after row, or those for all rows.</param>
    /// <param name="rowCount">The number of rows.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>The elements of all sums, in order.</returns>
    public double[] Sum(IReadOnlyList<ReadOnlyMemory<double>> columns, int rowCount, CancellationToken cancellation)
    {
        var form = For(ref _sums, columns, sums: true, cancellation);
        var results = new double[form.Program.Results.Length];
        var kept = form.Rent();
        var rows = kept.Rows.Length == rowCount ? kept.Rows : [.. Enumerable.Range(0, rowCount)];
        var singles = form.Singles(inputs, columns, kept.Singles);
        kept.Run.Sum(singles, form.Varying(columns), rows, isMean: false, results, [], cancellation);
        form.Return(new Kept(kept.Run, singles, rows));
        return results;
    }

    private Form For(ref Form? kept, IReadOnlyList<ReadOnlyMemory<double>> columns, bool sums, CancellationToken cancellation)
    {
        bool[] varies = [.. columns.Select((column, i) => column.Length != inputs.Shapes[i].Count)];
        if (kept is { } form && form.Varies.AsSpan().SequenceEqual(varies)) return form;
        var single = inputs.Only([.. inputs.Names.Where((_, i) => !varies[i])]);
        var varying = inputs.Only([.. inputs.Names.Where((_, i) => varies[i])]);
        return kept = new Form(varies, sums ? RowProgram.ForSums(outputs, single, varying, cancellation) : RowProgram.ForValues(outputs, single, varying, cancellation));
    }

    /// <summary>Memory for the next run: as large as some inputs are, new memory would cost more than some runs.</summary>
    /// <param name="Run">What runs.</param>
    /// <param name="Singles">The elements of what does not vary.</param>
    /// <param name="Rows">The indices of all rows.</param>
    private sealed record Kept(RowRun<double> Run, double[] Singles, int[] Rows);

    private sealed class Form(bool[] varies, RowProgram program)
    {
        private Kept? _idle;

        public bool[] Varies => varies;

        public RowProgram Program => program;

        public Kept Rent() => Interlocked.Exchange(ref _idle, null) ?? new Kept(new RowRun<double>(program, Environment.ProcessorCount), [], []);

        public void Return(Kept kept) => _idle = kept;

        public double[] Singles(VariableLayout inputs, IReadOnlyList<ReadOnlyMemory<double>> columns, double[] elements)
        {
            if (elements.Length != program.Rows.Inputs.Length) elements = new double[program.Rows.Inputs.Length];
            var next = 0;
            for (var i = 0; i < varies.Length; i++)
            {
                if (varies[i]) continue;
                columns[i].Span.CopyTo(elements.AsSpan(next));
                next += (int)inputs.Shapes[i].Count;
            }

            return elements;
        }

        public ReadOnlyMemory<double>[] Varying(IReadOnlyList<ReadOnlyMemory<double>> columns) => [.. columns.Where((_, i) => varies[i])];
    }
}
