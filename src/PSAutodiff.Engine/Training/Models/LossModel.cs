using PSAutodiff.Data;
using PSAutodiff.Execution.Scalar;
using PSAutodiff.Kernels;

namespace PSAutodiff.Training.Models;

/// <summary>A loss expression over rows, as the training loop sees it. All its parameters are weights.</summary>
internal sealed class LossModel : IDescentModel<double>
{
    // Rows between two looks at the token.
    private const int RowsAtOnce = 1 << 16;

    private readonly CompiledExpression _compiled;
    private readonly Lazy<CompiledExpression> _step;
    private readonly int _columnCount;
    private readonly double[][] _rows;
    private readonly int _threads;
    private readonly double[] _point;
    private readonly double[] _outputs;
    private readonly double[] _sums;
    private readonly ReadOnlyMemory<double>[] _columns;
    private double[][] _gathered = [];
    private double[] _moving = [];
    private DescentStep? _steps;
    private int _planned;

    /// <summary>Makes a model.</summary>
    /// <param name="compiled">The derivatives by the parameters, then the loss; its variables are the columns, then the parameters.</param>
    /// <param name="step">The program of a step on one row, see <see cref="DescentStep.Compile"/>.</param>
    /// <param name="columnCount">Number of columns.</param>
    /// <param name="rows">The data: one array of column values for each row.</param>
    /// <param name="threads">The most threads to use.</param>
    public LossModel(CompiledExpression compiled, Lazy<CompiledExpression> step, int columnCount, double[][] rows, int threads)
    {
        _compiled = compiled;
        _step = step;
        _columnCount = columnCount;
        _rows = rows;
        _threads = threads;
        _point = new double[compiled.Variables.Count];
        _outputs = new double[compiled.OutputCount];
        _sums = new double[compiled.OutputCount];
        _columns = new ReadOnlyMemory<double>[compiled.Variables.Count];
    }

    /// <inheritdoc/>
    public int ParameterCount => _outputs.Length - 1;

    /// <inheritdoc/>
    public int RowCount => _rows.Length;

    /// <inheritdoc/>
    public bool IsDecayed(int parameter) => true;

    /// <inheritdoc/>
    public ITrainingModel<double> ForAnotherThread() => new LossModel(_compiled, _step, _columnCount, _rows, _threads);

    /// <inheritdoc/>
    public double Gradient(double[] parameters, ReadOnlySpan<int> rows, double[] gradient, BatchNoise? noise, CancellationToken cancellation)
    {
        Sum(parameters, rows, cancellation);
        for (var i = 0; i < gradient.Length; i++) gradient[i] = _sums[i] / rows.Length;
        return _sums[^1] / rows.Length;
    }

    /// <inheritdoc/>
    public double Loss(double[] parameters, ReadOnlySpan<int> rows, CancellationToken cancellation)
    {
        Sum(parameters, rows, cancellation);
        return _sums[^1] / rows.Length;
    }

    /// <inheritdoc/>
    public int Descend(double[] parameters, double[] scratch, ReadOnlySpan<int> rows, double rate, int planned, Span<double> losses)
    {
        if (_steps is null || _planned != planned)
        {
            _steps = new DescentStep(_step.Value, _columnCount, planned);
            _planned = planned;
            _moving = new double[ParameterCount + 1];
        }

        var (step, moving) = (_steps, _moving);
        var moved = moving.AsSpan(0, ParameterCount);
        parameters.CopyTo(moving, 0);
        for (var i = 0; i < rows.Length; i++)
        {
            moved.CopyTo(scratch);
            var loss = step.Take(_rows[rows[i]], moving, rate);
            losses[i] = loss;
            if (double.IsFinite(loss) && Vectors.AllFinite(moved)) continue;
            scratch.CopyTo(parameters, 0);
            return i;
        }

        moved.CopyTo(parameters);
        return rows.Length;
    }

    private void Sum(ReadOnlySpan<double> parameters, ReadOnlySpan<int> rows, CancellationToken cancellation)
    {
        Array.Clear(_sums);
        if (rows.Length < RowEvaluator.FewestRows)
        {
            cancellation.ThrowIfCancellationRequested();
            parameters.CopyTo(_point.AsSpan(_columnCount));
            foreach (var row in rows)
            {
                _rows[row].CopyTo(_point, 0);
                _compiled.Evaluate(_point, _outputs);
                Vectors.Add(_sums, _outputs);
            }

            return;
        }

        for (var i = 0; i < ParameterCount; i++) _columns[_columnCount + i] = new[] { parameters[i] };
        for (; rows.Length > 0; rows = rows[Math.Min(RowsAtOnce, rows.Length)..])
        {
            cancellation.ThrowIfCancellationRequested();
            Vectors.Add(_sums, SumOf(rows[..Math.Min(RowsAtOnce, rows.Length)], cancellation));
        }
    }

    private double[] SumOf(ReadOnlySpan<int> rows, CancellationToken cancellation)
    {
        if (_gathered.Length < _columnCount || (_columnCount > 0 && _gathered[0].Length < rows.Length))
        {
            _gathered = new double[_columnCount][];
            for (var i = 0; i < _columnCount; i++) _gathered[i] = new double[rows.Length];
        }

        for (var i = 0; i < rows.Length; i++)
        {
            var row = _rows[rows[i]];
            for (var j = 0; j < row.Length; j++) _gathered[j][i] = row[j];
        }

        for (var j = 0; j < _columnCount; j++) _columns[j] = _gathered[j].AsMemory(0, rows.Length);
        return new RowEvaluator(_compiled.Tape, _columns) { MaxThreads = _threads, Cancellation = cancellation }.Sum(rows.Length);
    }
}
