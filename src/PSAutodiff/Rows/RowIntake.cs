using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Converters;

namespace PSAutodiff.Rows;

/// <summary>
/// The rows that a cmdlet takes from the pipeline: counts them from 1, and turns what is wrong with some of them into errors. The first
/// few of equal faults are written as they come; the others are counted and said in one error at the end.
/// </summary>
/// <param name="messages">Where errors and warnings go.</param>
/// <param name="work">What is done with a row.</param>
internal sealed class RowIntake(IRowMessages messages, Action<object> work)
{
    /// <summary>How many equal faults are written one by one.</summary>
    public const int MostEqualFaults = 5;

    private readonly Dictionary<(string ErrorId, string? Column), Fault> _faults = [];
    private Fault? _first;

    /// <summary>The number of the current row, from 1: rows that were left out count too.</summary>
    public int Number { get; private set; }

    private int LeftOut { get; set; }

    /// <summary>Works on the next row; a fault of it leaves the row out.</summary>
    public void Take(object? row)
    {
        Number++;
        try
        {
            if (row is null) throw RowException.IsNull(Number);
            work(row);
        }
        catch (AutodiffException exception)
        {
            LeftOut++;
            if (Count(exception) <= MostEqualFaults) messages.WriteError(exception, row);
        }
        catch (OperationCanceledException)
        {
            // By Ctrl+C, which is the only one who cancels.
            throw new PipelineStoppedException();
        }
    }

    /// <summary>Writes what was only counted.</summary>
    /// <param name="rounded">The integers that lost digits; null when nothing was read.</param>
    public void Finish(RoundedIntegers? rounded)
    {
        if (rounded?.Warning is { } warning) messages.WriteWarning(warning);
        if (_faults.Values.All(static fault => fault.Rows <= MostEqualFaults)) return;
        if (LeftOut == Number && _faults.Count == 1)
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

    /// <summary>The error when no row could be used.</summary>
    /// <param name="advice">What to do when none came.</param>
    public AutodiffException None(string advice) => new(ErrorIds.RowsMissing, LeftOut > 0 ? AllLeftOut() : advice);

    private string AllLeftOut() => Number == 1
        ? $"The only row was left out: {_first!.Message}"
        : string.Create(CultureInfo.InvariantCulture, $"All {Number} rows were left out, the first because of this: {_first!.Message}");

    private int Count(AutodiffException exception)
    {
        var kind = (exception.ErrorId, (exception as RowException)?.Column);
        if (!_faults.TryGetValue(kind, out var fault)) _faults.Add(kind, fault = new Fault(exception.Message));
        _first ??= fault;
        fault.LastRow = Number;
        return ++fault.Rows;
    }

    private sealed class Fault(string message)
    {
        public string Message => message;

        public int Rows { get; set; }

        public int LastRow { get; set; }
    }
}
