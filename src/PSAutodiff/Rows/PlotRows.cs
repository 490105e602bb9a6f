using PSAutodiff.Converters;

namespace PSAutodiff.Rows;

/// <summary>Rows of data as points of a plot: two columns of them.</summary>
internal sealed class PlotRows : IRowWork
{
    private readonly RowReader _reader;
    private readonly List<double> _x = [];
    private readonly List<double> _y = [];

    /// <summary>Finds the columns: that of the horizontal axis, and that of the vertical axis or the values.</summary>
    /// <param name="axes">The variables of the axes.</param>
    /// <param name="label">The column of the values of a curve; null for the only other column that there is.</param>
    /// <param name="row">The first row.</param>
    /// <param name="number">Its number.</param>
    /// <exception cref="AutodiffException">The row lacks a column, or it cannot be told which is meant.</exception>
    public PlotRows(IReadOnlyList<string> axes, string? label, object row, int number)
    {
        var cells = new RowCells(row);
        var columns = ColumnSelection.Resolve(axes, cells, number, [], "Variable");
        if (columns.Length == 1) columns = [.. columns, label is null ? OtherThan(columns[0], cells) : ColumnSelection.Resolve([label], cells, number, columns, "Label")[0]];
        _reader = new RowReader(columns);
    }

    /// <summary>The names of the columns.</summary>
    public string Name => $"{_reader.Columns[1]} by {_reader.Columns[0]}";

    /// <inheritdoc/>
    public RoundedIntegers Rounded => _reader.Rounded;

    /// <summary>The numbers of the first column.</summary>
    public double[] X => [.. _x];

    /// <summary>The numbers of the second column.</summary>
    public double[] Y => [.. _y];

    /// <inheritdoc/>
    public void Take(object row, int number)
    {
        _reader.Start(row, number);
        Span<double> values = stackalloc double[2];
        _reader.ReadFinite(values);
        _x.Add(values[0]);
        _y.Add(values[1]);
    }

    private static string OtherThan(string column, RowCells cells)
    {
        string[] others = [.. cells.Names.Where(name => name != column)];
        return others.Length == 1
            ? others[0]
            : throw new AutodiffException(ErrorIds.LabelMissing, $"Which column holds the values to draw over '{column}'? Name it with -Label. The row has: {string.Join(", ", cells.Names)}.");
    }
}
