namespace PSAutodiff.Tests;

/// <summary>Expressions that the tests of several formats write.</summary>
internal static class Example
{
    public const int Deep = 1_000_000;
    public const int Squarings = 64;

    /// <summary>z = 4xy + e^-y, built as system S1 builds it.</summary>
    public static ExprNode Story { get; } = 4 * ExprNode.Variable("x") * ExprNode.Variable("y") + ExprNode.Exp(-1 * ExprNode.Variable("y"));

    private static readonly Lazy<ExprNode> LazyChain = new(static () =>
    {
        var (node, y) = (ExprNode.Variable("x"), ExprNode.Variable("y"));
        for (var i = 0; i < Deep; i++) node = i % 2 == 0 ? ExprNode.Sin(node) : node + y;
        return node;
    });

    /// <summary>A million sines and sums, each in the next.</summary>
    public static ExprNode Chain() => LazyChain.Value;

    /// <summary>65 nodes with 2^64 leaves when written out.</summary>
    public static ExprNode Squares()
    {
        var node = ExprNode.Variable("z");
        for (var i = 0; i < Squarings; i++) node *= node;
        return node;
    }

    /// <summary>An operation on variables, with another expression as one of its arguments.</summary>
    public static ExprNode Call(Operation operation, int place = -1, ExprNode? argument = null)
    {
        var arguments = new ExprNode[operation.Arity];
        for (var i = 0; i < arguments.Length; i++) arguments[i] = i == place ? argument! : ExprNode.Variable("abc"[i].ToString());
        return ExprNode.Apply(operation.Name, arguments);
    }

    /// <summary>Every operation with every operation, and with a number that is hard to write, as each of its arguments.</summary>
    public static IEnumerable<ExprNode> Nestings()
    {
        foreach (var outer in RandomExpressions.AllOperations)
        {
            for (var place = 0; place < outer.Arity; place++)
            {
                foreach (var inner in RandomExpressions.AllOperations) yield return Call(outer, place, Call(inner));
                foreach (var number in new[] { -2, 1e-5, -2.5e-7, 1e300, -0.0, Math.PI, -Math.PI, double.Epsilon }) yield return Call(outer, place, number);
            }
        }
    }
}
