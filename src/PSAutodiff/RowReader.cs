using System.Globalization;

namespace PSAutodiff;

/// <summary>
/// Takes the values of given columns out of rows from the pipeline: objects of Import-Csv, hashtables, any object with
/// properties. Text is converted the same in every culture. Errors name the row and the column.
/// </summary>
internal sealed class RowReader(IReadOnlyList<string> columns, int rowsBefore = 0)
{
    /// <summary>Number of rows looked at so far, bad ones included: the number of the current row, from 1.</summary>
    public int RowNumber { get; private set; } = rowsBefore;

    /// <summary>Whether a row has a column of this name.</summary>
    public static bool HasColumn(object row, string column) => new RowCells(row).TryFind(column, out _);

    /// <summary>The error for a row that is not there.</summary>
    public static AutodiffException RowIsNull(int row) =>
        new(ErrorIds.RowNull, string.Create(CultureInfo.InvariantCulture, $"Row {row} is null."));

    /// <summary>The values of the columns, in order.</summary>
    /// <exception cref="AutodiffException">The row is null, lacks a column or holds something that is not a number.</exception>
    public void Read(object? row, Span<double> values)
    {
        RowNumber++;
        if (row is null) throw RowIsNull(RowNumber);
        var cells = new RowCells(row);
        for (var i = 0; i < columns.Count; i++) values[i] = Number(cells, row, columns[i]);
    }

    /// <summary>The next row of data to train or test on: as <see cref="Read"/>, but all values have to be finite. Its other cells are in the result.</summary>
    /// <exception cref="AutodiffException">The row is null, lacks a column or holds something that is not a finite number.</exception>
    public RowCells ReadFinite(object? row, Span<double> values)
    {
        RowNumber++;
        if (row is null) throw RowIsNull(RowNumber);
        var cells = new RowCells(row);
        for (var i = 0; i < columns.Count; i++) values[i] = FiniteNumber(cells, row, columns[i]);
        return cells;
    }

    /// <summary>A further number of the row read last.</summary>
    public double FiniteNumber(RowCells cells, object row, string column)
    {
        var value = Number(cells, row, column);
        return double.IsFinite(value)
            ? value
            : throw new AutodiffException(
                ErrorIds.ValueNotFinite,
                string.Create(CultureInfo.InvariantCulture, $"Row {RowNumber}, column '{column}': {value} is not a finite number. The row was left out."));
    }

    /// <summary>A further cell of the row read last.</summary>
    public object? Cell(RowCells cells, object row, string column) => cells.TryFind(column, out var cell) ? cell : throw Missing(row, column);

    private double Number(RowCells cells, object row, string column)
    {
        var cell = Cell(cells, row, column);
        return Conversions.TryGetDouble(cell, out var number)
            ? number
            : throw new AutodiffException(
                ErrorIds.ColumnNotNumeric,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Row {RowNumber}, column '{column}': {(cell is null ? "an empty cell" : ValueSource.Describe(cell))} is not a number. Numbers are written with a point, as 2.5 or 1e-3."));
    }

    private AutodiffException Missing(object row, string column)
    {
        var names = Conversions.Unwrap(row) is string or ValueType ? string.Empty : string.Join(", ", Conversions.Entries(row).Select(static entry => entry.Key));
        var has = names.Length > 0 ? $"It has: {names}." : $"It is {ValueSource.Describe(row)}, which has no columns.";
        return new AutodiffException(ErrorIds.ColumnMissing, string.Create(CultureInfo.InvariantCulture, $"Row {RowNumber} has no column '{column}'. {has}"));
    }
}
