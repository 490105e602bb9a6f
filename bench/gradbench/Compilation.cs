using System.Text.Json;

namespace PSAutodiff.GradBench;

/// <summary>
/// Has .NET compile the engine when a module is defined, as the suite's tools in C++ are compiled then: a few formulas, none of which is an eval, go
/// through all that builds, simplifies, differentiates and compiles expressions.
/// </summary>
internal static class Compilation
{
    private static readonly string[] Formulas =
    [
        "x: [3]; W: [3, 3]; b: [3]; h = tanh(x @ W + b); c = sigmoid(h[:2]); sum(exp(c) * x[1:]) + log(h @ h + 2)",
        "x: [3]; W: [3, 3]; b: [3]; min(norm(W - x, axis=1)) + logsumexp(b - W @ x) + select(x[0], W[1] @ b, sum(b^2))",
        "x: [3]; W: [3, 3]; b: [3]; k = x * concat(ones(1), zeros(3)[:2]); z = zeros(3) + 0.5 * k; (W @ x * concat(ones(1), (z + b)[:2]))[-1]",
        "x: [3]; W: [3, 3]; b: [3]; z = take(x, [1, 2, 0]) * sin(0.5 * b) / sqrt(1 + x @ x); z @ cos(x) + sum(W * W, axis=0) @ z",
        "x: [3]; W: [3, 3]; b: [3]; W[0, 0] * (W[1, 1] * W[2, 2] - W[1, 2] * W[2, 1]) - W[0, 1] * W[1, 0] + lgamma(2 + b[0]^2) + max(x)",
    ];

    private static readonly string[] Variables = ["x", "W", "b"];

    private static bool _isDone;

    public static void Run()
    {
        if (_isDone) return;
        _isDone = true;
        var point = Enumerable.Range(0, 15).Select(static i => 0.1 * (i + 1)).ToArray();
        foreach (var text in Formulas)
        {
            var formula = ExprNode.Parse(text);
            ExprNode[] outputs = [formula.Simplify(SimplificationRule.Stable), .. formula.Gradient(Variables)];
            var compiled = CompiledExpression.Compile(outputs, Variables);
            compiled.Evaluate(point, new double[compiled.ResultLength]);

            // The same over rows of x.
            ReadOnlyMemory<double>[] columns = [Enumerable.Repeat(point[..3], 32).SelectMany(static row => row).ToArray(), point.AsMemory(3, 9), point.AsMemory(12, 3)];
            compiled.SumRows(columns);
            compiled.EvaluateRows(columns);
        }

        BuildFromNodes();
    }

    // The same without text, by what the evals share.
    private static void BuildFromNodes()
    {
        using var input = JsonDocument.Parse("""{"x": [0.1, 0.2, 0.3]}""");
        Formula.ReadNumbers(input.RootElement);
        var x = ExprNode.Variable("x", 3);
        var chain = x;
        for (var i = 0; i < 20; i++)
        {
            var next = x * ExprNode.Concat(ExprNode.Ones(1), chain.Slice(0, 2));
            chain += 0.1 * (chain + (2 * next) + (3 * (x - (0.5 * next))) + x);
        }

        Formula.At(input.RootElement, [chain], "x")();
        Formula.At(input.RootElement, chain[-1].Simplify(SimplificationRule.Stable).Gradient("x"), "x")();
        Formula.At(input.RootElement, [ExprNode.Zeros(3)], "x")();
    }
}
