using System.Management.Automation;

namespace PSAutodiff;

/// <summary>Takes expressions through serialization: what PSAutodiff.types.ps1xml names.</summary>
public sealed class ExprNodeConverter : PSTypeConverter
{
    private const string TextProperty = "SerializedText";

    /// <summary>Text that holds the whole expression, each shared part once.</summary>
    public static string GetSerializedText(PSObject instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        return ((ExprNode)instance.BaseObject).ToText(ExprTextFormat.Let);
    }

    /// <summary>The text of an expression that went through serialization and is not live.</summary>
    internal static bool TryGetText(PSObject instance, out string text)
    {
        text = instance.TypeNames.Contains("Deserialized." + typeof(ExprNode).FullName) ? instance.Properties[TextProperty]?.Value as string ?? string.Empty : string.Empty;
        return text.Length > 0;
    }

    /// <inheritdoc/>
    public override bool CanConvertFrom(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override bool CanConvertFrom(PSObject sourceValue, Type destinationType)
    {
        ArgumentNullException.ThrowIfNull(sourceValue);
        return destinationType == typeof(ExprNode) && sourceValue.Properties[TextProperty]?.Value is string;
    }

    /// <inheritdoc/>
    public override object ConvertFrom(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        throw new PSNotSupportedException();

    /// <inheritdoc/>
    public override object ConvertFrom(PSObject sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase)
    {
        ArgumentNullException.ThrowIfNull(sourceValue);
        return ExprNode.Parse((string)sourceValue.Properties[TextProperty].Value);
    }

    /// <inheritdoc/>
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override object ConvertTo(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        throw new PSNotSupportedException();
}
