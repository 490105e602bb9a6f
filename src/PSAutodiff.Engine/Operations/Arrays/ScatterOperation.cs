using System.Globalization;
using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>The adjoint of <see cref="TakeOperation"/>: zeros, to which each element or row is added at the place that a whole number names.</summary>
internal sealed class ScatterOperation() : PlacingOperation("scatter", 3)
{
    internal override Notation Latex => field ??= Notation.LatexCall(@"\operatorname{scatter}", 2);

    internal override Notation LatexOf(in ArgumentShapes of) => Notation.LatexCall($@"\operatorname{{scatter}}_{{{ArrayForms.LatexSizes(of.Indices)}}}", 2);

    internal override Notation MathMLOf(in ArgumentShapes of) => ArrayForms.MathMLCallWithSizes(Name, of.Indices, 2);

    internal override CodeForm CSharp => field ??= new(Notation.Call(Name, 2), TakeOperation.CSharpPlace);

    internal override CodeForm PowerShell => field ??= new(Notation.Call(Name, 2), TakeOperation.PowerShellPlace);

    internal override CodeForm PyTorch => field ??= new(Notation.Call(Name, 2), TakeOperation.PyTorchPlaces, new CodeHelper(Name, """
        def scatter(g, k, n, like):
            k, g = places(k), torch.as_tensor(g, **like)
            rest = g.shape[k.dim():]
            return torch.zeros((n,) + rest, **like).index_add(0, torch.reshape(k, (-1,)), torch.reshape(g, (-1,) + rest))
        """));

    internal override Notation PyTorchOf(in ArgumentShapes of) => new(string.Create(CultureInfo.InvariantCulture, $"scatter(#1, #2, {of.Indices[0]}, like)"), Notation.Atom, 0, 0);

    internal override CodeForm Python => field ??= new(Notation.Call(Name, 2), TakeOperation.PythonPlaces, new CodeHelper(Name, """
        def scatter(g, k, n):
            result = np.zeros((n,) + np.shape(g)[np.ndim(k):])
            np.add.at(result, places(k), g)
            return result
        """));

    internal override Notation PythonOf(in ArgumentShapes of) => new(string.Create(CultureInfo.InvariantCulture, $"scatter(#1, #2, {of.Indices[0]})"), Notation.Atom, 0, 0);

    internal override Notation InfixOf(ReadOnlySpan<long> indices) => new($"{Name}(#1, #2, {indices[0]})", Notation.Atom, 0, 0);

    internal override Shape ShapeOf(in ArgumentShapes of)
    {
        var (g, k) = (of.X, of.Y);
        var size = ArrayForms.Size(Name, of.Indices);
        if (g.IsLike(k)) return Shape.Vector(size);
        return g.Rank == k.Rank + 1 && (k.IsNumber || g.Rows == k.Rows)
            ? Shape.Matrix(size, g.Last)
            : throw Mismatch($"{g.InWords()} and {k.InWords()}", "it takes an element, or a row, for each of the whole numbers");
    }

    internal override bool Propagates(int argument) => argument == 0;

    internal override long PlacesOf(in ArgumentShapes of) => of.Indices[0];

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => adjoint.Apply<TakeOperation>(at.Y);

    internal override void WriteLoops(LoopCode code) => code.ForEach(code.ShapeY, at =>
    {
        var place = code.IndexLocal(code.Helper(TakeOperation.CSharpPlace.Name, code.Y(at), code.Shape.Rows.ToString(CultureInfo.InvariantCulture)));
        if (code.Shape.IsVector) code.Add(code.Result(place), code.X(at));
        else code.For(code.Shape.Columns, k => code.Add(code.Result(place, k), code.X([.. at, k])));
    });

    internal override bool AddsOnce(Shape places) => places.IsNumber;

    internal override double OperationsOf(in ArgumentShapes of) => 0;

    internal override bool TryWriteOut(in ArrayElements of, Span<Term> result)
    {
        if (of.HasSameBits && !of.ChoosesKnown) return false;
        result.Fill(of.Zero);
        var width = of.Shape.IsMatrix ? (int)of.Shape.Columns : 1;
        for (var i = 0; i < of.X.Length; i++)
        {
            var place = of.Y[i / width];
            if (place.IsConstant) Add(TakeOperation.Place(place.ConstantValue, of.Shape.Rows), of.X[i], of.Zero, result);
            for (var k = 0; k < of.Shape.Rows && !place.IsConstant; k++) Add(k, place.Apply<EqualOperation>(of.Zero.Constant(k)).Apply<SelectOperation>(of.X[i], of.Zero), of.Zero, result);

            void Add(int row, Term element, Term zero, Span<Term> result)
            {
                ref var target = ref result[(row * width) + (i % width)];
                target = target == zero ? element : target + element;
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Add(in ArrayOperands of, Span<double> result)
    {
        var width = of.Shape.IsMatrix ? (int)of.Shape.Columns : 1;
        var watch = of.Watch;
        for (var i = 0; i < of.Y.Length; i++)
        {
            watch.Count(width);
            var to = result.Slice(TakeOperation.Place(of.Y[i], of.Shape.Rows) * width, width);
            for (var j = 0; j < width; j++) to[j] += of.X[(i * width) + j];
        }
    }

    internal override bool Bound(in ArrayOperands of, in ArrayErrors errors, Span<double> result)
    {
        base.Bound(of, errors, result);
        var (ones, sizes, counts, sums) = (new double[of.X.Length], new double[of.X.Length], new double[result.Length], new double[result.Length]);
        for (var i = 0; i < sizes.Length; i++) (ones[i], sizes[i]) = (1, Math.Abs(of.X[i]));
        Execute(of.With(ones, of.Y), counts);
        Execute(of.With(sizes, of.Y), sums);

        // What is added to 0 alone is as it was.
        for (var i = 0; i < sums.Length; i++) result[i] += ArrayErrors.OfRounding(Math.Max(0, counts[i] - 1), sums[i]);
        return false;
    }
}

public sealed partial class ExprNode
{
    /// <summary>Zeros, to which each element or row is added at the place that a whole number names.</summary>
    public static ExprNode Scatter(ExprNode x, ExprNode k, long size) => Apply<ScatterOperation>(x, k, Indices(size));
}
