namespace PSAutodiff.Expressions;

internal static class PythonWriter
{
    public static string Write(ExprNode node) => LetWriter.Write(node);
}
