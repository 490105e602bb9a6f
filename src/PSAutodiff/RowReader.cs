using System.Collections;
using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Expressions;

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
    public static bool HasColumn(object row, string column) => TryFind(row, column, out _);

    /// <summary>The error for a row that is not there.</summary>
    public static AutodiffException RowIsNull(int row) =>
        new(ErrorIds.RowNull, string.Create(CultureInfo.InvariantCulture, $"Row {row} is null."));

    /// <summary>The values of the columns, in order.</summary>
    /// <exception cref="AutodiffException">The row is null, lacks a column or holds something that is not a number.</exception>
    public void Read(object? row, Span<double> values)
    {
        RowNumber++;
        if (row is null) throw RowIsNull(RowNumber);
        for (var i = 0; i < columns.Count; i++)
        {
            if (!TryFind(row, columns[i], out var cell)) throw Missing(row, columns[i]);

            if (!Conversions.TryGetDouble(cell, out values[i]))
            {
                throw new AutodiffException(
                    ErrorIds.ColumnNotNumeric,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Row {RowNumber}, column '{columns[i]}': {(cell is null ? "an empty cell" : ValueSource.Describe(cell))} is not a number. Numbers are written with a point, as 2.5 or 1e-3."));
            }
        }
    }

    private AutodiffException Missing(object row, string column)
    {
        var names = Conversions.Unwrap(row) is string or ValueType ? string.Empty : string.Join(", ", Conversions.Entries(row).Select(static entry => entry.Key));
        var has = names.Length > 0 ? $"It has: {names}." : $"It is {ValueSource.Describe(row)}, which has no columns.";
        return new AutodiffException(ErrorIds.ColumnMissing, string.Create(CultureInfo.InvariantCulture, $"Row {RowNumber} has no column '{column}'. {has}"));
    }

    private static bool TryFind(object row, string column, out object? cell)
    {
        if (Conversions.Unwrap(row) is IDictionary dictionary)
        {
            var match = VariableNames.Match(column, dictionary.Keys.OfType<string>());
            cell = match is null ? null : dictionary[match];
            return match is not null;
        }

        // Property names ignore case and are unique, so the exact name and the only other one are the same property.
        var property = PSObject.AsPSObject(row).Properties[column];
        cell = property?.Value;
        return property is not null;
    }
}
