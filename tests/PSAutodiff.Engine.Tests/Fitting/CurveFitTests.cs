using PSAutodiff.Fitting;
using PSAutodiff.Kernels;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Curve fits: robust losses, bounds, linear parameters, arrays, and data that do not determine everything.</summary>
public sealed class CurveFitTests
{
    // y = 2 exp(-0.5 t) + 0.5 + 0.02 sin(9 t), with an outlier of 1.5 at t = 2 and one of -1 at t = 3.5.
    private static readonly double[] Times = [.. Enumerable.Range(0, 15).Select(static i => i * 0.5)];
    private static readonly double[] Values =
        [.. Times.Select(static (t, i) => (2 * Math.Exp(-0.5 * t)) + 0.5 + (0.02 * Math.Sin(9 * t)) + (i == 4 ? 1.5 : i == 7 ? -1 : 0))];

    [Fact]
    public void A_bound_that_holds_a_parameter_satisfies_the_conditions_of_optimality()
    {
        var fit = Decay();
        var free = fit.Run([1, 0.1, 0], new CurveFitOptions(), TestContext.Current.CancellationToken);
        var upper = (double)free.Parameters["a"]! - 0.3;
        var result = fit.Run([1, 0.1, 0], new CurveFitOptions { UpperBounds = [upper, 10, 10] }, TestContext.Current.CancellationToken);
        Assert.Equal(CurveFitStopReason.AtBound, result.StopReason);
        Assert.Equal(["a"], result.AtBound);
        Assert.Equal(upper, result.Parameters["a"]);
        Assert.True(double.IsNaN((double)result.StandardErrors["a"]!));
        Assert.Equal(0, result.Covariance[0, 1]);

        // The slope is 0 in the free directions, and falls beyond the bound.
        var slopes = Slopes([.. result.Parameters.Values.Cast<double>()]);
        Assert.True(slopes[0] < -1e-3, $"{slopes[0]}");
        Assert.True(Math.Abs(slopes[1]) < 1e-5 && Math.Abs(slopes[2]) < 1e-5, $"{slopes[1]} {slopes[2]}");
        Assert.True(result.ResidualSumOfSquares > free.ResidualSumOfSquares);

        // The same as with a constant there.
        var constant = Decay($"{upper:R}*exp(-b*t) + c").Run([0.1, 0], new CurveFitOptions(), TestContext.Current.CancellationToken);
        Assert.Equal((double)constant.Parameters["b"]!, (double)result.Parameters["b"]!, 1e-6);
    }

    [Fact]
    public void Bounds_that_hold_nothing_change_nothing()
    {
        var fit = Decay();
        var free = fit.Run([1, 0.1, 0], new CurveFitOptions(), TestContext.Current.CancellationToken);
        var bounded = fit.Run([1, 0.1, 0], new CurveFitOptions { LowerBounds = [0, 0.05, -1], UpperBounds = [100, 3, 1] }, TestContext.Current.CancellationToken);
        for (var i = 0; i < 3; i++) Assert.Equal((double)free.Parameters[i]!, (double)bounded.Parameters[i]!, 1e-9);
        Assert.Empty(bounded.AtBound);
        Assert.Equal((double)free.StandardErrors["b"]!, (double)bounded.StandardErrors["b"]!, 1e-9);
    }

    [Theory]
    [InlineData(FitLoss.Huber)]
    [InlineData(FitLoss.SoftL1)]
    [InlineData(FitLoss.Cauchy)]
    public void Robust_losses_make_their_sum_small_and_come_nearer_to_the_truth(FitLoss loss)
    {
        var options = new CurveFitOptions { Loss = loss, LossScale = 0.05 };
        var squares = Decay().Run([1, 0.1, 0], new CurveFitOptions(), TestContext.Current.CancellationToken);
        var result = Decay().Run([1, 0.1, 0], options, TestContext.Current.CancellationToken);
        Assert.True(result.StopReason is CurveFitStopReason.ConvergedByGradient or CurveFitStopReason.ConvergedByStep or CurveFitStopReason.ConvergedByValue, $"{result.StopReason}");
        double[] point = [.. result.Parameters.Values.Cast<double>()];
        Assert.Equal(Loss(point, loss, 0.05), result.Loss, 1e-12);
        for (var i = 0; i < 3; i++)
        {
            foreach (var part in new[] { 1e-4, -1e-4 })
            {
                var moved = (double[])point.Clone();
                moved[i] *= 1 + part;
                Assert.True(Loss(moved, loss, 0.05) >= result.Loss);
            }
        }

        Assert.True(Math.Abs(point[1] - 0.5) < Math.Abs((double)squares.Parameters["b"]! - 0.5) / 3, $"{point[1]} {squares.Parameters["b"]}");
        Assert.True(result.ResidualStandardError < squares.ResidualStandardError / 2);
        Assert.True(double.IsNaN(result.Aic));
    }

    // By scipy 1.10.1: least_squares(residuals, start, loss=..., f_scale=..., xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=10000), with the derivatives of
    // the first model written out. The second is a line with an outlier of 8 in every fifth of 20 rows.
    [Theory]
    [InlineData(FitLoss.Huber, false, 0.12282135482369583, 2.0043919818884843, 0.4897963493025751, 0.49082681023517455)]
    [InlineData(FitLoss.SoftL1, false, 0.12038024159769217, 2.0055741188740304, 0.48911804703389694, 0.48999164605996026)]
    [InlineData(FitLoss.Cauchy, false, 0.017144576383807737, 1.996043932673984, 0.49585281924400587, 0.4989251702580312)]
    [InlineData(FitLoss.Huber, true, 9.320402145710913, 3.075948359734063, 0.7018197156375099)]
    [InlineData(FitLoss.SoftL1, true, 9.140533601075772, 3.0805610937697203, 0.7023264890432007)]
    [InlineData(FitLoss.Cauchy, true, 1.2171394636271426, 3.0309134304979506, 0.6991562518765289)]
    public void Robust_losses_end_where_scipy_ends(FitLoss loss, bool isLine, double cost, params double[] expected)
    {
        var options = new CurveFitOptions { Loss = loss, LossScale = isLine ? 0.3 : 0.05 };
        double[] x = [.. Enumerable.Range(0, 20).Select(static i => (double)i)];
        double[] y = [.. x.Select(static (x, i) => 3 + (0.7 * x) + (i % 5 == 3 ? 8 : 0) + (0.1 * Math.Cos(5 * x)))];
        var fit = isLine ? new CurveFit(ExprNode.Parse("a + b*x"), ExprNode.Variable("y"), new DataRows(["x", "y"], [x, y], x.Length, RowTotal.Sum)) : Decay();
        var result = fit.Run(isLine ? [0, 0] : [1, 0.1, 0], options, TestContext.Current.CancellationToken);
        Assert.Equal(cost, result.Loss, 1e-9 * cost);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], (double)result.Parameters[i]!, 1e-6 * Math.Abs(expected[i]));
    }

    [Fact]
    public void The_standard_errors_of_a_robust_fit_without_outliers_are_those_of_least_squares()
    {
        var squares = Decay().Run([1, 0.1, 0], new CurveFitOptions(), TestContext.Current.CancellationToken);
        var result = Decay().Run([1, 0.1, 0], new CurveFitOptions { Loss = FitLoss.Huber, LossScale = 100 }, TestContext.Current.CancellationToken);
        for (var i = 0; i < 3; i++) Assert.Equal((double)squares.StandardErrors[i]!, (double)result.StandardErrors[i]!, 1e-8);
        Assert.Equal(squares.ResidualSumOfSquares / 2, result.Loss, 1e-12);
    }

    [Fact]
    public void Linear_parameters_need_no_start()
    {
        var fit = Decay();
        var all = fit.Run([1, 0.1, 0], new CurveFitOptions(), TestContext.Current.CancellationToken);
        var some = fit.Run([double.NaN, 0.1, double.NaN], new CurveFitOptions(), TestContext.Current.CancellationToken);
        for (var i = 0; i < 3; i++) Assert.Equal((double)all.Parameters[i]!, (double)some.Parameters[i]!, 1e-9);
        Assert.Equal(["a", "b", "c"], some.ParameterNames);
        Assert.Equal(ErrorIds.InitialValueMissing, Assert.Throws<AutodiffException>(() => fit.Run([1, double.NaN, 0], new CurveFitOptions(), TestContext.Current.CancellationToken)).ErrorId);

        // Linear in each, but not in both.
        var product = Decay("a*c*exp(-0.5*t)");
        var failure = Assert.Throws<AutodiffException>(() => product.Run([double.NaN, double.NaN], new CurveFitOptions(), TestContext.Current.CancellationToken));
        Assert.Contains("both together", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_is_linear_in_all_is_a_regression()
    {
        var result = Decay("a + b*t + c*t^2").Run([double.NaN, double.NaN, double.NaN], new CurveFitOptions(), TestContext.Current.CancellationToken);
        var regression = LinearAlgebra.LinearAlgebraTools.Regression(new RegressionPlan(["t", "t2"], "y", true, 0, 0));
        for (var i = 0; i < Times.Length; i++) regression.Add([Times[i], Times[i] * Times[i]], Values[i], 1);
        var expected = regression.Finish();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal((double)expected.Coefficients[i]!, (double)result.Parameters[i]!, 1e-12);
            Assert.Equal((double)expected.StandardErrors[i]!, (double)result.StandardErrors[i]!, 1e-12);
            Assert.Equal((double)expected.PValues[i]!, (double)result.PValues[i]!, 1e-12);
        }

        Assert.Equal(expected.RSquared, result.RSquared, 1e-12);
        Assert.Equal(expected.ResidualStandardError, result.ResidualStandardError, 1e-12);
    }

    [Fact]
    public void Parameters_of_arrays_give_what_numbers_give()
    {
        var numbers = Decay().Run([1, 0.1, 0], new CurveFitOptions(), TestContext.Current.CancellationToken);
        var vector = Decay("v: [3]; v[0]*exp(-v[1]*t) + v[2]").Run([1, 0.1, 0], new CurveFitOptions(), TestContext.Current.CancellationToken);
        var found = (double[])vector.Parameters["v"]!;
        for (var i = 0; i < 3; i++) Assert.Equal((double)numbers.Parameters[i]!, found[i], 1e-9);
        Assert.Equal(["v[0]", "v[1]", "v[2]"], vector.ParameterNames);
        Assert.Equal(numbers.Covariance[0, 2], vector.Covariance[0, 2], 1e-9);
        Assert.Equal(Model(1.5, found), new CompiledFunction(vector.Expression).Invoke(1.5));
    }

    [Fact]
    public void Data_that_do_not_determine_a_parameter_give_it_an_infinite_standard_error()
    {
        var result = Decay("a*exp(-b*t) + c + d").Run([1, 0.1, 0, 0], new CurveFitOptions(), TestContext.Current.CancellationToken);
        var full = Decay().Run([1, 0.1, 0], new CurveFitOptions(), TestContext.Current.CancellationToken);
        Assert.Equal(3, result.Rank);
        Assert.Equal(["c", "d"], result.Undetermined);
        Assert.Equal(double.PositiveInfinity, result.ConditionNumber);
        Assert.Equal(double.PositiveInfinity, result.StandardErrors["c"]);
        Assert.Equal((double)full.Parameters["a"]!, (double)result.Parameters["a"]!, 1e-8);
        var scale = Math.Sqrt(full.DegreesOfFreedom / (double)result.DegreesOfFreedom);
        Assert.Equal((double)full.StandardErrors["b"]! * scale, (double)result.StandardErrors["b"]!, 1e-8);
        Assert.Contains("c, d", result.Message, StringComparison.Ordinal);

        // A parameter on which the model does not depend.
        var none = Decay("a*exp(-b*t) + c + 0*q").Run([1, 0.1, 0, 7], new CurveFitOptions(), TestContext.Current.CancellationToken);
        Assert.Equal(["q"], none.Undetermined);
        Assert.Equal(7.0, none.Parameters["q"]);
    }

    [Fact]
    public void A_constant_label_has_no_R_squared_and_rows_of_weight_0_count_for_nothing()
    {
        var rows = Rows(Times, [.. Times.Select(static _ => 3.0)], [.. Times.Select(static (_, i) => i < 10 ? 1.0 : 0.0)]);
        var result = new CurveFit(ExprNode.Parse("a + b*t"), ExprNode.Parse("y"), rows, ExprNode.Parse("w")).Run([0, 0], new CurveFitOptions(), TestContext.Current.CancellationToken);
        Assert.Equal(3.0, (double)result.Parameters["a"]!, 1e-14);
        Assert.Equal(10, result.Rows);
        Assert.True(double.IsNaN(result.RSquared));

        // Whatever the model gives there.
        var log = new CurveFit(ExprNode.Parse("a*log(4.9 - t)"), ExprNode.Parse("y"), rows, ExprNode.Parse("w")).Run([1], new CurveFitOptions(), TestContext.Current.CancellationToken);
        Assert.True(double.IsFinite((double)log.StandardErrors["a"]!));
    }

    [Fact]
    public void Units_of_the_label_and_of_parameters_do_not_matter()
    {
        var plain = Decay().Run([1, 0.1, 0], new CurveFitOptions(), TestContext.Current.CancellationToken);
        foreach (var unit in new[] { 1e-170, 1e170 })
        {
            var rows = Rows(Times, [.. Values.Select(value => value * unit)], Times);
            var result = new CurveFit(ExprNode.Parse("a*exp(-b*t) + c"), ExprNode.Parse("y"), rows).Run([unit, 0.1, 0], new CurveFitOptions(), TestContext.Current.CancellationToken);
            Assert.Equal((double)plain.Parameters["b"]!, (double)result.Parameters["b"]!, 1e-9);
            Assert.Equal((double)plain.StandardErrors["a"]!, (double)result.StandardErrors["a"]! / unit, 1e-9);
            Assert.Equal(plain.ResidualStandardError, result.ResidualStandardError / unit, 1e-9);
        }
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        const int count = 40_000;
        var random = new RandomSource(3);
        double[] t = [.. Enumerable.Range(0, count).Select(static i => 8.0 * i / count)];
        double[] y = [.. t.Select(time => (2 * Math.Exp(-0.5 * time)) + 0.5 + (0.1 * random.NextNormal()))];
        var fit = new CurveFit(ExprNode.Parse("a*exp(-b*t) + c"), ExprNode.Parse("y"), Rows(t, y, t));
        foreach (var loss in new[] { FitLoss.LeastSquares, FitLoss.SoftL1 })
        {
            var one = fit.Run([1, 0.1, 0], new CurveFitOptions { MaxThreads = 1, Loss = loss }, TestContext.Current.CancellationToken);
            var more = fit.Run([1, 0.1, 0], new CurveFitOptions { MaxThreads = 3, Loss = loss }, TestContext.Current.CancellationToken);
            Assert.Equal(one.Parameters.Values, more.Parameters.Values);
            Assert.Equal(one.StandardErrors.Values, more.StandardErrors.Values);
            Assert.Equal(one.Loss, more.Loss);
            Assert.Equal(0.5, (double)one.Parameters["b"]!, 0.01);
        }
    }

    [Fact]
    public void More_starts_find_the_lower_minimum()
    {
        double[] t = [.. Enumerable.Range(0, 60).Select(static i => i * 0.1)];
        double[] y = [.. t.Select(static time => Math.Sin(3.7 * time))];
        var fit = new CurveFit(ExprNode.Parse("sin(k*t)"), ExprNode.Parse("y"), Rows(t, y, t));
        var one = fit.Run([1], new CurveFitOptions { LowerBounds = [0.5], UpperBounds = [8] }, TestContext.Current.CancellationToken);
        var many = fit.Run([1], new CurveFitOptions { LowerBounds = [0.5], UpperBounds = [8], Restarts = 20, Seed = 2 }, TestContext.Current.CancellationToken);
        Assert.True(one.ResidualSumOfSquares > 1);
        Assert.Equal(3.7, (double)many.Parameters["k"]!, 1e-9);
    }

    [Fact]
    public void A_fit_that_is_stopped_gives_what_it_reached()
    {
        using var stop = new CancellationTokenSource();
        var rows = Rows([.. Enumerable.Range(0, 200_000).Select(static i => i / 20_000.0)], [.. Enumerable.Range(0, 200_000).Select(static i => Math.Exp(-i / 20_000.0))], new double[200_000]);
        var fit = new CurveFit(ExprNode.Parse("a*exp(-b*t) + c"), ExprNode.Parse("y"), rows);
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => fit.Run([1, 0.1, 0], new CurveFitOptions(), stop.Token));

        using var later = new CancellationTokenSource();
        var options = new CurveFitOptions { Tolerance = 0, Progress = (_, _) => later.Cancel() };
        var result = fit.Run([3, 0.01, -1], options, later.Token);
        Assert.True(result.StopReason != CurveFitStopReason.Stuck);
        Assert.True(double.IsFinite((double)result.Parameters["a"]!));
    }

    [Theory]
    [InlineData(2.0, 5, 0.10193947)]
    [InlineData(0.5, 1, 0.70483276)]
    public void Students_distribution_has_the_tails_of_tables(double t, double freedom, double expected) =>
        Assert.Equal(expected, StudentT.TwoSided(t, freedom), 1e-7);

    [Fact]
    public void Students_distribution_agrees_with_closed_forms_and_its_quantile_is_its_inverse()
    {
        foreach (var t in new[] { 1e-9, 0.01, 0.7, 1, 3, 40, 1e5, 1e12 })
        {
            // One and two degrees of freedom have closed forms.
            Near(2 / Math.PI * Math.Atan(1 / t), StudentT.TwoSided(t, 1), 1e-14);
            Near(2 / (2 + (t * t) + (t * Math.Sqrt(2 + (t * t)))), StudentT.TwoSided(t, 2), 1e-13);
            if (t < 50) Near(1 - (2 / Math.PI * (Math.Atan(t / Math.Sqrt(3)) + (t * Math.Sqrt(3) / (3 + (t * t))))), StudentT.TwoSided(t, 3), 1e-11);
        }

        // With very many it is the normal distribution: erfc(2 / sqrt(2)) = 0.04550026389635842.
        Near(0.04550026389635842, StudentT.TwoSided(2, 1e12), 1e-11);
        Near(StudentT.TwoSided(3, 9999.9999), StudentT.TwoSided(3, 10_000), 1e-8);
        foreach (var freedom in new[] { 1, 2.5, 7, 30, 1e3, 9e3, 1e4, 1e6 })
        {
            foreach (var probability in new[] { 0.9, 0.5, 0.05, 1e-3, 1e-9 }) Near(probability, StudentT.TwoSided(StudentT.Quantile(probability, freedom), freedom), 1e-11);
        }

        static void Near(double expected, double actual, double part) => Assert.True(Math.Abs(expected - actual) <= part * Math.Abs(expected), $"{expected:R} {actual:R}");
    }

    private static double Model(double t, double[] point) => (point[0] * Math.Exp(-point[1] * t)) + point[2];

    private static double[] Slopes(double[] point) => [.. Enumerable.Range(0, 3).Select(i =>
    {
        const double step = 1e-5;
        var (up, down) = ((double[])point.Clone(), (double[])point.Clone());
        up[i] += step;
        down[i] -= step;
        return (Loss(up, FitLoss.LeastSquares, 1) - Loss(down, FitLoss.LeastSquares, 1)) / (2 * step);
    })];

    // Half the sum of scale^2 rho((r / scale)^2), as SciPy defines it.
    private static double Loss(double[] point, FitLoss loss, double scale) => Times.Zip(Values).Sum(row =>
    {
        var z = Math.Pow((row.Second - Model(row.First, point)) / scale, 2);
        return scale * scale / 2 * loss switch
        {
            FitLoss.Huber => z <= 1 ? z : (2 * Math.Sqrt(z)) - 1,
            FitLoss.SoftL1 => 2 * (Math.Sqrt(1 + z) - 1),
            FitLoss.Cauchy => Math.Log(1 + z),
            _ => z,
        };
    });

    private static DataRows Rows(double[] t, double[] y, double[] w) => new(["t", "y", "w"], [t, y, w], t.Length, RowTotal.Sum);

    private static CurveFit Decay(string model = "a*exp(-b*t) + c") => new(ExprNode.Parse(model), ExprNode.Parse("y"), Rows(Times, Values, Times));
}
