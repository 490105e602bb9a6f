using System.Management.Automation;

namespace PSAutodiff;

/// <summary>Brings objects that went through jobs, remoting or Clixml back to life: what PSAutodiff.types.ps1xml names for them, and for <see cref="SerializedText"/>, which stands for all.</summary>
public sealed class SerializedTextConverter : PSTypeConverter
{
    /// <inheritdoc/>
    public override bool CanConvertFrom(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override bool CanConvertFrom(PSObject sourceValue, Type destinationType) =>
        SerializedText.TypeOf(sourceValue) is { } type && (destinationType == type || destinationType == typeof(SerializedText)) && SerializedText.Of(sourceValue) is not null;

    /// <inheritdoc/>
    public override object ConvertFrom(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        throw new PSNotSupportedException();

    /// <inheritdoc/>
    public override object ConvertFrom(PSObject sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        SerializedText.Revive(sourceValue)!;

    /// <inheritdoc/>
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override object ConvertTo(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        throw new PSNotSupportedException();
}
