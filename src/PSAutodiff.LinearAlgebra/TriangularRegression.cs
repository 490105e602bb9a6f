using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PSAutodiff.LinearAlgebra;

/// <summary>
/// A regression in one pass over its rows: all it keeps is the triangle of [1 X y]. Chunks of rows have triangles of their own, which are
/// joined in order, so that several threads, one thread and single rows give the same bits.
/// </summary>
internal sealed class TriangularRegression : IRegression
{
    private const int ChunkRows = 1 << 14;
    private static readonly double[] One = [1];

    private readonly RegressionPlan _plan;
    private readonly int _features;
    private readonly int _width;
    private readonly double[] _head;
    private readonly TriangularFactor _total;
    private TriangularFactor? _chunk;
    private int _chunkRows;

    public TriangularRegression(RegressionPlan plan)
    {
        _plan = plan;
        _features = plan.Features.Count;
        _head = plan.HasIntercept ? One : [];
        _width = _head.Length + _features + 1;
        _total = new TriangularFactor(_width);
    }

    /// <inheritdoc/>
    public int Rows { get; private set; }

    /// <inheritdoc/>
    public void Add(ReadOnlySpan<double> features, double target, double weight)
    {
        _chunk ??= new TriangularFactor(_width);
        _chunk.Add(_head, features[.._features], new ReadOnlySpan<double>(in target), weight == 1 ? 1 : Math.Sqrt(weight));
        Count();
    }

    /// <summary>Takes a row in whose column of ones is no longer one of ones.</summary>
    /// <param name="row">The row of [1 X y].</param>
    public void AddWhitened(ReadOnlySpan<double> row)
    {
        _chunk ??= new TriangularFactor(_width);
        _chunk.Add([], row, [], 1);
        Count();
    }

    /// <inheritdoc/>
    public void AddRange(Array features, double[] targets, double[]? weights)
    {
        var next = 0;
        while (next < targets.Length)
        {
            var chunks = Math.Min(Environment.ProcessorCount, (targets.Length - next) / ChunkRows);
            if (_chunkRows == 0 && chunks > 0)
            {
                var (factors, start) = (new TriangularFactor[chunks], next);
                Parallel.For(0, chunks, i => factors[i] = Reduce(features, targets, weights, start + (i * ChunkRows)));
                foreach (var factor in factors) _total.Add(factor);
                Rows = checked(Rows + (chunks * ChunkRows));
                next += chunks * ChunkRows;
                continue;
            }

            Add(Numbers(features).Slice(next * _features, _features), targets[next], weights?[next] ?? 1);
            next++;
        }
    }

    /// <inheritdoc/>
    public LinearRegressionResult Finish()
    {
        if (_chunk is not null) _total.Add(_chunk);
        _chunk = null;
        return RegressionFit.Fit(_plan, _total.Triangle, _width, Rows);
    }

    private static ReadOnlySpan<double> Numbers(Array matrix) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<byte, double>(ref MemoryMarshal.GetArrayDataReference(matrix)), matrix.Length);

    private TriangularFactor Reduce(Array features, double[] targets, double[]? weights, int first)
    {
        var factor = new TriangularFactor(_width);
        var numbers = Numbers(features);
        for (var row = first; row < first + ChunkRows; row++)
        {
            var weight = weights is null || weights[row] == 1 ? 1 : Math.Sqrt(weights[row]);
            factor.Add(_head, numbers.Slice(row * _features, _features), targets.AsSpan(row, 1), weight);
        }

        return factor;
    }

    private void Count()
    {
        Rows++;
        if (++_chunkRows < ChunkRows) return;
        _total.Add(_chunk!);
        (_chunk, _chunkRows) = (null, 0);
    }
}
