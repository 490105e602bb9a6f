namespace PSAutodiff.Expressions;

internal static class CSharpWriter
{
    public static string Write(ExprNode node) => LetWriter.Write(node);
}
