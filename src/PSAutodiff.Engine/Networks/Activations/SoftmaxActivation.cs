using System.Numerics;
using PSAutodiff.Kernels;

namespace PSAutodiff.Networks.Activations;

/// <summary>p_i = exp(z_i) / sum_j exp(z_j) over the outputs of the layer, computed in double for either precision.</summary>
internal sealed class SoftmaxActivation<T> : Activation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override ActivationFunction Function => ActivationFunction.Softmax;

    public override IReadOnlyList<string> Names => ["softmax"];

    public override bool GivesProbabilities => true;

    public override bool SumsToOne => true;

    /// <summary>The sums less the largest, so that no exponential overflows; it cancels out, in derivatives too, and needs none.</summary>
    public static ExprNode[] BelowLargest(ExprNode[] sums)
    {
        var largest = ExprNode.Detach(sums.Aggregate(ExprNode.Max));
        return Array.ConvertAll(sums, sum => sum - largest);
    }

    public override ExprNode[] ToExpression(ExprNode[] sums)
    {
        var powers = Array.ConvertAll(BelowLargest(sums), ExprNode.Exp);
        var total = powers.Aggregate(static (x, y) => x + y);
        return Array.ConvertAll(powers, power => power / total);
    }

    public override ExprNode ToExpression(ExprNode sums) => sums.Softmax();

    public override int ScratchLength(int rows, int columns) => checked(rows * columns);

    public override void Apply(Span<T> values, int columns, Span<double> scratch)
    {
        var wide = scratch[..values.Length];
        Vectors.Widen(values, wide);
        for (var start = 0; start < wide.Length; start += columns) Vectors.Subtract(wide.Slice(start, columns), Vectors.Greatest(wide.Slice(start, columns)));
        Elementary.Exp(wide, wide);
        for (var start = 0; start < wide.Length; start += columns) Vectors.Divide(wide.Slice(start, columns), Vectors.Sum(wide.Slice(start, columns)));
        Vectors.Narrow(wide, values);
    }

    // The Jacobian is diag(p) - p p'.
    public override void Backward(ReadOnlySpan<T> values, Span<T> deltas, int columns, ReadOnlySpan<T> sums = default)
    {
        for (var start = 0; start < deltas.Length; start += columns)
        {
            var p = values.Slice(start, columns);
            var delta = deltas.Slice(start, columns);
            var mean = T.Zero;
            for (var i = 0; i < delta.Length; i++) mean = T.FusedMultiplyAdd(p[i], delta[i], mean);
            for (var i = 0; i < delta.Length; i++) delta[i] = p[i] * (delta[i] - mean);
        }
    }

    public override void Curve(ReadOnlySpan<double> values, ReadOnlySpan<double> sums, Span<double> gradient, Span<double> hessian, Span<double> scratch)
    {
        var n = gradient.Length;
        var p = values;
        var v = scratch[..n];
        var (mean, ofV) = (0.0, 0.0);
        for (var i = 0; i < n; i++) mean += p[i] * gradient[i];
        for (var i = 0; i < n; i++)
        {
            v[i] = 0;
            for (var j = 0; j < n; j++) v[i] += hessian[(i * n) + j] * p[j];
            ofV += p[i] * v[i];
            gradient[i] -= mean;
        }

        for (var i = 0; i < n; i++)
        {
            var row = hessian.Slice(i * n, n);
            for (var j = 0; j < n; j++) row[j] = p[i] * p[j] * (row[j] - v[i] - v[j] + ofV - gradient[i] - gradient[j]);
            row[i] += p[i] * gradient[i];
        }

        for (var i = 0; i < n; i++) gradient[i] *= p[i];
    }
}
