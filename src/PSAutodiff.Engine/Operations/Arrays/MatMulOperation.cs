using PSAutodiff.Core;
using PSAutodiff.Kernels;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff;

/// <summary>The matrix product; a vector on the left is a row, one on the right a column, and of two vectors it is the inner product.</summary>
internal sealed class MatMulOperation() : ArrayOperation("matmul", 2)
{
    // Elements of a row that take so little time that nobody has to end it early.
    private const long MostAtOnce = 1 << 16;

    internal override string Symbol => "@";

    // Read from left to right with '*', but written in parentheses beside it: who reads (W @ x) * y need not know.
    internal override Notation Infix => field ??= new("#1 @ #2", Notation.MatrixProductLevel, Notation.MatrixProductLevel, Notation.SignLevel);

    internal override Notation Latex => field ??= new(@"#1 \, #2", Notation.ProductLevel, Notation.ProductLevel, Notation.SignLevel);

    // Vectors are columns there, whatever they come of: x @ A is the column A' x.
    internal override Notation LatexOf(in ArgumentShapes of) =>
        of.X.IsVector && of.Y.IsMatrix ? new(@"#2^{\mathsf{T}} \, #1", Notation.ProductLevel, Notation.SignLevel, Notation.Atom) :
        of.X.IsVector && of.Y.IsVector ? new(@"#1^{\mathsf{T}} \, #2", Notation.ProductLevel, Notation.Atom, Notation.SignLevel) : Latex;

    internal override Notation MathML => field ??= Product("#1", "#2", Notation.ProductLevel, Notation.SignLevel);

    internal override Notation MathMLOf(in ArgumentShapes of) =>
        of.X.IsVector && of.Y.IsMatrix ? Product(TransposeOperation.InMathML("#2"), "#1", Notation.SignLevel, Notation.Atom) :
        of.X.IsVector && of.Y.IsVector ? Product(TransposeOperation.InMathML("#1"), "#2", Notation.Atom, Notation.SignLevel) : MathML;

    internal override CodeForm PyTorch => Python;

    internal override CodeForm Python => new(new Notation("#1 @ #2", Notation.ProductLevel, Notation.ProductLevel, Notation.SignLevel));

    private protected override IEnumerable<Identity> Identities =>
    [
        new("(c * A) @ B = c * (A @ B)", RuleSets.StandardAndStable, static (x, y, _) => ArrayForms.FactorOut(x) is var (factor, rest) ? factor * rest.MatMul(y) : Term.None),
        new("A @ (c * B) = c * (A @ B)", RuleSets.StandardAndStable, static (x, y, _) => ArrayForms.FactorOut(y) is var (factor, rest) ? factor * x.MatMul(rest) : Term.None),
        new("(A / c) @ B = (A @ B) / c", RuleSets.StandardAndStable, static (x, y, _) => ArrayForms.Divisor(x) is var (rest, divisor) ? rest.MatMul(y) / divisor : Term.None),
        new("A @ (B / c) = (A @ B) / c", RuleSets.StandardAndStable, static (x, y, _) => ArrayForms.Divisor(y) is var (rest, divisor) ? x.MatMul(rest) / divisor : Term.None),
        new("(-A) @ B = -(A @ B)", RuleSets.StandardAndStable, static (x, y, _) => x.Is<NegOperation>() ? -x.X.MatMul(y) : y.Is<NegOperation>() ? -x.MatMul(y.X) : Term.None),
        new("0 @ A = 0", RuleSets.NotLab, static (x, y, _) => x.Is<ZerosOperation>() || y.Is<ZerosOperation>() ? x.Constant(0) : Term.None),
        new("A @ place(a) = A[:, i] @ a", RuleSets.StandardAndStable, static (x, y, _) => OfPlace(x, y)),
        new("eye @ A = A", RuleSets.StandardAndStable, static (x, y, _) => x.Is<EyeOperation>() ? y : y.Is<EyeOperation>() ? x : Term.None),
        new("inv(A) @ B = solve(A, B)", RuleSets.StandardAndStable, static (x, y, _) => OfInverse(x, y)),
        new("A @ solve(A, B) = B", RuleSets.StandardAndStable, static (x, y, _) =>
            y.Is<SolveOperation>() && y.X == x ? y.Y :
            y.Is<InvOperation>() && y.X == x ? x.Eye(x.Shape.Rows) :
            Term.None),
        new("cholesky(S) @ cholesky(S).T = S, S symmetric", RuleSets.Standard, static (x, y, _) =>
            x.Is<CholeskyOperation>() && x.X.Shape.IsSymmetric && y.Is<TransposeOperation>() && y.X == x ? x.X : Term.None),
        new("v @ A.T = A @ v", RuleSets.StandardAndStable, static (x, y, _) => x.Shape.IsVector && y.Is<TransposeOperation>() ? y.X.MatMul(x) : Term.None),
        new("v @ S = S @ v, S symmetric", RuleSets.Standard, static (x, y, _) => x.Shape.IsVector && y.Shape is { IsMatrix: true, IsSymmetric: true } ? y.MatMul(x) : Term.None),
        new("outer(a, b) @ v = (b @ v) * a", RuleSets.StandardAndStable, static (x, y, _) => x.Is<OuterOperation>() && y.Shape.IsVector ? x.Y.MatMul(y) * x.X : Term.None),
        new("v @ outer(a, b) = (v @ a) * b", RuleSets.StandardAndStable, static (x, y, _) => y.Is<OuterOperation>() && x.Shape.IsVector ? x.MatMul(y.X) * y.Y : Term.None),
        new("A @ outer(a, b) = outer(A @ a, b)", RuleSets.StandardAndStable, static (x, y, _) => y.Is<OuterOperation>() && x.Shape.IsMatrix ? x.MatMul(y.X).Outer(y.Y) : Term.None),
        new("outer(a, b) @ A = outer(a, b @ A)", RuleSets.StandardAndStable, static (x, y, _) => x.Is<OuterOperation>() && y.Shape.IsMatrix ? x.X.Outer(x.Y.MatMul(y)) : Term.None),
        new("ones @ v = sum(v)", RuleSets.StandardAndStable, static (x, y, _) =>
            x.Is<OnesOperation>() && x.Shape.IsVector ? (y.Shape.IsVector ? y.Total() : y.Total(0)) :
            y.Is<OnesOperation>() && y.Shape.IsVector ? (x.Shape.IsVector ? x.Total() : x.Total(1)) :
            Term.None),
        new("ones @ A = broadcast(sum(A))", RuleSets.StandardAndStable, static (x, y, _) =>
            x.Is<OnesOperation>() && x.Shape.IsMatrix ? (y.Shape.IsVector ? y.Total().StretchedTo(Shape.Vector(x.Shape.Rows)) : y.Total(0).StretchedTo(Shape.Matrix(x.Shape.Rows, y.Shape.Columns))) :
            y.Is<OnesOperation>() && y.Shape.IsMatrix ? (x.Shape.IsVector ? x.Total().StretchedTo(Shape.Vector(y.Shape.Columns)) : x.Total(1).Reshaped(Shape.Matrix(x.Shape.Rows, 1)).StretchedTo(Shape.Matrix(x.Shape.Rows, y.Shape.Columns))) :
            Term.None) { Growth = 1 },
        new("diag(a) @ v = a * v", RuleSets.StandardAndStable, static (x, y, _) =>
            x.Is<DiagOperation>() && x.Shape.IsMatrix && y.Shape.IsVector ? x.X * y :
            y.Is<DiagOperation>() && y.Shape.IsMatrix && x.Shape.IsVector ? x * y.X :
            Term.None),
        // Without the products of zeros, which are NaN where an element is infinite.
        new("diag(a) @ A = column(a) * A", RuleSets.Stable, static (x, y, _) =>
            x.Is<DiagOperation>() && x.Shape.IsMatrix && y.Shape.IsMatrix ? x.X.Reshaped(Shape.Matrix(x.X.Shape.Rows, 1)) * y :
            y.Is<DiagOperation>() && y.Shape.IsMatrix && x.Shape.IsMatrix ? x * y.X :
            Term.None),
    ];

    /// <summary>Two factors in MathML beside each other.</summary>
    internal static Notation Product(string first, string second, params int[] levels) => new($"<mrow>{first}<mo rspace=\"0.167em\">\u2062</mo>{second}</mrow>", Notation.ProductLevel, levels);

    // Of the transpose too, and of a vector on the left.
    private static Term OfInverse(Term x, Term y) =>
        x.Is<InvOperation>() ? x.X.Solve(y) :
        x.Is<TransposeOperation>() && x.X.Is<InvOperation>() ? x.X.X.Transposed().Solve(y) :
        x.Shape.IsVector && y.Is<InvOperation>() ? y.X.Transposed().Solve(x) :
        Term.None;

    // Only the columns, or rows, that meet a placed vector or number.
    private static Term OfPlace(Term x, Term y)
    {
        var (place, other) = y.Shape.IsVector && y.Is<PlaceOperation>() ? (y, x) : x.Shape.IsVector && x.Is<PlaceOperation>() ? (x, y) : (Term.None, Term.None);
        if (!place.Exists) return Term.None;
        var bounds = PartBounds.Of(place.Y.Indices).Rows;
        var part =
            other.Shape.IsVector ? PartBounds.Of(bounds) :
            place == y ? PartBounds.Of(SliceBounds.Range(0, other.Shape.Rows), bounds) :
            PartBounds.Of(bounds, SliceBounds.Range(0, other.Shape.Columns));
        return
            bounds.IsIndex ? place.X * part.Of(other) :
            place == y ? part.Of(other).MatMul(place.X) :
            place.X.MatMul(part.Of(other));
    }

    // Of v @ A that is A.T @ v, and the other way round.
    internal override Term TwinOf(Term x, Term y) =>
        x.Shape.IsVector && y.Shape.IsMatrix ? (y.Existing<TransposeOperation>(Term.None) is { Exists: true } transposed ? transposed.Existing<MatMulOperation>(x) : Term.None) :
        x.Shape.IsMatrix && y.Shape.IsVector && x.Is<TransposeOperation>() ? y.Existing<MatMulOperation>(x.X) :
        Term.None;

    internal override bool CommutesOn(Shape x, Shape y) => x.IsVector && y.IsVector;

    internal override Shape ShapeOf(in ArgumentShapes of)
    {
        var (x, y) = (of.X, of.Y);
        if (x.IsNumber || y.IsNumber) throw Mismatch($"{x.InWords()} and {y.InWords()}", "a product with a number is written '*'");
        var inner = y.Rows;
        if (x.Last != inner)
        {
            throw Mismatch(
                $"{x.InWords()} and {y.InWords()}",
                $"the {x.Last} {(x.IsMatrix ? "columns" : "elements")} of the first have to be as many as the {inner} {(y.IsMatrix ? "rows" : "elements")} of the second");
        }

        return (x.Rank, y.Rank) switch
        {
            (1, 1) => Shape.Number,
            (1, _) => Shape.Vector(y.Columns),
            (_, 1) => Shape.Vector(x.Rows),
            _ => Shape.Matrix(x.Rows, y.Columns),
        };
    }

    internal override string PartRule => "(A @ B)[i] = A[i] @ B";

    internal override bool TryPart(in ArgumentShapes of, Shape shape, ref PartBounds part, PartBounds?[] arguments)
    {
        if (of.X.IsMatrix) arguments[0] = PartBounds.Of(part.Rows, SliceBounds.Range(0, of.X.Columns));
        if (of.Y.IsMatrix) arguments[1] = PartBounds.Of(SliceBounds.Range(0, of.Y.Rows), of.X.IsMatrix ? part.Columns : part.Rows);
        return true;
    }

    internal override Term Pullback(int argument, in Locals at, Term adjoint)
    {
        var (x, y) = (at.X, at.Y);
        return (x.Shape.Rank, y.Shape.Rank, argument) switch
        {
            (1, 1, 0) => adjoint * y,
            (1, 1, _) => adjoint * x,
            (1, _, 0) => y.MatMul(adjoint),
            (1, _, _) => x.Outer(adjoint),
            (_, 1, 0) => adjoint.Outer(y),
            (_, 1, _) => x.Transposed().MatMul(adjoint),
            (_, _, 0) => adjoint.MatMul(y.Transposed()),
            _ => x.Transposed().MatMul(adjoint),
        };
    }

    internal override string RuleName(bool xVaries, bool yVaries) => xVaries && yVaries ? "product rule for matrix products" : "constant factor of a matrix product";

    internal override void WriteLoops(LoopCode code)
    {
        var (x, y) = (code.ShapeX, code.ShapeY);
        code.ForEach(code.Shape, at =>
        {
            var sum = code.Local("0.0");
            code.For(x.Last, k => code.Add(sum, $"{(x.IsMatrix ? code.X(at[0], k) : code.X(k))} * {(y.IsMatrix ? code.Y(k, at[^1]) : code.Y(k))}"));
            code.Return(sum, at);
        });
    }

    internal override void Execute(in ArrayOperands of, Span<double> result)
    {
        var rows = of.ShapeX.IsMatrix ? (int)of.ShapeX.Rows : 1;
        var columns = of.ShapeY.IsMatrix ? (int)of.ShapeY.Columns : 1;
        MatrixProduct.MultiplyPlain(of.X, rows, (int)of.ShapeX.Last, of.Y, columns, result, of.Cancellation);
    }

    internal override void ExecuteRows(in ArrayOperands of, RowsOfBlock block, Span<double> result)
    {
        if (of.ShapeX is { IsVector: true, Count: <= MostAtOnce } && of.ShapeY.IsVector && block is { XVaries: true, YVaries: true }) MatrixProduct.Dots(of.X, of.Y, result);
        else base.ExecuteRows(of, block, result);
    }

    internal override double OperationsOf(in ArgumentShapes of) => WorkOf(of);

    internal override bool TryWriteOut(in ArrayElements of, Span<Term> result)
    {
        var (depth, columns) = ((int)of.ShapeX.Last, of.ShapeY.IsMatrix ? (int)of.ShapeY.Columns : 1);
        var products = new Term[depth];
        for (var i = 0; i < result.Length; i++)
        {
            for (var k = 0; k < depth; k++) products[k] = of.X[(i / columns * depth) + k] * of.Y[(k * columns) + (i % columns)];
            result[i] = of.SumOfProducts(products);
        }

        return true;
    }

    internal override double WorkOf(in ArgumentShapes of) => (double)of.X.Count * (of.Y.IsMatrix ? of.Y.Columns : 1);

    // |A| (eB + n u |B|) + eA (|B| + eB).
    internal override bool Bound(in ArrayOperands of, in ArrayErrors errors, Span<double> result)
    {
        var (sizes, inexact, largest, second) = (new double[of.X.Length], new double[of.Y.Length], new double[of.Y.Length], new double[result.Length]);
        for (var i = 0; i < sizes.Length; i++) sizes[i] = Math.Abs(of.X[i]);
        for (var i = 0; i < inexact.Length; i++)
        {
            var size = Math.Abs(of.Y[i]);
            (inexact[i], largest[i]) = (errors.Y[i] + ArrayErrors.OfRounding(of.ShapeX.Last, size), size + errors.Y[i]);
        }

        Execute(of.With(sizes, inexact), result);
        Execute(of.With(errors.X, largest), second);
        var underflows = false;
        for (var i = 0; i < result.Length; i++)
        {
            result[i] += second[i] + double.Epsilon;
            underflows |= Math.Abs(errors.Value[i]) < ArrayForms.SmallestNormal && HasTinyProduct(of, i);
        }

        return underflows;
    }

    // Whether one of the products of which an element is the sum lost digits.
    private static bool HasTinyProduct(in ArrayOperands of, int element)
    {
        var (depth, columns) = ((int)of.ShapeX.Last, of.ShapeY.IsMatrix ? (int)of.ShapeY.Columns : 1);
        var (row, column) = (element / columns * depth, element % columns);
        for (var k = 0; k < depth; k++)
        {
            var (a, b) = (of.X[row + k], of.Y[(k * columns) + column]);
            if (a != 0 && b != 0 && Math.Abs(a * b) < ArrayForms.SmallestNormal) return true;
        }

        return false;
    }
}

public sealed partial class ExprNode
{
    /// <summary>The matrix product x @ y by NumPy's rules; of two vectors the inner product.</summary>
    public static ExprNode MatMul(ExprNode x, ExprNode y) => Apply<MatMulOperation>(x, y);

    /// <summary>The matrix product of this and another.</summary>
    public ExprNode Dot(ExprNode other) => MatMul(this, other);
}
