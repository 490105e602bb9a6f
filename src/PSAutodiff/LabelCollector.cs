using System.Globalization;

namespace PSAutodiff;

/// <summary>
/// Takes the labels of one column and finds out what they are: classes or numbers. With several outputs of the network every label is a
/// class. With one output the first label decides: a number means numbers, text means two classes.
/// </summary>
internal sealed class LabelCollector
{
    private const int MostNamesShown = 12;

    private readonly int _outputs;
    private readonly bool _known;
    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);
    private readonly Dictionary<double, int> _numericIndices = [];
    private readonly List<string> _texts = [];
    private readonly List<int> _classes = [];
    private readonly List<double> _numbers = [];
    private bool? _isClasses;

    /// <param name="outputs">Number of outputs of the network.</param>
    /// <param name="known">The classes it knows already, in order; empty to find them in the labels.</param>
    /// <param name="numeric">Whether the network is known to have been trained on numbers.</param>
    public LabelCollector(int outputs, IReadOnlyList<string> known, bool numeric = false)
    {
        _outputs = outputs;
        _known = known.Count > 0;
        _isClasses = outputs > 1 || _known ? true : numeric ? false : null;
        foreach (var text in known) Index(text);
    }

    public int Count => _isClasses == true ? _classes.Count : _numbers.Count;

    /// <summary>Whether the labels are classes.</summary>
    public bool IsClasses => _isClasses == true;

    /// <summary>The numbers, when the labels are no classes.</summary>
    public IReadOnlyList<double> Numbers => _numbers;

    /// <summary>Adds a label.</summary>
    /// <param name="cell">A number or text.</param>
    /// <param name="row">The number of its row, from 1.</param>
    /// <param name="column">Its column, or null for an element of -Target.</param>
    /// <exception cref="AutodiffException">It is missing, no number where one is wanted, or none of the known classes.</exception>
    public void Add(object? cell, int row, string? column)
    {
        cell = Conversions.Unwrap(cell);
        if (cell is null or string { Length: 0 } or DBNull) throw new AutodiffException(ErrorIds.LabelMissing, $"{Place(row, column)}: the label is {(cell is string ? "empty" : "missing")}.");
        var isNumber = Conversions.TryGetDouble(cell, out var number);
        if (isNumber && !double.IsFinite(number))
        {
            throw new AutodiffException(ErrorIds.ValueNotFinite, string.Create(CultureInfo.InvariantCulture, $"{Place(row, column)}: {number} is not a finite number."));
        }

        _isClasses ??= !isNumber;
        if (_isClasses == false)
        {
            if (!isNumber) throw new AutodiffException(ErrorIds.ColumnNotNumeric, $"{Place(row, column)}: {ValueSource.Describe(cell)} is not a number, as the labels so far or the network's targets are.");
            _numbers.Add(number);
            return;
        }

        var text = cell as string ?? Convert.ToString(cell, CultureInfo.InvariantCulture)!;
        if (_indices.TryGetValue(text, out var index) || (isNumber && _numericIndices.TryGetValue(number, out index)))
        {
            _classes.Add(index);
            return;
        }

        if (_known)
        {
            throw new AutodiffException(
                ErrorIds.LabelUnknown,
                $"{Place(row, column)}: the network does not know the label {ValueSource.Describe(text)}. It knows: {Listed(_texts)}.");
        }

        _classes.Add(Index(text));
    }

    /// <summary>The classes in order, numbers by value and text by ordinal comparison, and the index of each label's class.</summary>
    /// <param name="column">What errors call the labels.</param>
    /// <exception cref="AutodiffException">Their number does not fit the network.</exception>
    public (string[] Names, int[] Indices) Finish(string column)
    {
        if (!_known) RequireCount(column);
        var indices = _classes.ToArray();
        if (_known) return ([.. _texts], indices);
        var order = new int[_texts.Count];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        if (_numericIndices.Count == _texts.Count)
        {
            var values = new double[_texts.Count];
            foreach (var (value, index) in _numericIndices) values[index] = value;
            Array.Sort(order, (x, y) => values[x].CompareTo(values[y]));
        }
        else
        {
            Array.Sort(order, (x, y) => string.CompareOrdinal(_texts[x], _texts[y]));
        }

        var places = new int[order.Length];
        for (var i = 0; i < order.Length; i++) places[order[i]] = i;
        for (var i = 0; i < indices.Length; i++) indices[i] = places[indices[i]];
        return ([.. order.Select(index => _texts[index])], indices);
    }

    private static string Place(int row, string? column) => column is null
        ? string.Create(CultureInfo.InvariantCulture, $"-Target, element {row}")
        : string.Create(CultureInfo.InvariantCulture, $"Row {row}, column '{column}'");

    // '1.0' and '1' are the same number and so the same class, called as it was first written.
    private int Index(string text)
    {
        var index = _texts.Count;
        _texts.Add(text);
        _indices.Add(text, index);
        if (Conversions.TryGetDouble(text, out var number)) _numericIndices.TryAdd(number, index);
        return index;
    }

    private void RequireCount(string column)
    {
        var wanted = Math.Max(2, _outputs);
        if (_texts.Count == wanted) return;
        var found = string.Create(CultureInfo.InvariantCulture, $"{column} has {_texts.Count} class{(_texts.Count == 1 ? string.Empty : "es")} ({Listed([.. _texts.Order(StringComparer.Ordinal)])})");
        if (_texts.Count == 1) throw new AutodiffException(ErrorIds.ClassCount, $"{found}: with a single class there is nothing to tell apart.");
        var advice = _outputs > 1
            ? string.Create(CultureInfo.InvariantCulture, $"but the network has {_outputs} outputs. Give its last layer {_texts.Count}, one for each class.")
            : string.Create(CultureInfo.InvariantCulture, $"but a network with one output can only tell two apart. Give its last layer {_texts.Count} outputs with softmax.");
        throw new AutodiffException(ErrorIds.ClassCount, $"{found}, {advice}");
    }

    private static string Listed(List<string> names) =>
        string.Join(", ", names.Take(MostNamesShown)) + (names.Count > MostNamesShown ? ", ..." : string.Empty);
}
