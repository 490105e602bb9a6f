using System.Text.Json;

namespace PSAutodiff.GradBench.Evals;

/// <summary>
/// particle: the w for which a charged particle, pushed by two fixed charges of which one stands at (10, 10 - w), passes through the
/// origin. Its way is found by Euler's method, the w by descent on the square of where it crosses the axis.
/// </summary>
internal static class Particle
{
    private const double TimeStep = 0.1;

    private static readonly string[] State = ["x0", "x1", "v0", "v1"];

    private static readonly string[] Directions = ["d0", "d1", "d2", "d3"];

    /// <param name="input">The input of the eval.</param>
    /// <param name="modes">The modes of differentiation of the descent and of the forces: f or r each.</param>
    public static Func<object> Control(JsonElement input, string modes)
    {
        var w = ExprNode.Variable("w");
        var state = Formula.Variables(State);
        var potential = (Inverse(10, 10 - w) + Inverse(10, 0)).Tidy();
        var force = potential.Derivatives(State[..2], modes[1]);
        ExprNode[] next = [.. Enumerable.Range(0, 4).Select(i => (state[i] + (TimeStep * (i < 2 ? state[i + 2] : -force[i - 2]))).Tidy())];
        var end = Formula.Square(state[0] - (state[1] / state[3] * state[2])).Tidy();

        // Of a step and of the end, the directional derivatives; and those of a combination of the results of a step.
        var directions = Formula.Variables(Directions);
        string[] all = [.. State, "w"];
        string[] withDirections = [.. all, .. Directions];
        ExprNode Along(ExprNode result) => State.Select((name, i) => result.Differentiate(name) * directions[i]).Sum() + result.Differentiate("w");
        var step = Formula.Compile(next, all);
        var final = Formula.Compile([end, .. end.Gradient(State)], all);
        var forward = Formula.Compile([.. next.Select(Along)], withDirections);
        var reverse = Formula.Compile(next.Zip(directions, static (result, weight) => result * weight).Sum().Gradient(all), withDirections);
        var slope = modes[0] == 'f' ? (Func<double, double>)SlopeForward : SlopeReverse;
        var start = input.GetProperty("w").GetDouble();
        return () => Descent.Minimize(at => final([.. Way(at)[^1], at[0]])[0], at => [slope(at[0])], [start])[0];

        ExprNode Inverse(ExprNode x, ExprNode y) => 1 / ExprNode.Sqrt(Formula.Square(state[0] - x) + Formula.Square(state[1] - y));

        List<double[]> Way(double[] at)
        {
            List<double[]> way = [[0, 8, 0.75, 0]];
            while (true)
            {
                var position = step([.. way[^1], at[0]]);
                if (position[1] < 0) return way;
                way.Add([.. position]);
            }
        }

        double SlopeForward(double at)
        {
            var way = Way([at]);
            double[] along = [0, 0, 0, 0];
            foreach (var position in way[..^1]) along = [.. forward([.. position, at, .. along])];
            return along.Zip(final([.. way[^1], at]).Skip(1), static (a, b) => a * b).Sum();
        }

        double SlopeReverse(double at)
        {
            var way = Way([at]);
            double[] adjoints = [.. final([.. way[^1], at]).Skip(1)];
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
