using System.Text;
using PSAutodiff.Converters;
using PSAutodiff.Execution.Parts;
using PSAutodiff.Measurements;
using PSAutodiff.Rows;
using PSAutodiff.Training.Checkpoints;
using PSAutodiff.Training.Machines;

namespace PSAutodiff;

/// <summary>Takes the rows of one part on the machine where they stay: the finite numbers of their columns. It is used by the cmdlets that take -RowScript.</summary>
public sealed class RemoteRowReader
{
    private const int LongestText = 1 << 28;

    private const byte OfExpressions = 1;
    private const byte OfNetwork = 2;

    private readonly Guid _key;
    private readonly int _part;
    private readonly RowIntake _intake;
    private readonly Func<object> _finish;
    private readonly List<string> _warnings = [];
    private IRowWork? _rows;

    /// <summary>Makes ready for a part.</summary>
    /// <param name="request">Which columns are read how. It is read strictly.</param>
    public RemoteRowReader(byte[] request)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var stream = new MemoryStream(request);
        var reader = new CheckpointReader(stream);
        var kind = reader.Byte();
        _key = new Guid(reader.Bytes(16));
        _part = reader.Int32(0, RowsService.MostParts);
        var format = (NumberFormat)reader.Int32(0, Enum.GetValues<NumberFormat>().Length - 1);
        var missing = (MissingValueAction)reader.Int32(0, Enum.GetValues<MissingValueAction>().Length - 1);
        var (start, finish) = kind switch
        {
            OfExpressions => ForExpressions(reader, format),
            OfNetwork => ForNetwork(reader, format),
            _ => throw CheckpointReader.Wrong(kind),
        };
        _finish = finish;
        _intake = new RowIntake(new StrictMessages(_warnings.Add), (row, number) => _rows = start(row, number)) { MissingValue = missing };
    }

    /// <summary>The request for a part of the rows of expressions.</summary>
    internal static byte[] Request(Guid key, int part, string expressions, IReadOnlyList<string> columns, NumberFormat format, MissingValueAction missing) =>
        Request(OfExpressions, key, part, format, missing, writer =>
        {
            Write(writer, expressions);
            Write(writer, columns);
        });

    /// <summary>The request for a part of the rows of a network.</summary>
    /// <param name="key">Under which the rows are kept.</param>
    /// <param name="part">The index of the part.</param>
    /// <param name="network">The network.</param>
    /// <param name="features">See <see cref="LabelledRows"/>.</param>
    /// <param name="labels">See <see cref="LabelledRows"/>.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="known">What is known of all parts; empty while that is not known.</param>
    /// <param name="format">How text is read as a number.</param>
    /// <param name="missing">What is done with rows that lack a value.</param>
    internal static byte[] Request(Guid key, int part, Network network, string[]? features, string[]? labels, LossFunction loss, byte[] known, NumberFormat format, MissingValueAction missing) =>
        Request(OfNetwork, key, part, format, missing, writer =>
        {
            Write(writer, network.ToJson());
            Write(writer, features ?? []);
            Write(writer, labels ?? []);
            writer.Write((int)loss);
            writer.Write(known.Length);
            writer.Write(known);
        });

    /// <summary>What is to be said of the rows once they are kept, such as how many were left out because a value is missing.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Takes a row.</summary>
    /// <param name="row">An object with properties, or a dictionary.</param>
    /// <exception cref="AutodiffException">Something is wrong with it.</exception>
    public void Take(object? row) => _intake.Take(row);

    /// <summary>Keeps the rows.</summary>
    /// <returns>Their number; of labelled rows what is to be known of them where all parts come together.</returns>
    /// <exception cref="AutodiffException">There are none.</exception>
    public object Finish()
    {
        _intake.Finish();
        if (_rows is null || _intake.Taken == 0) throw new AutodiffException(ErrorIds.RowsMissing, "The script gave no rows.");
        return _finish();
    }

    private (Func<object, int, IRowWork> Start, Func<object> Finish) ForExpressions(CheckpointReader reader, NumberFormat format)
    {
        var text = reader.Text(LongestText);
        var columns = ReadTexts(reader);
        var (outputs, _) = PartExpressions.Read(new PartFunctionText(text, [], []), CancellationToken.None);
        var layout = Core.VariableLayout.Of(columns, outputs);
        return ((row, number) => new PartRows(new VariableReader(layout, outputs.Variables(), ValueSource.Empty, ColumnMap.Empty, ArrayPoints.PlacesOf(outputs), row, number) { Format = format }), Keep);

        object Keep()
        {
            var rows = (PartRows)_rows!;
            RowsService.Keep(_key, _part, rows.ToData());
            return rows.Count;
        }
    }

    private (Func<object, int, IRowWork> Start, Func<object> Finish) ForNetwork(CheckpointReader reader, NumberFormat format)
    {
        var network = Network.ParseJson(reader.Text(LongestText));
        string[]? features = ReadTexts(reader) is { Length: > 0 } some ? some : null, labels = ReadTexts(reader) is { Length: > 0 } others ? others : null;
        var loss = (LossFunction)reader.Int32(0, (int)Enum.GetValues<LossFunction>().Max());
        var known = reader.Bytes(reader.Int32(0, LongestText));
        return ((row, number) => new LabelledRows(network, features, labels, row, number, numeric: false, format), Keep);

        object Keep()
        {
            var part = ((LabelledRows)_rows!).ToPart();
            if (known.Length > 0) RowsService.Keep(_key, _part, part.ToData(network, loss, known));
            else RowsService.KeepOpen(_key, _part, all => part.ToData(network, loss, all));
            return part.Summary();
        }
    }

    private static string[] ReadTexts(CheckpointReader reader)
    {
        var texts = new List<string>();
        for (var left = reader.Int32(0, RowsService.MostParts); left > 0; left--) texts.Add(reader.Text(LongestText));
        return [.. texts];
    }

    private static byte[] Request(byte kind, Guid key, int part, NumberFormat format, MissingValueAction missing, Action<BinaryWriter> rest)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(kind);
        writer.Write(key.ToByteArray());
        writer.Write(part);
        writer.Write((int)format);
        writer.Write((int)missing);
        rest(writer);
        writer.Flush();
        return stream.ToArray();
    }

    private static void Write(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }

    private static void Write(BinaryWriter writer, IReadOnlyList<string> texts)
    {
        writer.Write(texts.Count);
        foreach (var text in texts) Write(writer, text);
    }

    private sealed class PartRows(VariableReader reader) : IRowWork
    {
        private readonly ColumnBuffers _buffers = new(reader);

        public RoundedIntegers Rounded => reader.Rounded;

        public int Count => _buffers.Count;

        public void Take(object row, int number) => _buffers.Add(row, number);

        public DataRows ToData() => _buffers.ToData(RowTotal.Sum);
    }
}
