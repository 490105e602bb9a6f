using System.Globalization;
using PSAutodiff.Foundation.Files;

namespace PSAutodiff.Exchange.Onnx;

/// <summary>
/// Reads the parts of an ONNX file. Every length is checked against the bytes that are there before anything is made of it, and counts are limited, so
/// that memory stays in proportion to the file. Tensors in files beside it are read if these lie in its own folder.
/// </summary>
internal sealed class OnnxFile
{
    // Dense networks have a handful for each layer.
    private const int MostParts = 100_000;
    private const int MostAxes = 8;

    private readonly string? _folder;
    private readonly Dictionary<string, long> _external = new(StringComparer.Ordinal);
    private int _parts;
    private long _bytes;

    private OnnxFile(string? folder) => _folder = folder;

    /// <summary>The parts of a file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="folder">Where files with its tensors may be; null for nowhere.</param>
    /// <exception cref="AutodiffException">It is damaged, or holds what is not read.</exception>
    public static OnnxModel Read(ReadOnlyMemory<byte> bytes, string? folder = null) => new OnnxFile(folder).Model(bytes);

    private OnnxModel Model(ReadOnlyMemory<byte> bytes)
    {
        _bytes = bytes.Length;
        long ir = 0;
        long opset = 0;
        ReadOnlyMemory<byte>? graph = null;
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var reader = new ProtoReader(bytes); reader.Next();)
        {
            switch (reader.Field)
            {
                case OnnxFields.Model.IrVersion: ir = reader.Integer(); break;
                case OnnxFields.Model.Graph: graph = graph is null ? reader.Bytes() : throw FileErrors.Of("It has two graphs."); break;
                case OnnxFields.Model.Functions: throw FileErrors.Of("It defines functions of its own, which are not read.");
                case OnnxFields.Model.OpsetImport:
                    if (Opset(reader.Bytes()) is var (domain, version) && domain is "" or "ai.onnx") opset = version;
                    break;
                case OnnxFields.Model.MetadataProps:
                    Count();
                    var (key, value) = Entry(reader.Bytes());
                    metadata[key] = value;
                    break;
                default: reader.Skip(); break;
            }
        }

        if (ir is < 1 or > 1000 || graph is null) throw FileErrors.Of("It is not an ONNX file: it has no version or no graph.");
        if (opset is < 7 or > 1000) throw FileErrors.Of(string.Create(CultureInfo.InvariantCulture, $"Its operations are of version {opset}. Versions from 7 on are read."));
        return Graph(graph.Value, opset, metadata);
    }

    private OnnxModel Graph(ReadOnlyMemory<byte> bytes, long opset, Dictionary<string, string> metadata)
    {
        var nodes = new List<OnnxNode>();
        var tensors = new Dictionary<string, OnnxTensor>(StringComparer.Ordinal);
        var inputs = new List<(string Name, long Width)>();
        var outputs = new List<string>();
        for (var reader = new ProtoReader(bytes); reader.Next();)
        {
            switch (reader.Field)
            {
                case OnnxFields.Graph.Node: nodes.Add(Node(reader.Bytes())); break;
                case OnnxFields.Graph.Initializer:
                    var tensor = Tensor(reader.Bytes());
                    if (tensor.Name.Length == 0 || !tensors.TryAdd(tensor.Name, tensor)) throw FileErrors.Of($"The tensor {FileErrors.Shown(tensor.Name)} has no name, or one that stands twice.");
                    break;
                case OnnxFields.Graph.SparseInitializer: throw FileErrors.Of("It holds sparse tensors, which are not read.");
                case OnnxFields.Graph.Input: inputs.Add(ValueInfo(reader.Bytes())); break;
                case OnnxFields.Graph.Output: outputs.Add(ValueInfo(reader.Bytes()).Name); break;
                default: reader.Skip(); break;
            }
        }

        return new OnnxModel(opset, nodes, tensors, [.. inputs.Where(input => !tensors.ContainsKey(input.Name))], outputs, metadata, _bytes);
    }

    private OnnxNode Node(ReadOnlyMemory<byte> bytes)
    {
        Count();
        var (operation, domain, name) = (string.Empty, string.Empty, string.Empty);
        var inputs = new List<string>();
        var outputs = new List<string>();
        var attributes = new Dictionary<string, OnnxAttribute>(StringComparer.Ordinal);
        for (var reader = new ProtoReader(bytes); reader.Next();)
        {
            switch (reader.Field)
            {
                case OnnxFields.Node.Input: Add(inputs, reader.Text()); break;
                case OnnxFields.Node.Output: Add(outputs, reader.Text()); break;
                case OnnxFields.Node.Name: name = reader.Text(); break;
                case OnnxFields.Node.OpType: operation = reader.Text(); break;
                case OnnxFields.Node.Domain: domain = reader.Text(); break;
                case OnnxFields.Node.Attribute:
                    Count();
                    var (key, attribute) = Attribute(reader.Bytes());
                    attributes[key] = attribute;
                    break;
                default: reader.Skip(); break;
            }
        }

        return operation.Length > 0 ? new OnnxNode(operation, domain, name, inputs, outputs, attributes) : throw FileErrors.Of("It is a damaged ONNX file: a node has no operation.");
    }

    private void Add(List<string> names, string name)
    {
        Count();
        names.Add(name);
    }

    private (string Name, OnnxAttribute Attribute) Attribute(ReadOnlyMemory<byte> bytes)
    {
        var (name, text, integer, single) = (string.Empty, string.Empty, 0L, 0f);
        OnnxTensor? tensor = null;
        var (integers, singles, texts) = (new List<long>(), new List<float>(), new List<string>());
        for (var reader = new ProtoReader(bytes); reader.Next();)
        {
            switch (reader.Field)
            {
                case OnnxFields.Attribute.Name: name = reader.Text(); break;
                case OnnxFields.Attribute.Float: single = reader.Single(); break;
                case OnnxFields.Attribute.Int: integer = reader.Integer(); break;
                case OnnxFields.Attribute.String: text = reader.Text(); break;
                case OnnxFields.Attribute.Tensor: tensor = Tensor(reader.Bytes()); break;
                case OnnxFields.Attribute.Floats: Singles(ref reader, singles); break;
                case OnnxFields.Attribute.Ints: reader.Integers(integers, MostParts); break;
                case OnnxFields.Attribute.Strings: Add(texts, reader.Text()); break;
                default: reader.Skip(); break;
            }
        }

        return (name, new OnnxAttribute(integer, single, text, tensor, integers, singles, texts));
    }

    // One, or packed as many.
    private static void Singles(ref ProtoReader reader, List<float> singles)
    {
        var packed = reader.Singles();
        if (singles.Count + packed.Length > MostParts) throw FileErrors.Of("It is a damaged ONNX file: a list of numbers is too long.");
        singles.AddRange(packed);
    }

    private OnnxTensor Tensor(ReadOnlyMemory<byte> bytes)
    {
        Count();
        var (name, type, isExternal) = (string.Empty, 0, false);
        var sizes = new List<long>();
        var data = ReadOnlyMemory<byte>.Empty;
        var texts = new List<string>();
        var integers = new List<long>();
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var reader = new ProtoReader(bytes); reader.Next();)
        {
            switch (reader.Field)
            {
                case OnnxFields.Tensor.Dims: reader.Integers(sizes, MostAxes); break;
                case OnnxFields.Tensor.DataType: type = (int)Math.Clamp(reader.Integer(), 0, 1000); break;
                case OnnxFields.Tensor.Segment: throw FileErrors.Of("It holds a tensor in segments, which are not read.");
                case OnnxFields.Tensor.Name: name = reader.Text(); break;
                case OnnxFields.Tensor.RawData: data = reader.Bytes(); break;
                case OnnxFields.Tensor.FloatData or OnnxFields.Tensor.DoubleData: data = reader.Packed(data); break;
                case OnnxFields.Tensor.Int64Data or OnnxFields.Tensor.Int32Data: reader.Integers(integers, MostParts); break;
                case OnnxFields.Tensor.StringData: Add(texts, reader.Text()); break;
                case OnnxFields.Tensor.ExternalData:
                    Count();
                    var (key, value) = Entry(reader.Bytes());
                    places[key] = value;
                    break;
                case OnnxFields.Tensor.DataLocation: isExternal = reader.Integer() == 1; break;
                default: reader.Skip(); break;
            }
        }

        if (sizes.Exists(static size => size < 0)) throw FileErrors.Of($"The tensor {FileErrors.Shown(name)} has a negative size.");
        if (integers.Count > 0) data = type == OnnxFields.TypeInt64 ? BytesOf(integers, static (span, value) => System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(span, value), 8) : BytesOf(integers, static (span, value) => System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(span, (int)value), OnnxTensor.WidthOf(type) is 2 or 1 ? 0 : 4);
        var tensor = new OnnxTensor(name, [.. sizes], type, data, texts);
        var width = OnnxTensor.WidthOf(type);
        if (isExternal) return tensor with { Data = External(tensor, places, width) };
        var wanted = tensor.Count;
        if (type == OnnxFields.TypeString ? texts.Count != wanted : width > 0 && data.Length != wanted * width)
        {
            throw FileErrors.Of($"The tensor {FileErrors.Shown(name)} has the sizes {tensor.SizesText}, but not as many elements.");
        }

        return tensor;
    }

    private delegate void Put(Span<byte> place, long value);

    private static ReadOnlyMemory<byte> BytesOf(List<long> integers, Put put, int width)
    {
        if (width == 0) throw FileErrors.Of("It holds a tensor of short numbers as integers, which is not read.");
        var bytes = new byte[integers.Count * width];
        for (var i = 0; i < integers.Count; i++) put(bytes.AsSpan(i * width), integers[i]);
        return bytes;
    }

    // Only what lies beside the file, by its own name.
    private byte[] External(OnnxTensor tensor, Dictionary<string, string> places, int width)
    {
        var title = $"The tensor {FileErrors.Shown(tensor.Name)}";
        var location = places.GetValueOrDefault("location", string.Empty);
        if (_folder is null) throw FileErrors.Of($"{title} lies in another file, {FileErrors.Shown(location)}.");
        if (location.Length == 0 || location is "." or ".." || location.AsSpan().IndexOfAny("/\\:\0") >= 0 || Path.GetFileName(location) != location)
        {
            throw FileErrors.Of($"{title} lies in {FileErrors.Shown(location)}. Only files in the folder of the model itself are read, and nothing outside it.");
        }

        var path = Path.Combine(_folder, location);
        if (!long.TryParse(places.GetValueOrDefault("offset", "0"), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)) throw FileErrors.Of($"{title} has no valid offset in {FileErrors.Shown(location)}.");
        try
        {
            if (new FileInfo(path).LinkTarget is not null) throw FileErrors.Of($"{title} lies in {FileErrors.Shown(location)}, which is a link. Links are not followed.");
            using var file = WholeFile.OpenRead(path);
            var length = width > 0 ? tensor.Count * width : throw FileErrors.Of($"{title} is of a type that is not read.");
            if (places.TryGetValue("length", out var given) && given != length.ToString(CultureInfo.InvariantCulture)) throw FileErrors.Of($"{title} has the sizes {tensor.SizesText}, but not as many bytes in {FileErrors.Shown(location)}.");
            _external.TryAdd(location, file.Length);
            if (offset > file.Length - length || (_external[location] -= length) < 0) throw FileErrors.Of($"{title} does not fit into {FileErrors.Shown(location)}, which has {file.Length.ToString(CultureInfo.InvariantCulture)} bytes.");
            var bytes = new byte[length];
            file.Position = offset;
            file.ReadExactly(bytes);
            _bytes += length;
            return bytes;
        }
        catch (Exception exception) when (WholeFile.IsFileError(exception))
        {
            throw FileErrors.Of($"{title} lies in {FileErrors.Shown(location)} in the same folder, which cannot be read: {exception.Message}");
        }
    }

    private (string Name, long Width) ValueInfo(ReadOnlyMemory<byte> bytes)
    {
        Count();
        var (name, width) = (string.Empty, 0L);
        for (var reader = new ProtoReader(bytes); reader.Next();)
        {
            if (reader.Field == OnnxFields.ValueInfo.Name) name = reader.Text();
            else if (reader.Field == OnnxFields.ValueInfo.Type) width = LastSize(reader.Bytes());
            else reader.Skip();
        }

        return (name, width);
    }

    // The type, its tensor, its shape, and the last of its sizes.
    private static long LastSize(ReadOnlyMemory<byte> type)
    {
        var shape = Only(Only(type, OnnxFields.ValueInfo.TensorType), OnnxFields.ValueInfo.Shape);
        var last = ReadOnlyMemory<byte>.Empty;
        for (var reader = new ProtoReader(shape); reader.Next();)
        {
            if (reader.Field == OnnxFields.ValueInfo.Dimension) last = reader.Bytes();
            else reader.Skip();
        }

        for (var reader = new ProtoReader(last); reader.Next();)
        {
            if (reader.Field == OnnxFields.ValueInfo.DimensionValue) return Math.Clamp(reader.Integer(), 0, int.MaxValue);
            reader.Skip();
        }

        return 0;
    }

    private static ReadOnlyMemory<byte> Only(ReadOnlyMemory<byte> bytes, int field)
    {
        var found = ReadOnlyMemory<byte>.Empty;
        for (var reader = new ProtoReader(bytes); reader.Next();)
        {
            if (reader.Field == field) found = reader.Bytes();
            else reader.Skip();
        }

        return found;
    }

    private static (string Key, string Value) Entry(ReadOnlyMemory<byte> bytes)
    {
        var (key, value) = (string.Empty, string.Empty);
        for (var reader = new ProtoReader(bytes); reader.Next();)
        {
            if (reader.Field == OnnxFields.Entry.Key) key = reader.Text();
            else if (reader.Field == OnnxFields.Entry.Value) value = reader.Text();
            else reader.Skip();
        }

        return (key, value);
    }

    private static (string Domain, long Version) Opset(ReadOnlyMemory<byte> bytes)
    {
        var (domain, version) = (string.Empty, 0L);
        for (var reader = new ProtoReader(bytes); reader.Next();)
        {
            if (reader.Field == OnnxFields.Opset.Domain) domain = reader.Text();
            else if (reader.Field == OnnxFields.Opset.Version) version = reader.Integer();
            else reader.Skip();
        }

        return (domain, version);
    }

    private void Count()
    {
        if (++_parts > MostParts) throw FileErrors.Of(string.Create(CultureInfo.InvariantCulture, $"It has more than {MostParts} parts. A dense network has a few for each layer."));
    }
}
