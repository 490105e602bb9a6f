using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>Two arrays one after the other: vectors, or matrices below each other (axis 0) or beside each other (axis 1).</summary>
internal sealed class ConcatOperation() : ArrayOperation("concat", 3, hasIndices: true)
{
    internal override Notation Latex => field ??= Notation.LatexCall(@"\operatorname{concat}", 2);

    internal override Notation LatexOf(in ArgumentShapes of) => of.Indices[0] == 0 ? Latex : Notation.LatexCall($@"\operatorname{{concat}}{ArrayForms.LatexAxis(of.Indices)}", 2);

    internal override Notation MathMLOf(in ArgumentShapes of) => of.Indices[0] == 0 ? MathML : ArrayForms.MathMLCallWithAxis(Name, of.Indices, 2);

    internal override CodeForm PyTorch => field ??= new(new Notation("torch.cat((#1, #2))", Notation.Atom, 0, 0));

    internal override Notation PyTorchOf(in ArgumentShapes of) => of.Indices[0] == 0 ? PyTorch.Notation : new("torch.cat((#1, #2), dim=1)", Notation.Atom, 0, 0);

    internal override CodeForm Python => field ??= new(new Notation("np.concatenate((#1, #2))", Notation.Atom, 0, 0));

    internal override Notation PythonOf(in ArgumentShapes of) => of.Indices[0] == 0 ? Python.Notation : new Notation($"np.concatenate((#1, #2), axis={of.Indices[0]})", Notation.Atom, 0, 0);

    internal override Notation InfixOf(ReadOnlySpan<long> indices) => indices[0] == 0
        ? Notation.Call(Name, 2)
        : new Notation($"{Name}(#1, #2, axis={indices[0]})", Notation.Atom, 0, 0);

    internal override Shape ShapeOf(in ArgumentShapes of)
    {
        var (x, y) = (of.X, of.Y);
        if (x.Rank != y.Rank || x.IsNumber) throw Mismatch($"{x.InWords()} and {y.InWords()}", "it takes two vectors or two matrices");
        if (Axis(x, of.Indices) == 0)
        {
            if (x.Columns != y.Columns) throw Mismatch($"{x.InWords()} and {y.InWords()}", "below each other they need as many columns");
            return x.IsVector ? Shape.Vector(Shape.Sum(x.Rows, y.Rows)) : Shape.Matrix(Shape.Sum(x.Rows, y.Rows), x.Columns);
        }

        if (x.Rows != y.Rows) throw Mismatch($"{x.InWords()} and {y.InWords()}", "beside each other they need as many rows");
        return Shape.Matrix(x.Rows, Shape.Sum(x.Columns, y.Columns));
    }

    internal override Term Part(PartBounds part, Shape shape, Term x, Term y, Term z) => x.Apply<ConcatOperation>(y, x.Shape.IsMatrix ? z : z.Index(0));

    internal override Term Pullback(int argument, in Locals at, Term adjoint)
    {
        var (x, y) = (at.X.Shape, at.Y.Shape);
        var axis = at.Z.Indices[0];
        var (start, part) = argument == 0 ? (0L, x) : (axis == 0 ? x.Rows : x.Columns, y);
        if (x.IsVector) return adjoint.Part(SliceBounds.Range(start, part.Rows));
        return axis == 0
            ? adjoint.Part(SliceBounds.Range(start, part.Rows), SliceBounds.Range(0, part.Columns))
            : adjoint.Part(SliceBounds.Range(0, part.Rows), SliceBounds.Range(start, part.Columns));
    }

    internal override Term? Tangent(in Locals at, ReadOnlySpan<Term> derivatives) => ArrayForms.OrZeros(derivatives[0], at.X).Apply<ConcatOperation>(ArrayForms.OrZeros(derivatives[1], at.Y), at.Z);

    internal override double OperationsOf(in ArgumentShapes of) => 0;

    internal override LoopMap? PlaceOf(int argument, in ArgumentShapes of) =>
        argument == 0 ? LoopMap.Same :
        of.Indices[0] == 0 ? LoopMap.Same with { First = LoopTerm.Along(0, of.X.Rows) } :
        LoopMap.Same with { Second = LoopTerm.Along(1, of.X.Columns) };

    internal override void Execute(in ArrayOperands of, Span<double> result)
    {
        if (of.Indices[0] == 0)
        {
            of.Copy(of.X, result);
            of.Copy(of.Y, result[of.X.Length..]);
            return;
        }

        var (left, right, rows) = ((int)of.ShapeX.Columns, (int)of.ShapeY.Columns, (int)of.Shape.Rows);
        var watch = of.Watch;
        for (var i = 0; i < rows; i++)
        {
            watch.Count(left + right);
            of.X.Slice(i * left, left).CopyTo(result[(i * (left + right))..]);
            of.Y.Slice(i * right, right).CopyTo(result[((i * (left + right)) + left)..]);
        }
    }
}

public sealed partial class ExprNode
{
    /// <summary>Two arrays one after the other.</summary>
    public static ExprNode Concat(ExprNode x, ExprNode y, long axis = 0) => Apply<ConcatOperation>(x, y, Indices(axis));
}
