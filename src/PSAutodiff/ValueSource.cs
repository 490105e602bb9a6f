using System.Collections;
using System.Management.Automation;
using PSAutodiff.Expressions;

namespace PSAutodiff;

/// <summary>
/// Where the values of variables come from: an object or dictionary given once, as <c>-At</c> is. Looks every variable up by its
/// exact name, else by the only name that differs in case alone.
/// </summary>
internal sealed class ValueSource
{
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);

    /// <summary>Takes names and values from a dictionary or the properties of an object; from nothing for null.</summary>
    /// <exception cref="AutodiffException">A number or text, which has neither.</exception>
    public ValueSource(object? source)
    {
        if (source is null) return;
        if (Conversions.Unwrap(source) is string or ValueType or Array)
        {
            throw new AutodiffException(
                ErrorIds.ValueMissing,
                $"Values of variables are given by name, for example @{{ x = 2; y = 3 }}, not as {Describe(source)}.");
        }

        foreach (var (name, value) in Conversions.Entries(source)) _values[name] = value;
    }

    public IEnumerable<string> Names => _values.Keys;

    /// <summary>The name here that stands for a variable, or null.</summary>
    public string? Match(string variable) => VariableNames.Match(variable, _values.Keys);

    public object? this[string name] => _values[name];

    /// <summary>The number given for a variable.</summary>
    /// <exception cref="AutodiffException">There is none, several differ in case, or it is not a number.</exception>
    public double NumberOf(string variable)
    {
        var name = Match(variable) ?? throw NotBound(variable, Names);
        return Conversions.TryGetDouble(_values[name], out var number) ? number : throw NotNumeric(name, _values[name]);
    }

    /// <summary>Whether a list of numbers is given for some variable.</summary>
    public bool HasList(IEnumerable<string> variables) => variables.Any(variable => Match(variable) is { } name && ListOf(_values[name]) is not null);

    /// <summary>The numbers given for a variable: those of a list, or a single one.</summary>
    /// <exception cref="AutodiffException">There is none, several names differ in case, or something is not a number.</exception>
    public double[] ColumnOf(string variable)
    {
        var name = Match(variable) ?? throw NotBound(variable, Names);
        if (ListOf(_values[name]) is not { } list) return [NumberOf(variable)];
        if (list is double[] numbers) return numbers;
        var column = new double[list.Count];
        for (var i = 0; i < column.Length; i++)
        {
            if (Conversions.TryGetDouble(list[i], out column[i])) continue;
            throw new AutodiffException(ErrorIds.ValueNotNumeric, $"Element {i} of the values of '{name}' is {Describe(list[i])}, not a number.");
        }

        return column;
    }

    private static IList? ListOf(object? value) => Conversions.Unwrap(value) is IList list and not Array { Rank: > 1 } ? list : null;

    private static AutodiffException NotBound(string variable, IEnumerable<string> given)
    {
        var names = string.Join(", ", given.Order(StringComparer.Ordinal));
        var hint = names.Length == 0 ? "No values were given." : $"Given are: {names}.";
        return new AutodiffException(
            ErrorIds.VariableNotBound,
            $"Variable '{variable}' has no value. {hint} Give it one, for example with -At @{{ {variable} = 1 }}.");
    }

    private static AutodiffException NotNumeric(string name, object? value) => new(
        ErrorIds.ValueNotNumeric,
        $"The value of '{name}' is {Describe(value)}, not a number.");

    /// <summary>A value as an error message shows it.</summary>
    public static string Describe(object? value) => Conversions.Unwrap(value) switch
    {
        null => "missing",
        string { Length: 0 } => "empty",
        string text => $"'{(text.Length > 40 ? text[..40] + "..." : text)}'",
        IEnumerable list and not PSObject => $"a list of type {list.GetType().Name}",
        ValueType number when Conversions.TryGetDouble(number, out _) => $"the number {Convert.ToString(number, System.Globalization.CultureInfo.InvariantCulture)}",
        { } other => $"an object of type {other.GetType().Name}",
    };
}
