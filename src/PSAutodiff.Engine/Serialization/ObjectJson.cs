using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace PSAutodiff.Serialization;

/// <summary>
/// Results as JSON that people can read and that gives the same object back: properties by name, numbers as the shortest decimals that
/// read back to the same bits, enumerations by name, matrices row by row. What is read is data alone: the kinds of objects are those that
/// the properties are declared with.
/// </summary>
internal static class ObjectJson
{
    private static readonly JsonSerializerOptions Options = MakeOptions();

    /// <summary>The text of an object.</summary>
    public static string Write(object value) => JsonSerializer.Serialize(value, value.GetType(), Options);

    /// <summary>The object of a text; errors are those of the text.</summary>
    public static T Read<T>(string text)
        where T : class => (T)Read(text, typeof(T));

    /// <summary>The object of a text; errors are those of the text.</summary>
    public static object Read(string text, Type type) => JsonSerializer.Deserialize(text, type, Options) ?? throw new JsonException("It is null.");

    /// <summary>The object of a text, every error one of the user's.</summary>
    /// <param name="text">What <see cref="Write"/> wrote.</param>
    /// <param name="type">The type of the object.</param>
    /// <param name="read">Reads it.</param>
    /// <exception cref="AutodiffException">The text is none of such an object.</exception>
    public static object Read(string text, Type type, Func<string, Type, object> read)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            return read(text, type);
        }
        catch (Exception exception) when (exception is JsonException or AutodiffException or FormatException or InvalidOperationException or OverflowException or ArgumentException)
        {
            var place = exception is JsonException { Path: { Length: > 1 } path } ? $" at '{Cut(path)}'" : string.Empty;
            throw new AutodiffException(ErrorIds.ObjectText, $"The text is not that of a {(type == typeof(IAutodiffModel) ? "model" : type.Name)}: it is damaged{place}, or of another version of PSAutodiff. {Cause(exception)}");
        }
    }

    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions
        {
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { IgnoreWhatIsComputed } },
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            // For people, not for HTML: + and < as they are.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            AllowDuplicateProperties = false,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            MaxDepth = 12,
            Converters =
            {
                new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false),
                new ArrayConverterFactory(),
                new MatrixConverter<double>(),
                new MatrixConverter<int>(),
                new MatrixConverter<bool>(),
                new MatrixConverter<Complex>(),
                new ComplexConverter(),
                new NumberArrayConverter(),
                new NamedNumbersConverter(),
                new TextConverter<ExprNode>(static node => node.ToText(ExprTextFormat.Let), ExprNode.Parse),
                new NetworkConverter(),
                new ClassLabelConverter(),
            },
        };
        options.MakeReadOnly();
        return options;
    }

    // Written for people; the object computes it again.
    private static void IgnoreWhatIsComputed(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object) return;
        foreach (var property in type.Properties)
        {
            // A setter that does nothing makes reading check and pass over the value.
            if (property.Set is null && property.AssociatedParameter is null) property.Set = static (_, _) => { };
        }
    }

    private static string Cause(Exception exception)
    {
        var cause = exception is JsonException { InnerException: AutodiffException or FormatException } ? exception.InnerException! : exception;
        return Cut(cause.Message.Split(" Path:")[0].ReplaceLineEndings(" "));
    }

    private static string Cut(string text) => text.Length > 200 ? text[..200] + "..." : text;
}
