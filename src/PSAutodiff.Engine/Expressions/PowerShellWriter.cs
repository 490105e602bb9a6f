namespace PSAutodiff.Expressions;

internal static class PowerShellWriter
{
    public static string Write(ExprNode node) => LetWriter.Write(node);
}
