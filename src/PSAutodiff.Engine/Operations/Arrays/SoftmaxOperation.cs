using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>exp(x) divided by the sum of these along the last axis or another, without overflow.</summary>
internal sealed class SoftmaxOperation() : AlongAxisOperation("softmax")
{
    internal override CodeForm Python => field ??= new(Notation.Call(Name, 1), new CodeHelper(Name, """
        def softmax(x, axis=-1):
            parts = np.exp(x - np.max(x, axis=axis, keepdims=True))
            return parts / np.sum(parts, axis=axis, keepdims=True)
        """));

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => Derivative(at, adjoint);

    internal override Term? Tangent(in Locals at, ReadOnlySpan<Term> derivatives) => Derivative(at, derivatives[0]);

    protected override void WriteEach(LoopCode code, Action<Action<string, string[]>> each)
    {
        var largest = code.Local(code.NegativeInfinity);
        each((x, _) => code.Set(largest, code.Math(nameof(Math.Max), largest, x)));
        var sum = code.Local("0.0");
        each((x, at) =>
        {
            code.Return(code.Math(nameof(Math.Exp), $"{x} - {largest}"), at);
            code.Add(sum, code.Result(at));
        });
        each((_, at) => code.Do($"{code.Result(at)} /= {sum}"));
    }

    protected override void Each(ReadOnlySpan<double> elements, int length, Span<double> result)
    {
        ArrayForms.BelowGreatest(elements, length, result);
        Elementary.Exp(result, result);
        for (var start = 0; start < result.Length; start += length)
        {
            var parts = result.Slice(start, length);
            Vectors.Divide(parts, Vectors.Sum(parts));
        }
    }

    protected override void EachLong(ReadOnlySpan<double> elements, Span<double> result, CancellationToken cancellation)
    {
        var greatest = LongVectors.Greatest(elements, cancellation);
        for (var start = 0; start < result.Length; start += Math.Min(WorkWatch.AtOnce, result.Length - start))
        {
            cancellation.ThrowIfCancellationRequested();
            var parts = result.Slice(start, Math.Min(WorkWatch.AtOnce, result.Length - start));
            ArrayForms.Below(greatest, elements.Slice(start, parts.Length), parts);
            Elementary.Exp(parts, parts);
        }

        var sum = LongVectors.Sum(result, cancellation);
        for (var start = 0; start < result.Length; start += Math.Min(WorkWatch.AtOnce, result.Length - start))
        {
            cancellation.ThrowIfCancellationRequested();
            Vectors.Divide(result.Slice(start, Math.Min(WorkWatch.AtOnce, result.Length - start)), sum);
        }
    }

    /// <summary>The same, and the logarithms of the sums of exponentials as <see cref="LogSumExpOperation"/> has them: each exponential is computed once for both.</summary>
    /// <param name="elements">Stretches of elements, one after the other.</param>
    /// <param name="length">The length of each.</param>
    /// <param name="result">Gets the value for each element.</param>
    /// <param name="logarithms">Gets one for each stretch.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void WithLogSumExp(ReadOnlySpan<double> elements, int length, Span<double> result, Span<double> logarithms)
    {
        const int most = 128;
        Span<double> memory = stackalloc double[most];
        for (var start = 0; start < logarithms.Length; start += most)
        {
            var logs = logarithms.Slice(start, Math.Min(most, logarithms.Length - start));
            var greatest = memory[..logs.Length];
            var from = elements.Slice(start * length, logs.Length * length);
            var parts = result.Slice(start * length, from.Length);
            for (var i = 0; i < greatest.Length; i++) greatest[i] = Vectors.Greatest(from.Slice(i * length, length));
            StretchedBlocks.ByColumn<SubOperation.Function>(from, greatest, length, parts);
            Elementary.Exp(parts, parts);
            Vectors.Sums(parts, length, logs);
            StretchedBlocks.ByColumn<DivOperation.Function>(parts, logs, length, parts);
            Elementary.Log(logs, logs);
            for (var i = 0; i < logs.Length; i++) logs[i] = double.IsFinite(greatest[i]) ? greatest[i] + logs[i] : greatest[i];
        }
    }

    protected override void Each(in ArrayElements of, ReadOnlySpan<Term> elements, Span<Term> result)
    {
        var greatest = of.Greatest(elements);
        for (var i = 0; i < result.Length; i++) result[i] = (elements[i] - greatest).Apply<ExpOperation>();
        var sum = of.Sum(result);
        foreach (ref var element in result) element /= sum;
    }

    protected override bool EachBound(ReadOnlySpan<double> elements, in ArrayErrors errors, Span<double> result)
    {
        var (moved, distance) = ArrayForms.SoftmaxBounds(elements, errors.X);
        var greatest = Vectors.Greatest(elements);
        var underflows = false;
        for (var i = 0; i < result.Length; i++)
        {
            var own = ArrayErrors.OfRounding(8 + elements.Length + distance + (greatest - elements[i]), 1);
            result[i] = (errors.Value[i] * Elementary.Expm1(errors.X[i] + moved + own)) + double.Epsilon;
            underflows |= errors.Value[i] < ArrayForms.SmallestNormal;
        }

        return underflows;
    }

    // The Jacobian diag(s) - s s' is its own transpose.
    private static Term Derivative(in Locals at, Term vector)
    {
        var axis = ArrayForms.LastAxis(at.X.Shape, at.Y.Indices);
        var mean = (at.Self * vector).Total(axis);
        return at.Self * (vector - ArrayForms.Stretched(mean, at.X.Shape, [axis]));
    }
}

public sealed partial class ExprNode
{
    /// <summary>exp(x) divided by the sum of these along the last axis.</summary>
    public static ExprNode Softmax(ExprNode x) => Form("softmax", x);

    /// <summary>exp(x) divided by the sum of these along the last axis.</summary>
    public ExprNode Softmax() => Softmax(this);

    /// <summary>exp(x) divided by the sum of these along an axis.</summary>
    /// <param name="axis">0 down the rows of a matrix, or along a vector; 1 along the rows.</param>
    /// <exception cref="AutodiffException">There is no such axis.</exception>
    public ExprNode Softmax(long axis) => Apply<SoftmaxOperation>(this, Indices(axis));
}
