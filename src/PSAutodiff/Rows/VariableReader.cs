using System.Collections;
using System.Globalization;
using PSAutodiff.Converters;
using PSAutodiff.Core;

namespace PSAutodiff.Rows;

/// <summary>
/// Takes the elements of variables out of rows: a number from the column of the same name, an array from a property that holds one, and either from
/// the columns that -Column names.
/// </summary>
internal sealed class VariableReader
{
    private readonly VariableLayout _variables;
    private readonly RowReader _own;
    private readonly RowReader _mapped;

    // For each variable, where its columns begin among those of its reader.
    private readonly (RowReader Reader, int First)[] _sources;

    // How many places each variable chooses among by whole numbers; 0 where it does not.
    private readonly long[] _places;
    private int _number;

    /// <param name="columns">The variables whose values are in the rows, in order, with their shapes.</param>
    /// <param name="variables">All variables of the expression.</param>
    /// <param name="given">Values given beside the rows.</param>
    /// <param name="map">The columns of variables.</param>
    /// <param name="places">By variable, among how many places its whole numbers choose.</param>
    /// <param name="row">The first row, whose columns decide; null where no columns are given.</param>
    /// <param name="number">Its number.</param>
    /// <exception cref="AutodiffException">Columns do not fill a variable, or are not there.</exception>
    public VariableReader(VariableLayout columns, IReadOnlyList<string> variables, ValueSource given, ColumnMap map, IReadOnlyDictionary<string, long> places, object? row, int number)
    {
        _variables = columns;
        var (own, mapped) = (new List<string>(), new List<string>());
        var firsts = new int[columns.Names.Count];
        var isMapped = new bool[firsts.Length];
        var inputColumns = new List<VariableColumns>();
        for (var i = 0; i < firsts.Length; i++)
        {
            var name = columns.Names[i];
            isMapped[i] = map.Gives(name, row);
            firsts[i] = isMapped[i] ? mapped.Count : own.Count;
            if (!isMapped[i])
            {
                own.Add(name);
                continue;
            }

            var elements = map.Resolve(name, columns.Shapes[i], new RowCells(row!), number);
            inputColumns.Add(new VariableColumns { Variable = name, Columns = elements });
            mapped.AddRange(elements);
        }

        InputColumns = inputColumns;

        _own = new RowReader(own, variables, given) { Rounded = Rounded };
        _mapped = new RowReader(mapped) { Rounded = Rounded };
        _sources = [.. firsts.Select((first, i) => (isMapped[i] ? _mapped : _own, first))];
        _places = [.. columns.Names.Select(name => places.GetValueOrDefault(name))];
    }

    /// <summary>The integers that lost digits.</summary>
    public RoundedIntegers Rounded { get; } = new();

    /// <summary>What else could have given a value for a variable without a column, for errors; null for nothing.</summary>
    public string? OtherSource
    {
        init => _own.OtherSource = value;
    }

    /// <summary>How text is read as a number.</summary>
    public NumberFormat Format
    {
        init => _own.Format = _mapped.Format = value;
    }

    /// <summary>The columns that give the elements of variables.</summary>
    public IReadOnlyList<VariableColumns> InputColumns { get; }

    /// <summary>The variables, in order.</summary>
    public VariableLayout Variables => _variables;

    /// <summary>The column of each element, as far as it has one of its own; else the name of the element.</summary>
    public string[] ColumnNames =>
    [
        .. _sources.SelectMany((source, i) => Enumerable.Range(0, (int)_variables.Shapes[i].Count).Select(j =>
            ReferenceEquals(source.Reader, _mapped) || _variables.Shapes[i].IsNumber ? source.Reader.Columns[source.First + j] : _variables.ElementNames[_variables.ElementsOf(i).Start.Value + j])),
    ];

    /// <summary>Goes to a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="number">Its number, from 1, for errors.</param>
    public void Start(object row, int number)
    {
        _number = number;
        _own.Start(row, number);
        if (_mapped.Columns.Count > 0) _mapped.Start(row, number);
    }

    /// <summary>The elements of all variables in the row, in order.</summary>
    /// <param name="elements">Gets them.</param>
    /// <param name="finite">Whether all have to be finite, as data to train on.</param>
    /// <exception cref="AutodiffException">The row lacks a column, or holds something that is not a number or not an array of the shape.</exception>
    public void Read(Span<double> elements, bool finite)
    {
        for (var i = 0; i < _sources.Length; i++)
        {
            var (reader, first) = _sources[i];
            var own = elements[_variables.ElementsOf(i)];
            if (ReferenceEquals(reader, _own) && !_variables.Shapes[i].IsNumber)
            {
                ReadArray(i, first, own, finite);
                continue;
            }

            for (var j = 0; j < own.Length; j++) own[j] = finite ? reader.FiniteNumber(first + j) : reader.Number(first + j);
            if (_places[i] > 0) CheckPlaces(own, _places[i], reader.Columns[first]);
        }
    }

    private void ReadArray(int variable, int column, Span<double> elements, bool finite)
    {
        var name = _variables.Names[variable];
        try
        {
            ArrayInput.Read(_own.Cell(column), _variables.Shapes[variable], name, elements);
        }
        catch (AutodiffException exception) when (exception is not RowException)
        {
            var isMissing = LacksNumbers(_own.Cell(column));
            throw new RowException(exception.ErrorId == ErrorIds.ValueNotNumeric ? ErrorIds.ColumnNotNumeric : exception.ErrorId, _number, name, exception.Message + (isMissing ? RowException.SkipHint : string.Empty)) { IsMissing = isMissing };
        }

        for (var i = 0; i < elements.Length && finite; i++)
        {
            if (double.IsFinite(elements[i])) continue;
            throw new RowException(
                ErrorIds.ValueNotFinite,
                _number,
                name,
                string.Create(CultureInfo.InvariantCulture, $"{name}{VariableLayout.PlaceOf(_variables.Shapes[variable], i)} is {elements[i]}, not a finite number.{RowException.LeftOut}{(double.IsNaN(elements[i]) ? RowException.SkipHint : string.Empty)}"))
            {
                IsMissing = double.IsNaN(elements[i]),
            };
        }

        if (_places[variable] > 0) CheckPlaces(elements, _places[variable], name);
    }

    // Whether an array, or an element of it, holds nothing: a list, or a list of lists.
    private static bool LacksNumbers(object? cell) => RowReader.IsMissingNumber(cell) || (Conversions.Unwrap(cell) is IList list &&
        list.Cast<object?>().Any(static element => RowReader.IsMissingNumber(element) || (Conversions.Unwrap(element) is IList row && row.Cast<object?>().Any(RowReader.IsMissingNumber))));

    private void CheckPlaces(ReadOnlySpan<double> numbers, long places, string column)
    {
        foreach (var number in numbers)
        {
            if (number >= 0 && number < places && number == Math.Floor(number)) continue;
            throw new RowException(
                ErrorIds.IndexInvalid,
                _number,
                column,
                string.Create(CultureInfo.InvariantCulture, $"{number} chooses nothing: 'take' and 'scatter' choose by whole numbers from 0 to {places - 1} here.{RowException.LeftOut}"));
        }
    }
}
