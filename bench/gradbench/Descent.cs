namespace PSAutodiff.GradBench;

/// <summary>The gradient descent of the evals saddle and particle: a step that fails is halved, ten that succeed in a row double the next.</summary>
internal static class Descent
{
    private const double Tolerance = 1e-5;

    /// <summary>A point near which a function is smallest.</summary>
    /// <param name="function">The function.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="start">Where to begin.</param>
    public static double[] Minimize(Func<double[], double> function, Func<double[], double[]> gradient, double[] start)
    {
        var (x, rate, successes) = (start, Tolerance, 0);
        var (value, slope) = (function(x), gradient(x));
        while (Length(slope) > Tolerance)
        {
            if (successes == 10) (rate, successes) = (rate * 2, 0);
            var next = x.Zip(slope, (position, down) => position - (rate * down)).ToArray();
            if (Length(next.Zip(x, static (a, b) => a - b)) <= Tolerance) break;
            var nextValue = function(next);
            if (nextValue < value)
            {
                (x, value, slope, successes) = (next, nextValue, gradient(next), successes + 1);
            }
            else
            {
                (rate, successes) = (rate / 2, 0);
            }
        }

        return x;
    }

    private static double Length(IEnumerable<double> vector) => Math.Sqrt(vector.Sum(static component => component * component));
}
