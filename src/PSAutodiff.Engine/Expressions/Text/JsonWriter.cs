using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using PSAutodiff.Core;

namespace PSAutodiff.Expressions.Text;

/// <summary>
/// Writes an expression as a JSON object: a format, a version, the list of distinct nodes, each after its arguments, and the index
/// of the root. <see cref="JsonReader"/> reads it back to an equal expression.
/// </summary>
internal static class JsonWriter
{
    public const string Format = "PSAutodiff.Expression";
    public const int Version = 1;

    /// <summary>The version of a text with vectors or matrices. One of numbers stays as it was, so that every reader takes it.</summary>
    public const int VersionOfArrays = 2;

    /// <summary>What stands for the operation of a node that applies a function without a definition, which its name says.</summary>
    public const string Function = "function";

    // Letters of all languages stay readable; what means something to HTML is still escaped.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    public static string Write(ExprNode node, CancellationToken cancellation = default)
    {
        var (graph, root) = node.Flatten(cancellation);
        var indices = new int[root + 1];
        var count = 0;
        var bytes = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(bytes, Options);
        json.WriteStartObject();
        json.WriteString("format"u8, Format);
        json.WriteNumber("version"u8, graph.HasArrays([root]) ? VersionOfArrays : Version);
        json.WriteStartArray("nodes"u8);
        foreach (var id in WritingOrder.Of(graph, [root], cancellation))
        {
            indices[id] = count++;
            var operation = graph.OperationOf(id);
            json.WriteStartObject();
            json.WriteString("op"u8, operation is UnknownFunction ? Function : operation.Name);
            if (operation is UnknownFunction) json.WriteString("name"u8, operation.Name);
            if (graph.IsConstant(id))
            {
                json.WriteNumber("value"u8, graph.ConstantOf(id));
            }
            else if (graph.IsVariable(id))
            {
                json.WriteString("name"u8, graph.NameOf(id));
                if (!graph.ShapeOf(id).IsNumber) WriteShape(json, graph.ShapeOf(id));
            }
            else if (graph.IsIndex(id))
            {
                json.WriteStartArray("values"u8);
                foreach (var number in graph.IndicesOf(id)) json.WriteNumberValue(number);
                json.WriteEndArray();
            }
            else if (graph.IsArray(id))
            {
                WriteShape(json, graph.ShapeOf(id));
                json.WriteStartArray("values"u8);
                foreach (var number in graph.ArrayOf(id).Elements) json.WriteNumberValue(number);
                json.WriteEndArray();
            }
            else
            {
                json.WriteStartArray("args"u8);
                for (var i = 0; i < operation.Arity; i++) json.WriteNumberValue(indices[graph.Argument(id, i)]);
                json.WriteEndArray();
            }

            json.WriteEndObject();

            // Utf8JsonWriter keeps what it wrote since the last flush in one piece.
            if (json.BytesPending > 1 << 16) json.Flush();
        }

        json.WriteEndArray();
        json.WriteNumber("root"u8, indices[root]);
        json.WriteEndObject();
        json.Flush();
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static void WriteShape(Utf8JsonWriter json, Shape shape)
    {
        json.WriteStartArray("shape"u8);
        foreach (var size in shape.Sizes) json.WriteNumberValue(size);
        json.WriteEndArray();
        if (shape.IsSymmetric) json.WriteBoolean("symmetric"u8, true);
    }
}
