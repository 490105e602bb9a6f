using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Execution.Scalar;
using PSAutodiff.Kernels;

namespace PSAutodiff.Execution.Arrays;

/// <summary>Expressions of small arrays, written out to numbers, over rows: the elements of some rows at a time become columns, and the results arrays again.</summary>
/// <param name="elements">The elements of all results, by those of all variables.</param>
/// <param name="inputs">The variables.</param>
/// <param name="results">The shapes of the results.</param>
internal sealed class ElementRows(CompiledExpression elements, VariableLayout inputs, Shape[] results)
{
    private const int MostRows = 8 * RowEvaluator.SumBlock;

    private const int RowsInCache = 64;

    private double[][]? _idle;

    /// <summary>The values of all rows.</summary>
    /// <param name="columns">For each variable its elements for every row, row after row, or those for all rows.</param>
    /// <param name="rowCount">The number of rows.</param>
    /// <param name="all">For each expression gets its elements in every row, row after row.</param>
    /// <param name="cancellation">Ends it early.</param>
    public void Evaluate(ReadOnlyMemory<double>[] columns, int rowCount, double[][] all, CancellationToken cancellation)
    {
        var most = Math.Min(rowCount, MostRows);
        var memory = Rent(most);
        var values = memory.AsSpan(inputs.Length).ToArray();
        for (var start = 0; start < rowCount; start += MostRows)
        {
            var count = Math.Min(MostRows, rowCount - start);
            elements.EvaluateRows(Split(columns, start, count, memory), count, values, cancellation);
            var next = 0;
            for (var i = 0; i < all.Length; i++)
            {
                var width = (int)results[i].Count;
                Transposition.ToRows(values.AsSpan(next, width), count, all[i].AsSpan(start * width));
                next += width;
            }
        }

        _idle = memory;
    }

    /// <summary>The sums over rows.</summary>
    /// <param name="columns">For each variable its elements for every row, row after row, or those for all rows.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <param name="rowCount">The number of rows.</param>
    /// <returns>The elements of all sums, in order.</returns>
    public double[] Sum(ReadOnlyMemory<double>[] columns, int rowCount, CancellationToken cancellation)
    {
        var memory = Rent(Math.Min(rowCount, MostRows));
        var sums = elements.SumRows(Split(columns, 0, Math.Min(MostRows, rowCount), memory), cancellation);
        for (var start = MostRows; start < rowCount; start += MostRows)
        {
            var more = elements.SumRows(Split(columns, start, Math.Min(MostRows, rowCount - start), memory), cancellation);
            for (var i = 0; i < sums.Length; i++) sums[i] += more[i];
        }

        _idle = memory;
        return sums;
    }

    // A column for each element of a variable, and then one for each of a result.
    private double[][] Rent(int rows)
    {
        var memory = Interlocked.Exchange(ref _idle, null);
        if (memory is { Length: > 0 } && memory[0].Length >= rows) return memory;
        memory = new double[inputs.Length + elements.OutputCount][];
        for (var i = 0; i < memory.Length; i++) memory[i] = GC.AllocateUninitializedArray<double>(rows);
        return memory;
    }

    private ReadOnlyMemory<double>[] Split(ReadOnlyMemory<double>[] columns, int start, int count, double[][] memory)
    {
        var split = new ReadOnlyMemory<double>[inputs.Length];
        for (var variable = 0; variable < columns.Length; variable++)
        {
            var range = inputs.ElementsOf(variable);
            var (first, width) = (range.Start.Value, range.End.Value - range.Start.Value);
            var column = columns[variable];
            if (column.Length == width || width == 1)
            {
                for (var i = 0; i < width; i++) split[first + i] = column.Length == width ? column.Slice(i, 1) : column.Slice(start, count);
                continue;
            }

            for (var i = 0; i < width; i++) split[first + i] = memory[first + i].AsMemory(0, count);
            Read(column.Span[(start * width)..], memory.AsSpan(first, width), count);
        }

        return split;
    }

    // A few rows at a time, which stay in the nearest cache.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Read(ReadOnlySpan<double> rows, ReadOnlySpan<double[]> columns, int count)
    {
        for (var start = 0; start < count; start += RowsInCache)
        {
            var some = Math.Min(RowsInCache, count - start);
            for (var i = 0; i < columns.Length; i++)
            {
                var column = columns[i].AsSpan(start, some);
                for (int row = 0, from = (start * columns.Length) + i; row < column.Length; row++, from += columns.Length) column[row] = rows[from];
            }
        }
    }
}
