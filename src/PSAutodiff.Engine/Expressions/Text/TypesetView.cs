using System.Globalization;
using PSAutodiff.Core;

namespace PSAutodiff.Expressions.Text;

/// <summary>
/// Nodes as a typesetter writes them: a number such as 1.5e-05 is the product 1.5 * 10^-5, with the parentheses of one.
/// </summary>
internal readonly struct TypesetView : INodeView<TypesetNode>
{
    public Operation OperationOf(TypesetNode node) =>
        node is { Digits: null, Node.IsConstant: true } && TrySplit(node.Node.ConstantValue, out _, out _) ? OperationOf<MulOperation>.Instance : node.Node.Operation;

    public TypesetNode Argument(TypesetNode node, int index)
    {
        if (!node.Node.IsConstant) return new TypesetNode(default(ObjectView).Argument(node.Node, index));
        _ = TrySplit(node.Node.ConstantValue, out var digits, out var exponent);
        return index == 0 ? new TypesetNode(node.Node, digits) : new TypesetNode(ExprNode.Pow(10, exponent));
    }

    public double ConstantOf(TypesetNode node) => node.Node.ConstantValue;

    public string? DigitsOf(TypesetNode node) => node.Digits;

    public string NameOf(TypesetNode node) => node.Node.VariableName;

    public Shape ShapeOf(TypesetNode node) => node.Node.ArrayShape;

    public long[] IndicesOf(TypesetNode node) => (long[])node.Node.LeafContent;

    public ConstantArray ArrayOf(TypesetNode node) => (ConstantArray)node.Node.LeafContent;

    public string? BindingOf(TypesetNode node) => null;

    private static bool TrySplit(double value, out string digits, out double exponent)
    {
        digits = TextStyle.FormatNumber(value);
        exponent = 0;
        var mark = digits.IndexOf('e', StringComparison.Ordinal);
        if (mark < 0) return false;
        exponent = double.Parse(digits.AsSpan(mark + 1), NumberStyles.Float, CultureInfo.InvariantCulture);
        digits = digits[..mark];
        return true;
    }
}

/// <summary>A node, or the digits alone of a number whose power of ten stands beside them.</summary>
/// <param name="Node">The node.</param>
/// <param name="Digits">The digits, which are a number of their own only after rounding; null for the whole node.</param>
internal readonly record struct TypesetNode(ExprNode Node, string? Digits = null);
