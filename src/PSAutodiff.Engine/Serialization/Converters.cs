using System.Collections.Specialized;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using PSAutodiff.Data;

namespace PSAutodiff.Serialization;

/// <summary>Lists are read into arrays: PowerShell indexes them, and nobody can add to them.</summary>
internal sealed class ArrayConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(IReadOnlyList<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(ArrayConverter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;
}

/// <summary>A list of elements.</summary>
/// <typeparam name="T">The type of the elements.</typeparam>
internal sealed class ArrayConverter<T> : JsonConverter<IReadOnlyList<T>>
{
    public override IReadOnlyList<T>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var elements = JsonSerializer.Deserialize<T[]>(ref reader, options);
        return elements is not null && Array.IndexOf(elements, default) >= 0 && default(T) is null ? throw new JsonException("An element of a list is null.") : elements;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<T> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var element in value) JsonSerializer.Serialize(writer, element, options);
        writer.WriteEndArray();
    }
}

/// <summary>A matrix as a list of rows.</summary>
/// <typeparam name="T">The type of the elements.</typeparam>
internal sealed class MatrixConverter<T> : JsonConverter<T[,]>
{
    public override T[,] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var rows = JsonSerializer.Deserialize<T[][]>(ref reader, options)!;
        var columns = rows.Length == 0 ? 0 : rows[0]?.Length ?? 0;
        var matrix = new T[rows.Length, columns];
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i]?.Length != columns) throw new JsonException("The rows of a matrix differ in length.");
            for (var j = 0; j < columns; j++) matrix[i, j] = rows[i][j];
        }

        return matrix;
    }

    public override void Write(Utf8JsonWriter writer, T[,] value, JsonSerializerOptions options)
    {
        var row = new T[value.GetLength(1)];
        writer.WriteStartArray();
        for (var i = 0; i < value.GetLength(0); i++)
        {
            for (var j = 0; j < row.Length; j++) row[j] = value[i, j];
            JsonSerializer.Serialize(writer, row, options);
        }

        writer.WriteEndArray();
    }
}

/// <summary>Names with numbers, vectors or matrices, in order.</summary>
internal sealed class NamedNumbersConverter : JsonConverter<OrderedDictionary>
{
    public override OrderedDictionary Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("Names with numbers have to be an object.");
        var named = new OrderedDictionary();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (named.Contains(name)) throw new JsonException("A name is given twice.");
            reader.Read();
            named.Add(name, reader.TokenType == JsonTokenType.StartArray ? JsonSerializer.Deserialize<Array>(ref reader, options)! : JsonSerializer.Deserialize<double>(ref reader, options));
        }

        return named;
    }

    public override void Write(Utf8JsonWriter writer, OrderedDictionary value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (string name in value.Keys)
        {
            writer.WritePropertyName(name);
            JsonSerializer.Serialize(writer, value[name]!, value[name]!.GetType(), options);
        }

        writer.WriteEndObject();
    }
}

/// <summary>An object that has a text of its own.</summary>
/// <typeparam name="T">The type of the object.</typeparam>
internal sealed class TextConverter<T>(Func<T, string> write, Func<string, T> parse) : JsonConverter<T>
    where T : class
{
    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? parse(reader.GetString()!) : throw new JsonException("A text was expected.");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(write(value));
}

/// <summary>A network in the JSON of its files.</summary>
internal sealed class NetworkConverter : JsonConverter<Network>
{
    public override Network? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return Network.ParseJson(document.RootElement.GetRawText());
    }

    public override void Write(Utf8JsonWriter writer, Network value, JsonSerializerOptions options) => writer.WriteRawValue(value.ToJson());
}

/// <summary>A class of a network, the one kind of value of several types: a text, a Boolean, or the text of a number under the name of its type.</summary>
internal sealed class ClassLabelConverter : JsonConverter<object>
{
    public override object Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString()!,
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => JsonSerializer.Deserialize<Dictionary<string, string>>(ref reader, options)!.Single() is var (type, text) && ClassLabel.TryRead(text, type) is { } label
            ? label
            : throw new JsonException("A class is not a value of its type."),
    };

    public override void Write(Utf8JsonWriter writer, object value, JsonSerializerOptions options)
    {
        if (value is string text) writer.WriteStringValue(text);
        else if (value is bool flag) writer.WriteBooleanValue(flag);
        else JsonSerializer.Serialize(writer, new Dictionary<string, string> { [ClassLabel.TypeName(value)] = ClassLabel.Write(value) }, options);
    }
}

/// <summary>A complex number by its two parts.</summary>
internal sealed class ComplexConverter : JsonConverter<Complex>
{
    public override Complex Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize<Dictionary<string, double>>(ref reader, options) is { Count: 2 } parts && parts.TryGetValue("real", out var real) && parts.TryGetValue("imaginary", out var imaginary)
            ? new Complex(real, imaginary)
            : throw new JsonException("A complex number has the parts real and imaginary.");

    public override void Write(Utf8JsonWriter writer, Complex value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, new Dictionary<string, double> { ["real"] = value.Real, ["imaginary"] = value.Imaginary }, options);
}

/// <summary>A vector or matrix of real or complex numbers.</summary>
internal sealed class NumberArrayConverter : JsonConverter<Array>
{
    public override Array? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        var first = document.RootElement;
        var depth = 0;
        for (; first.ValueKind == JsonValueKind.Array && first.GetArrayLength() > 0; depth++) first = first[0];
        var isComplex = first.ValueKind == JsonValueKind.Object;
        return depth < 2
            ? isComplex ? document.RootElement.Deserialize<Complex[]>(options) : document.RootElement.Deserialize<double[]>(options)
            : isComplex ? document.RootElement.Deserialize<Complex[,]>(options) : document.RootElement.Deserialize<double[,]>(options);
    }

    public override void Write(Utf8JsonWriter writer, Array value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value, value.GetType(), options);
}
