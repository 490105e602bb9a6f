using System.Collections;
using System.Globalization;
using System.Management.Automation;
using PSAutodiff.Foundation;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Converters;

/// <summary>
/// Where the values of variables come from: an object or dictionary given once, as <c>-At</c> is. Which name stands for which variable
/// is found out for a whole expression at once; only what stands for a variable is read.
/// </summary>
internal sealed class ValueSource
{
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);

    /// <summary>Takes names and values from a dictionary or the properties of an object; from nothing for null.</summary>
    /// <exception cref="AutodiffException">A number or text, which has neither.</exception>
    public ValueSource(object? source)
    {
        Names = NameGroups.Empty;
        if (source is null) return;
        source = Conversions.Live(source) switch
        {
            // What was found, not how.
            TrainingResult result => result.Parameters ?? result.Network!.Parameters,
            Minimum minimum => minimum.At,
            Root root => root.At,
            _ => source,
        };
        if (Conversions.Unwrap(source) is string or ValueType or Array)
        {
            throw new AutodiffException(
                ErrorIds.ValueMissing,
                $"Values of variables are given by name, for example @{{ x = 2; y = 3 }}, not as {Describe(source)}.");
        }

        if (Conversions.Unwrap(source) is IDictionary dictionary)
        {
            foreach (DictionaryEntry entry in dictionary) _values[Conversions.NameOf(entry)] = entry.Value;
        }
        else
        {
            foreach (var property in Conversions.Properties(source)) _values[property.Name] = new Unread(property);
        }

        Names = new NameGroups(_values.Keys);
    }

    /// <summary>No values.</summary>
    public static ValueSource Empty { get; } = new(null);

    /// <summary>The names of the values.</summary>
    public NameGroups Names { get; }

    /// <summary>The integers that lost digits.</summary>
    public RoundedIntegers Rounded { get; } = new();

    /// <summary>All names.</summary>
    public IEnumerable<string> AllNames => _values.Keys;

    /// <summary>Whether there is a value of exactly this name.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>The value of a name.</summary>
    /// <exception cref="AutodiffException">It is a property that cannot be read.</exception>
    public object? this[string name]
    {
        get
        {
            if (_values[name] is not Unread unread) return _values[name];
            try
            {
                return unread.Property.Value;
            }
            catch (ExtendedTypeSystemException exception)
            {
                throw new AutodiffException(ErrorIds.PropertyUnreadable, $"The property '{name}' cannot be read. {Conversions.InnermostMessage(exception)}");
            }
        }
    }

    /// <summary>The name here that stands for each variable of an expression, or null, in order.</summary>
    /// <exception cref="AutodiffException">It cannot be told which name stands for which variable.</exception>
    public string?[] Match(IReadOnlyList<string> variables) => NameMatching.Match(variables, Names);

    /// <summary>The name here that stands for each variable of an expression, in order.</summary>
    /// <exception cref="AutodiffException">None does for one of them, or it cannot be told which.</exception>
    public string[] Require(IReadOnlyList<string> variables)
    {
        var names = Match(variables);
        var missing = Array.IndexOf(names, null);
        return missing < 0 ? [.. names.OfType<string>()] : throw NotBound(variables[missing], AllNames.Except(names.OfType<string>(), StringComparer.Ordinal));
    }

    /// <summary>The numbers given for the variables of an expression, in order.</summary>
    /// <exception cref="AutodiffException">There is none for one of them, it cannot be told which, or it is not a number.</exception>
    public double[] NumbersOf(IReadOnlyList<string> variables) => Array.ConvertAll(Require(variables), NumberOf);

    /// <summary>The numbers given for the variables of an expression, by variable.</summary>
    /// <exception cref="AutodiffException">As for <see cref="NumbersOf"/>.</exception>
    public Dictionary<string, double> NamedNumbersOf(IReadOnlyList<string> variables) =>
        variables.Zip(NumbersOf(variables)).ToDictionary(static pair => pair.First, static pair => pair.Second, StringComparer.Ordinal);

    /// <summary>The number of a name.</summary>
    /// <exception cref="AutodiffException">It is not a number.</exception>
    public double NumberOf(string name)
    {
        var value = this[name];
        if (!Conversions.TryGetDouble(value, out var number)) throw NotNumeric(name, value);
        Rounded.Look(value, number, static name => $"the value of '{name}'", name);
        return number;
    }

    /// <summary>Whether a name has a list of numbers.</summary>
    public bool IsList(string name) => ListOf(this[name]) is not null;

    /// <summary>The numbers of a name: those of a list, or a single one.</summary>
    /// <exception cref="AutodiffException">Something is not a number.</exception>
    public double[] ColumnOf(string name)
    {
        if (ListOf(this[name]) is not { } list) return [NumberOf(name)];
        if (list is double[] numbers) return numbers;
        var column = new double[list.Count];
        for (var i = 0; i < column.Length; i++)
        {
            if (Conversions.TryGetDouble(list[i], out column[i]))
            {
                Rounded.Look(list[i], column[i], static name => $"the values of '{name}'", name);
                continue;
            }

            throw new AutodiffException(ErrorIds.ValueNotNumeric, string.Create(CultureInfo.InvariantCulture, $"Element {i} of the values of '{name}' is {Describe(list[i])}, not a number."));
        }

        return column;
    }

    private static IList? ListOf(object? value) => Conversions.Unwrap(value) is IList list and not Array { Rank: > 1 } ? list : null;

    private AutodiffException NotBound(string variable, IEnumerable<string> unused)
    {
        var names = string.Join(", ", AllNames.Order(StringComparer.Ordinal));
        var given = names.Length == 0 ? "No values were given." : $"Given are: {names}.{NearNames.Hint(variable, unused)}";
        return new AutodiffException(
            ErrorIds.VariableNotBound,
            $"Variable '{variable}' has no value. {given} {MistakenNames.AdviceFor(variable) ?? $"Give it one, for example with -At @{{ {Key(variable)} = 1 }}."}");
    }

    // A key of a hashtable as PowerShell reads it.
    private static string Key(string name) => VariableNames.IsIdentifier(name) ? name : $"'{name.Replace("'", "''", StringComparison.Ordinal)}'";

    private static AutodiffException NotNumeric(string name, object? value) => new(
        ErrorIds.ValueNotNumeric,
        $"The value of '{name}' is {Describe(value)}, not a number.");

    /// <summary>A value as an error message shows it.</summary>
    public static string Describe(object? value) => Conversions.Unwrap(value) switch
    {
        null or DBNull => "missing",
        string { Length: 0 } => "empty",
        string text when double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var lost) && NumberText.IsLost(text, lost) => $"'{text}' (too {(lost == 0 ? "small" : "large")} for a double)",
        string text => $"'{(text.Length > 40 ? text[..40] + "..." : text)}'",
        IEnumerable list and not PSObject => $"a list of type {list.GetType().Name}",
        ValueType number when Conversions.TryGetDouble(number, out _) => $"the number {Convert.ToString(number, CultureInfo.InvariantCulture)}",
        { } other => $"an object of type {other.GetType().Name}",
    };

    private sealed record Unread(PSPropertyInfo Property);
}
