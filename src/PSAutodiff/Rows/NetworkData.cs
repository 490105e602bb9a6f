using System.Collections;
using System.Globalization;
using System.Numerics;
using PSAutodiff.Converters;
using PSAutodiff.Data;
using PSAutodiff.Networks.Activations;
using PSAutodiff.Networks.Losses;

namespace PSAutodiff.Rows;

/// <summary>Inputs and targets for a network, whatever they came from.</summary>
internal sealed class NetworkData
{
    private readonly int _outputs;

    // One of the two is there.
    private readonly IReadOnlyList<double>? _targets;
    private readonly int[]? _classIndices;

    /// <summary>Data with labels of one column.</summary>
    /// <exception cref="AutodiffException">The number of classes does not fit the network.</exception>
    public NetworkData(IInputRows inputs, Network network, LabelCollector labels, string column)
        : this(inputs, network)
    {
        var isBinary = IsBinary(network);
        if (isBinary ? labels.IsTwoClasses : labels.IsClasses)
        {
            (Classes, _classIndices) = labels.Finish(column);
            return;
        }

        _targets = labels.Numbers;
        if (isBinary) Classes = labels.ZeroAndOne ?? [];
    }

    /// <summary>Data with a number for each output: rows x outputs, row after row.</summary>
    public NetworkData(IInputRows inputs, Network network, IReadOnlyList<double> targets)
        : this(inputs, network)
    {
        _targets = targets;
        if (_outputs > 1 || !IsBinary(network) || !targets.All(static target => target is 0 or 1)) return;
        Classes = network.Classes.Count > 0 ? [.. network.Classes] : [0.0, 1.0];
    }

    private NetworkData(IInputRows inputs, Network network)
    {
        Inputs = inputs;
        Rows = inputs.Rows;
        _outputs = network.OutputSize;
    }

    public IInputRows Inputs { get; }

    public int Rows { get; }

    /// <summary>The columns of the inputs; empty when they have no names.</summary>
    public string[] Features { get; init; } = [];

    /// <summary>What the columns of the rows are; empty where each is one of numbers.</summary>
    public IReadOnlyList<FeatureColumn> Columns { get; init; } = [];

    /// <summary>How text in the rows was read as a number.</summary>
    public NumberFormat NumberFormat { get; init; }

    /// <summary>The columns of the targets; empty when they have no names.</summary>
    public string[] Labels { get; init; } = [];

    /// <summary>The number of each row as it came, from 1: some may have been left out before it. Null when the rows are counted as they are.</summary>
    public int[]? RowNumbers { get; init; }

    /// <summary>
    /// The classes in the order of their indices; empty when the targets are numbers. The numbers 0 and 1 alone as targets of a sigmoid are
    /// classes, as any other two labels are.
    /// </summary>
    public object[] Classes { get; } = [];

    /// <summary>The class of each row; null when the targets are numbers.</summary>
    public int[]? ClassIndices => _classIndices ?? (Classes.Length > 0 ? [.. _targets!.Select(static target => (int)target)] : null);

    /// <summary>The data of -Data and -Target.</summary>
    /// <exception cref="AutodiffException">They are no numbers or labels, or do not fit each other or the network.</exception>
    public static NetworkData FromArrays(Network network, object? data, object? target)
    {
        var inputs = InputsFrom(network, data);
        if (inputs.Rows == 0) throw new AutodiffException(ErrorIds.RowsMissing, "-Data has no rows.");
        target = Conversions.Live(target);
        if (target is IdxData idx) target = idx.RowSize > 1 ? idx.ToArray2D() : idx.ElementType is IdxElementType.Single or IdxElementType.Double ? idx.ToArray() : idx.ToLabels();
        if (target is string or ValueType) target = new[] { target };
        if (NumberTable.IsMatrix(target) && NumberTable.From(target, "-Target") is var matrix && (matrix.Width > 1 || network.OutputSize == 1))
        {
            RequireRows(matrix.Rows, inputs.Rows);
            if (matrix.Width != network.OutputSize)
            {
                throw new AutodiffException(
                    ErrorIds.LabelCount,
                    string.Create(CultureInfo.InvariantCulture, $"-Target has {matrix.Width} columns, but the network has {network.OutputSize} outputs. Give a column for each output, or one list of classes."));
            }

            return new NetworkData(inputs, network, matrix.Take<double>(null));
        }

        if (target is not IList list) throw new AutodiffException(ErrorIds.DataInvalid, $"-Target is {ValueSource.Describe(target)}. Give rows x outputs numbers, or a list of numbers or of classes.");
        RequireRows(list is Array ? ((Array)list).GetLength(0) : list.Count, inputs.Rows);
        var labels = new LabelCollector(network.OutputSize, network.Classes);
        var row = 0;
        foreach (var cell in Cells(list)) labels.Add(cell, ++row, null);
        return new NetworkData(inputs, network, labels, "-Target");
    }

    /// <summary>The inputs of -Data.</summary>
    /// <exception cref="AutodiffException">They are no numbers or do not fit the network.</exception>
    public static NumberTable InputsFrom(Network network, object? data)
    {
        var inputs = NumberTable.From(data, "-Data");
        return inputs.Width == network.InputSize || inputs.Rows == 0
            ? inputs
            : throw new AutodiffException(
                ErrorIds.FeatureCount,
                string.Create(CultureInfo.InvariantCulture, $"-Data has {inputs.Width} column{(inputs.Width == 1 ? string.Empty : "s")}, but the network has {network.InputSize} inputs."));
    }

    /// <summary>A network with a note of the columns and classes it is trained on here, where these have names.</summary>
    /// <param name="network">The network.</param>
    /// <param name="scaling">How inputs are scaled; null for not at all.</param>
    /// <param name="targets">How targets are scaled; null for not at all.</param>
    public Network Describe(Network network, FeatureScaling? scaling, FeatureScaling? targets = null) => network.WithColumns(
        Features.Length > 0 ? Features : network.Features,
        Labels.Length > 0 ? Labels : network.Labels,
        Classes.Length > 0 || Labels.Length > 0 ? Classes : network.Classes,
        scaling,
        Features.Length > 0 ? Columns : network.Columns,
        Features.Length > 0 ? NumberFormat : network.NumberFormat,
        targets);

    /// <summary>The scaling of targets that a network was trained with, where it is to predict the same labels here; null else.</summary>
    public FeatureScaling? KnownTargets(Network network) => _targets is not null && Classes.Length == 0 && (Labels.Length == 0 || network.Labels.Count == 0 || Labels.SequenceEqual(network.Labels, StringComparer.OrdinalIgnoreCase)) ? network.TargetScaling : null;

    /// <summary>The mean and the standard deviation of every target.</summary>
    /// <param name="rows">The indices of the rows that count, ascending; null for all.</param>
    /// <exception cref="AutodiffException">The targets are classes.</exception>
    public FeatureScaling MeasureTargets(int[]? rows) => _targets is not null && Classes.Length == 0
        ? InputRows.MeasureScaling<double>([.. _targets], _outputs, rows)
        : throw new AutodiffException(ErrorIds.TargetInvalid, "-StandardizeTarget scales numbers to mean 0 and standard deviation 1, but the labels are classes. Leave it out.");

    /// <summary>The data as the engine takes it; the inputs are used up.</summary>
    /// <param name="network">The network, which says how they are scaled.</param>
    /// <param name="loss">The loss that will measure them.</param>
    /// <param name="scaling">How targets are scaled; null for not at all.</param>
    /// <exception cref="AutodiffException">The loss does not go with the network, or cannot measure a target.</exception>
    public TrainingData<T> ToTrainingData<T>(Network network, LossFunction loss, FeatureScaling? scaling = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[]? targets = null;
        if (_targets is not null)
        {
            targets = new T[_targets.Count];
            InputRows.Convert([.. _targets], targets, _outputs, scaling);
        }

        var inputs = Inputs.Take<T>(network.Scaling);
        RequireHeld<T>(inputs, Inputs.Width, network.Scaling is not null, InputPlace);
        if (targets is not null) RequireHeld<T>(targets, _outputs, scaling is not null, Place);
        var data = new TrainingData<T>
        {
            Inputs = inputs,
            Targets = targets,
            Classes = _classIndices,
            RowCount = Rows,
            InputSize = Inputs.Width,
            OutputSize = _outputs,
        };
        Loss.Of(loss).CheckLayer(network, data);
        if (targets is not null) Loss.Of(loss).CheckTargets<T>(targets, _outputs, Place);
        return data;
    }

    /// <summary>Rows of these data with their targets scaled.</summary>
    public TrainingData<T> WithScaledTargets<T>(TrainingData<T> rows, FeatureScaling scaling)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var targets = new T[_targets!.Count];
        InputRows.Convert([.. _targets], targets, _outputs, scaling);
        RequireHeld<T>(targets, _outputs, isScaled: true, Place);
        return new TrainingData<T> { Inputs = rows.Inputs, Targets = targets, RowCount = rows.RowCount, InputSize = rows.InputSize, OutputSize = rows.OutputSize };
    }

    // Whether each output is a probability by itself.
    internal static bool IsBinary(Network network) => Activation.Of(network.LastActivation) is { GivesProbabilities: true, SumsToOne: false };

    // A matrix of one column is a list of its rows.
    private static IEnumerable<object?> Cells(IList list) =>
        NumberTable.IsMatrix(list) ? NumberTable.From(list, "-Target").Take<double>(null).Cast<object?>() : list.Cast<object?>();

    /// <summary>Refuses numbers that rounding or scaling made infinite, before anything is computed of them, so that it can be said where they are.</summary>
    internal static void RequireHeld<T>(ReadOnlySpan<T> values, int width, bool isScaled, Func<int, int, string> place)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (NumberRange.FirstLost(values) is >= 0 and var lost) throw NumberRange.TooLarge<T>($"{place(lost / width, lost % width)}: the number", isScaled);
    }

    private string InputPlace(int row, int column)
    {
        if (RowNumbers is null) return string.Create(CultureInfo.InvariantCulture, $"-Data, row {row + 1}, column {column + 1}");
        return string.Create(CultureInfo.InvariantCulture, $"Row {RowNumbers[row]}, {(column < Features.Length ? $"column '{Features[column]}'" : $"input {column + 1}")}");
    }

    private string Place(int row, int column)
    {
        var name = column < 0 ? string.Empty : RowNumbers is not null ? $", column '{Labels[column]}'" : string.Create(CultureInfo.InvariantCulture, $", column {column + 1}");
        return RowNumbers is not null
            ? string.Create(CultureInfo.InvariantCulture, $"Row {RowNumbers[row]}{name}")
            : string.Create(CultureInfo.InvariantCulture, $"-Target, row {row + 1}{name}");
    }

    private static void RequireRows(int targets, int rows)
    {
        if (targets == rows) return;
        throw new AutodiffException(
            ErrorIds.LengthMismatch,
            string.Create(CultureInfo.InvariantCulture, $"-Data has {rows} rows, but -Target has {targets}. Both need one for each row."));
    }
}
