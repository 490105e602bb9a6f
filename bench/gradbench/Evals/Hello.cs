using System.Text.Json;

namespace PSAutodiff.GradBench.Evals;

/// <summary>The square of a number, and its derivative.</summary>
internal static class Hello
{
    public static Func<object> Square(JsonElement input) => Ready(input, static square => square);

    public static Func<object> Double(JsonElement input) => Ready(input, static square => square.Differentiate("x"));

    private static Func<object> Ready(JsonElement input, Func<ExprNode, ExprNode> of)
    {
        var function = Formula.Compile([of(Formula.Square(ExprNode.Variable("x")).Tidy())], ["x"]);
        var point = new[] { input.GetDouble() };
        return () => function(point)[0];
    }
}
