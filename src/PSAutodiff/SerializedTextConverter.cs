using System.Management.Automation;

namespace PSAutodiff;

/// <summary>Takes objects through serialization as text: what PSAutodiff.types.ps1xml names for them.</summary>
/// <typeparam name="T">The type of the objects.</typeparam>
public abstract class SerializedTextConverter<T> : PSTypeConverter
    where T : class
{
    private const string TextProperty = "SerializedText";

    /// <inheritdoc/>
    public override bool CanConvertFrom(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override bool CanConvertFrom(PSObject sourceValue, Type destinationType)
    {
        ArgumentNullException.ThrowIfNull(sourceValue);
        return destinationType == typeof(T) && sourceValue.Properties[TextProperty]?.Value is string;
    }

    /// <inheritdoc/>
    public override object ConvertFrom(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        throw new PSNotSupportedException();

    /// <inheritdoc/>
    public override object ConvertFrom(PSObject sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase)
    {
        ArgumentNullException.ThrowIfNull(sourceValue);
        return Parse((string)sourceValue.Properties[TextProperty].Value);
    }

    /// <inheritdoc/>
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override object ConvertTo(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        throw new PSNotSupportedException();

    /// <summary>The text of an object that went through serialization and is not live.</summary>
    internal static bool TryGetText(PSObject instance, out string text)
    {
        text = instance.TypeNames.Contains("Deserialized." + typeof(T).FullName) ? instance.Properties[TextProperty]?.Value as string ?? string.Empty : string.Empty;
        return text.Length > 0;
    }

    /// <summary>The object again.</summary>
    private protected abstract T Parse(string text);
}
