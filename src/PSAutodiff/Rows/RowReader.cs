using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Foundation;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Rows;

/// <summary>
/// Takes the values of given columns out of rows from the pipeline: objects of Import-Csv, hashtables, any object with
/// properties. Text is converted the same in every culture. Errors name the row and the column.
/// </summary>
internal sealed class RowReader
{
    private const int MostNamed = 12;

    private readonly string[] _columns;
    private readonly ValueSource _given;

    // By column; null for the usual one, which no other column or value resembles.
    private readonly Alike?[] _alike;

    // By column, the row in which it first held such a cell; 0 for none. What makes two kinds of one column would be numbers of two meanings.
    private readonly int[] _flags;
    private readonly int[] _counts;
    private readonly int[] _percents;
    private readonly int[] _plain;
    private bool _wasFlag;

    // The first date that was met: all hints count the days from it.
    private DateTime? _firstDate;
    private RowCells _cells;
    private object _row = string.Empty;
    private int _number;

    /// <summary>Reads columns.</summary>
    /// <param name="columns">The columns, in order.</param>
    public RowReader(IReadOnlyList<string> columns)
        : this(columns, columns, ValueSource.Empty)
    {
    }

    /// <summary>Reads the values of variables.</summary>
    /// <param name="columns">The variables whose values may be in the rows, in order.</param>
    /// <param name="variables">All variables of the expression.</param>
    /// <param name="given">Values given beside the rows.</param>
    public RowReader(IReadOnlyList<string> columns, IReadOnlyList<string> variables, ValueSource given)
    {
        (_columns, _given) = ([.. columns], given);
        (_flags, _counts, _percents, _plain) = (new int[_columns.Length], new int[_columns.Length], new int[_columns.Length], new int[_columns.Length]);
        var groups = new NameGroups(variables);
        _alike = Array.ConvertAll(_columns, column =>
            groups.Alike(column) is var alike && given.Names.Alike(column) is var values && (alike.Count > 1 || values.Count > 0) ? new Alike(alike, values) : null);
    }

    /// <summary>The integers that lost digits.</summary>
    public RoundedIntegers Rounded { get; init; } = new();

    /// <summary>What else could have given a value for a variable without a column, for errors; null for nothing.</summary>
    public string? OtherSource { get; set; }

    /// <summary>How text is read as a number.</summary>
    public NumberFormat Format { get; set; }

    /// <summary>The number of the row, from 1.</summary>
    public int RowNumber => _number;

    /// <summary>The columns, in order.</summary>
    public IReadOnlyList<string> Columns => _columns;

    /// <summary>Goes to a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="number">Its number, from 1, for errors.</param>
    public void Start(object row, int number) => (_row, _number, _cells) = (row, number, new RowCells(row));

    /// <summary>The values of the first columns of the row, in order.</summary>
    /// <exception cref="AutodiffException">The row lacks a column or holds something that is not a number.</exception>
    public void Read(Span<double> values)
    {
        for (var i = 0; i < values.Length; i++) values[i] = Number(i);
    }

    /// <summary>As <see cref="Read"/> for data to train or test on, where all values have to be finite.</summary>
    /// <exception cref="AutodiffException">The row lacks a column or holds something that is not a finite number.</exception>
    public void ReadFinite(Span<double> values)
    {
        for (var i = 0; i < values.Length; i++) values[i] = FiniteNumber(i);
    }

    /// <summary>The finite number in a column of the row.</summary>
    public double FiniteNumber(int index)
    {
        var value = Number(index);
        if (_wasFlag ? _counts[index] > 0 : _flags[index] > 0 && value is not (0 or 1))
        {
            var other = _wasFlag ? $"row {_counts[index]} holds a number that is neither 0 nor 1" : $"row {_flags[index]} holds true or false";
            throw new RowException(ErrorIds.DataInvalid, _number, _columns[index], $"{ValueSource.Describe(Cell(index))} does not go with the other cells: {other}, and true and false count as 1 and 0.{RowException.LeftOut}");
        }

        if (_wasFlag && _flags[index] == 0) _flags[index] = _number;
        if (!_wasFlag && _counts[index] == 0 && value is not (0 or 1)) _counts[index] = _number;
        return double.IsFinite(value)
            ? value
            : throw new RowException(
                ErrorIds.ValueNotFinite,
                _number,
                _columns[index],
                string.Create(CultureInfo.InvariantCulture, $"{value} is not a finite number.{RowException.LeftOut}{(double.IsNaN(value) ? RowException.SkipHint : string.Empty)}"))
            {
                IsMissing = double.IsNaN(value),
            };
    }

    /// <summary>The cell in a column of the row.</summary>
    public object? Cell(int index)
    {
        var column = _columns[index];
        try
        {
            return _alike[index] is null && _cells.TryFind(column, out var cell) ? cell : Search(column, _alike[index] ?? new Alike([column], []));
        }
        catch (ExtendedTypeSystemException exception)
        {
            throw new RowException(ErrorIds.PropertyUnreadable, _number, column, $"it cannot be read. {Conversions.InnermostMessage(exception)}");
        }
    }

    private object? Search(string column, Alike alike)
    {
        var match = NameMatching.MatchOne(column, alike.Variables, alike.Given, _cells.Alike(column));
        return match.Name is null ? throw Missing(column) : match.IsColumn ? _cells[match.Name] : _given.NumberOf(match.Name);
    }

    /// <summary>The number in a column of the row.</summary>
    public double Number(int index)
    {
        var cell = Cell(index);
        if (!TryNumber(cell, out var number))
        {
            if (IsMissingNumber(cell)) throw MissingAt(index);
            var hint = Format == NumberFormat.Plain && FormattedNumber.TryRead(Conversions.Unwrap(cell) as string, out _) ? " -NumberFormat Formatted reads it."
                : NumberInput.HasDecimalComma(Conversions.Unwrap(cell)) ? HintOfComma(_columns[index])
                : HintOfTime(Conversions.Unwrap(cell), _columns[index]);
            throw new RowException(
                ErrorIds.ColumnNotNumeric,
                _number,
                _columns[index],
                $"{ValueSource.Describe(cell)} is not a number. Numbers are written with a point, as 2.5 or 1e-3.{hint}");
        }

        _wasFlag = false;
        if (Conversions.Unwrap(cell) is bool) _wasFlag = true;
        else if (Conversions.Unwrap(cell) is string text) LookAt(index, text, number);
        LookAt(index, cell, number);
        return number;
    }

    /// <summary>
    /// Whether a cell holds nothing: it is null or empty, or a text that stands for that, as pandas and R take it: NA, N/A, n/a, #N/A, #NA, &lt;NA&gt;,
    /// NaN, nan, NULL or null.
    /// </summary>
    public static bool IsMissing(object? cell) => Conversions.Unwrap(cell) switch
    {
        null or DBNull => true,
        string text => text.AsSpan().Trim() is "" or "NA" or "N/A" or "n/a" or "#N/A" or "#NA" or "<NA>" or "NaN" or "nan" or "NULL" or "null",
        _ => false,
    };

    /// <summary>Whether a cell holds nothing where a number or date is wanted: there a dash stands for that too, which may be a category.</summary>
    public static bool IsMissingNumber(object? cell) => IsMissing(cell) || (Conversions.Unwrap(cell) is string text && text.AsSpan().Trim() is "-");

    /// <summary>The number that a cell holds: true and false are 1 and 0.</summary>
    public bool TryNumber(object? cell, out double number)
    {
        if (Conversions.TryGetDouble(cell, out number)) return true;
        switch (Conversions.Unwrap(cell))
        {
            case bool flag:
                number = flag ? 1 : 0;
                return true;
            case string text when bool.TryParse(text, out var flag):
                number = flag ? 1 : 0;
                return true;
            case string text when Format == NumberFormat.Formatted:
                return FormattedNumber.TryRead(text, out number);
            default:
                return false;
        }
    }

    /// <summary>The fault of a cell of the row that holds nothing.</summary>
    public RowException MissingAt(int index) => new(
        ErrorIds.ColumnNotNumeric,
        _number,
        _columns[index],
        $"{(Conversions.Unwrap(Cell(index)) is string { Length: > 0 } text ? ValueSource.Describe(text) : "an empty cell")} is not a number. Numbers are written with a point, as 2.5 or 1e-3.{RowException.SkipHint}")
    {
        IsMissing = true,
    };

    // The culture that wrote a column is not known; German has the comma that most have.
    private static string HintOfComma(string column) =>
        $" To read a column with decimal commas: ForEach-Object {{ {Member(column)} = [double]::Parse({Member(column)}, [cultureinfo]'de-DE'); $_ }}.";

    private static string Member(string column) => $"$_.'{column.Replace("'", "''", StringComparison.Ordinal)}'";

    // Regressions and networks count the days of dates by themselves; a formula has to say from when, and in which unit.
    private string HintOfTime(object? cell, string column)
    {
        var member = Member(column);
        return cell is TimeSpan ? $" Add a column of seconds: Select-Object *, @{{ n = 'Seconds'; e = {{ {member}.TotalSeconds }} }}."
            : FeatureReader.TryDate(cell, out var date) ? string.Create(CultureInfo.InvariantCulture, $" Add a column of days since a date: Select-Object *, @{{ n = 'Days'; e = {{ ([datetime]{member} - [datetime]'{(_firstDate ??= date):yyyy-MM-dd}').TotalDays }} }}.")
            : string.Empty;
    }

    // 5 and 5% in one column are 5 and 0.05. 0 is the same in both.
    private void LookAt(int index, string text, double number)
    {
        _wasFlag = !Conversions.TryGetDouble(text, out _) && bool.TryParse(text, out _);
        if (Format != NumberFormat.Formatted || _wasFlag || number == 0) return;
        var isPercent = text.AsSpan().TrimEnd() is [.., '%'];
        var (own, other) = isPercent ? (_percents, _plain) : (_plain, _percents);
        if (other[index] > 0)
        {
            throw new RowException(
                ErrorIds.DataInvalid,
                _number,
                _columns[index],
                string.Create(CultureInfo.InvariantCulture, $"{ValueSource.Describe(text)} has {(isPercent ? "a" : "no")} percent sign, and row {other[index]} has {(isPercent ? "none" : "one")}: 5% is 0.05, and 5 is 5. Write all cells of a column alike.{RowException.LeftOut}"));
        }

        if (own[index] == 0) own[index] = _number;
    }

    /// <summary>Looks whether the number made of a cell is that of the cell.</summary>
    public void LookAt(int index, object? cell, double number) => Rounded.Look(
        cell,
        number,
        static at => string.Create(CultureInfo.InvariantCulture, $"row {at.Reader._number}, column '{at.Reader._columns[at.Index]}'"),
        (Reader: this, Index: index));

    private RowException Missing(string column)
    {
        var names = Conversions.Unwrap(_row) is string or ValueType ? [] : _cells.Names.ToArray();
        var has = names.Length > 0 ? $"It has: {string.Join(", ", names)}.{RowAdvice.ForColumns(names) ?? NearNames.Hint(column, names)}" : $"It is {ValueSource.Describe(_row)}, which has no columns.{RowAdvice.ForText(_row)}";
        var other = OtherSource is null ? string.Empty : $", and {OtherSource} gives no value for it";
        // All that it lacks at once: a vector may have many.
        string[] missing = [column, .. _columns.Where((name, i) => name != column && _alike[i] is null && Conversions.Unwrap(_row) is not (string or ValueType) && _cells.Alike(name).Count == 0).Distinct(StringComparer.Ordinal)];
        var all = missing.Length == 1 ? $"column '{column}'" : $"columns {string.Join(", ", missing.Take(MostNamed).Select(static name => $"'{name}'"))}{(missing.Length > MostNamed ? ", ..." : string.Empty)}";
        return new RowException(ErrorIds.ColumnMissing, _number, null, $"has no {all}{other}. {has}") { Column = column };
    }

    /// <summary>What resembles a column: the variables that differ from it in case at most, itself included, and such names of values.</summary>
    private sealed record Alike(IReadOnlyList<string> Variables, IReadOnlyList<string> Given);
}
