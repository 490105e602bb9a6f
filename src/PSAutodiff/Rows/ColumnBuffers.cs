
namespace PSAutodiff.Rows;

/// <summary>The finite numbers of variables in rows as they come, column by column; of vectors and matrices all elements, row after row.</summary>
/// <param name="reader">Reads them.</param>
internal sealed class ColumnBuffers(VariableReader reader)
{
    private const int FirstRows = 16;

    private readonly double[] _row = new double[reader.Variables.Length];
    private readonly int[] _sizes = Array.ConvertAll(reader.Variables.Shapes, static shape => (int)shape.Count);
    private readonly double[][] _columns = Array.ConvertAll(reader.Variables.Shapes, static shape => new double[(int)shape.Count * FirstRows]);

    /// <summary>The number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a row.</summary>
    /// <exception cref="AutodiffException">It lacks a column, or a cell is not a finite number.</exception>
    public void Add(object row, int number)
    {
        reader.Start(row, number);
        reader.Read(_row, finite: true);
        var values = _row.AsSpan();
        for (var i = 0; i < _columns.Length; i++)
        {
            var size = _sizes[i];
            if (Count * size == _columns[i].Length) Array.Resize(ref _columns[i], 2 * Count * size);
            values[..size].CopyTo(_columns[i].AsSpan(Count * size));
            values = values[size..];
        }

        Count++;
    }

    /// <summary>The data that the rows held.</summary>
    public DataRows ToData(RowTotal total) =>
        new(reader.Variables.Names, [.. _columns.Select((column, i) => (ReadOnlyMemory<double>)column.AsMemory(0, Count * _sizes[i]))], _sizes, Count, total);
}
