using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PSAutodiff.Fitting;

namespace PSAutodiff.LinearAlgebra;

/// <summary>
/// A regression in one pass over its rows: all it keeps is the triangle of [1 X y]. Chunks of rows have triangles of their own, which are
/// joined in order, so that several threads, one thread and single rows give the same bits. Fewer rows than coefficients are kept as they are.
/// </summary>
internal sealed class TriangularRegression : IRegression
{
    private const int ChunkRows = 1 << 14;
    private static readonly double[] One = [1];

    private readonly RegressionPlan _plan;
    private readonly int _features;
    private readonly int _width;
    private readonly double[] _head;

    // The first rows of [X y] with their weights, until there are enough of them to know how columns are measured, and on which side of a
    // problem to work.
    private readonly int _enough;
    private List<(double[] Row, double Weight)>? _held = [];
    private double[]? _origins;
    private TriangularFactor? _total;
    private TriangularFactor? _chunk;
    private int _chunkRows;

    public TriangularRegression(RegressionPlan plan)
    {
        _plan = plan;
        _features = plan.Features.Count;
        _head = plan.HasIntercept ? One : [];
        _width = _head.Length + _features + 1;
        _enough = Math.Max(ColumnOrigins.Rows, _width - 1);
    }

    /// <inheritdoc/>
    public int Rows { get; private set; }

    /// <inheritdoc/>
    public void Add(ReadOnlySpan<double> features, double target, double weight)
    {
        if (_held is null)
        {
            Take(features[.._features], target, weight);
            return;
        }

        Rows++;
        _held.Add(([.. features[.._features], target], weight));
        if (_held.Count == _enough) Begin();
    }

    /// <summary>Takes a row in whose column of ones is no longer one of ones.</summary>
    /// <param name="row">The row of [1 X y], measured from the origins.</param>
    /// <param name="origins">The origins of the columns.</param>
    public void AddWhitened(ReadOnlySpan<double> row, double[]? origins)
    {
        (_held, _origins) = (null, origins);
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
            if (_held is { Count: 0 } && targets.Length >= _enough) Begin(features, targets);
            if (_held is null && _chunkRows == 0 && chunks > 0)
            {
                var (factors, start) = (new TriangularFactor[chunks], next);
                Parallel.For(0, chunks, i => factors[i] = Reduce(features, targets, weights, start + (i * ChunkRows)));
                _total ??= new TriangularFactor(_width);
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
    public RegressionPart ToPart()
    {
        if (_held is { } held)
        {
            var numbers = new List<double>();
            foreach (var (row, weight) in held) numbers.AddRange([.. row, weight]);
            return PartOf(CollectionsMarshal.AsSpan(numbers), [], []);
        }

        var total = Total();
        return PartOf(total.Upper(), _origins ?? [], total.Exponents.ToArray());
    }

    /// <inheritdoc/>
    public void AddParts(IEnumerable<RegressionPart> parts)
    {
        // Whole factors first: they say what columns are measured from.
        var sorted = parts.Select(static part => (Part: part, Key: KeyOf(part))).OrderBy(static pair => pair.Part.HoldsRows).ThenBy(static pair => pair.Key, StringComparer.Ordinal);
        foreach (var (part, _) in sorted)
        {
            if ((long)Rows + part.Rows > int.MaxValue) throw new AutodiffException(ErrorIds.DataTooLarge, $"The parts are of more than {int.MaxValue} rows together, which a result cannot count.");
            var numbers = part.Numbers();
            if (part.HoldsRows)
            {
                for (var next = 0; next < numbers.Length; next += _features + 2) Add(numbers.AsSpan(next, _features), numbers[next + _features], numbers[next + _features + 1]);
                continue;
            }

            if (_held is not null) Begin([.. part.Origins]);
            var factor = TriangularFactor.Of(numbers, [.. part.Exponents]);
            for (var j = _head.Length; j < _width; j++) factor.AddFirstTo(j, (part.Origins.Count > 0 ? part.Origins[j] : 0) - (_origins?[j] ?? 0));
            Total().Add(factor);
            Rows += part.Rows;
        }
    }

    /// <inheritdoc/>
    public LinearRegressionResult Finish(RegressionWork? work = null) => RegressionFit.Describe(_plan, Solve(work ?? new RegressionWork(CancellationToken.None)), Rows);

    /// <summary>Finds the coefficients.</summary>
    /// <param name="work">Where it notes how far it is, and looks whether to stop.</param>
    /// <exception cref="AutodiffException">Numbers are too large.</exception>
    public RegressionSolution Solve(RegressionWork work)
    {
        if (_held is { Count: var count } held && count < _width - 1) return WideFit.Solve(_plan, held, work);
        if (_held is not null) Begin();
        return TallFit.Solve(_plan, Total(), _origins, Rows, work);
    }

    // All rows so far.
    private TriangularFactor Total()
    {
        _total ??= new TriangularFactor(_width);
        if (_chunk is not null) _total.Add(_chunk);
        (_chunk, _chunkRows) = (null, 0);
        return _total;
    }

    private RegressionPart PartOf(ReadOnlySpan<double> numbers, double[] origins, int[] exponents) => new()
    {
        Features = _plan.Features,
        Label = _plan.Label,
        Weight = _plan.Weight,
        HasIntercept = _plan.HasIntercept,
        IsWeighted = _plan.IsWeighted,
        NumberFormat = _plan.NumberFormat,
        Rows = Rows,
        Origins = origins,
        Exponents = exponents,
        Factor = RegressionPart.BytesOf(numbers),
    };

    private static string KeyOf(RegressionPart part)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(part.Factor);
        hash.AppendData(RegressionPart.BytesOf([part.Rows, .. part.Origins, .. part.Exponents.Select(static exponent => (double)exponent)]));
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private void Begin(double[] origins)
    {
        var held = _held!;
        (_held, Rows, _origins) = (null, 0, origins.Length > 0 ? origins : null);
        foreach (var (row, weight) in held) Take(row.AsSpan(0, _features), row[^1], weight);
    }

    private void Begin()
    {
        var held = _held!;
        (_held, Rows) = (null, 0);
        _origins = ColumnOrigins.Find(_plan, [.. held.Take(ColumnOrigins.Rows).Select(static row => row.Row)]);
        foreach (var (row, weight) in held) Take(row.AsSpan(0, _features), row[^1], weight);
    }

    private void Begin(Array features, double[] targets)
    {
        var first = new double[ColumnOrigins.Rows][];
        for (var i = 0; i < first.Length; i++) first[i] = [.. Numbers(features).Slice(i * _features, _features), targets[i]];
        _held = null;
        _origins = ColumnOrigins.Find(_plan, first);
    }

    private void Take(ReadOnlySpan<double> features, double target, double weight)
    {
        _chunk ??= new TriangularFactor(_width, _origins);
        _chunk.Add(_head, features, new ReadOnlySpan<double>(in target), weight == 1 ? 1 : Math.Sqrt(weight));
        Count();
    }

    private static ReadOnlySpan<double> Numbers(Array matrix) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<byte, double>(ref MemoryMarshal.GetArrayDataReference(matrix)), matrix.Length);

    private TriangularFactor Reduce(Array features, double[] targets, double[]? weights, int first)
    {
        var factor = new TriangularFactor(_width, _origins);
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
        _total ??= new TriangularFactor(_width);
        _total.Add(_chunk!);
        (_chunk, _chunkRows) = (null, 0);
    }
}
