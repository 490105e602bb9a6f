using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using PSAutodiff.Exchange.Onnx;

namespace PSAutodiff.Exchange.Safetensors;

/// <summary>
/// Tensors with names, in the format of safetensors: the length of a header, the header in JSON, and the bytes of all tensors without gaps. Read strictly:
/// each length is checked against the bytes that are there.
/// </summary>
internal static class SafetensorsFile
{
    private const int LongestHeader = 100_000_000;
    private const string Metadata = "__metadata__";

    /// <summary>The bytes of a file.</summary>
    /// <param name="tensors">Names, sizes and elements, in order.</param>
    /// <param name="notes">Texts by key.</param>
    /// <param name="precision">The numbers of the tensors.</param>
    public static byte[] Write(IReadOnlyList<(string Name, long[] Sizes, double[] Elements)> tensors, IEnumerable<(string Key, string Value)> notes, NetworkPrecision precision)
    {
        var isSingle = precision == NetworkPrecision.Single;
        var width = isSingle ? sizeof(float) : sizeof(double);
        using var header = new MemoryStream();
        using (var writer = new Utf8JsonWriter(header))
        {
            writer.WriteStartObject();
            writer.WriteStartObject(Metadata);
            foreach (var (key, value) in notes) writer.WriteString(key, value);
            writer.WriteEndObject();
            long at = 0;
            foreach (var (name, sizes, elements) in tensors)
            {
                writer.WriteStartObject(name);
                writer.WriteString("dtype", isSingle ? "F32" : "F64");
                Numbers("shape", sizes);
                Numbers("data_offsets", [at, at += (long)elements.Length * width]);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();

            void Numbers(string name, long[] values)
            {
                writer.WriteStartArray(name);
                foreach (var value in values) writer.WriteNumberValue(value);
                writer.WriteEndArray();
            }
        }

        // Spaces up to a multiple of 8, so that numbers are aligned in memory.
        while (header.Length % 8 != 0) header.WriteByte((byte)' ');
        var start = 8 + (int)header.Length;
        var bytes = new byte[checked(start + (width * tensors.Sum(static tensor => tensor.Elements.Length)))];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, header.Length);
        header.ToArray().CopyTo(bytes, 8);
        foreach (var element in tensors.SelectMany(static tensor => tensor.Elements))
        {
            if (isSingle) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(start), (float)element);
            else BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(start), element);
            start += width;
        }

        return bytes;
    }

    /// <summary>The tensors of a file in the order of its header, and its texts by key.</summary>
    /// <exception cref="AutodiffException">It is damaged.</exception>
    public static (IReadOnlyList<OnnxTensor> Tensors, IReadOnlyDictionary<string, string> Notes) Read(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < 8) throw Damaged("it is shorter than the length of a header");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span);
        if (length > LongestHeader || length > (ulong)bytes.Length - 8) throw Damaged(string.Create(CultureInfo.InvariantCulture, $"its header is said to have {length} bytes, and the file has {bytes.Length}"));
        var data = bytes[(8 + (int)length)..];
        try
        {
            using var header = JsonDocument.Parse(bytes.Slice(8, (int)length), new JsonDocumentOptions { MaxDepth = 4 });
            return Read(header.RootElement, data);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw Damaged($"its header is not JSON of tensors: {exception.Message.TrimEnd('.')}");
        }
    }

    private static (IReadOnlyList<OnnxTensor> Tensors, IReadOnlyDictionary<string, string> Notes) Read(JsonElement header, ReadOnlyMemory<byte> data)
    {
        if (header.ValueKind != JsonValueKind.Object) throw Damaged("its header is not a JSON object");
        var tensors = new List<(OnnxTensor Tensor, long Start, long End)>();
        var notes = new Dictionary<string, string>(StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in header.EnumerateObject())
        {
            if (!names.Add(member.Name)) throw Damaged($"{FileErrors.Shown(member.Name)} stands twice");
            if (member.Name == Metadata)
            {
                foreach (var note in member.Value.EnumerateObject()) notes[note.Name] = note.Value.GetString() ?? string.Empty;
                continue;
            }

            var title = FileErrors.Shown(member.Name);
            var type = member.Value.GetProperty("dtype").GetString() switch
            {
                "F64" => OnnxFields.TypeDouble,
                "F32" => OnnxFields.TypeFloat,
                "F16" => OnnxTensor.Half,
                "BF16" => OnnxTensor.Brain,
                "I64" or "U64" => OnnxFields.TypeInt64,
                "I32" or "U32" => OnnxFields.TypeInt32,
                "BOOL" or "U8" or "I8" => OnnxFields.TypeBool,
                var other => throw Damaged($"{title} is of the type {FileErrors.Shown(other ?? "null")}, which is not read"),
            };
            long[] sizes = [.. member.Value.GetProperty("shape").EnumerateArray().Select(static size => size.GetInt64())];
            if (sizes.Length > 8 || Array.Exists(sizes, static size => size < 0)) throw Damaged($"{title} has a shape that is not one");
            if (member.Value.GetProperty("data_offsets").EnumerateArray().Select(static place => place.GetInt64()).ToArray() is not [var start, var end] || start < 0 || end < start || end > data.Length) throw Damaged($"the bytes of {title} are not in the file");
            var tensor = new OnnxTensor(member.Name, sizes, type, data[(int)start..(int)end], []);
            if (tensor.Count * OnnxTensor.WidthOf(type) != end - start) throw Damaged($"{title} has the shape {tensor.SizesText}, but {(end - start).ToString(CultureInfo.InvariantCulture)} bytes");
            tensors.Add((tensor, start, end));
        }

        // Without gaps or bytes that are of two.
        long at = 0;
        foreach (var (tensor, start, end) in tensors.OrderBy(static entry => entry.Start).ThenBy(static entry => entry.End))
        {
            if (start != at) throw Damaged($"the bytes of {FileErrors.Shown(tensor.Name)} do not begin where those before end");
            at = end;
        }

        if (at != data.Length) throw Damaged("it holds bytes that are of no tensor");
        return ([.. tensors.Select(static entry => entry.Tensor)], notes);
    }

    private static AutodiffException Damaged(string problem) => FileErrors.Of($"It is not a safetensors file, or a damaged one: {problem}.");
}
