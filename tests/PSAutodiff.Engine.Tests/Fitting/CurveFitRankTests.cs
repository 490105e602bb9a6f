using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Curve fits whose data do not determine all parameters.</summary>
public sealed class CurveFitRankTests
{
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
