using System.Numerics;
using PSAutodiff.Kernels.Threading;
using PSAutodiff.Training;
using Xunit;
using static PSAutodiff.TrainingOptimizer;

namespace PSAutodiff.Tests;

/// <summary>The optimizers against their formulas, written once more and one number at a time.</summary>
public sealed class TrainingUpdateTests
{
    private const double Rate = 0.03;
    private const double Momentum = 0.8;

    public static TheoryData<TrainingOptimizer, double> Cases
    {
        get
        {
            var cases = new TheoryData<TrainingOptimizer, double>();
            foreach (var optimizer in Enum.GetValues<TrainingOptimizer>().Where(static optimizer => optimizer != LBFGS))
            {
                cases.Add(optimizer, 0);
                cases.Add(optimizer, 0.2);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Steps_in_double_follow_the_formulas(TrainingOptimizer optimizer, double decay) => Compare<double>(optimizer, decay, 1e-14);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Steps_in_single_follow_the_formulas(TrainingOptimizer optimizer, double decay) => Compare<float>(optimizer, decay, 2e-5);

    [Theory]
    [InlineData(GradientDescent)]
    [InlineData(TrainingOptimizer.Momentum)]
    [InlineData(Nesterov)]
    [InlineData(RMSProp)]
    [InlineData(Adam)]
    [InlineData(AdamW)]
    public void A_number_moves_by_the_same_bits_wherever_it_stands(TrainingOptimizer optimizer)
    {
        const int count = 37;
        var options = new TrainingOptions { Optimizer = optimizer, LearningRate = Rate, WeightDecay = 0.1 };
        var together = new TrainingUpdate<double>(options, count, static _ => true);
        var alone = Enumerable.Range(0, count).Select(_ => new TrainingUpdate<double>(options, 1, static _ => true)).ToArray();
        var values = FakeModel<double>.StartOf(count);
        var single = values.ToArray();
        for (var step = 1; step <= 5; step++)
        {
            var gradient = FakeModel<double>.StartOf(count, step);
            var next = new double[count];
            for (var i = 0; i < count; i++)
            {
                var moved = new double[1];
                alone[i].Step(step, [single[i]], [gradient[i]], moved);
                single[i] = moved[0];
            }

            Assert.True(together.Step(step, values, gradient, next));
            values = next;
            Assert.Equal(single, values);
        }
    }

    [Theory]
    [InlineData(GradientDescent, double.NaN)]
    [InlineData(TrainingOptimizer.Momentum, double.PositiveInfinity)]
    [InlineData(RMSProp, 1e200)]
    [InlineData(Adam, 1e200)]
    public void A_step_into_numbers_that_are_not_finite_is_noticed_at_every_place(TrainingOptimizer optimizer, double bad)
    {
        // With 1e200 the mean of squares overflows although the parameter does not: it would never move again.
        const int count = 11;
        for (var i = 0; i < count; i++)
        {
            var rule = new TrainingUpdate<double>(new TrainingOptions { Optimizer = optimizer }, count, static _ => false);
            var gradient = new double[count];
            Assert.True(rule.Step(1, new double[count], gradient, new double[count]));
            gradient[i] = bad;
            Assert.False(rule.Step(2, new double[count], gradient, new double[count]));
        }
    }

    [Theory]
    [InlineData(GradientDescent)]
    [InlineData(TrainingOptimizer.Momentum)]
    [InlineData(RMSProp)]
    [InlineData(AdamW)]
    public void Threads_that_share_a_step_of_many_parameters_make_no_difference_to_the_bits(TrainingOptimizer optimizer)
    {
        const int count = 40_003;
        var options = new TrainingOptions { Optimizer = optimizer, LearningRate = Rate, WeightDecay = 0.1 };
        var team = new ThreadTeam(static (_, _) => throw new InvalidOperationException("Other work."), 3);
        var (alone, together) = (new TrainingUpdate<double>(options, count, static _ => true), new TrainingUpdate<double>(options, count, static _ => true));
        var (one, many) = (FakeModel<double>.StartOf(count), FakeModel<double>.StartOf(count));
        for (var step = 1; step <= 5; step++)
        {
            var gradient = FakeModel<double>.StartOf(count, step);
            var (next, nextOfMany) = (new double[count], new double[count]);
            Assert.True(alone.Step(step, one, [.. gradient], next));
            Assert.True(together.Step(step, many, [.. gradient], nextOfMany, team));
            Assert.Equal(next, nextOfMany);
            (one, many) = (next, nextOfMany);
        }

        foreach (var place in new[] { 0, 20_000, count - 1 })
        {
            var gradient = new double[count];
            gradient[place] = double.NaN;
            Assert.False(together.Step(6, many, gradient, new double[count], team));
        }
    }

    private static void Compare<T>(TrainingOptimizer optimizer, double decay, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int count = 13;
        static bool IsDecayed(int i) => i is not (3 or 4 or 12);
        var options = new TrainingOptions { Optimizer = optimizer, LearningRate = Rate, Momentum = Momentum, WeightDecay = decay };
        var rule = new TrainingUpdate<T>(options, count, IsDecayed);
        var values = FakeModel<T>.StartOf(count);
        var expected = Array.ConvertAll(values, double.CreateTruncating);
        var (first, second) = (new double[count], new double[count]);
        for (var step = 1; step <= 40; step++)
        {
            var gradient = FakeModel<T>.StartOf(count, 100 + step);
            for (var i = 0; i < count; i++)
            {
                expected[i] = Scalar(optimizer, step, expected[i], double.CreateTruncating(gradient[i]), IsDecayed(i) ? decay : 0, ref first[i], ref second[i]);
            }

            var next = new T[count];
            Assert.True(rule.Step(step, values, gradient, next));
            values = next;
            for (var i = 0; i < count; i++) Assert.Equal(expected[i], double.CreateTruncating(values[i]), tolerance);
        }
    }

    private static double Scalar(TrainingOptimizer optimizer, int step, double w, double g, double decay, ref double m, ref double s)
    {
        if (optimizer == AdamW) w *= 1 - (Rate * decay);
        else g += decay * w;
        switch (optimizer)
        {
            case GradientDescent:
                return w - (Rate * g);
            case TrainingOptimizer.Momentum:
                m = (Momentum * m) + g;
                return w - (Rate * m);
            case Nesterov:
                m = (Momentum * m) + g;
                return w - (Rate * (g + (Momentum * m)));
            case RMSProp:
                s = (0.99 * s) + (0.01 * g * g);
                return w - (Rate * g / (Math.Sqrt(s) + 1e-8));
            default:
                m = (0.9 * m) + (0.1 * g);
                s = (0.999 * s) + (0.001 * g * g);
                return w - (Rate * (m / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(s / (1 - Math.Pow(0.999, step))) + 1e-8));
        }
    }
}
