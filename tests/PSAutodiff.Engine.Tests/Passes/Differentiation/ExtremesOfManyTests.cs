using PSAutodiff.Execution.Scalar;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Below a minimum or maximum of many only the winner has an adjoint, and over rows only the winner's is computed.</summary>
public class ExtremesOfManyTests
{
    private static readonly string[] Points = ["p0", "p1", "p2"];

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(40)]
    public void The_gradient_is_that_of_the_winner(int count)
    {
        foreach (var isMinimum in new[] { true, false })
        {
            var (names, values) = Operands(count);
            var items = names.Select(ExprNode.Variable).Select(static x => ExprNode.Exp(x) * x);
            var extreme = isMinimum ? items.Aggregate(ExprNode.Min) : items.Aggregate(ExprNode.Max);
            var compiled = CompiledExpression.Compile(extreme.Gradient(names), names);
            var results = new double[count];
            for (var shift = 0; shift < count; shift++)
            {
                var point = names.Select((_, i) => values[(i + shift) % count]).ToArray();
                compiled.Evaluate(point, results);
                var winner = Array.IndexOf(point, isMinimum ? point.Min() : point.Max());
                var expected = new double[count];
                expected[winner] = Math.Exp(point[winner]) * (1 + point[winner]);
                for (var i = 0; i < count; i++) Assert.Equal(expected[i], results[i], 1e-14);
            }
        }
    }

    [Fact]
    public void On_a_tie_the_first_one_wins()
    {
        var (names, _) = Operands(20);
        var maximum = names.Select(ExprNode.Variable).Aggregate(ExprNode.Max);
        var gradient = CompiledExpression.Compile(maximum.Gradient(names), names);
        var results = new double[20];
        gradient.Evaluate([.. names.Select(static (_, i) => i is 5 or 11 or 19 ? 3.0 : -1)], results);
        Assert.Equal(names.Select(static (_, i) => i == 5 ? 1.0 : 0), results);
    }

    [Fact]
    public void What_does_not_win_contributes_0_whatever_its_slope()
    {
        // The slope of the square root is infinite at 0, and that of 1e200*x*x overflows.
        var (names, _) = Operands(10);
        var items = names.Select((name, i) => i == 4 ? ExprNode.Sqrt(ExprNode.Variable(name)) : i == 6 ? 1e200 * (ExprNode.Variable(name) * ExprNode.Variable(name)) : ExprNode.Variable(name) - 1);
        var minimum = items.Aggregate(ExprNode.Min);
        var results = new double[10];
        CompiledExpression.Compile(minimum.Gradient(names), names).Evaluate([.. names.Select(static (_, i) => i == 4 ? 0 : i == 6 ? 1e200 : 0.5)], results);
        Assert.Equal(names.Select(static (_, i) => i == 0 ? 1.0 : 0), results);
    }

    [Fact]
    public void A_part_that_operands_share_gets_what_each_of_them_sends()
    {
        // d/dw of min over i of (w - i)^2 + i*w is that of the winner at each w.
        var w = ExprNode.Variable("w");
        var items = Enumerable.Range(0, 12).Select(i => ((w - i) * (w - i)) + (0.25 * i * w)).ToArray();
        var slope = CompiledExpression.Compile([items.Aggregate(ExprNode.Min).Differentiate("w", DifferentiationMode.Reverse)]);
        var forward = CompiledExpression.Compile([items.Aggregate(ExprNode.Min).Differentiate("w", DifferentiationMode.Forward)]);
        for (var at = -1.3; at < 14; at += 0.37)
        {
            var winner = Enumerable.Range(0, 12).MinBy(i => ((at - i) * (at - i)) + (0.25 * i * at));
            Assert.Equal((2 * (at - winner)) + (0.25 * winner), slope.Evaluate(at), 1e-12);
            Assert.Equal(forward.Evaluate(at), slope.Evaluate(at), 1e-12);
        }
    }

    [Fact]
    public void An_infinite_slope_below_the_minimum_does_not_reach_losers_through_a_shared_part()
    {
        // sqrt(w) is 0 at w = 0, where its slope is infinite, and stands only in operands that lose there.
        var w = ExprNode.Variable("w");
        var items = Enumerable.Range(0, 10).Select(i => i < 5 ? 1 + ((i + 1) * ExprNode.Sqrt(w)) : w * (i - 4)).ToArray();
        var slope = CompiledExpression.Compile([items.Aggregate(ExprNode.Min).Differentiate("w", DifferentiationMode.Reverse)]);
        Assert.Equal(1, slope.Evaluate(0));
    }

    [Fact]
    public void Each_operand_costs_the_same_however_many_there_are()
    {
        double[] costs = [CostOf(100), CostOf(200), CostOf(400)];
        Assert.InRange(costs[1], costs[0] * 0.95, costs[0] * 1.05);
        Assert.InRange(costs[2], costs[0] * 0.95, costs[0] * 1.05);

        // Three differences, three squares, three sums, the minimum; a choice and two operations for each of three derivatives; the winner.
        Assert.InRange(costs[2], 15, 24);

        static double CostOf(int count)
        {
            var (cost, names) = Closest(count);
            return CompiledExpression.Compile([cost, .. cost.Gradient(names)]).OperationCount / (double)count;
        }
    }

    [Theory]
    [InlineData(3000, 9)]
    [InlineData(1024, 40)]
    [InlineData(37, 12)]
    public void Over_rows_only_the_winner_is_computed(int rowCount, int count)
    {
        var (cost, names) = Closest(count);
        var random = new Random(count);
        double[][] rows = [.. Points.Select(_ => Enumerable.Range(0, rowCount).Select(_ => random.NextDouble()).ToArray())];
        double[] centers = [.. names.Select(_ => random.NextDouble())];
        rows[0][17] = double.NaN;
        rows[1][11] = double.PositiveInfinity;
        ReadOnlyMemory<double>[] inputs = [.. rows, .. centers.Select(static center => (ReadOnlyMemory<double>)new[] { center })];
        var compiled = CompiledExpression.Compile([cost, .. cost.Gradient(names)], [.. Points, .. names]);
        Assert.Equal(count, RowPlan.For(compiled.Tape, inputs, sums: true).Regions.Length);
        foreach (var blockSize in new[] { 8, 64, 1024 })
        {
            var sums = new RowEvaluator(compiled.Tape, inputs) { BlockSize = blockSize }.Sum(rowCount);
            Assert.Equal(new RowEvaluator(compiled.Tape, inputs).Sum(rowCount), sums);
        }

        // Without the two rows that are no points.
        foreach (var column in rows) (column[17], column[11]) = (0.5, 0.25);
        var finite = new RowEvaluator(compiled.Tape, inputs).Sum(rowCount);
        var expected = new double[finite.Length];
        for (var row = 0; row < rowCount; row++)
        {
            var distances = Enumerable.Range(0, count).Select(j => Enumerable.Range(0, 3).Sum(i => Math.Pow(rows[i][row] - centers[(3 * j) + i], 2))).ToArray();
            var winner = Array.IndexOf(distances, distances.Min());
            expected[0] += distances[winner];
            for (var i = 0; i < 3; i++) expected[1 + (3 * winner) + i] += 2 * (centers[(3 * winner) + i] - rows[i][row]);
        }

        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], finite[i], 1e-10);
    }

    private static (string[] Names, double[] Values) Operands(int count)
    {
        var values = Enumerable.Range(0, count).Select(i => ((i * 7.0 % count) + 1) / count).ToArray();
        return ([.. Enumerable.Range(0, count).Select(static i => $"x{i:d2}")], values);
    }

    private static (ExprNode Cost, string[] Names) Closest(int count)
    {
        var names = Enumerable.Range(0, 3 * count).Select(static i => $"c{i:d4}").ToArray();
        var points = Points.Select(ExprNode.Variable).ToArray();
        var distances = names.Select(ExprNode.Variable).Chunk(3).Select(center => center.Select((c, i) => (points[i] - c) * (points[i] - c)).Aggregate(static (a, b) => a + b));
        return (distances.Aggregate(ExprNode.Min), names);
    }
}
