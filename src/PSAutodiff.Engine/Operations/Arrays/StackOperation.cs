using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>
/// What a literal is made of, from left to right: two numbers make a vector, two vectors of one length a matrix of two rows, and an array takes
/// one more element or row.
/// </summary>
internal sealed class StackOperation() : ArrayOperation("stack", 2)
{
    internal override string Symbol => "[ ]";

    internal override bool BuildsLiterals => true;

    internal override Notation Latex => field ??= Notation.LatexCall(@"\operatorname{stack}", 2);

    internal override CodeForm PyTorch => field ??= new(new Notation("torch.cat((#1, array([#2], like)))", Notation.Atom, 0, 0));

    internal override CodeForm Python => field ??= new(Notation.Call("np.append", 2));

    internal override Notation PythonOf(in ArgumentShapes of) => of.Y.IsNumber ? Python.Notation : new Notation("np.vstack((#1, #2))", Notation.Atom, 0, 0);

    /// <summary>Refuses elements of a literal that are not alike.</summary>
    /// <exception cref="AutodiffException">They are not all numbers, or all vectors of one length.</exception>
    internal static void Check(ReadOnlySpan<Shape> elements)
    {
        for (var i = 0; i < elements.Length; i++)
        {
            if (elements[i].IsMatrix) throw new AutodiffException(ErrorIds.ShapeMismatch, "An array has one or two axes; a literal of matrices would have three.");
            if (!elements[i].IsLike(elements[0])) throw new AutodiffException(ErrorIds.ShapeMismatch, $"The first element of this literal is {elements[0].InWords()}, and element {i} is {elements[i].InWords()}: all are numbers, or all are vectors of one length.");
        }
    }

    internal override Shape ShapeOf(in ArgumentShapes of)
    {
        var (x, y) = (of.X, of.Y);
        return (x.Rank, y.Rank) switch
        {
            (0, 0) => Shape.Vector(2),
            (1, 0) => Shape.Vector(x.Rows + 1),
            (1, 1) when x.Rows == y.Rows => Shape.Matrix(2, x.Rows),
            (2, 1) when x.Columns == y.Rows => Shape.Matrix(x.Rows + 1, x.Columns),
            _ => throw new AutodiffException(ErrorIds.ShapeMismatch, $"{y.InWords()} does not go with {(x.Rank == y.Rank ? x : Shape.Vector(x.Last)).InWords()} in a literal: its elements are all numbers, or all vectors of one length."),
        };
    }

    internal override Term Pullback(int argument, in Locals at, Term adjoint)
    {
        var (x, y) = (at.X.Shape, at.Y.Shape);
        var joins = x.Rank == y.Rank;
        var before = joins ? 1 : x.Rows;
        var bounds = argument == 0 && !joins ? SliceBounds.Range(0, before) : SliceBounds.Index(argument == 0 ? 0 : before);
        return adjoint.Shape.IsVector ? adjoint.Part(bounds) : adjoint.Part(bounds, SliceBounds.Range(0, adjoint.Shape.Columns));
    }

    internal override Term? Tangent(in Locals at, ReadOnlySpan<Term> derivatives) => ArrayForms.OrZeros(derivatives[0], at.X).Apply<StackOperation>(ArrayForms.OrZeros(derivatives[1], at.Y));

    internal override double OperationsOf(in ArgumentShapes of) => 0;

    internal override LoopMap? PlaceOf(int argument, in ArgumentShapes of)
    {
        var joins = of.X.Rank == of.Y.Rank;
        if (argument == 0 && !joins) return LoopMap.Same;
        var place = LoopTerm.At(argument == 0 ? 0 : joins ? 1 : of.X.Rows);
        return new(place, LoopTerm.Along(0));
    }

    internal override void Execute(in ArrayOperands of, Span<double> result)
    {
        of.Copy(of.X, result);
        of.Copy(of.Y, result[of.X.Length..]);
    }
}

public sealed partial class ExprNode
{
    /// <summary>What a literal is in text: numbers as a vector, vectors as the rows of a matrix.</summary>
    /// <param name="elements">At least one.</param>
    /// <exception cref="AutodiffException">There is none, or they do not go together in shape.</exception>
    public static ExprNode Stack(params ExprNode[] elements)
    {
        ArgumentNullException.ThrowIfNull(elements);
        if (elements.Length == 0) throw new AutodiffException(ErrorIds.ShapeInvalid, "An array needs at least one element.");
        var first = elements[0] ?? throw MissingArgument(OperationOf<StackOperation>.Instance, 0);
        StackOperation.Check(Array.ConvertAll(elements, static element => (element ?? throw MissingArgument(OperationOf<StackOperation>.Instance, 1)).ArrayShape));
        var literal = elements.Length > 1 ? first : StackOfOne(first);
        foreach (var element in elements.AsSpan(1)) literal = Apply<StackOperation>(literal, element);

        // Of constants alone it is an array of numbers. What holds anything else is not looked through, as it may be a long chain.
        if (!Array.TrueForAll(elements, static element => element.Operation.Code is OperationTable.ConstantCode or OperationTable.ArrayCode)) return literal;
        var settled = literal.Flatten();
        return settled.Graph.IsArray(settled.Id) ? settled.Graph.Node(settled.Id) : literal;
    }

    private static ExprNode StackOfOne(ExprNode element) => element.ArrayShape.Rank switch
    {
        0 => Reshape(element, 1),
        1 => Reshape(element, 1, element.ArrayShape.Rows),
        _ => throw new AutodiffException(ErrorIds.ShapeMismatch, "An array has one or two axes; a literal of matrices would have three."),
    };
}
