using System.Buffers;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>The logarithm of the sum of exp(x), without overflow.</summary>
internal sealed class LogSumExpOperation() : ReductionOperation("logsumexp", "logsumexp")
{
    internal override CodeForm Python => field ??= new(Notation.Call("logsumexp", 1), new CodeHelper("logsumexp", """
        def logsumexp(x, axis=None):
            largest = np.max(x, axis=axis, keepdims=True)
            largest = np.where(np.isfinite(largest), largest, 0.0)
            return np.log(np.sum(np.exp(x - largest), axis=axis)) + np.squeeze(largest, axis=axis)
        """));

    protected override string PythonName => "logsumexp";

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => at.X.Apply<SoftmaxOperation>(at.Y) * Stretched(adjoint, at.X, at.Y);

    internal override Term? Tangent(in Locals at, ReadOnlySpan<Term> derivatives) => (at.X.Apply<SoftmaxOperation>(at.Y) * derivatives[0]).Apply<TotalOperation>(at.Y);

    protected override string WriteJoin(LoopCode code, Action<Action<string>> each, long count)
    {
        var largest = code.Local(code.NegativeInfinity);
        each(x => code.Set(largest, code.Math(nameof(Math.Max), largest, x)));
        var sum = code.Local("0.0");
        code.If(code.OfDouble(nameof(double.IsFinite), largest), () =>
        {
            each(x => code.Add(sum, code.Math(nameof(Math.Exp), $"{x} - {largest}")));
            code.Add(largest, code.Math(nameof(Math.Log), sum));
        });
        return largest;
    }

    protected override double Join(ReadOnlySpan<double> elements)
    {
        var value = 0.0;
        Join(elements, elements.Length, new Span<double>(ref value));
        return value;
    }

    protected override double JoinLong(ReadOnlySpan<double> elements, CancellationToken cancellation)
    {
        var greatest = LongVectors.Greatest(elements, cancellation);
        if (!double.IsFinite(greatest)) return greatest;
        var sum = new LongVectors.PieceSum();
        var rented = ArrayPool<double>.Shared.Rent(WorkWatch.AtOnce);
        double all;
        for (; ; elements = elements[WorkWatch.AtOnce..])
        {
            cancellation.ThrowIfCancellationRequested();
            var parts = rented.AsSpan(0, Math.Min(WorkWatch.AtOnce, elements.Length));
            ArrayForms.Below(greatest, elements[..parts.Length], parts);
            Elementary.Exp(parts, parts);
            if (elements.Length <= WorkWatch.AtOnce)
            {
                all = sum.End(parts);
                break;
            }

            sum.Add(parts);
        }

        ArrayPool<double>.Shared.Return(rented);
        Span<double> log = [all];
        Elementary.Log(log, log);
        return greatest + log[0];
    }

    // As many stretches at a time as make it worth while to take their exponentials at once.
    protected override void Join(ReadOnlySpan<double> elements, int length, Span<double> result)
    {
        const int worthwhile = 512;
        var many = Math.Max(1, worthwhile / length);
        var rented = length > worthwhile ? ArrayPool<double>.Shared.Rent(length) : null;
        Span<double> all = rented ?? stackalloc double[worthwhile];
        for (var i = 0; i < result.Length; i += many)
        {
            var count = Math.Min(many, result.Length - i);
            var parts = all[..(count * length)];
            ArrayForms.BelowGreatest(elements.Slice(i * length, parts.Length), length, parts);
            Elementary.Exp(parts, parts);
            var logs = result.Slice(i, count);
            for (var k = 0; k < count; k++) logs[k] = Vectors.Sum(parts.Slice(k * length, length));
            Elementary.Log(logs, logs);
            for (var k = 0; k < count; k++)
            {
                var greatest = Vectors.Greatest(elements.Slice((i + k) * length, length));
                logs[k] = double.IsFinite(greatest) ? greatest + logs[k] : greatest;
            }
        }

        if (rented is not null) ArrayPool<double>.Shared.Return(rented);
    }

    protected override Term Join(in ArrayElements of, ReadOnlySpan<Term> elements)
    {
        if (elements.Length == 1) return elements[0];
        var greatest = of.Greatest(elements);
        var parts = new Term[elements.Length];
        for (var i = 0; i < parts.Length; i++) parts[i] = (elements[i] - greatest).Apply<ExpOperation>();
        return of.Sum(parts).Apply<LogOperation>() + greatest;
    }

    protected override double JoinBounds(ReadOnlySpan<double> elements, ReadOnlySpan<double> errors, double value)
    {
        var (moved, distance) = ArrayForms.SoftmaxBounds(elements, errors);
        var greatest = Vectors.Greatest(elements);
        return moved + ArrayErrors.OfRounding(8 + elements.Length + distance, 1) + ArrayErrors.OfRounding(4, Math.Abs(value - greatest)) + ArrayErrors.OfRounding(1, Math.Abs(value));
    }
}

public sealed partial class ExprNode
{
    /// <summary>The logarithm of the sum of exp(x) along the last axis.</summary>
    public static ExprNode LogSumExp(ExprNode x) => Form("logsumexp", x);

    /// <summary>The logarithm of the sum of exp(x) along the last axis.</summary>
    public ExprNode LogSumExp() => LogSumExp(this);

    /// <summary>The logarithms of the sums of exp(x) along an axis.</summary>
    /// <param name="axis">0 down the rows of a matrix, or along a vector; 1 along the rows.</param>
    /// <exception cref="AutodiffException">There is no such axis.</exception>
    public ExprNode LogSumExp(long axis) => Apply<LogSumExpOperation>(this, Indices(axis));
}
