using PSAutodiff.Expressions.Text;

namespace PSAutodiff.Tests;

/// <summary>The formats in which expressions are written, in full.</summary>
internal static class Texts
{
    public static string Lab(ExprNode node) => ExprText.Write(node, LabStyle.Instance, int.MaxValue, out _);

    public static string Infix(ExprNode node) => ExprText.Write(node, InfixStyle.Instance, int.MaxValue, out _);

    public static string Let(ExprNode node) => LetWriter.Write(node);
}
