using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PSAutodiff.Reports;

/// <summary>
/// Writes what the script of a report draws, as a JSON array of pictures. Only ASCII comes out, with everything escaped that could
/// end a script element. Numbers have six digits, which is more than most pictures show; what is not finite is null.
/// </summary>
internal sealed class PictureWriter : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _json;

    public PictureWriter()
    {
        _json = new Utf8JsonWriter(_buffer);
        _json.WriteStartArray();
    }

    /// <summary>Number of pictures begun.</summary>
    public int Count { get; private set; }

    /// <summary>Begins a picture and gives its number, from 1.</summary>
    public int Start(string type, string title, string description)
    {
        _json.WriteStartObject();
        _json.WriteNumber("id", ++Count);
        Text("type", type);
        Text("title", title);
        Text("description", description);
        return Count;
    }

    public void End() => _json.WriteEndObject();

    public void Text(string name, string value) => _json.WriteString(name, VisibleText.Of(value));

    public void Flag(string name, bool value) => _json.WriteBoolean(name, value);

    public void Integer(string name, int value) => _json.WriteNumber(name, value);

    public void Integer(int value) => _json.WriteNumberValue(value);

    public void Text(string value) => _json.WriteStringValue(VisibleText.Of(value));

    public void Number(double value)
    {
        if (double.IsFinite(value)) _json.WriteRawValue(value.ToString("g6", CultureInfo.InvariantCulture));
        else _json.WriteNullValue();
    }

    /// <summary>A number with all its digits.</summary>
    public void Exact(double value)
    {
        if (double.IsFinite(value)) _json.WriteNumberValue(value);
        else _json.WriteNullValue();
    }

    public void Array(Action content)
    {
        _json.WriteStartArray();
        content();
        _json.WriteEndArray();
    }

    public void Array(string name, Action content)
    {
        _json.WritePropertyName(name);
        Array(content);
    }

    public void Numbers(string name, IEnumerable<double> values)
    {
        _json.WriteStartArray(name);
        foreach (var value in values) Number(value);
        _json.WriteEndArray();
    }

    public void Numbers(params ReadOnlySpan<double> values)
    {
        _json.WriteStartArray();
        foreach (var value in values) Number(value);
        _json.WriteEndArray();
    }

    public void Texts(string name, IEnumerable<string> values)
    {
        _json.WriteStartArray(name);
        foreach (var value in values) Text(value);
        _json.WriteEndArray();
    }

    public void Object(Action content)
    {
        _json.WriteStartObject();
        content();
        _json.WriteEndObject();
    }

    /// <summary>The whole array; nothing can be added afterwards.</summary>
    public string Finish()
    {
        _json.WriteEndArray();
        _json.Flush();
        return Encoding.UTF8.GetString(_buffer.WrittenSpan);
    }

    public void Dispose() => _json.Dispose();
}
