namespace PSAutodiff.Expressions;

internal static class TreeWriter
{
    public static string Write(ExprNode node, int maxLength, out bool cut) => ExprText.Write(node, InfixStyle.Instance, maxLength, out cut);
}
