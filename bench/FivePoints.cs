using System.Numerics;
using PSAutodiff.Kernels;

namespace PSAutodiff.Bench;

/// <summary>System S2's network of nine parameters: the expression, and the loops one would write by hand.</summary>
internal static class FivePoints
{
    public static readonly string[] Columns = ["x1", "x2", "y"];
    public static readonly string[] Parameters = ["b1", "w11", "w12", "b2", "w21", "w22", "c", "u1", "u2"];
    public static readonly double[] Start = [0, 0.7, -0.4, 0, 0.3, 0.9, 0, -0.8, 0.5];
    public static readonly double[][] Rows = [[0, 0, 1], [1, 0, 0], [0, -1, 0], [-1, 0, 0], [0, 1, 0]];

    public static ExprNode Loss()
    {
        var fin = ExprNode.Parse("c + (tanh(b1 + (x1*w11 + x2*w21))*u1 + tanh(b2 + (x1*w12 + x2*w22))*u2)");
        return fin - (fin * ExprNode.Variable("y")) + ExprNode.Log(1 + ExprNode.Exp(-1 * fin));
    }

    /// <summary>One step of gradient descent as written by hand; gives the loss before the step.</summary>
    public static double Step(double[] row, double[] p, double rate)
    {
        var (x1, x2, y) = (row[0], row[1], row[2]);
        var z1 = Math.Tanh(p[0] + (x1 * p[1]) + (x2 * p[4]));
        var z2 = Math.Tanh(p[3] + (x1 * p[2]) + (x2 * p[5]));
        var fin = p[6] + (z1 * p[7]) + (z2 * p[8]);
        var e = Math.Exp(-fin);
        var loss = fin - (fin * y) + Math.Log(1 + e);
        var delta = (1 / (1 + e)) - y;
        var delta1 = delta * p[7] * (1 - (z1 * z1));
        var delta2 = delta * p[8] * (1 - (z2 * z2));
        p[0] -= rate * delta1;
        p[1] -= rate * delta1 * x1;
        p[2] -= rate * delta2 * x1;
        p[3] -= rate * delta2;
        p[4] -= rate * delta1 * x2;
        p[5] -= rate * delta2 * x2;
        p[6] -= rate * delta;
        p[7] -= rate * delta * z1;
        p[8] -= rate * delta * z2;
        return loss;
    }

    /// <summary>The same on the kernels that the engine uses.</summary>
    public static double StepOnKernels(double[] row, double[] p, double rate)
    {
        var (x1, x2, y) = (row[0], row[1], row[2]);
        var z1 = Elementary.TanhAndSech2(p[0] + (x1 * p[1]) + (x2 * p[4]), out var slope1);
        var z2 = Elementary.TanhAndSech2(p[3] + (x1 * p[2]) + (x2 * p[5]), out var slope2);
        var fin = p[6] + (z1 * p[7]) + (z2 * p[8]);
        var delta = Elementary.SigmoidAndSoftplusOfOpposite(fin, out var softplus) - y;
        var loss = fin - (fin * y) + softplus;
        var delta1 = delta * p[7] * slope1;
        var delta2 = delta * p[8] * slope2;
        p[0] -= rate * delta1;
        p[1] -= rate * delta1 * x1;
        p[2] -= rate * delta2 * x1;
        p[3] -= rate * delta2;
        p[4] -= rate * delta1 * x2;
        p[5] -= rate * delta2 * x2;
        p[6] -= rate * delta;
        p[7] -= rate * delta * z1;
        p[8] -= rate * delta * z2;
        return loss;
    }

    /// <summary>Loss and gradient summed over rows, in blocks of 1,024 on the engine's kernels, on one thread.</summary>
    public static double[] SumByHand(double[] x1s, double[] x2s, double[] ys, double[] p)
    {
        const int block = 1024;
        var (z1, z2, fin, soft, sig) = (new double[block], new double[block], new double[block], new double[block], new double[block]);
        var sums = new Vector<double>[10];
        var width = Vector<double>.Count;
        for (var start = 0; start < x1s.Length; start += block)
        {
            var count = Math.Min(block, x1s.Length - start);
            for (var i = 0; i < count; i += width)
            {
                var x1 = new Vector<double>(x1s, start + i);
                var x2 = new Vector<double>(x2s, start + i);
                (new Vector<double>(p[0]) + (x1 * p[1]) + (x2 * p[4])).CopyTo(z1, i);
                (new Vector<double>(p[3]) + (x1 * p[2]) + (x2 * p[5])).CopyTo(z2, i);
            }

            Elementary.Tanh(z1.AsSpan(0, count), z1);
            Elementary.Tanh(z2.AsSpan(0, count), z2);
            for (var i = 0; i < count; i += width)
            {
                (new Vector<double>(p[6]) + (new Vector<double>(z1, i) * p[7]) + (new Vector<double>(z2, i) * p[8])).CopyTo(fin, i);
            }

            for (var i = 0; i < count; i += width) (-new Vector<double>(fin, i)).CopyTo(soft, i);
            Elementary.Softplus(soft.AsSpan(0, count), soft);
            Elementary.Sigmoid(fin.AsSpan(0, count), sig);
            for (var i = 0; i < count; i += width)
            {
                var x1 = new Vector<double>(x1s, start + i);
                var x2 = new Vector<double>(x2s, start + i);
                var y = new Vector<double>(ys, start + i);
                var f = new Vector<double>(fin, i);
                var h1 = new Vector<double>(z1, i);
                var h2 = new Vector<double>(z2, i);
                var delta = new Vector<double>(sig, i) - y;
                var delta1 = delta * p[7] * (Vector<double>.One - (h1 * h1));
                var delta2 = delta * p[8] * (Vector<double>.One - (h2 * h2));
                sums[0] += f - (f * y) + new Vector<double>(soft, i);
                sums[1] += delta1;
                sums[2] += delta1 * x1;
                sums[3] += delta2 * x1;
                sums[4] += delta2;
                sums[5] += delta1 * x2;
                sums[6] += delta2 * x2;
                sums[7] += delta;
                sums[8] += delta * h1;
                sums[9] += delta * h2;
            }
        }

        return Array.ConvertAll(sums, Vector.Sum);
    }
}
