using PSAutodiff.Fitting;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>How sure predictions of curve fits are.</summary>
public sealed class CurveFitLimitsTests
{
    // y = 2.1, 3.9, 6.2, 7.8, 10.4 over x = 1..5: by hand, with s^2 = sum of squares / 3, the variance of a line is s^2 (1/5 + (x - 3)^2/10).
    [Fact]
    public void Those_of_a_line_are_those_of_textbooks()
    {
        double[] x = [1, 2, 3, 4, 5], y = [2.1, 3.9, 6.2, 7.8, 10.4];
        var fit = new CurveFit(ExprNode.Parse("a + b*x"), ExprNode.Variable("y"), new DataRows(["x", "y"], [x, y], 5, RowTotal.Sum))
            .Run([double.NaN, double.NaN], new CurveFitOptions(), TestContext.Current.CancellationToken);
        var squares = x.Zip(y).Sum(static row => Math.Pow(row.Second - (-0.07 + (2.05 * row.First)), 2)) / 3;
        double[] at = [0, 3, 7];
        var limits = new CurveFitLimits(fit, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(["x"], limits.Columns.Names);
        var (values, curve, observation) = limits.At([at], TestContext.Current.CancellationToken);
        for (var i = 0; i < at.Length; i++)
        {
            var leverage = 0.2 + ((at[i] - 3) * (at[i] - 3) / 10);
            Assert.Equal(-0.07 + (2.05 * at[i]), values[i], 1e-9);
            Assert.Equal(Math.Sqrt(squares * leverage), curve[i], 1e-9);
            Assert.Equal(Math.Sqrt(squares * (1 + leverage)), observation[i], 1e-9);
        }

        Assert.Equal(3.182446305284263, limits.Quantile(0.95), 1e-9);
    }

    [Fact]
    public void What_data_do_not_determine_makes_them_infinite_where_the_curve_depends_on_it()
    {
        double[] x = [1, 2, 3, 4], z = [0, 0, 0, 0], y = [1, 2, 3.5, 4];
        var fit = new CurveFit(ExprNode.Parse("a*x + b*z"), ExprNode.Variable("y"), new DataRows(["x", "z", "y"], [x, z, y], 4, RowTotal.Sum))
            .Run([1, 1], new CurveFitOptions(), TestContext.Current.CancellationToken);
        var (_, curve, observation) = new CurveFitLimits(fit, cancellation: TestContext.Current.CancellationToken).At([new double[] { 2, 2 }, new double[] { 0, 1 }], TestContext.Current.CancellationToken);
        Assert.True(double.IsFinite(curve[0]) && double.IsFinite(observation[0]));
        Assert.True(double.IsPositiveInfinity(curve[1]) && double.IsPositiveInfinity(observation[1]));
    }

    [Fact]
    public void Degrees_of_freedom_are_the_rows_less_the_rank_as_those_of_regressions()
    {
        // The second parameter does nothing: what is left is y = a*x, with the numbers of that model.
        double[] x = [1, 2, 3, 4], z = [0, 0, 0, 0], y = [1, 2, 3.5, 4];
        var rows = new DataRows(["x", "z", "y"], [x, z, y], 4, RowTotal.Sum);
        CurveFitResult Fit(string model, params double[] start) => new CurveFit(ExprNode.Parse(model), ExprNode.Variable("y"), rows).Run(start, new CurveFitOptions(), TestContext.Current.CancellationToken);
        var (more, less) = (Fit("a*x + b*z", 1, 1), Fit("a*x", 1));
        Assert.Equal((1, 3), (more.Rank, more.DegreesOfFreedom));
        Assert.Equal(less.ResidualStandardError, more.ResidualStandardError, 1e-12);
        Assert.Equal((double)less.StandardErrors["a"]!, (double)more.StandardErrors["a"]!, 1e-12);
        Assert.Equal(less.Aic, more.Aic, 1e-9);

        // One that a bound holds still counts.
        var held = new CurveFit(ExprNode.Parse("a*x + c"), ExprNode.Variable("y"), rows).Run([1, 5], new CurveFitOptions { LowerBounds = [-10, 4] }, TestContext.Current.CancellationToken);
        Assert.Equal((CurveFitStopReason.AtBound, 2), (held.StopReason, held.DegreesOfFreedom));
    }
}
