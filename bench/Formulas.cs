namespace PSAutodiff.Bench;

/// <summary>The usual kernels of the autodiff field: each as an expression, and its value and gradient as written by hand.</summary>
internal static class Formulas
{
    /// <summary>Least squares y(x) = 1/2 sum_i (s_i - sum_j x_j t_i^j)^2, as a sum over rows with columns t and s.</summary>
    public static ExprNode LeastSquaresRow(int m)
    {
        var t = ExprNode.Variable("t");
        ExprNode power = 1;
        ExprNode fit = Parameter(0);
        for (var j = 1; j < m; j++)
        {
            power = j == 1 ? t : power * t;
            fit += Parameter(j) * power;
        }

        var residual = ExprNode.Variable("s") - fit;
        return 0.5 * (residual * residual);
    }

    /// <summary>The same with all rows written out in one graph.</summary>
    public static ExprNode LeastSquaresWrittenOut(double[] t, double[] s, int m)
    {
        ExprNode? total = null;
        for (var i = 0; i < t.Length; i++)
        {
            ExprNode fit = Parameter(0);
            var power = 1.0;
            for (var j = 1; j < m; j++)
            {
                power *= t[i];
                fit += Parameter(j) * power;
            }

            var residual = s[i] - fit;
            total = total is null ? residual * residual : total + (residual * residual);
        }

        return 0.5 * total!;
    }

    public static ExprNode Parameter(int j) => ExprNode.Variable($"x{j:d3}");

    public static double LeastSquaresByHand(double[] t, double[] s, double[] x, double[] gradient)
    {
        Array.Clear(gradient);
        var value = 0.0;
        var m = x.Length;
        for (var i = 0; i < t.Length; i++)
        {
            var residual = s[i];
            var power = 1.0;
            for (var j = 0; j < m; j++)
            {
                residual -= x[j] * power;
                power *= t[i];
            }

            value += residual * residual;
            power = residual;
            for (var j = 0; j < m; j++)
            {
                gradient[j] -= power;
                power *= t[i];
            }
        }

        return 0.5 * value;
    }

    /// <summary>log-sum-exp written out, with the maximum subtracted.</summary>
    public static ExprNode LogSumExp(int n)
    {
        var x = Enumerable.Range(0, n).Select(static i => ExprNode.Variable($"x{i:d6}")).ToArray();
        var largest = x[0];
        for (var i = 1; i < n; i++) largest = ExprNode.Max(largest, x[i]);
        largest = ExprNode.Detach(largest);
        var sum = ExprNode.Exp(x[0] - largest);
        for (var i = 1; i < n; i++) sum += ExprNode.Exp(x[i] - largest);
        return ExprNode.Log(sum) + largest;
    }

    public static double LogSumExpByHand(double[] x, double[] gradient)
    {
        var largest = x[0];
        for (var i = 1; i < x.Length; i++) largest = Math.Max(largest, x[i]);
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
        {
            gradient[i] = Math.Exp(x[i] - largest);
            sum += gradient[i];
        }

        for (var i = 0; i < x.Length; i++) gradient[i] /= sum;
        return Math.Log(sum) + largest;
    }

    /// <summary>The determinant by expansion by minors along the first row, nothing shared by hand.</summary>
    public static ExprNode Determinant(int n)
    {
        var a = new ExprNode[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++) a[i, j] = ExprNode.Variable($"a{i}{j}");
        }

        return Minor(a, 0, [.. Enumerable.Range(0, n)]);
    }

    private static ExprNode Minor(ExprNode[,] a, int row, int[] columns)
    {
        if (columns.Length == 1) return a[row, columns[0]];
        ExprNode? total = null;
        for (var k = 0; k < columns.Length; k++)
        {
            var term = a[row, columns[k]] * Minor(a, row + 1, [.. columns.Where((_, i) => i != k)]);
            total = total is null ? term : k % 2 == 0 ? total + term : total - term;
        }

        return total!;
    }

    /// <summary>The determinant and its gradient by hand: products of minors, found once for each set of columns.</summary>
    public static double DeterminantByHand(double[] a, int n, double[] gradient)
    {
        // below[S] is the minor of the last |S| rows and the columns S; above[S] the adjoint of it.
        var sets = 1 << n;
        var (below, above) = (new double[sets], new double[sets]);
        below[0] = 1;
        for (var set = 1; set < sets; set++)
        {
            var row = n - System.Numerics.BitOperations.PopCount((uint)set);
            var (sum, sign) = (0.0, 1.0);
            for (var j = 0; j < n; j++)
            {
                if ((set & (1 << j)) == 0) continue;
                sum += sign * a[(row * n) + j] * below[set ^ (1 << j)];
                sign = -sign;
            }

            below[set] = sum;
        }

        Array.Clear(gradient);
        above[sets - 1] = 1;
        for (var set = sets - 1; set > 0; set--)
        {
            var row = n - System.Numerics.BitOperations.PopCount((uint)set);
            var sign = 1.0;
            for (var j = 0; j < n; j++)
            {
                if ((set & (1 << j)) == 0) continue;
                gradient[(row * n) + j] += sign * above[set] * below[set ^ (1 << j)];
                above[set ^ (1 << j)] += sign * above[set] * a[(row * n) + j];
                sign = -sign;
            }
        }

        return below[sets - 1];
    }

    /// <summary>The last component after classic Runge-Kutta on y_0' = x_0, y_i' = x_i y_(i-1), y(0) = 0.</summary>
    public static ExprNode RungeKutta(int n, int steps, double h)
    {
        var x = Enumerable.Range(0, n).Select(Parameter).ToArray();
        ExprNode zero = 0;
        var y = Enumerable.Repeat(zero, n).ToArray();
        ExprNode[] F(ExprNode[] at) => [.. Enumerable.Range(0, n).Select(i => i == 0 ? x[0] : x[i] * at[i - 1])];
        ExprNode[] Plus(ExprNode[] at, double factor, ExprNode[] k) => [.. at.Zip(k, (u, v) => u + (factor * v))];
        for (var step = 0; step < steps; step++)
        {
            var k1 = F(y);
            var k2 = F(Plus(y, h / 2, k1));
            var k3 = F(Plus(y, h / 2, k2));
            var k4 = F(Plus(y, h, k3));
            var start = y;
            y = [.. Enumerable.Range(0, n).Select(i => start[i] + (h / 6 * (k1[i] + (2 * k2[i]) + (2 * k3[i]) + k4[i])))];
        }

        return y[n - 1];
    }

    public static double RungeKuttaByHand(double[] x, int steps, double h, double[] gradient, double[] memory)
    {
        // Memory holds for each step the four points at which the right side is taken.
        var n = x.Length;
        var size = 4 * n;
        Span<double> y = stackalloc double[n];
        Span<double> k = stackalloc double[n];
        Span<double> sum = stackalloc double[n];
        y.Clear();
        for (var step = 0; step < steps; step++)
        {
            var points = memory.AsSpan(step * size, size);
            sum.Clear();
            for (var stage = 0; stage < 4; stage++)
            {
                var u = points.Slice(stage * n, n);
                var factor = stage == 0 ? 0 : stage == 3 ? h : h / 2;
                for (var i = 0; i < n; i++) u[i] = stage == 0 ? y[i] : y[i] + (factor * k[i]);
                var weight = stage is 0 or 3 ? 1.0 : 2.0;
                k[0] = x[0];
                for (var i = 1; i < n; i++) k[i] = x[i] * u[i - 1];
                for (var i = 0; i < n; i++) sum[i] += weight * k[i];
            }

            for (var i = 0; i < n; i++) y[i] += h / 6 * sum[i];
        }

        var value = y[n - 1];
        Array.Clear(gradient);
        Span<double> yBar = stackalloc double[n];
        Span<double> kBar = stackalloc double[n];
        Span<double> uBar = stackalloc double[n];
        Span<double> next = stackalloc double[n];
        yBar.Clear();
        yBar[n - 1] = 1;
        for (var step = steps - 1; step >= 0; step--)
        {
            var points = memory.AsSpan(step * size, size);
            yBar.CopyTo(next);
            uBar.Clear();
            for (var stage = 3; stage >= 0; stage--)
            {
                var u = points.Slice(stage * n, n);
                var weight = (stage is 0 or 3 ? 1.0 : 2.0) * h / 6;
                // uBar is the adjoint of the point of the next stage, which holds this stage's k times a factor.
                var factor = stage == 3 ? 0 : stage == 2 ? h : h / 2;
                for (var i = 0; i < n; i++) kBar[i] = (weight * yBar[i]) + (factor * uBar[i]);
                gradient[0] += kBar[0];
                for (var i = 1; i < n; i++)
                {
                    gradient[i] += kBar[i] * u[i - 1];
                    uBar[i - 1] = kBar[i] * x[i];
                }

                uBar[n - 1] = 0;
                for (var i = 0; i < n; i++) next[i] += uBar[i];
            }

            next.CopyTo(yBar);
        }

        return value;
    }
}
