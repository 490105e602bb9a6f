using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PSAutodiff.Data;
using PSAutodiff.Execution.Scalar;
using PSAutodiff.Kernels;

namespace PSAutodiff.Training.Models;

/// <summary>A loss of numbers over rows, as the training loop sees it.</summary>
internal sealed class LossModel : IDescentModel<double>
{
    // Rows between two looks at the token.
    private const int RowsAtOnce = 1 << 16;

    private readonly LossProgram _program;
    private readonly CompiledExpression _compiled;
    private readonly int _columnCount;
    private readonly double[] _rowCells;
    private readonly int _threads;
    private readonly double[] _outputs;
    private readonly double[] _means;
    private readonly ReadOnlyMemory<double>[] _columns;
    private readonly double[][] _cells;
    private double[][] _gathered = [];
    private readonly double[] _moving;
    private readonly double[] _someSums;
    private readonly BatchSums _batch;
    private readonly LaneSums? _lanes;
    private TapeRunner? _steps;

    /// <summary>Makes a model.</summary>
    /// <param name="program">What was compiled of the loss.</param>
    /// <param name="rows">The data: one array of column values for each row.</param>
    /// <param name="threads">The most threads to use.</param>
    public LossModel(LossProgram program, double[][] rows, int threads)
        : this(program, Flat(rows, program.Columns.Length), rows.Length, threads)
    {
    }

    /// <summary>Makes a model.</summary>
    /// <param name="program">What was compiled of the loss; it has <see cref="LossProgram.Gradient"/>.</param>
    /// <param name="cells">The data: the column values of row after row.</param>
    /// <param name="rowCount">Number of rows.</param>
    /// <param name="threads">The most threads to use.</param>
    public LossModel(LossProgram program, double[] cells, int rowCount, int threads)
    {
        _program = program;
        _compiled = program.Gradient;
        _columnCount = program.Columns.Length;
        (_rowCells, RowCount) = (cells, rowCount);
        _threads = threads;
        _outputs = new double[_compiled.OutputCount];
        _means = new double[_compiled.OutputCount];
        _someSums = new double[_compiled.OutputCount];
        _batch = new BatchSums(_compiled.Tape);
        if (program.Lanes is { } lanes) _lanes = new LaneSums(lanes, _compiled.Tape.Constants);
        _moving = new double[ParameterCount + 1];
        _columns = new ReadOnlyMemory<double>[_compiled.Variables.Count];
        _cells = new double[ParameterCount][];
        for (var i = 0; i < _cells.Length; i++) _columns[_columnCount + i] = _cells[i] = new double[1];
    }

    /// <summary>Whether weight decay applies to a parameter.</summary>
    public Func<int, bool> Decays { get; init; } = static _ => true;

    /// <summary>The parameters that stay as they are: their derivatives are 0.</summary>
    public int[] Frozen { get; init; } = [];

    /// <summary>What computes large batches of a network in double, which threads share, with the bits of its small ones; null for other losses.</summary>
    public ITrainingModel<double>? Many { get; init; }

    /// <inheritdoc/>
    public bool Descends => Frozen.Length == 0;

    /// <inheritdoc/>
    public int ParameterCount => _outputs.Length - 1;

    /// <inheritdoc/>
    public int RowCount { get; }

    /// <inheritdoc/>
    public bool IsDecayed(int parameter) => Decays(parameter);

    /// <inheritdoc/>
    public ITrainingModel<double> ForAnotherThread() => new LossModel(_program, _rowCells, RowCount, _threads) { Decays = Decays, Frozen = Frozen, Many = Many?.ForAnotherThread() };

    /// <inheritdoc/>
    public double Gradient(double[] parameters, ReadOnlySpan<int> rows, double[] gradient, BatchNoise? noise, CancellationToken cancellation)
    {
        if (Many is not null && rows.Length > BatchSums.MostRows) return Many.Gradient(parameters, rows, gradient, noise, cancellation);
        Mean(parameters, rows, cancellation);
        _means.AsSpan(0, gradient.Length).CopyTo(gradient);
        foreach (var index in Frozen) gradient[index] = 0;
        return _means[^1];
    }

    /// <inheritdoc/>
    public double Loss(double[] parameters, ReadOnlySpan<int> rows, CancellationToken cancellation)
    {
        if (Many is not null && rows.Length > BatchSums.MostRows) return Many.Loss(parameters, rows, cancellation);
        Mean(parameters, rows, cancellation);
        return _means[^1];
    }

    /// <inheritdoc/>
    public int Descend(double[] parameters, ReadOnlySpan<int> rows, double rate, int planned, Span<double> losses)
    {
        if (_steps is null)
        {
            _steps = _program.Step.Runner;
            _steps.Expect(planned);
        }

        if (TryTake(parameters, rows, rate, losses)) return rows.Length;
        var taken = 0;
        while (taken < rows.Length && TryTake(parameters, rows.Slice(taken, 1), rate, losses[taken..])) taken++;
        return taken;
    }

    // Takes steps if all losses and parameters are finite.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryTake(double[] parameters, ReadOnlySpan<int> rows, double rate, Span<double> losses)
    {
        var (runner, place) = (_steps!, _moving);
        ref var start = ref place[0];
        ref var last = ref place[parameters.Length];
        var code = runner.Way is TapeCode { Single: { } single } ? single : null;

        // The rate goes in behind the parameters, where the loss comes out. x - x is 0 for a finite number and NaN for any other.
        parameters.CopyTo(place, 0);
        var check = 0.0;
        for (var i = 0; i < rows.Length; i++)
        {
            last = rate;
            var row = Row(rows[i]);
            if (code is null) runner.Run(row, place, place);
            else code(ref MemoryMarshal.GetReference(row), ref start, ref start, ref start);
            losses[i] = last;
            check += last - last;
        }

        // No step makes a finite number of a parameter that is none: the last ones answer for those of all steps.
        for (var i = 0; i < parameters.Length; i++) check += place[i] - place[i];
        if (check != 0) return false;

        // One by one, as they were stored last: a wider load would wait for all of these stores.
        for (var i = 0; i < parameters.Length; i++) parameters[i] = place[i];
        return true;
    }

    private static double[] Flat(double[][] rows, int width)
    {
        var cells = new double[checked(rows.Length * width)];
        for (var row = 0; row < rows.Length; row++) rows[row].CopyTo(cells, row * width);
        return cells;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<double> Row(int row) => _rowCells.AsSpan(row * _columnCount, _columnCount);

    private void Mean(ReadOnlySpan<double> parameters, ReadOnlySpan<int> rows, CancellationToken cancellation)
    {
        if (_lanes is not null && rows.Length > 1 && rows.Length <= (_lanes.HasProducts ? BatchSums.MostRows : LaneSums.MostRows))
        {
            cancellation.ThrowIfCancellationRequested();
            _lanes.Mean(_rowCells, rows, parameters, _means);
            return;
        }

        Sum(parameters, rows, cancellation);
        if (rows.Length > 1) Vectors.Divide(_means, rows.Length);
    }

    private void Sum(ReadOnlySpan<double> parameters, ReadOnlySpan<int> rows, CancellationToken cancellation)
    {
        Array.Clear(_means);
        if (rows.Length < RowEvaluator.FewestRows)
        {
            cancellation.ThrowIfCancellationRequested();
            var runner = _compiled.Runner;
            foreach (var row in rows)
            {
                runner.Run(Row(row), parameters, _outputs);
                Vectors.Add<double>(_means, _outputs);
            }

            return;
        }

        for (var i = 0; i < _cells.Length; i++) _cells[i][0] = parameters[i];
        for (; rows.Length > 0; rows = rows[Math.Min(RowsAtOnce, rows.Length)..])
        {
            cancellation.ThrowIfCancellationRequested();
            Vectors.Add<double>(_means, SumOf(rows[..Math.Min(RowsAtOnce, rows.Length)], cancellation));
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
            var row = Row(rows[i]);
            for (var j = 0; j < row.Length; j++) _gathered[j][i] = row[j];
        }

        for (var j = 0; j < _columnCount; j++) _columns[j] = _gathered[j].AsMemory(0, rows.Length);
        if (rows.Length <= BatchSums.MostRows)
        {
            _batch.Sum(_columns, rows.Length, _someSums, cancellation);
            return _someSums;
        }

        return new RowEvaluator(_compiled.Tape, _columns) { MaxThreads = _threads, Cancellation = cancellation }.Sum(rows.Length);
    }
}
