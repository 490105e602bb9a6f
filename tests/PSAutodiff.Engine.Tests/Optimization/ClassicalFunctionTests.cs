using Xunit;
using static PSAutodiff.MinimizationMethod;
using static PSAutodiff.Tests.Runs;

namespace PSAutodiff.Tests;

/// <summary>Functions with known minima, from several starts and in several units.</summary>
public sealed class ClassicalFunctionTests
{
    private const int MostEvaluations = 6000;

    public static TheoryData<string, MinimizationMethod> Searches
    {
        get
        {
            var data = new TheoryData<string, MinimizationMethod>();
            foreach (var function in ClassicalFunction.All)
            {
                data.Add(function.Name, LBFGS);
                data.Add(function.Name, Newton);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Searches))]
    public void The_minimum_is_found_from_every_start(string name, MinimizationMethod method)
    {
        var function = Named(name);
        foreach (var start in function.Starts)
        {
            var result = Minimize(function.Expression, With(method), start);
            AssertFound(function, start, result);
            Assert.InRange(result.Evaluations, 1, MostEvaluations);
            Assert.All(result.Path, step => Assert.True(step.Value <= result.Path[0].Value && double.IsFinite(step.Value)));
        }
    }

    [Theory]
    [MemberData(nameof(Searches))]
    public void The_minimum_is_found_between_bounds_beyond_it_too(string name, MinimizationMethod method)
    {
        var function = Named(name);
        foreach (var start in function.Starts)
        {
            foreach (var far in new[] { 3e8, 1e200 })
            {
                // Domains that begin at 0 end there.
                var least = name is "twentieth power barrier" or "shallow barrier" or "steep barrier" or "entropy" or "root" or "logarithmic barriers" ? 0 : -far;
                var box = With(method) with { LowerBounds = [.. start.Select(x => Math.Min(x, least))], UpperBounds = [.. start.Select(x => Math.Max(x, name == "logarithmic barriers" ? 1 : far))] };
                var result = Minimize(function.Expression, box, start);
                AssertFound(function, start, result);
                Assert.InRange(result.Evaluations, 1, 2 * MostEvaluations);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Searches))]
    public void Units_change_nothing(string name, MinimizationMethod method)
    {
        var function = Named(name);
        var start = function.Starts[0];
        var plain = Minimize(function.Expression, With(method), start);
        foreach (var (points, values) in new[] { (0, 300), (0, -300), (100, 0), (-100, 0), (60, 60), (-60, 60), (60, -60), (-60, -60) })
        {
            var scaled = Minimize(InUnits(function.Expression, points, values), With(method), [.. start.Select(x => Math.ScaleB(x, points))]);
            Assert.Equal(plain.StopReason, scaled.StopReason);
            AssertFound(function, start, scaled, points, values);
        }
    }

    [Theory]
    [InlineData(LBFGS)]
    [InlineData(Newton)]
    public void Powers_of_two_as_units_give_the_same_steps_to_the_last_bit(MinimizationMethod method)
    {
        var function = Named("Rosenbrock");
        var plain = Minimize(function.Expression, With(method), -1.2, 1);
        foreach (var (points, values) in new[] { (0, 300), (0, -300), (120, 120), (-120, 120), (120, -120) })
        {
            var scaled = Minimize(InUnits(function.Expression, points, values), With(method), Math.ScaleB(-1.2, points), Math.ScaleB(1, points));
            Assert.Equal(plain.Evaluations, scaled.Evaluations);
            Assert.Equal(plain.Path.Select(step => Math.ScaleB(step.Value, values)), scaled.Path.Select(static step => step.Value));
        }
    }

    [Theory]
    [InlineData(1e-150, 1)]
    [InlineData(1e150, 1)]
    [InlineData(1, 1e-150)]
    [InlineData(1, 1e150)]
    [InlineData(1e-100, 1e-100)]
    [InlineData(1e100, 1e100)]
    public void Decimal_units_change_nothing_either(double points, double values)
    {
        foreach (var method in new[] { LBFGS, Newton })
        {
            foreach (var name in new[] { "Rosenbrock", "exponential wall", "shallow barrier", "overflowing step", "quartic on a base" })
            {
                var function = Named(name);
                var expression = function.Expression.Resolve(function.Expression.Variables.ToDictionary(static x => x, x => ExprNode.Variable(x) / points)) * values;
                var result = Minimize(expression, With(method), [.. function.Starts[0].Select(x => x * points)]);
                Assert.Equal(MinimizationStopReason.Converged, result.StopReason);
                AssertNear(function.Value, result.Value / values, 1e-9 * (1 + Math.Abs(function.Value)));
            }
        }
    }

    private static ClassicalFunction Named(string name) => ClassicalFunction.All.Single(function => function.Name == name);

    private static ExprNode InUnits(ExprNode function, int points, int values)
    {
        var unit = Math.ScaleB(1, -points);
        return function.Resolve(function.Variables.ToDictionary(static x => x, x => ExprNode.Variable(x) * unit)) * Math.ScaleB(1, values);
    }

    private static void AssertFound(ClassicalFunction function, double[] start, Minimum result, int points = 0, int values = 0)
    {
        var what = $"{function.Name} by {result.Method} from ({string.Join(", ", start)}) in units 2^{points}, 2^{values}: {result.StopReason}, {result.Value:R} at ({string.Join(", ", Numbers(result.At))}). {result.Message}";
        Assert.True(result.StopReason == MinimizationStopReason.Converged, what);
        Assert.True(Math.Abs(Math.ScaleB(result.Value, -values) - function.Value) <= 1e-9 * Math.Abs(function.Value) + 1e-15, what);
        var found = Numbers(result.At).Select(x => Math.ScaleB(x, -points)).ToArray();
        Assert.True(function.Minima.Any(IsNear), what);

        bool IsNear(double[] minimum) => minimum.Zip(found).All(pair => Math.Abs(pair.First - pair.Second) <= function.Within * (pair.First == 0 ? 1 : Math.Abs(pair.First)));
    }
}
