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

    private readonly Guid _key;
    private readonly int _part;
    private readonly RowIntake _intake;
    private PartRows? _rows;

    /// <summary>Makes ready for a part.</summary>
    /// <param name="request">Which columns are read how. It is read strictly.</param>
    public RemoteRowReader(byte[] request)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var stream = new MemoryStream(request);
        var reader = new CheckpointReader(stream);
        _key = new Guid(reader.Bytes(16));
        _part = reader.Int32(0, RowsService.MostParts);
        var text = reader.Text(LongestText);
        var columns = new string[reader.Int32(1, RowsService.MostParts)];
        for (var i = 0; i < columns.Length; i++) columns[i] = reader.Text(LongestText);
        var format = (NumberFormat)reader.Int32(0, Enum.GetValues<NumberFormat>().Length - 1);
        var missing = (MissingValueAction)reader.Int32(0, Enum.GetValues<MissingValueAction>().Length - 1);
        var (outputs, _) = PartExpressions.Read(new PartFunctionText(text, [], []), CancellationToken.None);
        var layout = Core.VariableLayout.Of(columns, outputs);
        _intake = new RowIntake(new StrictMessages(), (row, number) => _rows = new PartRows(new VariableReader(layout, outputs.Variables(), ValueSource.Empty, ColumnMap.Empty, ArrayPoints.PlacesOf(outputs), row, number) { Format = format }))
        {
            MissingValue = missing,
        };
    }

    /// <summary>The request for a part.</summary>
    internal static byte[] Request(Guid key, int part, string expressions, IReadOnlyList<string> columns, NumberFormat format, MissingValueAction missing)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(key.ToByteArray());
        writer.Write(part);
        Write(expressions);
        writer.Write(columns.Count);
        foreach (var column in columns) Write(column);
        writer.Write((int)format);
        writer.Write((int)missing);
        writer.Flush();
        return stream.ToArray();

        void Write(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            writer.Write(bytes.Length);
            writer.Write(bytes);
        }
    }

    /// <summary>Takes a row.</summary>
    /// <param name="row">An object with properties, or a dictionary.</param>
    /// <exception cref="AutodiffException">Something is wrong with it.</exception>
    public void Take(object? row) => _intake.Take(row);

    /// <summary>Keeps the rows.</summary>
    /// <returns>Their number.</returns>
    /// <exception cref="AutodiffException">There are none.</exception>
    public object Finish()
    {
        _intake.Settle();
        if (_rows is null || _rows.Count == 0) throw new AutodiffException(ErrorIds.RowsMissing, "The script gave no rows.");
        RowsService.Keep(_key, _part, _rows.ToData());
        return _rows.Count;
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
