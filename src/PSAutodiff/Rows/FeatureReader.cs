using System.Globalization;
using System.Text.RegularExpressions;
using PSAutodiff.Converters;

namespace PSAutodiff.Rows;

/// <summary>
/// Takes the features of rows as they come: numbers, dates, and texts that are categories. What a column is, the first rows say together, or a
/// model that was made from such rows.
/// </summary>
internal sealed partial class FeatureReader
{
    private const int SurveyedRows = 32;
    private static readonly string[] DateFormats =
    [
        "yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss.FFFFFFF", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK",
    ];

    private readonly RowReader _reader;
    private readonly bool _isContrast;
    private readonly bool _isFirstWhole;
    private readonly IReadOnlyList<FeatureColumn>? _known;
    private readonly Survey[] _surveys;
    private readonly Dictionary<string, int>?[] _levels;
    private readonly DateTime?[] _firsts;
    private int _surveyed;

    /// <summary>Reads the first columns of a reader.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="count">How many columns are features.</param>
    /// <param name="isContrast">See <see cref="FeatureColumn.IsContrast"/>.</param>
    /// <param name="isFirstWhole">Whether the first category has an input for each level all the same, as there is no intercept.</param>
    /// <param name="known">What the columns are; null to find out.</param>
    public FeatureReader(RowReader reader, int count, bool isContrast, bool isFirstWhole, IReadOnlyList<FeatureColumn>? known)
    {
        (_reader, _isContrast, _isFirstWhole, _known) = (reader, isContrast, isFirstWhole, known);
        _surveys = new Survey[count];
        _levels = new Dictionary<string, int>?[count];
        _firsts = new DateTime?[count];
        IsDecided = known is not null || count == 0;
        for (var i = 0; known is not null && i < count; i++)
        {
            _firsts[i] = known[i].FirstDate;
            if (known[i].Kind == FeatureKind.Category) _levels[i] = known[i].Levels.Select(static (level, index) => (level, index)).ToDictionary(static pair => pair.level, static pair => pair.index, StringComparer.Ordinal);
        }
    }

    /// <summary>Whether it is known what the columns are.</summary>
    public bool IsDecided { get; private set; }

    /// <summary>Whether a column is one of categories, so that the inputs of a row are known with the last row alone.</summary>
    public bool HasCategories => Array.Exists(_levels, static levels => levels is not null);

    /// <summary>Whether every column is one of numbers.</summary>
    public bool IsPlain => !HasCategories && Array.TrueForAll(_firsts, static first => first is null) && !Array.Exists(_surveys, static survey => survey.Kind == FeatureKind.Date);

    /// <summary>Looks at a row to find out what its columns are.</summary>
    /// <returns>Whether that is decided.</returns>
    public bool Look(object row, int number)
    {
        if (IsDecided) return true;
        var isCertain = true;
        _reader.Start(row, number);
        for (var i = 0; i < _surveys.Length; i++)
        {
            object? cell;
            try
            {
                cell = Conversions.Unwrap(_reader.Cell(i));
            }
            catch (AutodiffException)
            {
                // The row will be left out.
                cell = null;
            }

            ref var survey = ref _surveys[i];
            if (RowReader.IsMissingNumber(cell)) { }
            else if (_reader.TryNumber(cell, out _)) survey.Numbers++;
            else if (TryDate(cell, out _)) survey.Dates++;
            else if (IsLevel(cell)) survey.Texts++;
            isCertain &= survey.IsCertain;
        }

        if (isCertain || ++_surveyed == SurveyedRows) Decide();
        return IsDecided;
    }

    /// <summary>Decides by the rows so far.</summary>
    public void Decide()
    {
        if (IsDecided) return;
        IsDecided = true;
        for (var i = 0; i < _surveys.Length; i++)
        {
            if (_surveys[i].Kind == FeatureKind.Category) _levels[i] = new Dictionary<string, int>(StringComparer.Ordinal);
        }
    }

    /// <summary>The values of the features of the row that the reader is at: numbers, days, and indices of levels.</summary>
    /// <exception cref="AutodiffException">The row lacks a column, or a cell is not what its column is.</exception>
    public void Read(Span<double> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = _levels[i] is { } levels ? ReadLevel(i, levels)
                : (_known is null ? _surveys[i].Kind : _known[i].Kind) == FeatureKind.Date ? ReadDays(i)
                : _reader.FiniteNumber(i);
        }
    }

    /// <summary>What the columns are, and the places of the levels that were read among those in order.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="places">Gets the places for each column; null for those without levels, or whose levels were read in order.</param>
    /// <exception cref="AutodiffException">A category has one level alone, or another in every row.</exception>
    public FeatureColumn[] Finish(int rows, out int[]?[] places)
    {
        places = new int[]?[_levels.Length];
        var columns = new FeatureColumn[_levels.Length];
        var isWhole = _isFirstWhole;
        for (var i = 0; i < columns.Length; i++)
        {
            var name = _reader.Columns[i];
            if (_known is not null)
            {
                columns[i] = _known[i];
                continue;
            }

            if (_levels[i] is not { } found)
            {
                columns[i] = new FeatureColumn { Name = name, Kind = _firsts[i] is null ? FeatureKind.Number : FeatureKind.Date, FirstDate = _firsts[i] };
                continue;
            }

            CheckLevels(name, found, rows);
            string[] levels = [.. found.Keys.Order(StringComparer.Ordinal)];
            columns[i] = new FeatureColumn { Name = name, Kind = FeatureKind.Category, Levels = levels, IsContrast = _isContrast && !isWhole };
            isWhole = false;
            var place = new int[levels.Length];
            for (var j = 0; j < levels.Length; j++) place[found[levels[j]]] = j;
            places[i] = place;
        }

        return columns;
    }

    /// <summary>The inputs of all rows.</summary>
    /// <param name="columns">What the columns are; empty where each is one of numbers.</param>
    /// <param name="places">The places of levels as they were read among those in order; null where they were read in order.</param>
    /// <param name="rows">What was read, which is used up.</param>
    public static double[] Expand(IReadOnlyList<FeatureColumn> columns, int[]?[] places, RowBuffer rows)
    {
        var count = rows.Rows;
        var values = rows.Take<double>(null);
        if (columns.Count == 0) return values;
        var inputs = new double[InputRows.Length(count, columns.Sum(static column => column.Width))];
        var (next, place) = (0, 0);
        for (var row = 0; row < count; row++)
        {
            for (var i = 0; i < columns.Count; i++)
            {
                var value = values[next++];
                var width = columns[i].Width;
                columns[i].Encode(places[i] is { } moved ? moved[(int)value] : value, inputs.AsSpan(place, width));
                place += width;
            }
        }

        return inputs;
    }

    private static void CheckLevels(string name, Dictionary<string, int> levels, int rows)
    {
        if (levels.Count == 1)
        {
            throw new AutodiffException(ErrorIds.LevelCount, $"The column '{name}' holds the text '{levels.Keys.First()}' in every row: a category of one level says nothing. Leave the column out.");
        }

        if (levels.Keys.Count(LooksLikeNumberOrDate) * 2 > levels.Count)
        {
            throw new AutodiffException(
                ErrorIds.LevelCount,
                string.Create(CultureInfo.InvariantCulture, $"The column '{name}' holds texts such as {ValueSource.Describe(levels.Keys.First())}: are these numbers, dates or categories? 1,234 and 5% are read with -NumberFormat Formatted, dates are written as 2026-01-31, and decimals with a point. To have categories, put a letter before them."));
        }

        if (levels.Count != rows) return;
        throw new AutodiffException(
            ErrorIds.LevelCount,
            string.Create(CultureInfo.InvariantCulture, $"The column '{name}' holds another text in each of the {rows} rows, such as {ValueSource.Describe(levels.Keys.First())}: that is not a category. Leave the column out; dates are written as 2026-01-31, and numbers such as 1,234 or 5% need -NumberFormat."));
    }

    private static bool LooksLikeNumberOrDate(string level) => Printed().IsMatch(level);

    // Numbers with a comma or percent, and days with the year at either end.
    [GeneratedRegex(@"^\s*([+-]?\d[\d,]*(\.\d+)?\s*%?|\d{1,2}[./-]\d{1,2}[./-]\d{4}( .*)?|\d{4}[./]\d{1,2}[./]\d{1,2}( .*)?)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Printed();

    private double ReadLevel(int column, Dictionary<string, int> levels)
    {
        var cell = Conversions.Unwrap(_reader.Cell(column));
        if (RowReader.IsMissing(cell)) throw new RowException(ErrorIds.ValueMissing, _reader.RowNumber, _reader.Columns[column], $"{Nothing(cell)}.{RowException.LeftOut}{RowException.SkipHint}") { IsMissing = true };
        if (!IsLevel(cell) && !_reader.TryNumber(cell, out _)) throw Wrong(column, ErrorIds.DataInvalid, $"{ValueSource.Describe(cell)} is not text, as the other cells of this column are");
        var text = Convert.ToString(cell, CultureInfo.InvariantCulture)!;
        if (levels.TryGetValue(text, out var index)) return index;
        if (_known is not null) throw Wrong(column, ErrorIds.LevelUnknown, $"{ValueSource.Describe(text)} is none of the levels that the model knows: {string.Join(", ", _known[column].Levels.Take(12))}{(levels.Count > 12 ? ", ..." : string.Empty)}");
        levels.Add(text, index = levels.Count);
        return index;
    }

    private double ReadDays(int column)
    {
        var cell = Conversions.Unwrap(_reader.Cell(column));
        if (RowReader.IsMissingNumber(cell)) throw new RowException(ErrorIds.ValueMissing, _reader.RowNumber, _reader.Columns[column], $"{Nothing(cell)}.{RowException.LeftOut}{RowException.SkipHint}") { IsMissing = true };
        if (!TryDate(cell, out var date)) throw Wrong(column, ErrorIds.DataInvalid, $"{ValueSource.Describe(cell)} is not a date, as the other cells of this column are. Dates are written as 2026-01-31 or 2026-01-31 14:30");
        _firsts[column] ??= date;
        return (date - _firsts[column]!.Value).Ticks / (double)TimeSpan.TicksPerDay;
    }

    private static string Nothing(object? cell) => cell is string { Length: > 0 } text ? $"{ValueSource.Describe(text)} stands for a missing value" : "the cell is empty";

    private RowException Wrong(int column, string id, string fault) => new(id, _reader.RowNumber, _reader.Columns[column], $"{fault}.{RowException.LeftOut}");

    private static bool IsLevel(object? cell) => cell is string or char or Enum or Guid;

    // Instants are compared in universal time; dates without a zone as they are.
    internal static bool TryDate(object? cell, out DateTime date)
    {
        switch (cell)
        {
            case DateTime time:
                date = DateTime.SpecifyKind(time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time, DateTimeKind.Unspecified);
                return true;
            case DateTimeOffset instant:
                date = DateTime.SpecifyKind(instant.UtcDateTime, DateTimeKind.Unspecified);
                return true;
            case DateOnly day:
                date = day.ToDateTime(TimeOnly.MinValue);
                return true;
            case string text when DateTime.TryParseExact(text.Trim(), DateFormats, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out date):
                date = DateTime.SpecifyKind(date, DateTimeKind.Unspecified);
                return true;
            default:
                date = default;
                return false;
        }
    }

    private struct Survey
    {
        public int Numbers;
        public int Dates;
        public int Texts;

        // One number or date settles it; a text may be a slip.
        public readonly bool IsCertain => Texts == 0 && Numbers + Dates > 0;

        public readonly FeatureKind Kind => Texts > Numbers + Dates ? FeatureKind.Category : Dates > Numbers ? FeatureKind.Date : FeatureKind.Number;
    }
}
