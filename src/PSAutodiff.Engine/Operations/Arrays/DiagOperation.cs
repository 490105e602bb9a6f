using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>Of a vector the matrix with it as its diagonal, of a matrix its diagonal.</summary>
internal sealed class DiagOperation() : ArrayOperation("diag", 1)
{
    private protected override IEnumerable<Identity> Identities =>
    [
        new("diag(diag(a)) = a", RuleSets.NotLab, static (x, _, _) => x.Is<DiagOperation>() && x.Shape.IsMatrix ? x.X : Term.None),
        new("diag(outer(a, b)) = a * b", RuleSets.StandardAndStable, static (x, _, _) => x.Is<OuterOperation>() && x.Shape.Rows == x.Shape.Columns ? x.X * x.Y : Term.None),
        new("diag(eye(n)) = ones(n)", RuleSets.NotLab, static (x, _, _) => x.Is<EyeOperation>() ? x.Constant(1) : Term.None),
        new("diag(ones(n)) = eye(n)", RuleSets.NotLab, static (x, _, _) => x.Is<OnesOperation>() && x.Shape.IsVector ? x.Eye(x.Shape.Rows) : Term.None),
        new("diag(A.T) = diag(A)", RuleSets.StandardAndStable, static (x, _, _) => x.Is<TransposeOperation>() && x.Shape.IsMatrix ? x.X.Apply<DiagOperation>() : Term.None),
        .. ArrayForms.Linear("diag(A)", static (x, _) => x.Apply<DiagOperation>()),
        new("diag(0) = 0", RuleSets.NotLab, static (x, _, _) => x.Is<ZerosOperation>() ? x.Constant(0) : Term.None),
    ];

    internal override Shape ShapeOf(in ArgumentShapes of) => of.X.Rank switch
    {
        1 => Shape.Symmetric(of.X.Rows),
        2 => Shape.Vector(Math.Min(of.X.Rows, of.X.Columns)),
        _ => throw NotFor(of.X, "a vector or a matrix"),
    };

    internal override string PartRule => "diag(a)[i, i] = a[i]";

    internal override bool TryPart(in ArgumentShapes of, Shape shape, ref PartBounds part, PartBounds?[] arguments)
    {
        arguments[0] = shape.IsVector ? PartBounds.Of(part.Rows, part.Rows) : PartBounds.Of(part.Rows);
        return shape.IsVector || part is { Rows.IsIndex: true, Columns.IsIndex: true };
    }

    internal override Term Part(PartBounds part, Shape shape, Term x, Term y, Term z) =>
        !shape.IsNumber ? x.Apply<DiagOperation>() :
        part.IsOfMatrix && part.Rows != part.Columns ? x.Constant(0) :
        x;

    internal override Term Pullback(int argument, in Locals at, Term adjoint)
    {
        if (at.X.Shape.IsVector) return adjoint.Apply<DiagOperation>();
        var (rows, columns) = (at.X.Shape.Rows, at.X.Shape.Columns);
        if (rows == columns) return adjoint.Apply<DiagOperation>();
        var size = Math.Min(rows, columns);
        return adjoint.Apply<DiagOperation>().PlacedIn(at.X.Shape, SliceBounds.Range(0, size), SliceBounds.Range(0, size));
    }

    internal override double OperationsOf(in ArgumentShapes of) => 0;

    internal override LoopMap? ElementOf(in ArgumentShapes of, Shape shape) => of.X.IsMatrix ? new(LoopTerm.Along(0), LoopTerm.Along(0)) : null;

    internal override LoopMap? PlaceOf(int argument, in ArgumentShapes of) => of.X.IsVector ? new(LoopTerm.Along(0), LoopTerm.Along(0)) : null;

    internal override void Execute(in ArrayOperands of, Span<double> result)
    {
        if (of.ShapeX.IsVector)
        {
            of.Fill(result, 0);
            for (var i = 0; i < of.X.Length; i++) result[(i * of.X.Length) + i] = of.X[i];
            return;
        }

        for (var i = 0; i < result.Length; i++) result[i] = of.X[(i * (int)of.ShapeX.Columns) + i];
    }
}

public sealed partial class ExprNode
{
    /// <summary>Of a vector the matrix with it as its diagonal, of a matrix its diagonal.</summary>
    public static ExprNode Diag(ExprNode x) => Apply<DiagOperation>(x);

    /// <summary>Of a vector the matrix with it as its diagonal, of a matrix its diagonal.</summary>
    public ExprNode Diag() => Diag(this);
}
