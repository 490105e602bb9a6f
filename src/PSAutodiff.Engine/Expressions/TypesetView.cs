using System.Globalization;

namespace PSAutodiff.Expressions;

/// <summary>
/// Nodes as a typesetter writes them: a number such as 1.5e-05 is the product 1.5 * 10^-5, with the parentheses of one.
/// </summary>
internal readonly struct TypesetView : INodeView<ExprNode>
{
    public Operation OperationOf(ExprNode node) =>
        node.IsConstant && TrySplit(node.ConstantValue, out _, out _) ? OperationOf<MulOperation>.Instance : node.Op;

    public ExprNode Argument(ExprNode node, int index)
    {
        if (!node.IsConstant) return default(ObjectView).Argument(node, index);
        _ = TrySplit(node.ConstantValue, out var mantissa, out var exponent);
        return index == 0 ? mantissa : ExprNode.Pow(10, exponent);
    }

    public double ConstantOf(ExprNode node) => node.ConstantValue;

    public string NameOf(ExprNode node) => node.VariableName;

    public string? BindingOf(ExprNode node) => null;

    private static bool TrySplit(double value, out double mantissa, out double exponent)
    {
        var text = TextStyle.FormatNumber(value);
        var mark = text.IndexOf('e', StringComparison.Ordinal);
        (mantissa, exponent) = (0, 0);
        if (mark < 0) return false;
        mantissa = double.Parse(text.AsSpan(0, mark), NumberStyles.Float, CultureInfo.InvariantCulture);
        exponent = double.Parse(text.AsSpan(mark + 1), NumberStyles.Float, CultureInfo.InvariantCulture);
        return true;
    }
}
