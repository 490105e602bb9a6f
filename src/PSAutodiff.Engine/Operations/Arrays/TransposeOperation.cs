using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>Rows and columns exchanged; a vector stays as it is.</summary>
internal sealed class TransposeOperation() : ArrayOperation("transpose", 1)
{
    internal override string Symbol => ".T";

    internal override Notation Infix => field ??= new("#1.T", Notation.Atom, Notation.Atom);

    internal override Notation Latex => field ??= new(@"#1^{\mathsf{T}}", Notation.PowerLevel, Notation.Atom);

    internal override Notation MathML => field ??= new(InMathML("#1"), Notation.PowerLevel, Notation.Atom);

    internal override CodeForm PyTorch => new(new Notation("#1.t()", Notation.Atom, Notation.Atom));

    internal override CodeForm Python => new(new Notation("#1.T", Notation.Atom, Notation.Atom));

    private protected override IEnumerable<Identity> Identities =>
    [
        new("v.T = v", RuleSets.NotLab, static (x, _, _) => x.Shape.IsMatrix ? Term.None : x),
        // Not before differentiation: derivatives by S are those of a matrix without the promise.
        new("S.T = S, S symmetric", RuleSets.Standard, static (x, _, _) => x.Shape.IsSymmetric ? x : Term.None),
        new("A.T.T = A", RuleSets.NotLab, static (x, _, _) => x.Is<TransposeOperation>() ? x.X : Term.None),
        new("(A @ B).T = B.T @ A.T", RuleSets.StandardAndStable, static (x, _, _) => x.Is<MatMulOperation>() ? x.Y.Transposed().MatMul(x.X.Transposed()) : Term.None),
        new("column(v).T = reshape(v, 1, n)", RuleSets.StandardAndStable, static (x, _, _) => x.Is<ReshapeOperation>() && x.X.Shape.IsVector && (x.Shape.Rows == 1 || x.Shape.Columns == 1) ? x.X.Reshaped(x.Shape.Transposed()) : Term.None),
        new("outer(a, b).T = outer(b, a)", RuleSets.NotLab, static (x, _, _) => x.Is<OuterOperation>() ? x.Y.Outer(x.X) : Term.None),
        new("eye.T = eye", RuleSets.NotLab, static (x, _, _) => x.Is<EyeOperation>() || (x.Is<DiagOperation>() && x.Shape.IsMatrix) ? x : Term.None),
        .. ArrayForms.Linear("A.T", static (x, _) => x.Transposed()),
        new("place(A).T = place(A.T)", RuleSets.StandardAndStable, static (x, _, _) => !x.Is<PlaceOperation>() ? Term.None :
            (x.X.Shape.IsMatrix ? x.X.Transposed() : x.X).PlacedIn(x.Shape.Transposed(), SliceBounds.At(x.Y.Indices, 1), SliceBounds.At(x.Y.Indices, 0))) { Growth = 1 },
        new("zeros.T = zeros", RuleSets.NotLab, static (x, _, _) => x.Is<ZerosOperation>() ? x.Constant(0) : x.Is<OnesOperation>() ? x.Constant(1) : Term.None),
    ];

    /// <summary>An element of MathML as a transpose.</summary>
    internal static string InMathML(string element) => TransposeStart + element + TransposeEnd;

    /// <summary>What stands before the transposed element in MathML.</summary>
    internal const string TransposeStart = "<msup>";

    /// <summary>What stands after it.</summary>
    internal const string TransposeEnd = "<mi mathvariant=\"normal\">T</mi></msup>";

    internal override Shape ShapeOf(in ArgumentShapes of) => of.X.IsNumber ? throw NotFor(of.X, "a matrix or a vector") : of.X.Transposed();

    internal override string PartRule => "A.T[i, j] = A[j, i]";

    internal override bool TryPart(in ArgumentShapes of, Shape shape, ref PartBounds part, PartBounds?[] arguments)
    {
        arguments[0] = part.Transposed();
        return true;
    }

    internal override Term Part(PartBounds part, Shape shape, Term x, Term y, Term z) => shape.IsMatrix ? x.Transposed() : x;

    internal override Term Pullback(int argument, in Locals at, Term adjoint) => adjoint.Transposed();

    internal override double OperationsOf(in ArgumentShapes of) => 0;

    internal override LoopMap? ElementOf(in ArgumentShapes of, Shape shape) => shape.IsMatrix ? new(LoopTerm.Along(1), LoopTerm.Along(0)) : LoopMap.Same;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Execute(in ArrayOperands of, Span<double> result)
    {
        if (!of.ShapeX.IsMatrix)
        {
            of.Copy(of.X, result);
            return;
        }

        var (rows, columns) = ((int)of.ShapeX.Rows, (int)of.ShapeX.Columns);
        var watch = of.Watch;
        for (var i = 0; i < rows; i++)
        {
            watch.Count(columns);
            for (var j = 0; j < columns; j++) result[(j * rows) + i] = of.X[(i * columns) + j];
        }
    }
}

public sealed partial class ExprNode
{
    // Whoever looks at all properties of a number finds itself.
    /// <summary>The transpose; a vector or number stays as it is.</summary>
    public ExprNode T => ArrayShape.IsNumber ? this : Transpose(this);

    /// <summary>The transpose; a vector stays as it is.</summary>
    public static ExprNode Transpose(ExprNode x) => Apply<TransposeOperation>(x);
}
