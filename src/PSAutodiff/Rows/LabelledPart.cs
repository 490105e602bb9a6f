using System.Text;
using PSAutodiff.Data;
using PSAutodiff.Networks;
using PSAutodiff.Networks.Losses;
using PSAutodiff.Training.Checkpoints;

namespace PSAutodiff.Rows;

/// <summary>The labelled rows of a part of all rows: what is to be known of it where all parts come together, and its numbers once that is known of all.</summary>
/// <param name="features">The inputs.</param>
/// <param name="labels">The columns of the labels.</param>
/// <param name="inputs">The inputs of all rows, row after row.</param>
/// <param name="targets">Their targets; null where these are classes.</param>
/// <param name="classes">The class of each row, an index of <paramref name="found"/>; null where targets are numbers.</param>
/// <param name="found">The classes as they were found; of targets that are 0 and 1 alone these two.</param>
internal sealed class LabelledPart(string[] features, string[] labels, double[] inputs, double[]? targets, int[]? classes, object[] found)
{
    private const int MostNames = 1_000_000;
    private const int LongestName = 1 << 16;

    private int Rows => features.Length == 0 ? 0 : inputs.Length / features.Length;

    /// <summary>What others have to know of the part.</summary>
    public byte[] Summary()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Rows);
        WriteNames(writer, features);
        WriteNames(writer, labels);
        writer.Write(classes is not null);
        WriteNames(writer, [.. found.Select(ClassLabel.Write)]);
        WriteNames(writer, [.. found.Select(ClassLabel.TypeName)]);
        var (means, deviations) = InputRows.MeasureScaling<double>(inputs, features.Length, null);
        foreach (var mean in means) writer.Write(mean);
        foreach (var deviation in deviations) writer.Write(deviation);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>The rows as a network takes them.</summary>
    /// <param name="network">The network.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="known">What <see cref="LabelledSummary.Known"/> wrote of all parts.</param>
    /// <exception cref="InvalidDataException">It is none.</exception>
    /// <exception cref="AutodiffException">A target is none of the loss.</exception>
    public DataRows ToData(Network network, LossFunction loss, byte[] known)
    {
        using var stream = new MemoryStream(known);
        var reader = new CheckpointReader(stream);
        var names = ReadNames(reader);
        var scaling = reader.Flag() ? new FeatureScaling(reader.Array<double>(features.Length), reader.Array<double>(features.Length)) : null;
        if (reader.Remaining > 0) throw new InvalidDataException("it goes on after its end");
        var scaled = inputs;
        if (scaling is not null) InputRows.Convert<double, double>(inputs, scaled = new double[inputs.Length], features.Length, scaling);
        if (NumberRange.FirstLost<double>(scaled) is >= 0 and var lost) throw NumberRange.TooLarge<double>(FormattableString.Invariant($"Row {(lost / features.Length) + 1}, column '{features[lost % features.Length]}': the number"), isScaled: true);
        var rows = Rows;
        var wanted = targets ?? new double[checked(rows * network.OutputSize)];
        if (targets is null)
        {
            var places = names.Select(static (name, index) => (name, index)).ToDictionary(static pair => pair.name, static pair => pair.index, StringComparer.Ordinal);
            var order = Array.ConvertAll(found, one => places.TryGetValue(ClassLabel.Text(one), out var place) ? place : throw new InvalidDataException("a class is missing"));
            if (names.Length != Math.Max(2, network.OutputSize)) throw new InvalidDataException("it has more or fewer classes than the network has outputs");
            var data = new TrainingData<double> { Inputs = scaled, Classes = Array.ConvertAll(classes!, index => order[index]), RowCount = rows, InputSize = features.Length, OutputSize = network.OutputSize };
            for (var row = 0; row < rows; row++) data.CopyTargets(row, wanted.AsSpan(row * network.OutputSize, network.OutputSize));
        }
        else
        {
            Loss.Of(loss).CheckTargets<double>(targets, network.OutputSize, (row, column) => FormattableString.Invariant($"Row {row + 1}{(column < 0 ? string.Empty : $", column '{labels[column]}'")}"));
        }

        return new DataRows([NetworkForms.Inputs, NetworkForms.Targets], [scaled, wanted], [network.InputSize, network.OutputSize], rows, RowTotal.Sum);
    }

    internal static void WriteNames(BinaryWriter writer, string[] names)
    {
        writer.Write(names.Length);
        foreach (var name in names)
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            writer.Write(bytes.Length);
            writer.Write(bytes);
        }
    }

    internal static string[] ReadNames(CheckpointReader reader)
    {
        var names = new List<string>();
        for (var left = reader.Int32(0, MostNames); left > 0; left--) names.Add(reader.Text(LongestName));
        return [.. names];
    }
}

/// <summary>What all parts of labelled rows say together.</summary>
internal sealed class LabelledSummary
{
    private readonly List<(int Rows, bool AreClasses, object[] Found, double[] Means, double[] Deviations)> _parts = [];
    private string[] _features = [];
    private string[] _labels = [];
    private string[] _known = [];
    private FeatureScaling? _scaling;

    /// <summary>Adds a part, in the order of the parts.</summary>
    /// <param name="summary">What <see cref="LabelledPart.Summary"/> wrote, or anything.</param>
    /// <exception cref="InvalidDataException">It is none.</exception>
    /// <exception cref="AutodiffException">The part has other columns than those before it.</exception>
    public void Add(byte[] summary)
    {
        using var stream = new MemoryStream(summary);
        var reader = new CheckpointReader(stream);
        var rows = reader.Int32(1, int.MaxValue);
        var (features, labels) = (LabelledPart.ReadNames(reader), LabelledPart.ReadNames(reader));
        var areClasses = reader.Flag();
        var (texts, types) = (LabelledPart.ReadNames(reader), LabelledPart.ReadNames(reader));
        if (texts.Length != types.Length || features.Length == 0 || labels.Length == 0) throw new InvalidDataException("its names do not go together");
        object[] found = [.. texts.Select((text, i) => ClassLabel.TryRead(text, types[i]) ?? throw new InvalidDataException("a class cannot be"))];
        var (means, deviations) = (reader.Array<double>(features.Length), reader.Array<double>(features.Length));
        if (reader.Remaining > 0) throw new InvalidDataException("it goes on after its end");
        if (_parts.Count == 0) (_features, _labels) = (features, labels);
        else if (!_features.SequenceEqual(features, StringComparer.OrdinalIgnoreCase) || !_labels.SequenceEqual(labels, StringComparer.OrdinalIgnoreCase)) throw Different($"has the columns {string.Join(", ", features)} and {string.Join(", ", labels)}, but part 1 has {string.Join(", ", _features)} and {string.Join(", ", _labels)}");
        else if (areClasses != _parts[0].AreClasses) throw Different($"has labels that are {(areClasses ? "words" : "numbers")}, but those of part 1 are {(areClasses ? "numbers" : "words")}");
        _parts.Add((rows, areClasses, found, means, deviations));
    }

    /// <summary>The network with a note of the columns, classes and scaling of the rows.</summary>
    /// <param name="network">The network.</param>
    /// <param name="scales">Whether inputs are scaled by the rows.</param>
    /// <param name="format">How text was read as a number.</param>
    /// <exception cref="AutodiffException">The number of classes does not fit the network.</exception>
    public Network Describe(Network network, bool scales, NumberFormat format)
    {
        object[] classes = [];
        if (_parts[0].AreClasses)
        {
            var collector = new LabelCollector(network.OutputSize, network.Classes);
            foreach (var label in _parts.SelectMany(static part => part.Found)) collector.Add(label, 1, _labels[0]);
            (classes, _) = collector.Finish($"The column '{_labels[0]}'");
        }
        else if (_parts.TrueForAll(static part => part.Found.Length == 2))
        {
            classes = _parts[0].Found;
        }

        _known = _parts[0].AreClasses ? [.. classes.Select(ClassLabel.Text)] : [];
        _scaling = scales ? Join() : network.Scaling;
        return network.WithColumns(_features, _labels, classes, _scaling, network.Columns, format);
    }

    /// <summary>What each part has to know of all, once <see cref="Describe"/> was called.</summary>
    public byte[] Known()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        LabelledPart.WriteNames(writer, _known);
        writer.Write(_scaling is not null);
        if (_scaling is var (means, deviations))
        {
            foreach (var mean in means) writer.Write(mean);
            foreach (var deviation in deviations) writer.Write(deviation);
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>The inputs that have the same value in every row.</summary>
    public string[] Constant => _scaling is var (_, deviations) ? [.. _features.Where((_, i) => _parts.TrueForAll(part => part.Deviations[i] == 0) && deviations[i] == 1)] : [];

    // Means and variations of parts (Chan, Golub and LeVeque, 1983), in their order.
    private FeatureScaling Join()
    {
        var (means, squares, rows) = (new double[_features.Length], new double[_features.Length], 0.0);
        foreach (var part in _parts)
        {
            var all = rows + part.Rows;
            for (var i = 0; i < means.Length; i++)
            {
                var difference = part.Means[i] - means[i];
                squares[i] += (part.Deviations[i] * part.Deviations[i] * part.Rows) + (difference * difference * rows * part.Rows / all);
                means[i] += difference * part.Rows / all;
            }

            rows = all;
        }

        return new FeatureScaling(means, Array.ConvertAll(squares, sum => sum > 0 ? Math.Sqrt(sum / rows) : 1));
    }

    private AutodiffException Different(string how) => new(ErrorIds.ColumnMissing, FormattableString.Invariant($"Part {_parts.Count + 1} of the rows {how}. Let -RowScript give the same columns everywhere."));
}
