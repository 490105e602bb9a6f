using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;
using PSAutodiff.Core;
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

    /// <summary>Whether values may be expressions as well as numbers.</summary>
    public bool HasExpressions { get; init; }

    /// <summary>Whether variables without a value here may have one elsewhere, or need none.</summary>
    public bool LeavesOthers
    {
        get => field || HasExpressions;
        init;
    }

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

            throw new AutodiffException(ErrorIds.ValueNotNumeric, string.Create(CultureInfo.InvariantCulture, $"Value {i + 1} of '{name}' is {Describe(list[i])}, not a number.{NumberInput.CommaHint(list[i])}"));
        }

        return column;
    }

    /// <summary>The elements of the values given for variables of an expression, in their order.</summary>
    /// <param name="variables">The variables with their shapes.</param>
    /// <exception cref="AutodiffException">There is none for one of them, it cannot be told which, or it is not of that shape.</exception>
    public double[] ElementsOf(VariableLayout variables)
    {
        var names = Require(variables.Names);
        if (!variables.HasArrays) return Array.ConvertAll(names, NumberOf);
        var elements = new double[variables.Length];
        for (var i = 0; i < names.Length; i++) ReadElements(names[i], variables.Names[i], variables.Shapes[i], elements.AsSpan(variables.ElementsOf(i)));
        return elements;
    }

    /// <summary>The elements of values given for some of the parameters, in order; of a number for an array all are that number.</summary>
    /// <param name="parameters">The parameters with their shapes.</param>
    /// <param name="parameter">The parameter of the cmdlet that has the values, for errors.</param>
    /// <param name="none">What stands where nothing is given.</param>
    /// <param name="areAll">Whether there are no other parameters, whose values may be here too.</param>
    /// <param name="columns">The names of columns beside the parameters, for errors; null where there are no rows.</param>
    /// <exception cref="AutodiffException">A value is not a number or not of the shape, or a name is that of no parameter.</exception>
    public double[] ParametersOf(VariableLayout parameters, string parameter, double none, bool areAll = true, IReadOnlyCollection<string>? columns = null)
    {
        var names = Match(parameters.Names);
        var values = new double[parameters.Length];
        Array.Fill(values, none);
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i] is not { } name) continue;
            var elements = values.AsSpan(parameters.ElementsOf(i));
            if (Conversions.Unwrap(this[name]) is not IList && !parameters.Shapes[i].IsNumber) elements.Fill(NumberOf(name));
            else ReadElements(name, parameters.Names[i], parameters.Shapes[i], elements);
            if (elements.Contains(double.NaN)) throw new AutodiffException(ErrorIds.ValueNotFinite, $"-{parameter} gives '{parameters.Names[i]}' NaN, which is not a number.");
        }

        if (!areAll || AllNames.Except(names, StringComparer.Ordinal).FirstOrDefault() is not { } unknown) return values;
        throw new AutodiffException(ErrorIds.ParameterUnknown, NotAParameter(parameter, unknown, parameters.Names, columns));
    }

    /// <summary>What is wrong with a value for a name that is not a parameter.</summary>
    /// <param name="given">The parameter of the cmdlet that names it.</param>
    /// <param name="name">The name.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="columns">The names of all columns; null where there are no rows.</param>
    public static string NotAParameter(string given, string name, IReadOnlyList<string> parameters, IReadOnlyCollection<string>? columns) =>
        columns?.Contains(name, StringComparer.OrdinalIgnoreCase) == true
            ? $"-{given} names '{name}', which is a column of the rows, so its values come from there. Leave it out of -{given}, or name what is searched with -Parameter. The parameters are: {string.Join(", ", parameters)}."
            : $"-{given} names '{name}', which is not a parameter. The parameters are: {string.Join(", ", parameters)}.{NearNames.Hint(name, parameters)}";

    /// <summary>The shapes of all values that are arrays, for a text that does not declare them; null where none is.</summary>
    /// <exception cref="AutodiffException">A list is empty, or its rows differ in length.</exception>
    public IReadOnlyDictionary<string, Shape>? Shapes()
    {
        // Names that differ in case alone stand for each other where there is only one.
        var areTold = AllNames.Distinct(StringComparer.OrdinalIgnoreCase).Count() == _values.Count;
        var shapes = new Dictionary<string, Shape>(areTold ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (var name in AllNames)
        {
            if (Conversions.Unwrap(this[name]) is IList and var value && ArrayInput.ShapeOf(value, name) is { } shape) shapes.Add(name, shape);
        }

        return shapes.Count > 0 ? shapes : null;
    }

    /// <summary>The error that a value is which could not be that of any variable, of those whose names stand in a text; null where there is none.</summary>
    /// <param name="text">Text that cannot be built as it is: it has no variables to ask for yet.</param>
    public AutodiffException? NeitherNumberNorList(string text)
    {
        foreach (var name in HasExpressions ? [] : AllNames)
        {
            if (!Regex.IsMatch(text, $@"(?<!\w){Regex.Escape(name)}(?!\w)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)) continue;
            var value = this[name];
            if (Conversions.Unwrap(value) is IList || Conversions.TryGetDouble(value, out _)) continue;
            return new AutodiffException(ErrorIds.ValueNotNumeric, $"The value of '{name}' is {Describe(value)}, neither a number nor a list of numbers.");
        }

        return null;
    }

    /// <summary>The error that shapes do not go together, where it comes of variables that were taken for numbers because they have no value.</summary>
    /// <param name="exception">The error.</param>
    public AutodiffException Explained(AutodiffException exception)
    {
        if (exception is not ExpressionSyntaxException { Numbers: var numbers }) return exception;
        var names = Match(numbers);
        var unbound = numbers.Where((_, i) => names[i] is null).ToArray();
        if (unbound.Length == 0) return exception;
        var listed = string.Join(", ", unbound.Select(static name => $"'{name}'"));
        var taken = unbound.Length == 1 ? $"Variable {listed} has no value and was taken for a number" : $"Variables {listed} have no value and were taken for numbers";
        return LeavesOthers
            ? exception.Within($"{taken}; -Shape @{{ {VariableNames.Key(unbound[0])} = 3 }} would make a vector of it.")
            : new AutodiffException(ErrorIds.VariableNotBound, $"{taken}, which does not fit there. Give it a value, for example with -At @{{ {VariableNames.Key(unbound[0])} = 1, 2 }}.{NearNames.Hint(unbound[0], AllNames.Except(names.OfType<string>(), StringComparer.Ordinal))}");
    }

    /// <summary>The points that the values give for variables, some of which are arrays: one, or as many as lists for numbers have.</summary>
    /// <param name="variables">The variables with their shapes.</param>
    /// <exception cref="AutodiffException">As for <see cref="ElementsOf"/>, or lists for numbers differ in length.</exception>
    public IEnumerable<double[]> PointsOf(VariableLayout variables)
    {
        var names = Require(variables.Names);
        int[] listed = [.. Enumerable.Range(0, names.Length).Where(i => variables.Shapes[i].IsNumber && IsList(names[i]))];
        if (listed.Length == 0) return [ElementsOf(variables)];
        var columns = Array.ConvertAll(listed, i => ColumnOf(names[i]));
        var count = columns.Max(static column => column.Length);
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i].Length != count && columns[i].Length != 1) throw new AutodiffException(ErrorIds.LengthMismatch, string.Create(CultureInfo.InvariantCulture, $"Variable '{names[listed[i]]}' has {columns[i].Length} values, but another one has {count}. Give each the same number, or a single value for all."));
        }

        var elements = new double[variables.Length];
        for (var i = 0; i < names.Length; i++)
        {
            if (!listed.Contains(i)) ReadElements(names[i], variables.Names[i], variables.Shapes[i], elements.AsSpan(variables.ElementsOf(i)));
        }

        return Enumerable.Range(0, count).Select(row =>
        {
            for (var i = 0; i < listed.Length; i++) elements[variables.ElementsOf(listed[i]).Start.Value] = columns[i][columns[i].Length == 1 ? 0 : row];
            return elements;
        });
    }

    /// <summary>The array that a name has as its value, or a number for an array of one element; null for anything else.</summary>
    /// <exception cref="AutodiffException">The array is not of the shape of what it is for, or an element is not a finite number.</exception>
    public ExprNode? ConstantOf(string name, Shape shape)
    {
        var value = this[name];
        if (Conversions.Unwrap(value) is not IList && (shape.Count != 1 || shape.IsNumber || !Conversions.TryGetDouble(value, out _))) return null;
        return ConstantOf(value, name, shape);
    }

    /// <summary>An array of numbers, or a number for an array of one element.</summary>
    /// <param name="value">The array.</param>
    /// <param name="name">What to call it in errors.</param>
    /// <param name="shape">The shape of what it is for.</param>
    /// <exception cref="AutodiffException">It is not of that shape, or an element is not a finite number.</exception>
    public static ExprNode ConstantOf(object? value, string name, Shape shape)
    {
        var elements = new double[(int)Math.Min(shape.Count, Array.MaxLength)];
        ArrayInput.Read(value, shape, name, elements);
        return ExprNode.Constant(new ConstantArray(elements, shape.Plain()));
    }

    /// <summary>The elements of the value of a name, for a variable of a shape.</summary>
    /// <param name="name">The name of the value.</param>
    /// <param name="variable">What the variable is called.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="elements">Gets the elements.</param>
    /// <exception cref="AutodiffException">It is not of that shape, or an element is not a number.</exception>
    public void ReadElements(string name, string variable, Shape shape, Span<double> elements)
    {
        if (shape.IsNumber) elements[0] = NumberOf(name);
        else ArrayInput.Read(this[name], shape, variable, elements);
    }

    private static IList? ListOf(object? value) => Conversions.Unwrap(value) is IList list and not Array { Rank: > 1 } ? list : null;

    private AutodiffException NotBound(string variable, IEnumerable<string> unused)
    {
        var names = string.Join(", ", AllNames.Order(StringComparer.Ordinal));
        var given = names.Length == 0 ? "No values were given." : $"There are values for: {names}.{NearNames.Hint(variable, unused)}";
        return new AutodiffException(
            ErrorIds.VariableNotBound,
            $"Variable '{variable}' has no value. {given} {MistakenNames.AdviceFor(variable) ?? AdviceFor(variable, unused)}");
    }

    private string AdviceFor(string variable, IEnumerable<string> unused)
    {
        var other = AllNames.FirstOrDefault(name => name != variable && string.Equals(name, variable, StringComparison.OrdinalIgnoreCase));
        return other is null || unused.Contains(other)
            ? $"Give it one, for example with -At @{{ {VariableNames.Key(variable)} = 1 }}."
            : $"@{{ }} has one key for '{other}' and '{variable}': fill [hashtable]::new(), as in $at = [hashtable]::new(); $at['{other}'] = 1; $at['{variable}'] = 2.";
    }

    private static AutodiffException NotNumeric(string name, object? value) => new(
        ErrorIds.ValueNotNumeric,
        $"The value of '{name}' is {Describe(value)}, not a number.{NumberInput.CommaHint(value)}");

    /// <summary>A value as an error message shows it.</summary>
    public static string Describe(object? value) => Conversions.Unwrap(value) switch
    {
        null or DBNull => "missing",
        string { Length: 0 } => "empty",
        PSObject { BaseObject: PSCustomObject } => "an object with properties",
        string text when double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var lost) && NumberText.IsLost(text, lost) => $"'{text}' (too {(lost == 0 ? "small" : "large")} for a double)",
        string text => $"'{(text.Length > 40 ? text[..40] + "..." : text)}'",
        IEnumerable list and not PSObject => $"a list of type {list.GetType().Name}",
        ValueType number when Conversions.TryGetDouble(number, out _) => $"the number {Convert.ToString(number, CultureInfo.InvariantCulture)}",
        System.Numerics.BigInteger => "an integer too large for a double",
        { } other => $"an object of type {other.GetType().Name}",
    };

    /// <summary>A value as the subject that begins a sentence.</summary>
    public static string Subject(object? value)
    {
        var text = Describe(value) switch { "missing" => "null", "empty" => "empty text", var other => other };
        return char.ToUpperInvariant(text[0]) + text[1..];
    }

    private sealed record Unread(PSPropertyInfo Property);
}
