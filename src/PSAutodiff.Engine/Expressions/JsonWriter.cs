namespace PSAutodiff.Expressions;

internal static class JsonWriter
{
    public static string Write(ExprNode node) => LetWriter.Write(node);
}
