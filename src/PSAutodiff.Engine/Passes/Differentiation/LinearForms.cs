using PSAutodiff.Core;
using PSAutodiff.Operations.Arrays;

namespace PSAutodiff.Passes.Differentiation;

/// <summary>
/// The matrix of a form that is linear in a vector: A for A @ v, outer(u, w) for (w @ v) * u, diag(a) for a * v. With it the derivative of a vector
/// along any direction becomes its derivative by a vector, the matrix of all partial derivatives.
/// </summary>
internal static class LinearForms
{
    /// <summary>The matrix M of a form M @ v; of a form that is a number the vector m of m @ v. None where there is no such expression.</summary>
    /// <param name="builder">Holds the form; gets the matrix.</param>
    /// <param name="form">What is linear in the direction, a number or a vector.</param>
    /// <param name="direction">The vector v.</param>
    public static Term MatrixOf(GraphBuilder builder, int form, int direction)
    {
        var needed = builder.Reachable(form);
        var matrices = new Term[needed.Length];
        Array.Fill(matrices, Term.None);
        if (direction < needed.Length) matrices[direction] = builder.Term(direction).Eye(builder.ShapeOf(direction).Rows);
        for (var id = direction + 1; id < needed.Length; id++)
        {
            if (!needed[id]) continue;
            var operation = builder.OperationOf(id);
            var varies = false;
            for (var i = 0; i < operation.Arity; i++) varies |= matrices[builder.Argument(id, i)].Exists;
            if (!varies) continue;
            if (builder.ShapeOf(id).IsMatrix) return Term.None;
            var made = new Node(builder, id, builder.ShapeOf(direction).Rows, matrices).Matrix();
            if (!made.Exists) return Term.None;
            matrices[id] = made;
        }

        if (form < matrices.Length && matrices[form].Exists) return matrices[form];
        return IsZero(builder.Term(form)) ? Zeros(builder.Term(form), builder.ShapeOf(direction).Rows) : Term.None;
    }

    private static bool IsZero(Term term) => term.Is(0) || term.Is<ZerosOperation>();

    // Of no part of the form at all.
    private static Term Zeros(Term of, long size) => of.Constant(0).StretchedTo(of.Shape.IsNumber ? Shape.Vector(size) : Shape.Matrix(of.Shape.Rows, size));

    /// <summary>A node of a form, whose arguments have their matrices.</summary>
    private readonly struct Node(GraphBuilder builder, int id, long size, Term[] matrices)
    {
        private Term Self => builder.Term(id);

        public Term Matrix() => Self.Operation switch
        {
            NegOperation => -Of(0),
            SumOperation => Added(minus: false),
            SubOperation => Added(minus: true),
            MulOperation => Varies(0) && Varies(1) ? Term.None : Varies(0) ? Scaled(0, Argument(1), divides: false) : Scaled(1, Argument(0), divides: false),
            DivOperation => Varies(1) ? Term.None : Scaled(0, Argument(1), divides: true),
            MatMulOperation => Product(),
            SolveOperation => Varies(0) ? Term.None : Argument(0).Solve(Of(1)),
            SelectOperation => Chosen(),
            TransposeOperation => Of(0),
            TotalOperation => Sum(),
            MeanOperation => Sum() / Self.Constant(Argument(0).Shape.Rows),
            BroadcastOperation or ReshapeOperation => Argument(0).Shape.IsNumber || Argument(0).Shape.Rows == Self.Shape.Rows ? Stretched(0) : Term.None,
            SliceOperation => Slice(),
            PlaceOperation => Place(),
            ConcatOperation or StackOperation => Joined(),
            TakeOperation => Varies(1) ? Term.None : Of(0).Apply<TakeOperation>(Argument(1)),
            ScatterOperation => Varies(1) ? Term.None : Of(0).Apply<ScatterOperation>(Argument(1), Argument(2)),
            _ => Term.None,
        };

        private Term Argument(int index) => builder.Term(builder.Argument(id, index));

        private bool Varies(int index) => matrices[builder.Argument(id, index)].Exists;

        // The matrix of an argument; that of what does not vary is none, unless it is zero.
        private Term Of(int index) => Varies(index) ? matrices[builder.Argument(id, index)] : IsZero(Argument(index)) ? Zeros(Argument(index), size) : Term.None;

        // In the shape of the node: that of a number in each row.
        private Term Stretched(int index)
        {
            var (own, whole) = (Argument(index).Shape, Self.Shape);
            var matrix = Of(index);
            if (!matrix.Exists || own.IsLike(whole)) return matrix;
            return own.IsNumber ? matrix.StretchedTo(Shape.Matrix(whole.Rows, size)) : own.Rows == 1 && whole.IsVector ? matrix.StretchedTo(Shape.Matrix(whole.Rows, size)) : Term.None;
        }

        private Term Added(bool minus)
        {
            var (x, y) = (Stretched(0), Stretched(1));
            return !x.Exists || !y.Exists ? Term.None : minus ? x - y : x + y;
        }

        private Term Scaled(int index, Term factor, bool divides)
        {
            if (Self.Shape.IsNumber || factor.Shape.IsNumber)
            {
                var matrix = Of(index);
                return divides ? matrix / factor : factor * matrix;
            }

            // (w @ v) * u: the products of u and w.
            if (Argument(index).Shape.IsNumber) return (divides ? 1 / factor : factor).Outer(Of(index));
            var stretched = Stretched(index);
            if (!stretched.Exists) return stretched;
            factor = factor.StretchedTo(Self.Shape.Plain());
            return RowsScaled(divides ? 1 / factor : factor, stretched, divides ? factor : Term.None);
        }

        // Each row times an element: of eye a diagonal matrix, of equal rows an outer product. Divided by an element, the factor is its inverse.
        private static Term RowsScaled(Term factor, Term matrix, Term divisor)
        {
            if (matrix.Is<EyeOperation>()) return factor.Apply<DiagOperation>();
            if (matrix.Is<DiagOperation>() && matrix.Shape.IsMatrix) return Scaled(matrix.X).Apply<DiagOperation>();
            if (matrix.Is<BroadcastOperation>() && matrix.X.Shape.IsVector) return factor.Outer(matrix.X);
            if (matrix.Shape.IsVector) return factor.Outer(matrix);
            if (matrix.Is<MatMulOperation>() && matrix.X.Is<DiagOperation>()) return Scaled(matrix.X.X).Apply<DiagOperation>().MatMul(matrix.Y);
            if ((matrix.Is<SumOperation>() || matrix.Is<SubOperation>()) && (HasDiagonal(matrix.X) || HasDiagonal(matrix.Y)))
            {
                var (x, y) = (RowsScaled(factor, matrix.X, divisor), RowsScaled(factor, matrix.Y, divisor));
                return matrix.Is<SumOperation>() ? x + y : x - y;
            }

            return factor.Apply<DiagOperation>().MatMul(matrix);

            Term Scaled(Term diagonal) => divisor.Exists ? diagonal / divisor : factor * diagonal;
        }

        private static bool HasDiagonal(Term matrix) => matrix.Is<EyeOperation>() || (matrix.Is<MatMulOperation>() && matrix.X.Is<DiagOperation>());

        private Term Product()
        {
            if (Varies(0) && Varies(1)) return Term.None;
            var matrix = Of(Varies(0) ? 0 : 1);
            var other = Argument(Varies(0) ? 1 : 0);
            if (other.Shape.IsMatrix && Varies(0)) other = other.Transposed();
            return matrix.Is<EyeOperation>() ? other : other.MatMul(matrix);
        }

        private Term Chosen()
        {
            if (Varies(0)) return Term.None;
            var (condition, x, y) = (Argument(0), Stretched(1), Stretched(2));
            if (!x.Exists || !y.Exists) return Term.None;
            if (condition.Shape.IsVector) condition = condition.Reshaped(Shape.Matrix(condition.Shape.Rows, 1));
            return condition.Apply<SelectOperation>(x, y);
        }

        private Term Sum() =>
            Of(0).Is<EyeOperation>() ? Self.Constant(1).StretchedTo(Shape.Vector(size)) :
            Of(0).Is<DiagOperation>() ? Of(0).X :
            Of(0).Total(0);

        private Term Slice()
        {
            var rows = SliceBounds.At(Argument(1).Indices, 0);
            return Of(0).Part(rows, SliceBounds.Range(0, size));
        }

        private Term Place()
        {
            var rows = SliceBounds.At(Argument(1).Indices, 0);
            return Of(0).PlacedIn(Shape.Matrix(Self.Shape.Rows, size), rows, SliceBounds.Range(0, size));
        }

        private Term Joined()
        {
            var (x, y) = (Of(0), Of(1));
            if (!x.Exists || !y.Exists) return Term.None;
            return Self.Is<StackOperation>() ? x.Apply<StackOperation>(y) : x.Apply<ConcatOperation>(y, Self.Index(0));
        }
    }
}
