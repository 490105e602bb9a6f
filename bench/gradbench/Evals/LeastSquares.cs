using System.Text.Json;

namespace PSAutodiff.GradBench.Evals;

/// <summary>llsq: half the sum over rows (t, s) of (s - x0 - x1 t - x2 t^2 - ...)^2, t from -1 to 1 in equal steps, s the sign of t.</summary>
internal static class LeastSquares
{
    public static Func<object> Primal(JsonElement input)
    {
        var sum = Ready(input, static (row, _) => [row]);
        return () => sum()[0];
    }

    public static Func<object> Gradient(JsonElement input) => Ready(input, static (row, names) => row.Gradient(names));

    private static Func<double[]> Ready(JsonElement input, Func<ExprNode, string[], IReadOnlyList<ExprNode>> outputs)
    {
        var (values, n) = (input.Numbers("x"), input.Integer("n"));
        var names = Formula.Names("x", values.Length);
        var (t, residual, power) = (ExprNode.Variable("t"), ExprNode.Variable("s"), (ExprNode)1);
        foreach (var x in Formula.Variables(names))
        {
            residual -= x * power;
            power *= t;
        }

        var row = (0.5 * Formula.Square(residual)).Tidy();
        var compiled = CompiledExpression.Compile(outputs(row, names), ["t", "s", .. names]);
        double[] times = [.. Enumerable.Range(0, n).Select(i => -1 + (i * 2.0 / (n - 1)))];
        ReadOnlyMemory<double>[] columns = [times, Array.ConvertAll(times, static time => (double)Math.Sign(time)), .. Formula.Singles(values)];
        return () => compiled.SumRows(columns);
    }
}
