using System.Numerics;

namespace PSAutodiff.Networks.Activations;

/// <summary>An activation of each number by itself.</summary>
internal abstract class ElementwiseActivation<T> : Activation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override ExprNode[] ToExpression(ExprNode[] sums) => Array.ConvertAll(sums, ToExpression);

    /// <inheritdoc/>
    public override void Curve(ReadOnlySpan<double> values, ReadOnlySpan<double> sums, Span<double> gradient, Span<double> hessian, Span<double> scratch)
    {
        var n = gradient.Length;
        var first = scratch[..n];
        var second = scratch.Slice(n, n);
        Slopes(values, sums, first, second);
        var (rows, columns) = hessian.Length == n ? (1, n) : (n, n);
        for (var i = 0; i < rows; i++)
        {
            var row = hessian.Slice(i * columns, columns);
            for (var j = 0; j < n; j++) row[j] *= first[rows == 1 ? j : i] * first[j];
        }

        for (var i = 0; i < n; i++)
        {
            hessian[hessian.Length == n ? i : i * (n + 1)] += second[i] * gradient[i];
            gradient[i] *= first[i];
        }
    }

    /// <summary>phi'(z) and phi''(z) from phi(z) and z.</summary>
    protected abstract void Slopes(ReadOnlySpan<double> values, ReadOnlySpan<double> sums, Span<double> first, Span<double> second);
}
