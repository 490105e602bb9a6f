using PSAutodiff.Core;
using PSAutodiff.Data;
using PSAutodiff.Execution.Arrays;

namespace PSAutodiff.Training.Models;

/// <summary>A loss expression with vectors or matrices over rows, as the training loop sees it. All its parameters are weights.</summary>
internal sealed class ArrayLossModel : ITrainingModel<double>
{
    private readonly LossProgram _program;
    private readonly ReadOnlyMemory<double>[] _columns;
    private readonly int _threads;
    private readonly RowRun _run;
    private readonly double[] _loss = new double[1];
    private RowRun? _lossRun;

    // Their derivatives are to be as symmetric as they are.
    private readonly SymmetricParts _symmetric;

    /// <summary>Makes a model.</summary>
    /// <param name="program">What was compiled of the loss.</param>
    /// <param name="rows">The data: one array of column values for each row.</param>
    /// <param name="threads">The most threads to use.</param>
    public ArrayLossModel(LossProgram program, double[][] rows, int threads)
        : this(program, ColumnsOf(program.Columns, rows), new SymmetricParts(program.Parameters), rows.Length, threads)
    {
    }

    private ArrayLossModel(LossProgram program, ReadOnlyMemory<double>[] columns, SymmetricParts symmetric, int rowCount, int threads)
    {
        (_program, _columns, _symmetric, RowCount, _threads) = (program, columns, symmetric, rowCount, threads);
        _run = new RowRun(program.Rows!, threads);
        ParameterCount = program.Parameters.Length;
    }

    /// <inheritdoc/>
    public int ParameterCount { get; }

    /// <inheritdoc/>
    public int RowCount { get; }

    /// <inheritdoc/>
    public bool IsDecayed(int parameter) => true;

    /// <inheritdoc/>
    public ITrainingModel<double> ForAnotherThread() => new ArrayLossModel(_program, _columns, _symmetric, RowCount, _threads);

    /// <inheritdoc/>
    public double Gradient(double[] parameters, ReadOnlySpan<int> rows, double[] gradient, BatchNoise? noise, CancellationToken cancellation)
    {
        _run.Sum(parameters, _columns, rows, isMean: true, gradient, _loss, cancellation);
        _symmetric.Symmetrize(gradient);
        return _loss[0];
    }

    /// <inheritdoc/>
    public double Loss(double[] parameters, ReadOnlySpan<int> rows, CancellationToken cancellation)
    {
        _lossRun ??= new RowRun(_program.Loss, _threads);
        _lossRun.Sum(parameters, _columns, rows, isMean: true, _loss, [], cancellation);
        return _loss[0];
    }

    private static ReadOnlyMemory<double>[] ColumnsOf(VariableLayout columns, double[][] rows)
    {
        var flat = new ReadOnlyMemory<double>[columns.Names.Count];
        for (var i = 0; i < flat.Length; i++)
        {
            var (start, length) = columns.ElementsOf(i).GetOffsetAndLength(columns.Length);
            if ((long)length * rows.Length > Array.MaxLength) throw new AutodiffException(ErrorIds.DataTooLarge, FormattableString.Invariant($"'{columns.Names[i]}' has {length} elements in each of {rows.Length} rows, which is more than can be computed with."));
            var elements = GC.AllocateUninitializedArray<double>(length * rows.Length);
            for (var row = 0; row < rows.Length; row++) rows[row].AsSpan(start, length).CopyTo(elements.AsSpan(row * length));
            flat[i] = elements;
        }

        return flat;
    }
}
