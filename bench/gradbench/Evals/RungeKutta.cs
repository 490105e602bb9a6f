using System.Text.Json;

namespace PSAutodiff.GradBench.Evals;

/// <summary>ode: y0' = x0, yi' = xi y(i-1) from y = 0, by steps of classic Runge-Kutta to time 2; the gradient is that of the last component.</summary>
internal static class RungeKutta
{
    public static Func<object> Primal(JsonElement input) => Ready(input, static (y, _) => y);

    public static Func<object> Gradient(JsonElement input) => Ready(input, static (y, names) => y[^1].Tidy().Gradient(names));

    private static Func<double[]> Ready(JsonElement input, Func<ExprNode[], string[], IReadOnlyList<ExprNode>> outputs)
    {
        var (point, steps) = (input.Numbers("x"), input.Integer("s"));
        var names = Formula.Names("x", point.Length);
        var function = Formula.Compile(outputs(Solve(Formula.Variables(names), steps), names), names);
        return () => function(point);
    }

    private static ExprNode[] Solve(ExprNode[] x, int steps)
    {
        var h = 2.0 / steps;
        var y = Array.ConvertAll(x, static _ => (ExprNode)0);
        for (var step = 0; step < steps; step++)
        {
            var k1 = Slope(y);
            var k2 = Slope(Moved(y, h / 2, k1));
            var k3 = Slope(Moved(y, h / 2, k2));
            var k4 = Slope(Moved(y, h, k3));
            y = [.. y.Select((start, i) => start + (h / 6 * (k1[i] + (2 * k2[i]) + (2 * k3[i]) + k4[i])))];
        }

        return y;

        ExprNode[] Slope(ExprNode[] at) => [.. x.Select((factor, i) => i == 0 ? factor : factor * at[i - 1])];
    }

    private static ExprNode[] Moved(ExprNode[] y, double by, ExprNode[] slope) => [.. y.Zip(slope, (start, k) => start + (by * k))];
}
