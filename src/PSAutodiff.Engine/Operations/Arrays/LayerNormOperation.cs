using System.Globalization;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>
/// (x - mean(x)) / sqrt(variance(x) + 1e-5) along the last axis or another, with the mean of the squares as the variance: layer normalization (Ba, Kiros and
/// Hinton, 2016) before its gain and offset. The small number is that of PyTorch; it keeps elements that are all the same from a division by zero.
/// </summary>
internal sealed class LayerNormOperation() : AlongAxisOperation("layernorm")
{
    /// <summary>What is added to the variance.</summary>
    public const double Epsilon = 1e-5;

    internal override CodeForm Python => field ??= new(Notation.Call(Name, 1), new CodeHelper(Name, """
        def layernorm(x, axis=-1):
            centered = x - np.mean(x, axis=axis, keepdims=True)
            return centered / np.sqrt(np.mean(centered * centered, axis=axis, keepdims=True) + 1e-05)
        """));

    internal override Notation PyTorchOf(in ArgumentShapes of)
    {
        var isDown = of.X.IsMatrix && ArrayForms.LastAxis(of.X, of.Indices) == 0;
        var size = (isDown ? of.X.Rows : of.X.Last).ToString(CultureInfo.InvariantCulture);
        return new Notation(isDown ? $"torch.nn.functional.layer_norm(torch.t(#1), ({size},)).t()" : $"torch.nn.functional.layer_norm(#1, ({size},))", Notation.Atom, 0);
    }

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => Derivative(at, adjoint);

    internal override Term? Tangent(in Locals at, ReadOnlySpan<Term> derivatives) => Derivative(at, derivatives[0]);

    protected override void WriteEach(LoopCode code, Action<Action<string, string[]>> each)
    {
        var (sum, count) = (code.Local("0.0"), code.Local("0.0"));
        each((x, _) =>
        {
            code.Add(sum, x);
            code.Add(count, "1.0");
        });
        var mean = code.Local($"{sum} / {count}");
        var squares = code.Local("0.0");
        each((x, _) => code.Add(squares, $"({x} - {mean}) * ({x} - {mean})"));
        var deviation = code.Local(code.Math(nameof(Math.Sqrt), $"{squares} / {count} + 1e-05"));
        each((x, at) => code.Return($"({x} - {mean}) / {deviation}", at));
    }

    protected override void Each(ReadOnlySpan<double> elements, int length, Span<double> result)
    {
        elements.CopyTo(result);
        for (var start = 0; start < result.Length; start += length)
        {
            var parts = result.Slice(start, length);
            Vectors.Subtract(parts, Vectors.Sum(parts) / length);
            Vectors.Divide(parts, Math.Sqrt((Vectors.Dot(parts, parts) / length) + Epsilon));
        }
    }

    protected override void EachLong(ReadOnlySpan<double> elements, Span<double> result, CancellationToken cancellation)
    {
        WorkWatch.Copy(elements, result, cancellation);
        var mean = LongVectors.Sum(result, cancellation) / result.Length;
        for (var rest = result; !rest.IsEmpty; rest = rest[Math.Min(WorkWatch.AtOnce, rest.Length)..])
        {
            cancellation.ThrowIfCancellationRequested();
            Vectors.Subtract(rest[..Math.Min(WorkWatch.AtOnce, rest.Length)], mean);
        }

        var deviation = Math.Sqrt((LongVectors.Dot(result, result, cancellation) / result.Length) + Epsilon);
        for (var rest = result; !rest.IsEmpty; rest = rest[Math.Min(WorkWatch.AtOnce, rest.Length)..])
        {
            cancellation.ThrowIfCancellationRequested();
            Vectors.Divide(rest[..Math.Min(WorkWatch.AtOnce, rest.Length)], deviation);
        }
    }

    protected override void Each(in ArrayElements of, ReadOnlySpan<Term> elements, Span<Term> result)
    {
        var count = of.Zero.Constant(elements.Length);
        var mean = of.Sum(elements) / count;
        var squares = new Term[elements.Length];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = elements[i] - mean;
            squares[i] = result[i] * result[i];
        }

        var deviation = ((of.Sum(squares) / count) + of.Zero.Constant(Epsilon)).Apply<SqrtOperation>();
        foreach (ref var element in result) element /= deviation;
    }

    protected override bool EachBound(ReadOnlySpan<double> elements, in ArrayErrors errors, Span<double> result)
    {
        // What is above and below the fraction, of which the deviation moves no more than its elements do.
        var (length, total, largest, moved) = (elements.Length, 0.0, 0.0, 0.0);
        for (var i = 0; i < length; i++)
        {
            total += errors.X[i];
            largest = Math.Max(largest, Math.Abs(elements[i]));
            moved = Math.Max(moved, errors.X[i]);
        }

        var mean = Vectors.Sum(elements) / length;
        var ofMean = (total / length) + ArrayErrors.OfRounding(length + 1, largest);
        var squares = 0.0;
        foreach (var element in elements) squares += (element - mean) * (element - mean);
        var deviation = Math.Sqrt((squares / length) + Epsilon);
        var ofDeviation = moved + ofMean + ArrayErrors.OfRounding(length + 4, deviation);
        for (var i = 0; i < length; i++)
        {
            result[i] = double.IsFinite(deviation) && ofDeviation < deviation
                ? ((errors.X[i] + ofMean + (Math.Abs(errors.Value[i]) * ofDeviation)) / (deviation - ofDeviation)) + ArrayErrors.OfRounding(2, Math.Abs(errors.Value[i]))
                : double.PositiveInfinity;
        }

        return false;
    }

    // With y for the value and s for the root, the Jacobian (I - 1 1'/n - y y'/n) / s is its own transpose.
    private static Term Derivative(in Locals at, Term vector)
    {
        var whole = at.X.Shape;
        var axis = ArrayForms.LastAxis(whole, at.Y.Indices);
        var centered = at.X - Mean(at.X);
        var deviation = (Mean(centered * centered) + at.X.Constant(Epsilon)).Apply<SqrtOperation>();
        return (vector - Mean(vector) - (at.Self * Mean(at.Self * vector))) / deviation;

        Term Mean(Term of) => ArrayForms.Stretched(of.Apply<MeanOperation>(of.Index(axis)), whole, [axis]);
    }
}

public sealed partial class ExprNode
{
    /// <summary>(x - mean(x)) / sqrt(variance(x) + 1e-5) along the last axis: layer normalization before its gain and offset.</summary>
    public static ExprNode LayerNorm(ExprNode x) => Form("layernorm", x);

    /// <summary>(x - mean(x)) / sqrt(variance(x) + 1e-5) along the last axis: layer normalization before its gain and offset.</summary>
    public ExprNode LayerNorm() => LayerNorm(this);

    /// <summary>(x - mean(x)) / sqrt(variance(x) + 1e-5) along an axis.</summary>
    /// <param name="axis">0 down the rows of a matrix, or along a vector; 1 along the rows.</param>
    /// <exception cref="AutodiffException">There is no such axis.</exception>
    public ExprNode LayerNorm(long axis) => Apply<LayerNormOperation>(this, Indices(axis));
}
