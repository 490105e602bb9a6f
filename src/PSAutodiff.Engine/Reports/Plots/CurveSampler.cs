namespace PSAutodiff.Reports.Plots;

/// <summary>
/// Evaluates a function at evenly spaced points and looks closer where two neighbors say different things: by halving, until it is
/// known whether the function is steep or jumps, and where the part ends in which it has values.
/// </summary>
internal static class CurveSampler
{
    // Halves until neighbors are next to each other in double precision, anywhere in a range that is not huge.
    private const int Halvings = 52;

    // A jump keeps its height when it is looked at closer; of a steep line half is soon left.
    private const double Kept = 0.6;

    // Below this part of the usual height a jump is not seen.
    private const double Visible = 1.0 / 60;

    // What grows by more when it is looked at closer grows without end.
    private const double PoleGrowth = 1000;

    /// <summary>Samples a function of one variable.</summary>
    /// <param name="function">The function.</param>
    /// <param name="x">The range.</param>
    /// <param name="count">The number of evenly spaced points, at least 2.</param>
    public static CurveSamples Sample(PlotFunction function, PlotScale x, int count)
    {
        var xs = x.Values(count);
        var ys = function.Evaluate(xs);
        var largest = 0.0;
        foreach (var y in ys)
        {
            if (double.IsFinite(y)) largest = Math.Max(largest, Math.Abs(y));
        }

        var gaps = Gaps(xs, ys, Quantiles.Spread(ys) * Visible);
        Halve(function, gaps);
        var hasPole = ys.Any(double.IsInfinity);
        foreach (var gap in gaps) hasPole |= gap.IsJump && gap.Reach > PoleGrowth * largest;
        hasPole = hasPole || GrowsAtExtremum(function, xs, ys, largest);
        return Join(xs, ys, gaps, hasPole);
    }

    /// <summary>The intervals between neighbors of which one has no value, or whose values differ much.</summary>
    private static List<Gap> Gaps(double[] xs, double[] ys, double visible)
    {
        var gaps = new List<Gap>();
        for (var i = 0; i + 1 < xs.Length; i++)
        {
            var (isLeft, isRight) = (double.IsFinite(ys[i]), double.IsFinite(ys[i + 1]));
            if (!isLeft && !isRight) continue;
            if (isLeft && isRight && !(Math.Abs((ys[i + 1] / 2) - (ys[i] / 2)) > visible / 2)) continue;
            gaps.Add(new Gap(i, xs[i], ys[i], xs[i + 1], ys[i + 1]));
        }

        return gaps;
    }

    private static void Halve(PlotFunction function, List<Gap> gaps)
    {
        var open = gaps;
        for (var halving = 0; halving < Halvings && open.Count > 0; halving++)
        {
            var middles = open.ConvertAll(static gap => gap.Middle);
            var values = function.Evaluate([.. middles]);
            for (var i = 0; i < open.Count; i++) open[i].Halve(middles[i], values[i]);
            open = open.FindAll(static gap => gap.IsOpen);
        }
    }

    /// <summary>Whether the greatest or least value grows without end when one comes nearer to it, as that of 1/x^2.</summary>
    private static bool GrowsAtExtremum(PlotFunction function, double[] xs, double[] ys, double largest)
    {
        var at = -1;
        for (var i = 1; i + 1 < ys.Length; i++)
        {
            if (Math.Abs(ys[i]) == largest) at = i;
        }

        if (at < 0 || largest == 0) return false;
        var (left, best, right) = (xs[at - 1], xs[at], xs[at + 1]);
        for (var halving = 0; halving < Halvings; halving++)
        {
            double[] tried = [best - ((best - left) / 2), best + ((right - best) / 2)];
            var values = function.Evaluate(tried);
            if (values.Any(double.IsInfinity)) return true;
            var (a, b) = (Math.Abs(values[0]), Math.Abs(values[1]));
            if (Math.Max(a, b) > PoleGrowth * largest) return true;

            // The neighbors of the greatest of the five.
            if (a > largest && !(b > a)) (right, best) = (best, tried[0]);
            else if (b > largest) (left, best) = (best, tried[1]);
            else (left, right) = (tried[0], tried[1]);
            largest = Math.Max(largest, Math.Max(double.IsNaN(a) ? 0 : a, double.IsNaN(b) ? 0 : b));
        }

        return false;
    }

    private static CurveSamples Join(double[] xs, double[] ys, List<Gap> gaps, bool hasPole)
    {
        var jumps = gaps.FindAll(static gap => gap.IsJump);
        var count = xs.Length + jumps.Sum(static jump => jump.Left.Count + jump.Right.Count);
        var (allX, allY, breaks, isRegular) = (new double[count], new double[count], new bool[count], new bool[count]);
        var (next, to) = (0, 0);
        for (var i = 0; i < xs.Length; i++)
        {
            isRegular[to] = true;
            Add((xs[i], ys[i]));
            if (next == jumps.Count || jumps[next].Index != i) continue;
            var jump = jumps[next++];
            jump.Left.ForEach(Add);
            breaks[to - 1] = true;
            for (var j = jump.Right.Count - 1; j >= 0; j--) Add(jump.Right[j]);
        }

        return new CurveSamples(allX, allY, breaks, isRegular, hasPole);

        void Add((double X, double Y) point) => (allX[to], allY[to++]) = point;
    }

    /// <summary>An interval between neighbors that is looked at closer.</summary>
    private sealed class Gap(int index, double leftX, double leftY, double rightX, double rightY)
    {
        private readonly double _height = Height(leftY, rightY);

        /// <summary>The number of the point at its left.</summary>
        public int Index => index;

        public double LeftX { get; private set; } = leftX;

        public double LeftY { get; private set; } = leftY;

        public double RightX { get; private set; } = rightX;

        public double RightY { get; private set; } = rightY;

        /// <summary>What was seen on the way to the jump from the left.</summary>
        public List<(double X, double Y)> Left { get; } = [];

        /// <summary>What was seen on the way to the jump from the right.</summary>
        public List<(double X, double Y)> Right { get; } = [];

        /// <summary>Whether there is something to find out.</summary>
        public bool IsOpen { get; private set; } = true;

        /// <summary>Whether the function jumps here, or has values at one side alone.</summary>
        public bool IsJump { get; private set; } = true;

        public double Middle => (LeftX / 2) + (RightX / 2);

        /// <summary>How large the values are.</summary>
        public double Reach => Math.Max(double.IsFinite(LeftY) ? Math.Abs(LeftY) : 0, double.IsFinite(RightY) ? Math.Abs(RightY) : 0);

        public void Halve(double middle, double value)
        {
            if (middle <= LeftX || middle >= RightX)
            {
                IsOpen = false;
                return;
            }

            // Between a value and none: towards the last value.
            if (double.IsNaN(_height))
            {
                if (double.IsFinite(value) == double.IsFinite(LeftY)) MoveLeft(middle, value);
                else MoveRight(middle, value);
                return;
            }

            // No value between two: they are as near as they get.
            if (!double.IsFinite(value))
            {
                IsOpen = false;
                return;
            }

            var (left, right) = (Height(LeftY, value), Height(value, RightY));
            if (left >= right) MoveRight(middle, value);
            else MoveLeft(middle, value);
            if (Math.Max(left, right) < Kept * _height) IsOpen = IsJump = false;
        }

        private void MoveLeft(double x, double y)
        {
            (LeftX, LeftY) = (x, y);
            if (double.IsFinite(y)) Left.Add((x, y));
        }

        private void MoveRight(double x, double y)
        {
            (RightX, RightY) = (x, y);
            if (double.IsFinite(y)) Right.Add((x, y));
        }

        // Half of it, which is a number always.
        private static double Height(double a, double b) => double.IsFinite(a) && double.IsFinite(b) ? Math.Abs((b / 2) - (a / 2)) : double.NaN;
    }
}
