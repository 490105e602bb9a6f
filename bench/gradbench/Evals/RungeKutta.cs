using System.Text.Json;

namespace PSAutodiff.GradBench.Evals;

/// <summary>ode: y0' = x0, yi' = xi y(i-1) from y = 0, by steps of classic Runge-Kutta to time 2; the gradient is that of the last component.</summary>
internal static class RungeKutta
{
    public static Func<object> Primal(JsonElement input) => Formula.At(input, [Solve(input)], "x");

    public static Func<object> Gradient(JsonElement input)
    {
        // With few steps nothing of x has come that far.
        var last = Solve(input)[-1].Simplify(SimplificationRule.Stable);
        return Formula.At(input, last.Variables.Count == 0 ? [ExprNode.Zeros(input.Count("x"))] : last.Gradient("x"), "x");
    }

    private static ExprNode Solve(JsonElement input)
    {
        var (n, steps) = (input.Count("x"), input.Integer("s"));
        var (x, y, h) = (ExprNode.Variable("x", n), ExprNode.Zeros(n), 2.0 / steps);
        ExprNode Slope(ExprNode at) => x * ExprNode.Concat(ExprNode.Ones(1), at.Slice(0, n - 1));
        for (var step = 0; step < steps; step++)
        {
            var k1 = Slope(y);
            var k2 = Slope(y + (h / 2 * k1));
            var k3 = Slope(y + (h / 2 * k2));
            var k4 = Slope(y + (h * k3));
            y += h / 6 * (k1 + (2 * k2) + (2 * k3) + k4);
        }

        return y;
    }
}
