using System.Numerics;

namespace PSAutodiff.Rows;

/// <summary>Rows of numbers as they come, in chunks, so that taking them in never copies what is there already.</summary>
internal sealed class RowBuffer(int width) : IInputRows
{
    private const int FirstRows = 16;
    private const int ChunkLength = 1 << 16;

    private readonly List<double[]> _chunks = [];
    private double[] _chunk = [];
    private int _used;

    public int Rows { get; private set; }

    public int Width => width;

    /// <inheritdoc/>
    public bool IsKept { get; set; }

    /// <summary>Adds a row of <see cref="Width"/> numbers.</summary>
    public void Add(ReadOnlySpan<double> row)
    {
        if (_used == _chunk.Length)
        {
            // Few rows take little memory; chunks of many stay short enough to be handed on one by one.
            var rows = Math.Max(FirstRows, Math.Min(Rows, ChunkLength / Math.Max(1, width)));
            _chunk = new double[rows * width];
            _chunks.Add(_chunk);
            _used = 0;
        }

        row.CopyTo(_chunk.AsSpan(_used));
        _used += width;
        Rows++;
    }

    /// <inheritdoc/>
    public FeatureScaling MeasureScaling(int[]? rows)
    {
        var sums = new ColumnSums(width);
        do
        {
            var (next, first) = (0, 0);
            for (var i = 0; i < _chunks.Count; i++)
            {
                var chunk = Used(i);
                var end = first + (chunk.Length / width);
                if (rows is null) sums.Add(chunk);
                for (; next < rows?.Length && rows[next] < end; next++) sums.Add(chunk.Slice((rows[next] - first) * width, width));
                first = end;
            }
        }
        while (sums.Next());
        return sums.ToScaling();
    }

    /// <inheritdoc/>
    public T[] Take<T>(FeatureScaling? scaling)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var taken = new T[InputRows.Length(Rows, width)];
        var next = 0;
        for (var i = 0; i < _chunks.Count; i++)
        {
            var chunk = Used(i);
            InputRows.Convert(chunk, taken.AsSpan(next, chunk.Length), width, scaling);
            next += chunk.Length;
            if (!IsKept) _chunks[i] = [];
        }

        if (IsKept) return taken;
        _chunks.Clear();
        (_chunk, _used, Rows) = ([], 0, 0);
        return taken;
    }

    private ReadOnlySpan<double> Used(int chunk) => _chunks[chunk].AsSpan(0, chunk == _chunks.Count - 1 ? _used : _chunks[chunk].Length);
}
