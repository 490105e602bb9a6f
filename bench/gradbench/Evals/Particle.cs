using System.Text.Json;

namespace PSAutodiff.GradBench.Evals;

/// <summary>
/// particle: the w for which a charged particle, pushed by two fixed charges of which one stands at (10, 10 - w), passes through the
/// origin. Its way is found by Euler's method, the w by descent on the square of where it crosses the axis.
/// </summary>
internal static class Particle
{
    private static readonly string[] State = ["x", "v", "w"];

    /// <param name="input">The input of the eval.</param>
    /// <param name="modes">The modes of differentiation of the descent and of the forces: f or r each.</param>
    public static Func<object> Control(JsonElement input, string modes)
    {
        var force = Formula.Read($"x: [2]; p = x - [10, 10 - w]; q = x - [10, 0]; 1 / sqrt(p @ p) + 1 / sqrt(q @ q)").By("x", modes[1]);
        var next = Formula.Read($"x: [2]; v: [2]; force: [2]; concat(x + 0.1 * v, v - 0.1 * force)").Resolve(new Dictionary<string, ExprNode> { ["force"] = force });
        var end = Formula.Read($"x: [2]; v: [2]; (x[0] - x[1] / v[1] * v[0])^2");

        // The directional derivative of a step, and the gradient of a combination of its results.
        var (d, e) = (ExprNode.Variable("d", 2), ExprNode.Variable("e", 2));
        var step = Formula.Compile([next], State);
        var final = Formula.Compile([end, .. end.Gradient("x", "v")], State[..2]);
        var forward = Formula.Compile([next.DifferentiateAlong(new Dictionary<string, ExprNode> { ["x"] = d, ["v"] = e, ["w"] = 1 })], [.. State, "d", "e"]);
        var reverse = Formula.Compile(next.Dot(ExprNode.Concat(d, e)).Gradient(State), [.. State, "d", "e"]);
        var slope = modes[0] == 'f' ? (Func<double, double>)SlopeForward : SlopeReverse;
        var start = input.GetProperty("w").GetDouble();
        return () => Descent.Minimize(at => final(Way(at[0])[^1])[0], at => [slope(at[0])], [start])[0];

        List<double[]> Way(double at)
        {
            List<double[]> way = [[0, 8, 0.75, 0]];
            while (true)
            {
                var position = step([.. way[^1], at]);
                if (position[1] < 0) return way;
                way.Add([.. position]);
            }
        }

        double SlopeForward(double at)
        {
            var way = Way(at);
            double[] along = [0, 0, 0, 0];
            foreach (var position in way[..^1]) along = [.. forward([.. position, at, .. along])];
            return along.Zip(final(way[^1]).Skip(1), static (a, b) => a * b).Sum();
        }

        double SlopeReverse(double at)
        {
            var way = Way(at);
            double[] adjoints = [.. final(way[^1]).Skip(1)];
            var total = 0.0;
            for (var i = way.Count - 2; i >= 0; i--)
            {
                adjoints = [.. reverse([.. way[i], at, .. adjoints])];
                total += adjoints[4];
                adjoints = adjoints[..4];
            }

            return total;
        }
    }
}
