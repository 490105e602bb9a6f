using System.Management.Automation;

namespace PSAutodiff;

/// <summary>Takes expressions through serialization.</summary>
public sealed class ExprNodeConverter : SerializedTextConverter<ExprNode>
{
    /// <summary>Text that holds the whole expression, each shared part once.</summary>
    public static string GetSerializedText(PSObject instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        return ((ExprNode)instance.BaseObject).ToText(ExprTextFormat.Let);
    }

    private protected override ExprNode Parse(string text) => ExprNode.Parse(text);
}
