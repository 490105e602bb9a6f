using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>1 at the first of the largest elements, of all or along an axis, else 0; the adjoint of the largest element.</summary>
internal sealed class WinnerOperation() : AlongAxisOperation("winner")
{
    internal override CodeForm PyTorch => field ??= new(Notation.Call(Name, 1), new CodeHelper(Name, """
        def winner(x, dim=None):
            flat = torch.flatten(x.detach()) if dim is None else x.detach()
            dim = 0 if dim is None else dim
            place = torch.argmax(flat, dim=dim, keepdim=True)
            return torch.reshape(torch.zeros_like(flat).scatter_(dim, place, 1.0), x.shape)
        """));

    internal override Notation PyTorchOf(in ArgumentShapes of) => ArrayForms.PyTorchCallWithAxis(Name, of.Indices);

    internal override CodeForm Python => field ??= new(Notation.Call(Name, 1), new CodeHelper(Name, """
        def winner(x, axis=None):
            flat = np.reshape(x, -1) if axis is None else x
            place = np.expand_dims(np.argmax(flat, axis=-1 if axis is None else axis), -1 if axis is None else axis)
            result = np.zeros_like(flat)
            np.put_along_axis(result, place, 1.0, axis=-1 if axis is None else axis)
            return np.reshape(result, np.shape(x))
        """));

    internal override bool Propagates(int argument) => false;

    /// <summary>Among how many elements there is one that is not 0.</summary>
    internal static long LengthOf(Term winner)
    {
        var (shape, indices) = (winner.X.Shape, winner.Y.Indices);
        return indices.Length == 0 || shape.IsVector ? shape.Count : indices[0] == 0 ? shape.Rows : shape.Columns;
    }

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => Term.None;

    protected override bool JoinsAll(ReadOnlySpan<long> indices) => indices.IsEmpty;

    // Equals, since NaN wins too.
    protected override void WriteEach(LoopCode code, Action<Action<string, string[]>> each)
    {
        var largest = code.Local(code.NegativeInfinity);
        each((x, _) => code.Set(largest, code.Math(nameof(Math.Max), largest, x)));
        var found = code.Local("0.0");
        each((x, at) => code.If(code.Compare(found, "==", "0.0"), () => code.If($"({x}).Equals({largest})", () =>
        {
            code.Return("1.0", at);
            code.Set(found, "1.0");
        })));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Each(ReadOnlySpan<double> elements, int length, Span<double> result)
    {
        result.Clear();
        for (var start = 0; start < elements.Length; start += length) result[start + Vectors.FirstGreatest(elements.Slice(start, length))] = 1;
    }

    protected override void EachLong(ReadOnlySpan<double> elements, Span<double> result, CancellationToken cancellation)
    {
        WorkWatch.Fill(result, 0, cancellation);
        result[LongVectors.FirstGreatest(elements, cancellation)] = 1;
    }

    // The first that is the greatest, or no number.
    protected override void Each(in ArrayElements of, ReadOnlySpan<Term> elements, Span<Term> result)
    {
        var greatest = elements[0];
        foreach (var element in elements[1..]) greatest = greatest.Apply<MaxOperation>(element);
        var before = Term.None;
        for (var i = 0; i < result.Length; i++)
        {
            var element = elements[i];
            var (isGreatest, isNumber) = (element.Apply<EqualOperation>(greatest), element.Apply<EqualOperation>(element));
            if (before.Exists) isGreatest = before.Apply<LessOperation>(element).Apply<AndOperation>(isGreatest);
            var isFirst = isNumber.Apply<NotOperation>();
            if (before.Exists) isFirst = isFirst.Apply<AndOperation>(before.Apply<EqualOperation>(before));
            result[i] = isGreatest.Apply<OrOperation>(isFirst);
            before = before.Exists ? before.Apply<MaxOperation>(element) : element;
        }
    }

    protected override bool EachBound(ReadOnlySpan<double> elements, in ArrayErrors errors, Span<double> result)
    {
        result.Clear();
        var winner = errors.Value.IndexOf(1);
        for (var i = 0; i < elements.Length; i++)
        {
            // Exact elements that are as large come later and do not win, whatever is next to them.
            var reach = 2 * (errors.X[i] + errors.X[winner]);
            if (i == winner || reach == 0 || elements[i] + reach < elements[winner]) continue;
            result[i] = result[winner] = errors.OfJump;
        }

        return false;
    }
}

public sealed partial class ExprNode
{
    /// <summary>1 at the first of the largest of all elements, else 0.</summary>
    public static ExprNode Winner(ExprNode x) => Form("winner", x);

    /// <summary>1 at the first of the largest of all elements, else 0.</summary>
    public ExprNode Winner() => Winner(this);

    /// <summary>1 at the first of the largest elements along an axis, else 0.</summary>
    /// <param name="axis">0 down the rows of a matrix, or along a vector; 1 along the rows.</param>
    /// <exception cref="AutodiffException">There is no such axis.</exception>
    public ExprNode Winner(long axis) => Apply<WinnerOperation>(this, Indices(axis));
}
