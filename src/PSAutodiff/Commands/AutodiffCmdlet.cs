using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Remoting;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>What the cmdlets share: turning values into expressions, errors that cost one item only, and the end by Ctrl+C.</summary>
public abstract class AutodiffCmdlet : PSCmdlet, IDisposable, IRowMessages
{
    private const int MillisecondsBetweenMessages = 5000;

    private readonly CancellationTokenSource _cancellation = new();
    private IReadOnlyDictionary<string, Shape>? _shapes;
    private IReadOnlyDictionary<string, Shape>? _rowShapes;
    private long _told;

    /// <summary>Cancelled by Ctrl+C: long work has to look at it.</summary>
    private protected CancellationToken Cancellation => _cancellation.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the command holds.</summary>
    /// <param name="disposing">Whether it is called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing) _cancellation.Dispose();
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _cancellation.Cancel();

    /// <summary>
    /// Runs the work for one item; an error of the user's is written with its stable id, and the rest goes on. Work that Ctrl+C has
    /// ended is left as it is: nobody waits for it.
    /// </summary>
    private protected void Attempt(object? target, Action work)
    {
        try
        {
            work();
        }
        catch (AutodiffException exception)
        {
            WriteError(Record(exception, target));
        }
        catch (OperationCanceledException) when (Cancellation.IsCancellationRequested)
        {
            // What the pipeline writes next ends it.
        }
    }

    /// <summary>Whether a parameter was given at all, be it null.</summary>
    internal bool IsBound(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>Ends the command with an error of the user's.</summary>
    internal void Stop(string errorId, string message, object? target = null) =>
        ThrowTerminatingError(Record(new AutodiffException(errorId, message), target));

    /// <summary>What rows are to be joined to, by the two switches for it; null where neither is there.</summary>
    private protected RowTotal? TotalOf(SwitchParameter mean, SwitchParameter sum)
    {
        if (mean && sum) Stop(ErrorIds.ArgumentInvalid, "-Mean and -Sum are two ways to join rows to one number. Use one of them.");
        return mean ? RowTotal.Mean : sum ? RowTotal.Sum : null;
    }

    /// <summary>What -Shape says of the variables of text and script blocks, where the command has that parameter; null where it is not given.</summary>
    // Every expression asks: read once.
    private protected IReadOnlyDictionary<string, Shape>? Shapes =>
        _shapes ??= MyInvocation.BoundParameters.TryGetValue("Shape", out var shapes) ? Require(shapes, () => ShapeTable.Of(shapes)) : null;

    /// <summary>The expression that a value stands for, text with the shapes of -Shape.</summary>
    /// <param name="value">A node, text, a script block or a number.</param>
    /// <param name="values">Values of variables, from which text takes further shapes.</param>
    /// <param name="listsAreArrays">Whether a list can only be the value of an array, and not many values of a number.</param>
    private protected ExprNode ToExpression(object? value, ValueSource? values = null, bool listsAreArrays = false) =>
        ShapeTable.Checked(Conversions.ToExpression(value, values, ShapeTable.Joined(_rowShapes, Shapes), Cancellation, listsAreArrays), Shapes);

    /// <summary>Takes the shapes that rows show of variables of text: as many columns as -Column names, and lists that cells hold.</summary>
    /// <param name="expression">What the command was given as its expression.</param>
    /// <param name="given">Values beside the rows, which go before their columns; null for none.</param>
    /// <param name="row">The first row; null before it comes: then only columns that are written out are known.</param>
    /// <param name="number">Its number.</param>
    /// <returns>Whether the expression has to be read again.</returns>
    /// <exception cref="AutodiffException">A name or wildcard of -Column matches nothing.</exception>
    internal bool LearnShapes(object? expression, ValueSource? given, object? row = null, int number = 0)
    {
        var columns = MyInvocation.BoundParameters.GetValueOrDefault("Column") as IDictionary;
        var shapes = RowShapes.Of(expression, columns, given, row is null ? null : new RowCells(row), number);
        var isNew = shapes.Count > (_rowShapes?.Count ?? 0);
        if (isNew) _rowShapes = shapes;
        return isNew;
    }

    /// <summary>The expression of rows; null for text whose shapes do not go together, as long as the first row may show others.</summary>
    internal T? BeforeRows<T>(object? expression, Func<T> read)
        where T : class =>
        Require(expression, () =>
        {
            try
            {
                return read();
            }
            catch (AutodiffException exception) when (exception.ErrorId == ErrorIds.ShapeMismatch && RowShapes.TextOf(expression) is not null)
            {
                return null;
            }
        });

    /// <summary>Warns of values that nothing asks for, where their names are nearly those of variables without values.</summary>
    /// <param name="values">The values of -At.</param>
    /// <param name="variables">The variables of the expression.</param>
    /// <param name="names">The name that stands for each; null where none does.</param>
    private protected void WarnOfNearNames(ValueSource values, IReadOnlyList<string> variables, string?[] names)
    {
        var left = variables.Where((_, i) => names[i] is null).ToArray();
        if (left.Length == 0) return;
        foreach (var (name, variable) in NearNames.Pairs(values.AllNames.Except(names.OfType<string>(), StringComparer.Ordinal), left))
        {
            WriteWarning($"-At gives a value for '{name}', but the expression has no such variable, and its variable '{variable}' was left alone. Is one of them misspelled?");
        }
    }

    /// <summary>Runs work without which the command cannot go on.</summary>
    internal T Require<T>(object? target, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (AutodiffException exception)
        {
            ThrowTerminatingError(Record(exception, target));
            throw;
        }
        catch (OperationCanceledException) when (Cancellation.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    internal static string? RepeatedName(string[]? names) =>
        names?.GroupBy(static name => name, StringComparer.Ordinal).FirstOrDefault(static group => group.Count() > 1)?.Key;

    /// <summary>Ends the command when a name that was given cannot be that of a variable.</summary>
    private protected void RequireNames(IEnumerable<string>? names)
    {
        foreach (var name in names ?? [])
        {
            Require(name, () =>
            {
                VariableNames.Check(name);
                return name;
            });
        }
    }

    /// <summary>Warns where pi is the number in a text and a column in the rows.</summary>
    internal void WarnOfPi(object? row, params ReadOnlySpan<object?> expressions)
    {
        foreach (var expression in expressions)
        {
            if (NumberPi.Warning(expression, row) is { } warning) WriteWarning(warning);
        }
    }

    /// <summary>Writes a warning; parts of others in it are made visible, as those in errors are.</summary>
    internal new void WriteWarning(string text) => base.WriteWarning(VisibleText.Of(text));

    /// <summary>Writes a verbose message; parts of others in it are made visible.</summary>
    internal new void WriteVerbose(string text) => base.WriteVerbose(VisibleText.Of(text));

    /// <summary>Has PowerShell outlive machines that die, and says so where that cannot be had.</summary>
    internal void StandGuard()
    {
        if (!TransportGuard.Stand()) WriteVerbose("This process has a handler of unhandled exceptions already, so that of PSAutodiff is left out. PowerShell may end when a machine dies while something is sent to it.");
    }

    /// <summary>Asks whether to do what the cmdlet does to a target, whose name is shown.</summary>
    internal new bool ShouldProcess(string target) => base.ShouldProcess(VisibleText.Of(target));

    void IRowMessages.WriteError(AutodiffException exception, object? row) => WriteError(Record(exception, row));

    void IRowMessages.Stop(AutodiffException exception, object? row) => ThrowTerminatingError(Record(exception, row));

    void IRowMessages.WriteWarning(string text) => WriteWarning(text);

    private protected static ErrorRecord Record(AutodiffException exception, object? target) =>
        new(exception, exception.ErrorId, CategoryOf(exception.ErrorId), target);

    /// <summary>Keeps the result so far of work that Ctrl+C ended: nothing can be written to the pipeline any more.</summary>
    /// <param name="variable">The PowerShell variable to keep it in.</param>
    /// <param name="result">The result.</param>
    /// <param name="stopped">What was stopped when.</param>
    private protected void Keep(string variable, object result, string stopped)
    {
        SessionState.PSVariable.Set(variable, result);
        Host.UI.WriteWarningLine($"{stopped}; the result so far is in ${variable}.");
    }

    /// <summary>Shows how far long work is.</summary>
    /// <param name="activity">What is done.</param>
    /// <param name="status">Where it stands.</param>
    /// <param name="clock">Runs since the work began: nothing is shown for a second. Null to show it at once.</param>
    /// <param name="done">The part that is done: 0 to 1; null when nobody knows.</param>
    private protected void ShowProgress(string activity, string status, Stopwatch? clock = null, double? done = null)
    {
        if (clock is { Elapsed.TotalSeconds: < 1 } || Stopping) return;
        if (clock is not null && clock.ElapsedMilliseconds - _told >= MillisecondsBetweenMessages)
        {
            _told = clock.ElapsedMilliseconds;
            Tell($"{activity}: {status}");
        }

        try
        {
            WriteProgress(new ProgressRecord(0, activity, status)
            {
                PercentComplete = done is { } part ? (int)(100 * part) : -1,
                SecondsRemaining = clock is not null && done is > 0 and var some ? (int)Math.Min(int.MaxValue, clock.Elapsed.TotalSeconds * (1 - some) / some) : -1,
            });
        }
        catch (PipelineStoppedException)
        {
            // Ctrl+C just now: a token ends the work.
        }
    }

    /// <summary>Writes a verbose message in the midst of work, which a token ends.</summary>
    private protected void Tell(string text)
    {
        if (Stopping) return;
        try
        {
            WriteVerbose(text);
        }
        catch (PipelineStoppedException)
        {
            // Ctrl+C just now.
        }
    }

    /// <summary>Tells of the steps of a search: the first ten, then fewer and fewer.</summary>
    private protected void TellStep(int step, string what, double number) => TellStep(step, "Step", what, number);

    private protected void TellStep(int step, string kind, string what, double number)
    {
        var unit = 1L;
        while (unit * 10 <= step) unit *= 10;
        if (step > 10 && step != unit && step != 2 * unit && step != 5 * unit) return;
        Tell(string.Create(CultureInfo.InvariantCulture, $"{kind} {step}: {what} {number:g6}"));
    }

    /// <summary>Shows no longer how far work is.</summary>
    private protected void EndProgress(string activity) => WriteProgress(new ProgressRecord(0, activity, "Done") { RecordType = ProgressRecordType.Completed });

    private static ErrorCategory CategoryOf(string errorId) => errorId switch
    {
        ErrorIds.ExpressionSyntax or ErrorIds.OperationUnknown or ErrorIds.ArgumentCount => ErrorCategory.SyntaxError,
        ErrorIds.ColumnMissing or ErrorIds.ColumnNotNumeric or ErrorIds.ValueNotNumeric or ErrorIds.RowsLeftOut => ErrorCategory.InvalidData,
        ErrorIds.VariableNotBound or ErrorIds.ParameterUnknown => ErrorCategory.ObjectNotFound,
        ErrorIds.PropertyUnreadable => ErrorCategory.ReadError,
        ErrorIds.DivisionByZero or ErrorIds.LogarithmDomain or ErrorIds.LossNotFinite => ErrorCategory.InvalidResult,
        _ => ErrorCategory.InvalidArgument,
    };
}

/// <summary>A cmdlet that takes expressions from the pipeline or by name and works on one after the other.</summary>
public abstract class ExpressionCmdlet : AutodiffCmdlet
{
    private readonly HashSet<string> _warnings = new(StringComparer.Ordinal);
    private bool _any;
    private object? _errorBefore;

    private object? LatestError => SessionState.PSVariable.GetValue("global:Error") is IList { Count: > 0 } errors ? errors[0] : null;

    /// <inheritdoc/>
    protected override void BeginProcessing() => _errorBefore = LatestError;

    /// <summary>How to give the command an expression, for the error when there is none.</summary>
    private protected virtual string Example => $"For example: 'x^2' | {MyInvocation.MyCommand.Name}";

    /// <summary>Whether values of variables are given.</summary>
    private protected virtual bool HasValues => IsBound("At") || IsBound("InitialValue") || IsBound("Minimizer");

    /// <summary>The values of variables that are given, from which text takes shapes; null where none are.</summary>
    private protected virtual ValueSource? GivenValues => null;

    /// <summary>Whether a list can only be the value of an array, and not many values of a number.</summary>
    private protected virtual bool ListsAreArrays => false;

    /// <summary>An expression: a node, text, a script block or a number.</summary>
    private protected void ProcessExpression(object? value, Action<ExprNode> work) =>
        ProcessExpression(value, () => ToExpression(value, GivenValues, ListsAreArrays), node =>
        {
            WarnOfNames(value, node);
            work(node);
        });

    /// <summary>Makes an expression, or an object that holds several, and works on it.</summary>
    private protected void ProcessExpression<T>(object? target, Func<T> make, Action<T> work)
    {
        _any = true;
        Attempt(target, () => work(make()));
    }

    /// <summary>Warns, once for each name, of names in new text that were probably meant for numbers. Where values are given, the missing one is an error.</summary>
    private protected void WarnOfNames(object? value, ExprNode node)
    {
        if (HasValues) return;
        foreach (var warning in MistakenNames.Warnings(value, node))
        {
            if (_warnings.Add(warning)) WriteWarning(warning);
        }
    }

    /// <summary>Reports that nothing was given at all: an empty pipeline, or a call without arguments.</summary>
    protected override void EndProcessing()
    {
        // A pipeline that is empty because something before failed has its error already.
        if (_any || (MyInvocation.ExpectingInput && !ReferenceEquals(LatestError, _errorBefore))) return;
        WriteError(Record(
            new AutodiffException(
                ErrorIds.ExpressionMissing,
                $"{MyInvocation.MyCommand.Name} was given no expression. {Example}"),
            null));
    }
}
