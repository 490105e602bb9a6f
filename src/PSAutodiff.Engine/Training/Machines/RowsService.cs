using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using PSAutodiff.Execution.Parts;
using PSAutodiff.Fitting;
using PSAutodiff.Kernels.Threading;
using PSAutodiff.Training.Checkpoints;

namespace PSAutodiff.Training.Machines;

/// <summary>The side of a machine that holds parts of the rows: it computes what is asked over them. Requests are read strictly, and nothing of them is run.</summary>
internal sealed class RowsService : IMachineService
{
    /// <summary>The most parts and parameters.</summary>
    public const int MostParts = 1_000_000;

    private const int LongestText = 1 << 28;
    private const int LongestName = 1 << 16;

    private static readonly ConcurrentDictionary<Guid, ConcurrentDictionary<int, DataRows>> Kept = new();
    private static readonly ConcurrentDictionary<Guid, ConcurrentDictionary<int, Func<byte[], DataRows>>> Open = new();

    private readonly ConcurrentDictionary<int, Definition> _functions = new();

    /// <summary>The requests.</summary>
    private enum Request : byte
    {
        Define = 1,
        Evaluate = 2,
        Forget = 3,
        Settle = 4,
    }

    /// <summary>Keeps a part of the rows until it is forgotten.</summary>
    /// <param name="key">For whom.</param>
    /// <param name="part">The index of the part.</param>
    /// <param name="rows">Its rows.</param>
    public static void Keep(Guid key, int part, DataRows rows) => Kept.GetOrAdd(key, static _ => new()).TryAdd(part, rows);

    /// <summary>Keeps a part of the rows for which something has to be known of all parts, such as the classes of labels.</summary>
    /// <param name="key">For whom.</param>
    /// <param name="part">The index of the part.</param>
    /// <param name="settle">Makes its rows of what is known of all parts; throws an <see cref="InvalidDataException"/> where that cannot be.</param>
    public static void KeepOpen(Guid key, int part, Func<byte[], DataRows> settle) => Open.GetOrAdd(key, static _ => new()).TryAdd(part, settle);

    /// <summary>The request to make rows of parts that were kept open.</summary>
    public static byte[] Settle(Guid key, int[] parts, byte[] known) =>
        [(byte)Request.Settle, .. key.ToByteArray(), .. BitConverter.GetBytes(parts.Length), .. MemoryMarshal.AsBytes<int>(parts), .. known];

    /// <summary>The request to make a function ready.</summary>
    public static byte[] Define(int id, PartFunction function)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write((byte)Request.Define);
        writer.Write(id);
        writer.Write((byte)function.Kind);
        WriteText(writer, function.Text.Expressions);
        writer.Write(function.Text.Parameters.Count);
        foreach (var name in function.Text.Parameters) WriteText(writer, name);
        writer.Write(function.Text.Settings.Count);
        foreach (var number in function.Text.Settings) writer.Write(number);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>The request to compute a function over parts.</summary>
    public static byte[] Evaluate(Guid key, int id, int[] parts, ReadOnlySpan<double> point)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write((byte)Request.Evaluate);
        writer.Write(key.ToByteArray());
        writer.Write(id);
        writer.Write(parts.Length);
        writer.Write(MemoryMarshal.AsBytes<int>(parts));
        writer.Write(point.Length);
        writer.Write(MemoryMarshal.AsBytes(point));
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>The request to let go of rows.</summary>
    public static byte[] Forget(Guid key) => [(byte)Request.Forget, .. key.ToByteArray()];

    /// <summary>The results of an answer, one for each part.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static double[][] ResultsOf(byte[] answer, int parts, int length)
    {
        if (answer.LongLength != (long)parts * length * sizeof(double)) throw new InvalidDataException("an answer with more or fewer numbers than were asked for");
        var numbers = MemoryMarshal.Cast<byte, double>(answer);
        var results = new double[parts][];
        for (var i = 0; i < parts; i++) results[i] = numbers.Slice(i * length, length).ToArray();
        return results;
    }

    /// <inheritdoc/>
    public byte[] Answer(ArraySegment<byte> request, CancellationToken cancellation)
    {
        using var stream = CheckpointReader.StreamOf(request);
        var reader = new CheckpointReader(stream);
        switch ((Request)reader.Byte())
        {
            case Request.Define:
                var number = reader.Int32(0, int.MaxValue);
                _functions[number] = new Definition(Read(reader));
                return [];
            case Request.Evaluate:
                var key = new Guid(reader.Bytes(16));
                var id = reader.Int32(0, int.MaxValue);
                var parts = reader.Array<int>(reader.Int32(1, MostParts));
                var point = reader.Array<double>(reader.Int32(0, int.MaxValue));
                if (reader.Remaining > 0) throw new InvalidDataException("it goes on after its end");
                return Compute(key, id, parts, point, cancellation);
            case Request.Settle:
                MakeRows(new Guid(reader.Bytes(16)), reader.Array<int>(reader.Int32(1, MostParts)), reader.Bytes((int)reader.Remaining));
                return [];
            case Request.Forget:
                var forgotten = new Guid(reader.Bytes(16));
                Kept.TryRemove(forgotten, out _);
                Open.TryRemove(forgotten, out _);
                return [];
            default:
                throw new InvalidDataException("the request is not known");
        }
    }

    // A part may be settled already.
    private static void MakeRows(Guid key, int[] parts, byte[] known)
    {
        foreach (var part in parts)
        {
            if (Kept.TryGetValue(key, out var kept) && kept.ContainsKey(part)) continue;
            if (!Open.TryGetValue(key, out var open) || !open.TryRemove(part, out var settle)) throw new InvalidDataException("it asks for rows that are not here");
            Keep(key, part, settle(known));
        }
    }

    private byte[] Compute(Guid key, int id, int[] parts, double[] point, CancellationToken cancellation)
    {
        if (!_functions.TryGetValue(id, out var definition) || !Kept.TryGetValue(key, out var kept)) throw new InvalidDataException("nothing was made ready for it");
        var function = definition.Function;
        if (point.Length != function.PointLength) throw new InvalidDataException("it has a point of another length");
        var numbers = new double[parts.Length * function.ResultLength];
        lock (definition)
        {
            for (var i = 0; i < parts.Length; i++)
            {
                if (!kept.TryGetValue(parts[i], out var rows)) throw new InvalidDataException("it asks for rows that are not here");
                if (!definition.Ready.TryGetValue(parts[i], out var evaluate)) definition.Ready.Add(parts[i], evaluate = function.Over(rows, cancellation));
                evaluate(point, cancellation).CopyTo(numbers, i * function.ResultLength);
            }
        }

        return MemoryMarshal.AsBytes<double>(numbers).ToArray();
    }

    private static PartFunction Read(CheckpointReader reader)
    {
        var kind = (PartFunctionKind)reader.Byte();
        var expressions = reader.Text(LongestText);
        var parameters = new string[reader.Int32(0, MostParts)];
        for (var i = 0; i < parameters.Length; i++) parameters[i] = reader.Text(LongestName);
        var text = new PartFunctionText(expressions, parameters, reader.Array<double>(reader.Int32(0, LongestName)));
        if (reader.Remaining > 0) throw new InvalidDataException("it goes on after its end");
        return kind switch
        {
            PartFunctionKind.Sums => new SumFunction(text),
            PartFunctionKind.Bounds => new BoundsFunction(text),
            PartFunctionKind.FitLabels => new FitLabelsFunction(text),
            PartFunctionKind.FitTriangle => new FitTriangleFunction(text),
            PartFunctionKind.FitNotFinite => new FitNotFiniteFunction(text),
            _ => throw new InvalidDataException("its kind is not known"),
        };
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }

    // A function and what is ready of it over each part.
    private sealed class Definition(PartFunction function)
    {
        public PartFunction Function { get; } = function;

        public Dictionary<int, Func<double[], CancellationToken, double[]>> Ready { get; } = [];
    }
}
