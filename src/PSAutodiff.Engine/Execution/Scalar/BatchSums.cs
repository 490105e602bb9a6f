using PSAutodiff.Kernels;

namespace PSAutodiff.Execution.Scalar;

/// <summary>
/// Sums of the outputs of a tape over the rows of one batch after another, on one thread, with memory that it keeps: a batch that is no longer than
/// those before allocates nothing. The bits are those of <see cref="RowEvaluator.Sum"/>.
/// </summary>
/// <param name="tape">The tape.</param>
internal sealed class BatchSums(Tape tape)
{
    /// <summary>Of more rows several threads share the work.</summary>
    public const int MostRows = 4 * RowEvaluator.SumBlock - 1;

    private readonly double[] _ofBlock = new double[tape.Outputs.Length];
    private RowPlan? _plan;
    private RowWorker? _worker;
    private double[] _singles = [];
    private ArraySegment<double>[] _columns = [];
    private int _most;

    /// <summary>The sums over a batch.</summary>
    /// <param name="inputs">A column for each input: a value for each row, or a single one for all.</param>
    /// <param name="rowCount">The number of rows, at least 1.</param>
    /// <param name="sums">Gets the sums.</param>
    /// <param name="cancellation">Ends it early.</param>
    public void Sum(ReadOnlyMemory<double>[] inputs, int rowCount, Span<double> sums, CancellationToken cancellation)
    {
        if (_plan?.IsFor(inputs) != true)
        {
            _plan = RowPlan.For(tape, inputs, sums: true);
            (_singles, _columns) = (new double[_plan.SingleCount], new ArraySegment<double>[_plan.ColumnCount]);
            _worker = null;
        }

        _plan.Prepare(tape, inputs, _singles, _columns);
        if (_worker is null || _most < rowCount) _worker = new RowWorker(_plan, _columns, _singles, [], 0, _most = rowCount, cancellation);
        _worker.Cancellation = cancellation;
        _worker.Sum(0, Math.Min(rowCount, RowEvaluator.SumBlock), sums);
        for (var start = RowEvaluator.SumBlock; start < rowCount; start += RowEvaluator.SumBlock)
        {
            cancellation.ThrowIfCancellationRequested();
            _worker.Sum(start, Math.Min(RowEvaluator.SumBlock, rowCount - start), _ofBlock);
            Vectors.Add<double>(sums, _ofBlock);
        }
    }
}
