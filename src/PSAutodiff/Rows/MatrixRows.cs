using System.Collections;
using System.Globalization;
using PSAutodiff.Converters;

namespace PSAutodiff.Rows;

/// <summary>Rows from the pipeline that make one matrix: lists of numbers, or objects and dictionaries with a number in each column.</summary>
/// <param name="features">The columns of objects, names and wildcards; null for all.</param>
internal sealed class MatrixRows(string[]? features)
{
    private readonly List<object?> _lists = [];
    private readonly List<double[]> _rows = [];
    private RowReader? _reader;

    /// <summary>The rows that came.</summary>
    public int Count => _lists.Count + _rows.Count;

    /// <summary>The columns of objects; none of lists.</summary>
    public IReadOnlyList<string> Variables => _reader?.Columns ?? [];

    /// <summary>What to warn of once all rows are there; null for nothing.</summary>
    public string? Warning => _reader?.Rounded.Warning;

    /// <summary>Takes a row.</summary>
    /// <exception cref="AutodiffException">It is none: a matrix without one of its rows would be another matrix.</exception>
    public void Take(object? row)
    {
        var number = Count + 1;
        if (row is null) throw RowException.IsNull(number);
        var value = Conversions.Unwrap(row);
        if (value is string or ValueType)
        {
            throw new AutodiffException(
                ErrorIds.DataInvalid,
                string.Create(CultureInfo.InvariantCulture, $"Item {number} of the pipeline is {ValueSource.Describe(row)}, not a row. PowerShell takes an array apart before a bar: write Measure-Matrix $matrix, or , $matrix | Measure-Matrix."));
        }

        if (value is IList ? _rows.Count > 0 : _lists.Count > 0)
        {
            throw new RowException(ErrorIds.DataInvalid, number, null, $"is {ValueSource.Describe(row)}, but the rows before it are {(value is IList ? "objects with columns" : "lists of numbers")}. The rows of a matrix are of one kind.");
        }

        if (value is IList)
        {
            if (features is not null) throw new AutodiffException(ErrorIds.DataInvalid, "-Feature names columns of objects, and the rows are lists of numbers. Leave one of the two out.");
            _lists.Add(row);
            return;
        }

        _reader ??= new RowReader(ColumnSelection.Resolve(features ?? ["*"], new RowCells(row), number, [], "Feature"));
        _reader.Start(row, number);
        var values = new double[_reader.Columns.Count];
        try
        {
            _reader.Read(values);
        }
        catch (RowException error) when (error.ErrorId == ErrorIds.ColumnNotNumeric && features is null)
        {
            throw new AutodiffException(error.ErrorId, $"{error.Message} Name the columns of the matrix with -Feature.");
        }

        var infinite = Array.FindIndex(values, static entry => !double.IsFinite(entry));
        if (infinite >= 0)
        {
            throw new RowException(ErrorIds.ValueNotFinite, number, _reader.Columns[infinite], string.Create(CultureInfo.InvariantCulture, $"{values[infinite]} is not a finite number."));
        }

        _rows.Add(values);
    }

    /// <summary>The matrix of all rows.</summary>
    /// <exception cref="AutodiffException">Lists differ in length or hold what is not a finite number.</exception>
    public NumberTable ToTable() => NumberTable.From(_lists.Count > 0 ? _lists : _rows, "The matrix");
}
