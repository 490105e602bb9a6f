using System.Numerics;
using PSAutodiff.Core;
using PSAutodiff.Data;
using PSAutodiff.Execution.Arrays;
using PSAutodiff.Kernels;
using PSAutodiff.Kernels.Threading;

namespace PSAutodiff.Training.Models;

/// <summary>A loss expression with vectors or matrices over rows, as the training loop sees it. All its parameters are weights.</summary>
/// <typeparam name="T">The numbers of data and parameters: double, or float for a program in single precision.</typeparam>
internal sealed class ArrayLossModel<T> : ITrainingModel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly LossProgram _program;
    private readonly ReadOnlyMemory<T>[] _columns;
    private readonly int _threads;
    private readonly RowRun<T> _run;
    private readonly double[] _loss = new double[1];
    private RowRun<T>? _lossRun;

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

    private ArrayLossModel(LossProgram program, ReadOnlyMemory<T>[] columns, SymmetricParts symmetric, int rowCount, int threads)
    {
        (_program, _columns, _symmetric, RowCount, _threads) = (program, columns, symmetric, rowCount, threads);
        _run = new RowRun<T>(program.Rows!, threads);
        ParameterCount = program.Parameters.Length;
    }

    /// <inheritdoc/>
    public int ParameterCount { get; }

    /// <inheritdoc/>
    public int RowCount { get; }

    /// <inheritdoc/>
    public ThreadTeam? Team => _threads > 1 ? _run.Team : null;

    /// <inheritdoc/>
    public bool IsDecayed(int parameter) => true;

    /// <inheritdoc/>
    public ITrainingModel<T> ForAnotherThread() => new ArrayLossModel<T>(_program, _columns, _symmetric, RowCount, _threads);

    /// <inheritdoc/>
    public double Gradient(T[] parameters, ReadOnlySpan<int> rows, T[] gradient, BatchNoise? noise, CancellationToken cancellation)
    {
        _run.Sum(parameters, _columns, rows, isMean: true, gradient, _loss, cancellation);
        _symmetric.Symmetrize(gradient);
        return _loss[0];
    }

    /// <inheritdoc/>
    public double Loss(T[] parameters, ReadOnlySpan<int> rows, CancellationToken cancellation)
    {
        _lossRun ??= new RowRun<T>(_program.Loss, _threads);
        _lossRun.Sum(parameters, _columns, rows, isMean: true, [], _loss, cancellation);
        return _loss[0];
    }

    private static ReadOnlyMemory<T>[] ColumnsOf(VariableLayout columns, double[][] rows)
    {
        var flat = new ReadOnlyMemory<T>[columns.Names.Count];
        for (var i = 0; i < flat.Length; i++)
        {
            var (start, length) = columns.ElementsOf(i).GetOffsetAndLength(columns.Length);
            if ((long)length * rows.Length > Array.MaxLength) throw new AutodiffException(ErrorIds.DataTooLarge, FormattableString.Invariant($"'{columns.Names[i]}' has {length} elements in each of {rows.Length} rows, which is more than can be computed with."));
            var elements = GC.AllocateUninitializedArray<T>(length * rows.Length);
            for (var row = 0; row < rows.Length; row++) Vectors.Narrow<T>(rows[row].AsSpan(start, length), elements.AsSpan(row * length));
            flat[i] = elements;
        }

        return flat;
    }
}
