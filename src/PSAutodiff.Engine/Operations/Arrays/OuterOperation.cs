using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>The products of all elements of a vector with all of another, a matrix.</summary>
internal sealed class OuterOperation() : ArrayOperation("outer", 2)
{
    internal override Notation Latex => field ??= new(@"#1 \, #2^{\mathsf{T}}", Notation.ProductLevel, Notation.ProductLevel, Notation.Atom);

    internal override Notation MathML => field ??= MatMulOperation.Product("#1", TransposeOperation.InMathML("#2"), Notation.ProductLevel, Notation.Atom);

    private protected override IEnumerable<Identity> Identities =>
    [
        new("outer(c * a, b) = c * outer(a, b)", RuleSets.StandardAndStable, static (x, y, _) => ArrayForms.LeafOut(x) is var (factor, rest) ? factor * rest.Outer(y) : Term.None),
        new("outer(a, c * b) = c * outer(a, b)", RuleSets.StandardAndStable, static (x, y, _) => ArrayForms.LeafOut(y) is var (factor, rest) ? factor * x.Outer(rest) : Term.None),
        new("outer(a / c, b) = outer(a, b) / c", RuleSets.StandardAndStable, static (x, y, _) =>
            ArrayForms.Divisor(x) is var (first, c) && c.Operation.Arity == 0 ? first.Outer(y) / c :
            ArrayForms.Divisor(y) is var (second, d) && d.Operation.Arity == 0 ? x.Outer(second) / d :
            Term.None),
        new("outer(-a, b) = -outer(a, b)", RuleSets.StandardAndStable, static (x, y, _) => x.Is<NegOperation>() ? -x.X.Outer(y) : y.Is<NegOperation>() ? -x.Outer(y.X) : Term.None),
        new("outer(place(a), b) = place(a * b)", RuleSets.StandardAndStable, static (x, y, _) =>
            IsElement(x) ? (x.X * y).PlacedIn(Shape.Matrix(x.Shape.Rows, y.Shape.Rows), SliceBounds.At(x.Y.Indices, 0), SliceBounds.Range(0, y.Shape.Rows)) :
            IsElement(y) ? (y.X * x).PlacedIn(Shape.Matrix(x.Shape.Rows, y.Shape.Rows), SliceBounds.Range(0, x.Shape.Rows), SliceBounds.At(y.Y.Indices, 0)) :
            Term.None),
        new("outer(0, b) = 0", RuleSets.NotLab, static (x, y, _) => x.Is<ZerosOperation>() || y.Is<ZerosOperation>() ? x.Constant(0) : Term.None),
    ];

    private static bool IsElement(Term term) => term.Is<PlaceOperation>() && term.X.Shape.IsNumber;

    internal override Shape ShapeOf(in ArgumentShapes of) => of.X.IsVector && of.Y.IsVector
        ? Shape.Matrix(of.X.Rows, of.Y.Rows)
        : throw Mismatch($"{of.X.InWords()} and {of.Y.InWords()}", "it takes two vectors");

    internal override string PartRule => "outer(a, b)[i] = a[i] * b";

    internal override bool TryPart(in ArgumentShapes of, Shape shape, ref PartBounds part, PartBounds?[] arguments)
    {
        (arguments[0], arguments[1]) = (PartBounds.Of(part.Rows), PartBounds.Of(part.Columns));
        return true;
    }

    internal override Term Part(PartBounds part, Shape shape, Term x, Term y, Term z) => shape.IsMatrix ? x.Outer(y) : x * y;

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => argument == 0 ? adjoint.MatMul(at.Y) : at.X.MatMul(adjoint);

    internal override double OperationsOf(in ArgumentShapes of) => (double)of.X.Count * of.Y.Count;

    internal override bool TryWriteOut(in ArrayElements of, Span<Term> result)
    {
        for (var i = 0; i < result.Length; i++)
        {
            var second = of.Y[i % of.Y.Length];
            result[i] = of.X[i / of.Y.Length] * second;
            of.Products?.NoteOuter(result[i], second);
        }

        return true;
    }

    internal override void WriteLoops(LoopCode code) => code.ForEach(code.Shape, at => code.Return($"{code.X(at[0])} * {code.Y(at[1])}", at));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Execute(in ArrayOperands of, Span<double> result)
    {
        var watch = of.Watch;
        for (var i = 0; i < of.X.Length; i++)
        {
            watch.Count(of.Y.Length);
            var row = result.Slice(i * of.Y.Length, of.Y.Length);
            for (var j = 0; j < row.Length; j++) row[j] = of.X[i] * of.Y[j];
        }
    }

    internal override bool Bound(in ArrayOperands of, in ArrayErrors errors, Span<double> result)
    {
        var underflows = false;
        for (var i = 0; i < result.Length; i++)
        {
            var (x, ex) = (of.X[i / of.Y.Length], errors.X[i / of.Y.Length]);
            var (y, ey) = (of.Y[i % of.Y.Length], errors.Y[i % of.Y.Length]);
            result[i] = (Math.Abs(x) * ey) + (ex * (Math.Abs(y) + ey)) + ArrayErrors.OfRounding(1, Math.Abs(errors.Value[i])) + double.Epsilon;
            underflows |= Math.Abs(errors.Value[i]) < ArrayForms.SmallestNormal && x != 0 && y != 0;
        }

        return underflows;
    }
}

public sealed partial class ExprNode
{
    /// <summary>The outer product of two vectors.</summary>
    public static ExprNode Outer(ExprNode x, ExprNode y) => Apply<OuterOperation>(x, y);

    /// <summary>The outer product of this vector and another.</summary>
    public ExprNode Outer(ExprNode other) => Outer(this, other);
}
