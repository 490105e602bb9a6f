using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Converters;

namespace PSAutodiff.Rows;

/// <summary>
/// The rows that a cmdlet takes from the pipeline: counts them from 1, and turns what is wrong with some of them into errors. The first
/// few of equal faults are written as they come; the others are counted and said in one error at the end.
/// </summary>
/// <param name="messages">Where errors and warnings go.</param>
/// <param name="start">
/// Makes the work of the first row that has columns, and of its number; an error in it ends the command. Null when there is work already.
/// </param>
internal sealed class RowIntake(IRowMessages messages, Func<object, int, IRowWork>? start)
{
    /// <summary>How many equal faults are written one by one.</summary>
    public const int MostEqualFaults = 5;

    // Among so many rows the work starts with the one that lacks the fewest names.
    private const int MostEarlyRows = 5;

    private readonly Dictionary<(string ErrorId, string? Column), Fault> _faults = [];
    private readonly List<int> _leftOut = [];
    private Fault? _first;
    private IRowWork? _work;

    // The rows that a survey looks at, before any of them is taken.
    private List<object?>? _held;

    // The first rows, as long as each lacks a name that a later one may have.
    private List<object?>? _early;
    private int _skipped;

    /// <param name="messages">Where errors and warnings go.</param>
    /// <param name="work">What is done with every row.</param>
    public RowIntake(IRowMessages messages, IRowWork work)
        : this(messages, start: null) => _work = work;

    /// <summary>The rows that came.</summary>
    public int Count { get; private set; }

    /// <summary>The numbers of the rows that will come; null for 1, 2, 3, ...</summary>
    public int[]? Numbering { get; init; }

    /// <summary>What is done with rows that lack a value.</summary>
    public MissingValueAction MissingValue { get; init; }

    /// <summary>Counts the columns that a row lacks of those asked for by name; null where the first row decides which columns there are.</summary>
    public Func<object, int>? Lacking { get; init; }

    /// <summary>The rows that were not left out.</summary>
    public int Taken
    {
        get
        {
            Settle();
            return Count - _leftOut.Count;
        }
    }

    /// <summary>Works on the next row; a fault of it leaves the row out.</summary>
    public void Take(object? row)
    {
        Count++;
        if (_work is null && Lacking is not null && (_early is not null || HasColumns(row)))
        {
            (_early ??= []).Add(row);
            if (_early.Count == MostEarlyRows || (HasColumns(row) && Lacking(row!) == 0)) Begin();
            return;
        }

        if (_held is null)
        {
            Take(row, NumberOf(Count));
            return;
        }

        _held.Add(row);
        if (HasColumns(row) && Survey(row!, Count)) Replay();
    }

    /// <summary>Takes the rows that were only looked at so far.</summary>
    public void Settle()
    {
        if (_early is not null) Begin();
        if (_held is null) return;
        Decide();
        Replay();
    }

    // A first row that lacks a column is a fault of that row alone where another has it.
    private void Begin()
    {
        var (rows, before) = (_early!, Count - _early!.Count);
        _early = null;
        var best = Enumerable.Range(0, rows.Count).Where(i => HasColumns(rows[i])).MinBy(i => Lacking!(rows[i]!));
        _work = Start(rows[best]!, before + best + 1);
        if (_work is not IRowSurvey)
        {
            for (var i = 0; i < rows.Count; i++) Take(rows[i], NumberOf(before + i + 1));
            return;
        }

        _held = rows;
        for (var i = best; i < rows.Count; i++)
        {
            if (!HasColumns(rows[i]) || !Survey(rows[i]!, before + i + 1)) continue;
            Replay();
            return;
        }
    }

    private int NumberOf(int count) => Numbering is null ? count : Numbering[count - 1];

    private static bool HasColumns(object? row) => row is not null && Conversions.Unwrap(row) is not (string or ValueType);

    private bool Survey(object row, int count)
    {
        if (!((IRowSurvey)_work!).Look(row, NumberOf(count))) return false;
        Decide();
        return true;
    }

    private void Decide()
    {
        try
        {
            ((IRowSurvey)_work!).Decide();
        }
        catch (AutodiffException exception)
        {
            messages.Stop(exception, _held?[^1]);
            throw;
        }
    }

    private void Replay()
    {
        var held = _held!;
        _held = null;
        for (var i = 0; i < held.Count; i++) Take(held[i], NumberOf(Count - held.Count + i + 1));
    }

    private void Take(object? row, int number)
    {
        try
        {
            if (row is null) throw RowException.IsNull(number);
            if (_work is null)
            {
                _work = Start(row, Count);
                if (_work is IRowSurvey && !Survey(row, Count))
                {
                    _held = [row];
                    return;
                }
            }

            _work.Take(row, number);
        }
        catch (AutodiffException exception)
        {
            _leftOut.Add(number);
            if (MissingValue == MissingValueAction.Skip && exception is RowException { IsMissing: true }) _skipped++;
            else if (Note(exception, number) <= MostEqualFaults) messages.WriteError(exception, row);
        }
        catch (OperationCanceledException)
        {
            // By Ctrl+C, which is the only one who cancels.
            throw new PipelineStoppedException();
        }
    }

    /// <summary>The numbers of the rows that were not left out, from 1.</summary>
    public int[] Numbers()
    {
        Settle();
        var numbers = new int[Taken];
        var (next, left) = (0, 0);
        for (var number = 1; number <= Count; number++)
        {
            if (left < _leftOut.Count && _leftOut[left] == number) left++;
            else numbers[next++] = number;
        }

        return numbers;
    }

    /// <summary>Hands the work over, which is not held on to.</summary>
    public TWork Release<TWork>()
        where TWork : IRowWork
    {
        Settle();
        var work = (TWork)_work!;
        _work = null;
        return work;
    }

    /// <summary>Ends the command when no row can be used; else writes what was only counted.</summary>
    /// <param name="used">The number of rows that can.</param>
    /// <param name="advice">What to do when none came.</param>
    public void Require(int used, string advice)
    {
        Settle();
        if (used == 0) messages.Stop(new AutodiffException(ErrorIds.RowsMissing, _leftOut.Count > 0 ? AllLeftOut() : advice), null);
        Finish();
    }

    /// <summary>Writes what was only counted.</summary>
    public void Finish()
    {
        Settle();
        if (_work?.Rounded.Warning is { } warning) messages.WriteWarning(warning);
        if (_skipped > 0) messages.WriteWarning(string.Create(CultureInfo.InvariantCulture, $"Rows left out because a value is missing: {_skipped}."));
        if (_faults.Values.All(static fault => fault.Rows <= MostEqualFaults)) return;
        if (Taken == 0 && _faults.Count == 1)
        {
            messages.WriteError(new AutodiffException(ErrorIds.RowsLeftOut, AllLeftOut()), null);
            return;
        }

        foreach (var fault in _faults.Values.Where(static fault => fault.Rows > MostEqualFaults))
        {
            var more = fault.Rows - MostEqualFaults;
            messages.WriteError(
                new AutodiffException(
                    ErrorIds.RowsLeftOut,
                    string.Create(CultureInfo.InvariantCulture, $"{more} more row{(more == 1 ? " was" : "s were")} left out, the last of them row {fault.LastRow}, for the same kind of fault: {fault.Message}")),
                null);
        }
    }

    private IRowWork Start(object row, int count)
    {
        // A row without columns says nothing about those of the others.
        if (!HasColumns(row)) throw new RowException(ErrorIds.ColumnMissing, count, null, $"is {ValueSource.Describe(row)}, which has no columns.{RowAdvice.ForText(row)}");
        try
        {
            return start!(row, NumberOf(count));
        }
        catch (AutodiffException exception)
        {
            messages.Stop(exception, row);
            throw;
        }
    }

    private string AllLeftOut() => _first is null
        ? string.Create(CultureInfo.InvariantCulture, $"All {Count} rows were left out, because a value is missing in each.")
        : Count == 1
        ? $"The only row was left out: {_first!.Message}"
        : string.Create(CultureInfo.InvariantCulture, $"All {Count} rows were left out, the first because of this: {_first!.Message}");

    private int Note(AutodiffException exception, int number)
    {
        var kind = (exception.ErrorId, (exception as RowException)?.Column);
        if (!_faults.TryGetValue(kind, out var fault)) _faults.Add(kind, fault = new Fault(exception.Message));
        _first ??= fault;
        fault.LastRow = number;
        return ++fault.Rows;
    }

    private sealed class Fault(string message)
    {
        public string Message => message;

        public int Rows { get; set; }

        public int LastRow { get; set; }
    }
}
