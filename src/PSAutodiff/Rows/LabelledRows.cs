using System.Globalization;
using PSAutodiff.Converters;

namespace PSAutodiff.Rows;

/// <summary>
/// Takes labelled rows for a network from the pipeline: numbers into flat memory, labels by what they are. Which columns are meant is
/// found out with the first row.
/// </summary>
internal sealed class LabelledRows : IRowSurvey
{
    // As long as the first labels are missing, later ones say whether they are numbers.
    private const int MostLooked = 32;

    private readonly Network _network;
    private readonly string[] _features;
    private readonly string[] _labels;
    private readonly RowReader _reader;
    private readonly FeatureReader _featureReader;
    private readonly RowBuffer _inputs;
    private readonly RowBuffer? _targets;
    private readonly LabelCollector? _collector;
    private readonly double[] _values;
    private readonly double[] _targetValues;
    private int _looked;

    /// <summary>The columns that are read.</summary>
    public string[] ColumnNames => [.. _features, .. _labels];

    /// <summary>Finds the columns.</summary>
    /// <param name="network">The network that they are for.</param>
    /// <param name="features">Names and wildcards; null for the columns that the network knows, else all that are no labels.</param>
    /// <param name="labels">Names and wildcards; null for those that the network knows.</param>
    /// <param name="row">The first row.</param>
    /// <param name="number">The number of that row, from 1.</param>
    /// <param name="numeric">Whether the network is known to give numbers and no classes.</param>
    /// <param name="format">How text is read as a number.</param>
    /// <exception cref="AutodiffException">The columns do not fit the network or each other.</exception>
    public LabelledRows(Network network, string[]? features, string[]? labels, object row, int number, bool numeric, NumberFormat format)
    {
        _network = network;
        var cells = new RowCells(row);
        if (labels is not null) _labels = ColumnSelection.Resolve(labels, cells, number, [], "Label");
        else if (network.Labels.Count > 0) ColumnSelection.Require(_labels = [.. network.Labels], cells, number, "The network, which was trained on rows,");
        else throw new AutodiffException(ErrorIds.LabelMissing, "Which column holds the labels? Name it with -Label." + ColumnSelection.HintOfFormula(features));
        _features = Columns(network, features, cells, number, _labels, "*", isSurveyed: true);
        var isKnown = features is null && network.Features.Count > 0;
        if (isKnown) ColumnSelection.Require(_features, cells, number, "The network, which was trained on rows,");
        if (_labels.Length > 1 && _labels.Length != network.OutputSize)
        {
            throw new AutodiffException(
                ErrorIds.LabelCount,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"-Label names {_labels.Length} columns ({string.Join(", ", _labels)}), but the network has {network.OutputSize} output{(network.OutputSize == 1 ? string.Empty : "s")}. Name one column for each output, or a single column of classes."));
        }

        _reader = new RowReader([.. _features, .. _labels]) { Format = format };
        _featureReader = new FeatureReader(_reader, _features.Length, isContrast: false, isFirstWhole: false, KnownColumns(network, features));
        _inputs = new RowBuffer(_features.Length);
        _values = new double[_features.Length];
        _targetValues = new double[_labels.Length];
        if (_labels.Length > 1) _targets = new RowBuffer(_labels.Length);
        else _collector = new LabelCollector(network.OutputSize, network.Classes, numeric, format);
    }

    /// <inheritdoc/>
    public RoundedIntegers Rounded => _reader.Rounded;

    /// <summary>The columns of the inputs of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="features">Names and wildcards; null for those that the network knows.</param>
    /// <param name="row">A row with the columns.</param>
    /// <param name="number">The number of the row, from 1.</param>
    /// <param name="labels">Columns that are no inputs.</param>
    /// <param name="otherwise">The pattern when neither is there; null for an error.</param>
    /// <param name="isSurveyed">Whether the rows still tell which columns are categories, so that the number of inputs is known later.</param>
    /// <exception cref="AutodiffException">They are not as many as the network has inputs.</exception>
    public static string[] Columns(Network network, string[]? features, RowCells row, int number, string[] labels, string? otherwise, bool isSurveyed = false)
    {
        IReadOnlyList<string> patterns = features is not null ? features
            : network.Features.Count > 0 ? network.Features
            : otherwise is not null ? [otherwise]
            : throw new AutodiffException(
                ErrorIds.FeatureMissing,
                string.Create(CultureInfo.InvariantCulture, $"The network does not know its columns: it was not trained on rows. Name its {network.InputSize} inputs in order with -Feature."));
        if (KnownColumns(network, features) is { } known) ColumnSelection.Require([.. known.Select(static column => column.Name)], row, number, "The network, which was trained on rows,");
        if (features is null && network.Columns.Count > 0) return [.. network.Columns.Select(static column => column.Name)];
        var columns = features is null && network.Features.Count > 0 ? [.. network.Features] : ColumnSelection.Resolve(patterns, row, number, labels, "Feature");
        if (isSurveyed && KnownColumns(network, features) is null) return columns;
        // A category can only make more inputs of a column.
        if (columns.Length > network.InputSize || (KnownColumns(network, features) is not null && columns.Length < network.InputSize)) throw WrongCount(network, columns, columns.Length);
        return columns;
    }

    /// <summary>What the columns of a network are; null where the rows have to tell.</summary>
    /// <param name="network">The network.</param>
    /// <param name="features">Names and wildcards; null for those that the network knows.</param>
    public static IReadOnlyList<FeatureColumn>? KnownColumns(Network network, string[]? features)
    {
        if (features is not null || network.Features.Count == 0) return null;
        return network.Columns.Count > 0 ? network.Columns : [.. network.Features.Select(static name => new FeatureColumn { Name = name })];
    }

    /// <summary>The error of columns that make more or fewer inputs than a network has.</summary>
    public static AutodiffException WrongCount(Network network, string[] columns, int inputs)
    {
        var made = columns.Length == inputs ? string.Empty : string.Create(CultureInfo.InvariantCulture, $", which make {inputs} inputs, one for each level of a category,");
        return new AutodiffException(
            ErrorIds.FeatureCount,
            string.Create(
                CultureInfo.InvariantCulture,
                $"There are {columns.Length} feature columns ({string.Join(", ", columns.Take(20))}{(columns.Length > 20 ? ", ..." : string.Empty)}){made}{(made.Length > 0 ? " but" : ", but")} the network has {network.InputSize} inputs. Name {(made.Length > 0 ? "other" : network.InputSize)} columns with -Feature, or make a network with -InputSize {inputs}."));
    }

    /// <inheritdoc/>
    public bool Look(object row, int number)
    {
        var isDecided = _featureReader.Look(row, number);
        if (_collector is not { IsOpen: true } || _looked == MostLooked) return isDecided;
        _looked++;
        _reader.Start(row, number);
        try
        {
            _collector.Expect(_reader.Cell(_features.Length));
        }
        catch (AutodiffException)
        {
            // The row will be left out.
        }

        return isDecided && (!_collector.IsOpen || _looked == MostLooked);
    }

    /// <inheritdoc/>
    public void Decide()
    {
        _featureReader.Decide();
        if (!_featureReader.HasCategories && _features.Length != _network.InputSize) throw WrongCount(_network, _features, _features.Length);
    }

    /// <inheritdoc/>
    public void Take(object row, int number)
    {
        _reader.Start(row, number);
        _featureReader.Read(_values);
        if (_targets is not null)
        {
            for (var i = 0; i < _labels.Length; i++) _targetValues[i] = _reader.FiniteNumber(_features.Length + i);
            _targets.Add(_targetValues);
        }
        else
        {
            var label = _reader.Cell(_features.Length);
            _collector!.Add(label, number, _labels[0]);
            if (!_collector.IsClasses) _reader.LookAt(_features.Length, label, _collector.Numbers[^1]);
        }

        _inputs.Add(_values);
    }

    /// <summary>All rows taken in.</summary>
    /// <param name="numbers">Their numbers, from 1.</param>
    /// <exception cref="AutodiffException">The number of classes does not fit the network.</exception>
    public NetworkData ToData(int[] numbers)
    {
        var rows = _inputs.Rows;
        var columns = _featureReader.Finish(rows, out var places);
        string[] features = [.. columns.SelectMany(static column => column.Inputs)];
        if (features.Length != _network.InputSize) throw WrongCount(_network, _features, features.Length);
        IInputRows inputs = _featureReader.HasCategories ? new NumberTable(FeatureReader.Expand(columns, places, _inputs), rows, features.Length) : _inputs;
        if (_featureReader.IsPlain) columns = [];
        return _targets is null
            ? new NetworkData(inputs, _network, _collector!, $"The column '{_labels[0]}'") { Features = features, Columns = columns, Labels = _labels, RowNumbers = numbers, NumberFormat = _reader.Format }
            : new NetworkData(inputs, _network, _targets.Take<double>(null)) { Features = features, Columns = columns, Labels = _labels, RowNumbers = numbers, NumberFormat = _reader.Format };
    }

    /// <summary>All rows taken in, as a part of others.</summary>
    /// <exception cref="AutodiffException">Inputs are texts or dates, whose levels or first day other parts would have to know.</exception>
    public LabelledPart ToPart()
    {
        var rows = _inputs.Rows;
        if (!_featureReader.IsPlain && KnownColumns(_network, null) is null) throw new AutodiffException(ErrorIds.ColumnNotNumeric, "The rows of a part have texts or dates as inputs, which cannot be known of all parts before they are read. Let -RowScript give numbers, or name other columns with -Feature.");
        var columns = _featureReader.Finish(rows, out var places);
        string[] features = [.. columns.SelectMany(static column => column.Inputs)];
        if (features.Length != _network.InputSize) throw WrongCount(_network, _features, features.Length);
        var inputs = _featureReader.HasCategories ? FeatureReader.Expand(columns, places, _inputs) : _inputs.Take<double>(null);
        if (_targets is not null) return new LabelledPart(features, _labels, inputs, _targets.Take<double>(null), null, []);
        if (!_collector!.IsClasses) return new LabelledPart(features, _labels, inputs, [.. _collector.Numbers], null, NetworkData.IsBinary(_network) ? _collector.ZeroAndOne ?? [] : []);
        var (found, indices) = _collector.Unordered();
        return new LabelledPart(features, _labels, inputs, null, indices, found);
    }
}
