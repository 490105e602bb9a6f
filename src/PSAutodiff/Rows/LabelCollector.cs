using System.Globalization;
using System.Numerics;
using PSAutodiff.Converters;
using PSAutodiff.Data;

namespace PSAutodiff.Rows;

/// <summary>
/// Takes the labels of one column and finds out what they are: classes or numbers. With several outputs of the network every label is a
/// class. With one output the first label decides: a number means numbers, anything else two classes.
/// </summary>
internal sealed class LabelCollector
{
    private const int MostNamesShown = 12;

    private readonly int _outputs;
    private readonly bool _known;
    private readonly NumberFormat _format;
    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);
    private readonly List<object> _labels = [];
    private readonly List<int> _classes = [];
    private readonly List<double> _numbers = [];
    private readonly object?[] _zeroAndOne = new object?[2];
    private bool? _isClasses;
    private bool _others;

    /// <param name="outputs">Number of outputs of the network.</param>
    /// <param name="known">The classes it knows already, in order; empty to find them in the labels.</param>
    /// <param name="numeric">Whether the network is known to have been trained on numbers.</param>
    /// <param name="format">How text is read as a number, where labels are no classes.</param>
    public LabelCollector(int outputs, IReadOnlyList<object> known, bool numeric = false, NumberFormat format = NumberFormat.Plain)
    {
        (_outputs, _format) = (outputs, format);
        _known = known.Count > 0;
        _isClasses = outputs > 1 || _known ? true : numeric ? false : null;
        foreach (var label in known) Index(label, ClassLabel.Text(label));
    }

    /// <summary>What kind of model it is, for errors.</summary>
    public string Kind { get; init; } = "network";

    public int Count => _isClasses == true ? _classes.Count : _numbers.Count;

    /// <summary>Whether the labels are classes.</summary>
    public bool IsClasses => _isClasses == true;

    /// <summary>
    /// Whether the labels are classes where 0 and 1 are two of them: words, or 0 and 1 with one of the two in several writings, as 01 and 1,
    /// which are not the same class. <see cref="Finish"/> has them.
    /// </summary>
    public bool IsTwoClasses => IsClasses || (!_others && _labels.Count > _zeroAndOne.Count(static label => label is not null));

    /// <summary>The numbers, when the labels are no classes.</summary>
    public IReadOnlyList<double> Numbers => _numbers;

    /// <summary>The labels 0 and 1 as they were first written, when the numbers are nothing else; else null.</summary>
    public object[]? ZeroAndOne => _others || _numbers.Count == 0 ? null : [_zeroAndOne[0] ?? Like(_zeroAndOne[1]!, 0), _zeroAndOne[1] ?? Like(_zeroAndOne[0]!, 1)];

    /// <summary>Whether it is not known yet what the labels are.</summary>
    public bool IsOpen => _isClasses is null;

    /// <summary>Looks at a label that will be added: the first one that is not missing says what all are.</summary>
    public void Expect(object? cell)
    {
        cell = Conversions.Unwrap(cell);
        if (_isClasses is null && !RowReader.IsMissing(cell)) _isClasses = !IsNumber(cell, out var number) || !double.IsFinite(number);
    }

    private bool IsNumber(object? cell, out double number) =>
        Conversions.TryGetDouble(cell, out number) || (_isClasses != true && _format == NumberFormat.Formatted && FormattedNumber.TryRead(cell as string, out number));

    /// <summary>Adds a label.</summary>
    /// <param name="cell">A value that a class can be; anything else counts as its text.</param>
    /// <param name="row">The number of its row, from 1.</param>
    /// <param name="column">Its column, or null for an element of -Target.</param>
    /// <exception cref="AutodiffException">It is missing, no number where one is wanted, or none of the known classes.</exception>
    public void Add(object? cell, int row, string? column)
    {
        cell = Conversions.Unwrap(cell);
        if (cell is null or string { Length: 0 } or DBNull || StandsForNothing(cell))
        {
            var fault = cell is string { Length: > 0 } ? $"the label is missing: {ValueSource.Describe(cell)} stands for a missing value.{(column is null ? string.Empty : RowException.SkipHint)}"
                : $"the label is {(cell is string ? "empty" : "missing")}.{(column is null ? string.Empty : RowException.SkipHint)}";
            throw column is null
                ? new AutodiffException(ErrorIds.LabelMissing, $"{Place(row, column)}: {fault}")
                : new RowException(ErrorIds.LabelMissing, row, column, fault) { IsMissing = true };
        }

        // A class is called '5%' as it is written.
        var isNumber = IsNumber(cell, out var number);
        if (isNumber && !double.IsFinite(number))
        {
            // As a class 'NaN' is a text like any other, and a text of more digits than a number can have.
            if (double.IsNaN(number) && column is not null && _isClasses == false) throw new RowException(ErrorIds.ValueNotFinite, row, column, $"NaN is not a finite number.{RowException.LeftOut}{RowException.SkipHint}") { IsMissing = true };
            if (cell is not string || _isClasses == false) throw new AutodiffException(ErrorIds.ValueNotFinite, string.Create(CultureInfo.InvariantCulture, $"{Place(row, column)}: {number} is not a finite number."));
            isNumber = false;
        }

        _isClasses ??= !isNumber;
        if (_isClasses == false)
        {
            if (!isNumber) throw new AutodiffException(ErrorIds.ColumnNotNumeric, $"{Place(row, column)}: {ValueSource.Describe(cell)} is not a number, as the labels so far{(Kind == "network" ? " or the network's targets are. If they are classes, give the last layer an output for each, with softmax" : " are. The labels of two classes are 0 and 1, or two words")}.");
            _numbers.Add(number);
            if (_others) return;
            if (number is not (0 or 1))
            {
                _others = true;
                _classes.Clear();
                return;
            }

            _zeroAndOne[(int)number] ??= cell;
            var writing = ClassLabel.Text(cell);
            _classes.Add(_indices.TryGetValue(writing, out var place) ? place : Index(cell, writing));
            return;
        }

        var label = ClassLabel.IsSupported(cell) ? cell : TextOf(cell, row, column);
        var text = ClassLabel.Text(label);
        if (!_indices.TryGetValue(text, out var index))
        {
            if (_known && ZeroOrOne(cell) is { } same)
            {
                _classes.Add(same);
                return;
            }

            if (_known)
            {
                throw new AutodiffException(
                    ErrorIds.LabelUnknown,
                    $"{Place(row, column)}: the model does not know the label {ValueSource.Describe(text)}. It knows: {Listed(_labels.Select(ClassLabel.Text))}.");
            }

            index = Index(label, text);
        }

        _classes.Add(index);
    }

    // Where the classes are the numbers 0 and 1, a label may be either in another writing: 1 for '1.0', or true.
    private int? ZeroOrOne(object cell)
    {
        if (_labels.Count != 2 || !IsNumber(_labels[0], 0) || !IsNumber(_labels[1], 1)) return null;
        return IsNumber(cell, 0) ? 0 : IsNumber(cell, 1) ? 1 : null;

        static bool IsNumber(object value, double wanted) => value is bool flag ? flag == (wanted == 1) : Conversions.TryGetDouble(value, out var number) && number == wanted;
    }

    // Where labels are numbers; a class may be any word.
    private bool StandsForNothing(object cell) => _isClasses == false && cell is string text && !Conversions.TryGetDouble(text, out _) && RowReader.IsMissingNumber(text);

    /// <summary>The text by which a label of another type is known: whole, so that different labels have different texts.</summary>
    private static string TextOf(object cell, int row, string? column)
    {
        var text = Convert.ToString(cell, CultureInfo.InvariantCulture)!;
        return cell is System.Collections.IEnumerable || text == cell.GetType().ToString()
            ? throw new AutodiffException(ErrorIds.DataInvalid, $"{Place(row, column)}: {ValueSource.Describe(cell)} is not a label. Use text, a number, a Boolean, a date or a member of an enumeration.")
            : text;
    }

    /// <summary>The classes in order, numbers by value and text by ordinal comparison, and the index of each label's class.</summary>
    /// <param name="column">What errors call the labels.</param>
    /// <exception cref="AutodiffException">Their number does not fit the network.</exception>
    public (object[] Labels, int[] Indices) Finish(string column)
    {
        if (!_known) RequireCount(column);
        var indices = _classes.ToArray();
        if (_known) return ([.. _labels], indices);
        var texts = _labels.ConvertAll(ClassLabel.Text);
        var values = texts.ConvertAll(static text => Conversions.TryGetDouble(text, out var number) ? number : double.NaN);
        var order = Enumerable.Range(0, _labels.Count).ToArray();
        if (values.TrueForAll(double.IsFinite))
        {
            // Neighbouring integers may be one double.
            var integers = texts.ConvertAll(static text => BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : (BigInteger?)null);
            order = [.. order.OrderBy(i => values[i]).ThenBy(i => integers[i], Comparer<BigInteger?>.Default).ThenBy(i => texts[i], StringComparer.Ordinal)];
        }
        else
        {
            order = [.. order.OrderBy(i => texts[i], StringComparer.Ordinal)];
        }

        var places = new int[order.Length];
        for (var i = 0; i < order.Length; i++) places[order[i]] = i;
        for (var i = 0; i < indices.Length; i++) indices[i] = places[indices[i]];
        return ([.. order.Select(index => _labels[index])], indices);
    }

    /// <summary>The classes in the order in which they were found, and the index of each label's class.</summary>
    public (object[] Labels, int[] Indices) Unordered() => ([.. _labels], [.. _classes]);

    private static string Place(int row, string? column) => column is null
        ? string.Create(CultureInfo.InvariantCulture, $"-Target, element {row}")
        : string.Create(CultureInfo.InvariantCulture, $"Row {row}, column '{column}'");

    // The other one of 0 and 1, when only one occurs.
    private static object Like(object label, int number) => label is string
        ? number.ToString(CultureInfo.InvariantCulture)
        : ClassLabel.TryRead(number.ToString(CultureInfo.InvariantCulture), ClassLabel.TypeName(label))!;

    private int Index(object label, string text)
    {
        var index = _labels.Count;
        _labels.Add(label);
        _indices.Add(text, index);
        return index;
    }

    private void RequireCount(string column)
    {
        var wanted = Math.Max(2, _outputs);
        if (_labels.Count == wanted) return;
        var texts = _labels.ConvertAll(ClassLabel.Text);
        var found = string.Create(CultureInfo.InvariantCulture, $"{column} has {texts.Count} class{(texts.Count == 1 ? string.Empty : "es")} ({Listed(texts.Order(StringComparer.Ordinal))})");
        if (texts.Count == 1) throw new AutodiffException(ErrorIds.ClassCount, $"{found}: classification needs at least two classes.");
        var advice = _outputs > 1
            ? string.Create(CultureInfo.InvariantCulture, $"but the network has {_outputs} outputs. {(texts.Count < _outputs ? "Are the rows sorted by class? Then shuffle them before a part is taken: Get-Random -Shuffle. Else give" : "Give")} its last layer {texts.Count}, one for each class.")
            : Kind != "network" ? $"but a {Kind} takes two. Leave out the rows of the others, or make a column that is true for one of them."
            : string.Create(CultureInfo.InvariantCulture, $"but a network with one output takes two. Give its last layer {texts.Count} outputs with softmax.");
        // One output means numbers or classes, and the first label decided.
        if (_isClasses == false) advice += " Each writing of a number is a class of its own: write each class in one way.";
        else if (_outputs == 1 && texts.Skip(1).All(static text => Conversions.TryGetDouble(text, out _))) advice += $" The labels count as classes because the first, {ValueSource.Describe(texts[0])}, is not a number.";
        throw new AutodiffException(ErrorIds.ClassCount, $"{found}, {advice}");
    }

    private static string Listed(IEnumerable<string> names)
    {
        var shown = names.Take(MostNamesShown + 1).ToList();
        return string.Join(", ", shown.Take(MostNamesShown)) + (shown.Count > MostNamesShown ? ", ..." : string.Empty);
    }
}
