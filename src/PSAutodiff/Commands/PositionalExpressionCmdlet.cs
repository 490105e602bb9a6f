using System.Collections;
using System.Management.Automation;
using PSAutodiff.Converters;
using PSAutodiff.Rows;

namespace PSAutodiff.Commands;

/// <summary>
/// A cmdlet that takes expressions at its first position, or from the pipeline. In a pipeline, what stands at the first position belongs
/// to the second parameter: <c>Verb 'x^2' x</c> and <c>'x^2' | Verb x</c>. Parameter sets cannot tell the two apart, so one parameter
/// takes what stands there, and which it is shows when the command begins. Where the pipeline brings rows, the expression stands there too.
/// </summary>
public abstract class PositionalExpressionCmdlet : ExpressionCmdlet
{
    private IRowsForm? _form;
    private RowIntake? _rows;
    private bool _secondTaken;

    /// <summary>Expressions from the pipeline: nodes, text, script blocks or numbers; or rows, where they are asked for.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>The expression: a node, text, a script block or a number. In a pipeline, what the second position takes otherwise.</summary>
    [Parameter(Position = 0)]
    [AllowNull]
    [ArgumentCompleter(typeof(FirstPositionCompleter))]
    public object? Expression { get; set; }

    /// <summary>The name of the parameter at the second position.</summary>
    private protected abstract string Second { get; }

    private protected override string Example => $"For example: {Name} 'x^2', or 'x^2' | {Name}";

    private protected override bool HasValues => base.HasValues || (_secondTaken && Second is ("At" or "InitialValue"));

    private protected string Name => MyInvocation.MyCommand.Name;

    /// <summary>What is done with rows from the pipeline; null where it brings expressions.</summary>
    private protected virtual IRowsForm? RowsForm => null;

    /// <summary>What is done with rows that lack a value.</summary>
    private protected virtual MissingValueAction RowsMissingValue => MissingValueAction.Error;

    /// <summary>How to ask for rows, for those who pipe them in without it; ends with a space.</summary>
    private protected virtual string RowsAdvice => string.Empty;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        var first = IsBound(nameof(Expression));
        if (RowsForm is { } form)
        {
            if (!first) Stop(ErrorIds.ExpressionMissing, $"With {form.Cause} the pipeline brings rows, and the expression stands at the first position. {form.Example}");
            (_form, _rows) = (form, new RowIntake(this, Start) { MissingValue = RowsMissingValue });
            return;

            IRowWork Start(object row, int number)
            {
                WarnOfPi(row, Expression);
                return form.Start(row, number);
            }
        }

        if (RowsCmdlet.TableParameters.FirstOrDefault(IsBound) is { } table) Stop(ErrorIds.ArgumentInvalid, $"-{table} is about rows from the pipeline, and {(RowsAdvice.Length > 0 ? "there are none without -Mean or -Sum" : "none come")}. Leave -{table} out.");
        if (!MyInvocation.ExpectingInput)
        {
            if (first && IsBound(nameof(InputObject))) Stop(ErrorIds.ExpressionRepeated, $"{Name} was given an expression by -Expression and another by -InputObject. Leave one of them out.", Expression);
            if (first && !IsBound(Second) && LooksLikeSecond(Conversions.Unwrap(Expression)))
            {
                Stop(ErrorIds.ExpressionMissing, $"{Name} was given {ValueSource.Describe(Expression)} for -{Second}, but no expression. {Example}", Expression);
            }

            return;
        }

        if (!first) return;
        if (IsBound(Second))
        {
            Stop(
                ErrorIds.ExpressionRepeated,
                $"{Name} was given expressions through the pipeline and {ValueSource.Describe(Expression)} at the first position, with -{Second} besides. Leave the pipeline or the first position out. {RowsAdvice}{Example}",
                Expression);
        }

        TakeSecond(Expression);
        _secondTaken = true;
    }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        if (_rows is not null)
        {
            if (IsBound(nameof(InputObject))) _rows.Take(InputObject);
            return;
        }

        if (IsBound(nameof(InputObject))) Process(InputObject);
        else if (!MyInvocation.ExpectingInput && IsBound(nameof(Expression))) Process(Expression);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_form is null || _rows is null)
        {
            base.EndProcessing();
            return;
        }

        _rows.Require(_rows.Taken, $"{_form.Cause} is for rows from the pipeline, and none came. {_form.Example}");
        Attempt(Expression, () => _form.Finish(_rows));
    }

    /// <summary>Works on an expression.</summary>
    private protected abstract void Process(object? expression);

    /// <summary>Takes what stands at the first position of a command in a pipeline for the second parameter.</summary>
    private protected abstract void TakeSecond(object? value);

    /// <summary>Whether a value can only be meant for the second parameter.</summary>
    private protected virtual bool LooksLikeSecond(object? value) => false;

    /// <summary>Whether a value is the name of one of an enumeration.</summary>
    private protected static bool IsName<TEnum>(object? value)
        where TEnum : struct, Enum => value is string text && Enum.GetNames<TEnum>().Contains(text, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a value holds values by name.</summary>
    private protected static bool HoldsValues(object? value) => value is IDictionary and not (ExprGradient or ExprHessian);

    /// <summary>What stands at the first position as a value of the second parameter, converted as PowerShell converts arguments.</summary>
    private protected T ConvertSecond<T>(object? value, string kinds)
    {
        if (value is not null && LanguagePrimitives.TryConvertTo(value, System.Globalization.CultureInfo.InvariantCulture, out T converted) && converted is not (null or Array { Length: 0 })) return converted;
        Stop(
            ErrorIds.ArgumentInvalid,
            $"In a pipeline, what stands at the first position of {Name} is -{Second}: {kinds}, not {ValueSource.Describe(value)}. {Example}",
            value);
        return default!;
    }
}
