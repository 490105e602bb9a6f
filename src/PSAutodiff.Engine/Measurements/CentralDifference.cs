using PSAutodiff.Core;
using PSAutodiff.Execution;

namespace PSAutodiff.Measurements;

/// <summary>
/// Slopes of a function at a point by central differences, with an estimate of how far off they are. Without a given step the
/// best of several is taken: near cbrt(machine epsilon) * max(1, |x|), unless the function is rougher or smoother than most.
/// </summary>
internal sealed class CentralDifference
{
    // The cube root of 2^-52: balances truncation, which grows with the square of the step, and rounding, which falls with the step.
    private const double UsualStep = 6.0554544523933395e-06;

    // The usual step times powers of 32: two larger ones for functions such as 1e6 + x, four smaller ones for log(x) near 0.
    private const int LargerSteps = 2;
    private const int SmallerSteps = 4;

    private readonly double[] _point;
    private readonly double _bound;
    private readonly Func<int, double[], double[]> _along;

    /// <summary>Of an expression that is a number, of one point or joined over rows.</summary>
    public CentralDifference(ExprNode expression, VariableLayout variables, double[] point, DataRows? rows, CancellationToken cancellation)
    {
        var flat = ExprNode.Flatten([expression], cancellation);
        var program = ParameterProgram.Compile(flat, variables, rows, cancellation);
        _point = point;
        _along = (variable, positions) => program.EvaluateAlong(point, variable, positions, cancellation);
        var value = new double[1];
        program.Evaluate(point, value, cancellation);
        Value = value[0];
        var bound = new ParameterBounds(flat, variables, rows, creditExact: false).At(point, 0, cancellation)[0];
        _bound = double.IsFinite(bound) ? bound : 16 * Rounding.Unit * Math.Abs(Value);
    }

    /// <summary>Of any function.</summary>
    /// <param name="point">The point.</param>
    /// <param name="value">The function's value there.</param>
    /// <param name="bound">How far rounding may move values near it.</param>
    /// <param name="along">The values where one variable has each of some positions, the others being those of the point.</param>
    public CentralDifference(double[] point, double value, double bound, Func<int, double[], double[]> along) => (_point, Value, _bound, _along) = (point, value, bound, along);

    /// <summary>The value at the point.</summary>
    public double Value { get; }

    /// <summary>The slope along one variable, or one element of an array; NaN, or infinite, when the function has no finite values beside the point.</summary>
    /// <param name="variable">The index of the variable, or of the element among those of all variables.</param>
    /// <param name="step">The step, or null to choose one.</param>
    public Slope Along(int variable, double? step)
    {
        var x = _point[variable];
        var steps = step is { } given ? [given] : Steps(x);
        var positions = new double[steps.Length * 4];
        for (var i = 0; i < steps.Length; i++)
        {
            positions[4 * i] = x + steps[i];
            positions[(4 * i) + 1] = x - steps[i];
            positions[(4 * i) + 2] = x + (2 * steps[i]);
            positions[(4 * i) + 3] = x - (2 * steps[i]);
        }

        var values = _along(variable, positions);
        var slopes = new Slope[steps.Length];
        for (var i = 0; i < slopes.Length; i++)
        {
            // The step is what separates the two doubles, not what was asked for.
            var width = positions[4 * i] - positions[(4 * i) + 1];
            var slope = (values[4 * i] - values[(4 * i) + 1]) / width;
            var wide = (values[(4 * i) + 2] - values[(4 * i) + 3]) / (positions[(4 * i) + 2] - positions[(4 * i) + 3]);
            slopes[i] = new Slope(slope, width / 2, Math.Abs(wide - slope) / 3, 2 * _bound / width, values[4 * i], values[(4 * i) + 1]);
        }

        return step is null ? Best(slopes) : slopes[0];
    }

    private static double[] Steps(double x)
    {
        var steps = new List<double>();
        for (var k = LargerSteps; k >= -SmallerSteps; k--) steps.Add(UsualStep * Math.Max(1, Math.Abs(x)) * Math.Pow(32, k));
        if (x != 0 && Math.Abs(x) < 1) steps.Add(UsualStep * Math.Abs(x));
        steps.Sort(static (a, b) => b.CompareTo(a));
        return [.. steps];
    }

    /// <summary>The one with the smallest error, where a slope that better-known ones of smaller steps contradict is not believed.</summary>
    private static Slope Best(Slope[] slopes)
    {
        var best = slopes[LargerSteps];
        var least = double.PositiveInfinity;
        for (var i = 0; i < slopes.Length; i++)
        {
            if (!slopes[i].IsKnown) continue;
            var truncation = slopes[i].Truncation;
            for (var j = i + 1; j < slopes.Length; j++)
            {
                if (slopes[j].IsKnown) truncation = Math.Max(truncation, Math.Abs(slopes[i].Value - slopes[j].Value) - (2 * slopes[j].Rounding));
            }

            var slope = slopes[i] with { Truncation = truncation };
            if (slope.Uncertainty >= least) continue;
            least = slope.Uncertainty;
            best = slope;
        }

        return best;
    }

    /// <summary>A slope.</summary>
    /// <param name="Value">The slope.</param>
    /// <param name="Step">The step to either side.</param>
    /// <param name="Truncation">The estimated error from the curvature of the function.</param>
    /// <param name="Rounding">The estimated error from rounding of the function's values.</param>
    /// <param name="Above">The function's value above the point.</param>
    /// <param name="Below">The function's value below the point.</param>
    public readonly record struct Slope(double Value, double Step, double Truncation, double Rounding, double Above, double Below)
    {
        public bool IsKnown => double.IsFinite(Value) && double.IsFinite(Truncation);

        /// <summary>How far the slope may be from the derivative.</summary>
        public double Uncertainty => (double.IsFinite(Truncation) ? Truncation : 0) + Rounding;
    }
}
