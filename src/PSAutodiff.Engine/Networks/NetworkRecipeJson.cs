using System.Text.Json;
using System.Text.Json.Serialization;

namespace PSAutodiff.Networks;

/// <summary>How a network was trained as JSON, which is read strictly.</summary>
internal static class NetworkRecipeJson
{
    /// <summary>How it is written and read.</summary>
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        MaxDepth = 4,
        Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
    };

    /// <summary>The text of a recipe, in a line.</summary>
    public static string Write(NetworkRecipe recipe) => JsonSerializer.Serialize(recipe, Options);

    /// <summary>The recipe of a network.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static NetworkRecipe Read(JsonElement element, Network network)
    {
        try
        {
            var recipe = element.Deserialize<NetworkRecipe>(Options) ?? throw new FormatException("it is null");
            if (recipe.Options is null) throw new FormatException("'options' is missing");
            recipe.Check(network);
            return recipe;
        }
        catch (JsonException exception)
        {
            throw new FormatException(exception.Message.Split(" Path:")[0].TrimEnd('.'), exception);
        }
    }
}
