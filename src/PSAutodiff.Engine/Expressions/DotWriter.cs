namespace PSAutodiff.Expressions;

internal static class DotWriter
{
    public static string Write(ExprNode node) => LetWriter.Write(node);
}
