using System.Management.Automation;

namespace PSAutodiff;

/// <summary>Takes networks through serialization.</summary>
public sealed class NetworkConverter : SerializedTextConverter<Network>
{
    /// <summary>Text that holds every bit of the network.</summary>
    public static string GetSerializedText(PSObject instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        return ((Network)instance.BaseObject).ToJson();
    }

    private protected override Network Parse(string text) => Network.ParseJson(text);
}
