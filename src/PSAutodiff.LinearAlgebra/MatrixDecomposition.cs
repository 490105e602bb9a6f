using System.Globalization;
using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.LinearAlgebra.Factorization;
using PSAutodiff.Fitting;

namespace PSAutodiff.LinearAlgebra;

/// <summary>Takes a matrix apart as far as it is asked to: singular values, elimination, eigenvalues.</summary>
internal sealed class MatrixDecomposition : IMatrixDecomposition
{
    private readonly double[,] _matrix;
    private readonly CancellationToken _cancellation;
    private readonly double _scale;

    // The matrix times a power of two, so that squares neither overflow nor vanish.
    private readonly DenseMatrix _scaled;
    private readonly Lazy<SingularValues> _singular;
    private readonly Lazy<PreciseElimination> _elimination;
    private readonly Lazy<(Array Values, Array Vectors)> _eigen;
    private readonly Lazy<bool> _isSymmetric;
    private readonly Lazy<int> _rank;

    /// <param name="matrix">Rows x columns, finite, at least one of each.</param>
    /// <param name="tolerance">The part of the largest singular value up to which others count as 0, at least 0; null for what rounding makes of the largest.</param>
    /// <param name="cancellation">Ends it early.</param>
    public MatrixDecomposition(double[,] matrix, double? tolerance, CancellationToken cancellation)
    {
        (_matrix, _cancellation) = (matrix, cancellation);
        Tolerance = tolerance ?? Rounding;
        var largest = matrix.Cast<double>().Max(Math.Abs);
        _scale = largest > 0 ? Math.ScaleB(1, Math.Clamp(-Math.ILogB(largest), -1000, 1000)) : 1;
        _scaled = DenseMatrix.OfArray(matrix) * _scale;
        _singular = new(() => new SingularValues(_scaled, cancellation));
        _elimination = new(() => new PreciseElimination(matrix, cancellation));
        _rank = new(FindRank);
        _isSymmetric = new(() => IsSquare && SymmetricMatrix.Asymmetry(matrix) is null);
        _eigen = new(() => Abandonable.Run(() => _isSymmetric.Value ? Eigenpairs.OfSymmetric(matrix) : Eigenpairs.Of(_scaled, _scale), cancellation));
    }

    private double Tolerance { get; }

    // What rounding makes of a singular value that is 0, as a part of the largest.
    private double Rounding => Math.Max(Rows, Columns) * Math.ScaleB(1, -52);

    private int Rows => _matrix.GetLength(0);

    private int Columns => _matrix.GetLength(1);

    private bool IsSquare => Rows == Columns;

    private double Condition => Rank == Math.Min(Rows, Columns) ? _singular.Value.Values[0] / _singular.Value.Values[^1] : double.PositiveInfinity;

    private int Rank => _rank.Value;

    /// <inheritdoc/>
    public object ValueOf(MatrixProperty property)
    {
        _cancellation.ThrowIfCancellationRequested();
        return property switch
        {
            MatrixProperty.Rank => Rank,
            MatrixProperty.Condition => Condition,
            MatrixProperty.SingularValues => Values(),
            MatrixProperty.Trace => Trace(),
            MatrixProperty.Determinant => Determinant(),
            MatrixProperty.IsSymmetric => _isSymmetric.Value,
            MatrixProperty.Definiteness => Definiteness(),
            MatrixProperty.Eigenvalues => Eigen(property).Values,
            MatrixProperty.Eigenvectors => Eigen(property).Vectors,
            MatrixProperty.Inverse => Inverse(),
            _ => PseudoInverse(),
        };
    }

    /// <inheritdoc/>
    public MatrixAnalysis Analyze(IReadOnlyList<string> variables)
    {
        var singular = Values();
        var values = new Dictionary<MatrixProperty, object>();
        var notes = new List<string>();
        foreach (var property in Enum.GetValues<MatrixProperty>())
        {
            try
            {
                values[property] = ValueOf(property);
            }
            catch (AutodiffException error)
            {
                // Neighbors that lack for the same reason share a note.
                var reason = error.Message[error.Message.IndexOf(':', StringComparison.Ordinal)..];
                if (notes.FindIndex(note => note.EndsWith(reason, StringComparison.Ordinal)) is >= 0 and var same) notes[same] = $"{notes[same][..^reason.Length]}, {property}{reason}";
                else notes.Add(error.Message);
            }
        }

        return new MatrixAnalysis
        {
            Matrix = (double[,])_matrix.Clone(),
            Rows = Rows,
            Columns = Columns,
            Variables = variables,
            Rank = Rank,
            Tolerance = Tolerance,
            Condition = Condition,
            SingularValues = singular,
            Trace = (double?)values.GetValueOrDefault(MatrixProperty.Trace),
            Determinant = (double?)values.GetValueOrDefault(MatrixProperty.Determinant),
            IsSymmetric = _isSymmetric.Value,
            Definiteness = (MatrixDefiniteness?)values.GetValueOrDefault(MatrixProperty.Definiteness),
            Eigenvalues = (Array?)values.GetValueOrDefault(MatrixProperty.Eigenvalues),
            Eigenvectors = (Array?)values.GetValueOrDefault(MatrixProperty.Eigenvectors),
            Inverse = (double[,]?)values.GetValueOrDefault(MatrixProperty.Inverse),
            PseudoInverse = (double[,]?)values.GetValueOrDefault(MatrixProperty.PseudoInverse),
            Notes = notes,
        };
    }

    /// <summary>The number of singular values that count; what is beyond their digits is left to elimination, which has twice as many.</summary>
    private int FindRank()
    {
        var above = _singular.Value.Above(Tolerance);
        if (!IsSquare || (above < Rows && Tolerance >= Rounding)) return above;
        return _elimination.Value.IsSingular ? Math.Min(above, Rows - 1) : Rows;
    }

    private double[] Values()
    {
        var values = Array.ConvertAll(_singular.Value.Values, value => value / _scale);
        return double.IsFinite(values[0]) ? values : throw BeyondRange(MatrixProperty.SingularValues);
    }

    private double Trace()
    {
        RequireSquare(MatrixProperty.Trace);
        var sum = default(Kernels.DoubleDouble);
        for (var i = 0; i < Rows; i++) sum += _scaled[i, i];
        var trace = sum.High / _scale;
        return double.IsFinite(trace) ? trace : throw BeyondRange(MatrixProperty.Trace);
    }

    private double Determinant()
    {
        RequireSquare(MatrixProperty.Determinant);
        var (mantissa, exponent) = _elimination.Value.Determinant();
        if (mantissa == 0) return 0;
        var determinant = Math.ScaleB(mantissa, (int)Math.Clamp(exponent, -3000, 3000));
        return double.IsNormal(determinant) ? determinant : throw new AutodiffException(
            ErrorIds.ValueNotFinite,
            string.Create(CultureInfo.InvariantCulture, $"Determinant: it is {(mantissa < 0 ? "-" : string.Empty)}10^{(exponent + Math.Log2(Math.Abs(mantissa))) * Math.Log10(2):f2}, beyond the range of numbers. Scale the matrix."));
    }

    private double[,] Inverse()
    {
        RequireSquare(MatrixProperty.Inverse);
        if (Rank == Rows) return Finite(_elimination.Value.Inverse(), 1, MatrixProperty.Inverse);
        var values = _singular.Value.Values;
        throw new AutodiffException(
            ErrorIds.MatrixSingular,
            _elimination.Value.IsSingular
                ? string.Create(CultureInfo.InvariantCulture, $"Inverse: the matrix is singular. Its columns are not independent; the rank is {Rank} of {Rows}. PseudoInverse exists.")
                : string.Create(CultureInfo.InvariantCulture, $"Inverse: the matrix is singular as far as its digits tell. Its rank is {Rank} of {Rows}: the smallest singular value is {(values[^1] > 0 ? string.Create(CultureInfo.InvariantCulture, $"{values[^1] / values[0]:g3} of the largest, and up to {Tolerance:g3} counts as 0") : "0 but for rounding")}. PseudoInverse exists. If columns only differ in their units, scale them or give a smaller -Tolerance."));
    }

    private double[,] PseudoInverse() =>
        IsSquare && Rank == Rows
            ? Finite(_elimination.Value.Inverse(), 1, MatrixProperty.PseudoInverse)
            : Finite(_singular.Value.PseudoInverse(Rank), _scale, MatrixProperty.PseudoInverse);

    private static double[,] Finite(double[,] inverse, double scale, MatrixProperty property)
    {
        for (var i = 0; i < inverse.GetLength(0); i++)
        {
            for (var j = 0; j < inverse.GetLength(1); j++)
            {
                if (!double.IsFinite(inverse[i, j] *= scale)) throw BeyondRange(property);
            }
        }

        return inverse;
    }

    private (Array Values, Array Vectors) Eigen(MatrixProperty property)
    {
        RequireSquare(property);
        var isFinite = _eigen.Value.Values is Complex[] complex ? complex.All(Complex.IsFinite) : ((double[])_eigen.Value.Values).All(double.IsFinite);
        return isFinite ? _eigen.Value : throw BeyondRange(property);
    }

    private object Definiteness()
    {
        RequireSquare(MatrixProperty.Definiteness);
        if (SymmetricMatrix.Asymmetry(_matrix) is var (row, column, _))
        {
            throw new AutodiffException(
                ErrorIds.MatrixNotSymmetric,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Definiteness: only a symmetric matrix has this. Row {row + 1}, column {column + 1} is {_matrix[row, column]}, but row {column + 1}, column {row + 1} is {_matrix[column, row]}."));
        }

        var values = (double[])_eigen.Value.Values;
        var bound = Tolerance * Math.Max(Math.Abs(values[0]), Math.Abs(values[^1]));
        return (values[0] > bound, values[^1] < -bound) switch
        {
            (true, true) => MatrixDefiniteness.Indefinite,
            (true, false) => values[^1] > bound ? MatrixDefiniteness.PositiveDefinite : MatrixDefiniteness.PositiveSemidefinite,
            (false, true) => values[0] < -bound ? MatrixDefiniteness.NegativeDefinite : MatrixDefiniteness.NegativeSemidefinite,
            _ => MatrixDefiniteness.PositiveSemidefinite,
        };
    }

    private void RequireSquare(MatrixProperty property)
    {
        if (IsSquare) return;
        throw new AutodiffException(
            ErrorIds.MatrixNotSquare,
            string.Create(CultureInfo.InvariantCulture, $"{property}: only a square matrix has this, not one with {Rows} row{(Rows == 1 ? string.Empty : "s")} and {Columns} column{(Columns == 1 ? string.Empty : "s")}."));
    }

    private static AutodiffException BeyondRange(MatrixProperty property) =>
        new(ErrorIds.ValueNotFinite, $"{property}: it has numbers beyond the range of numbers. Scale the matrix.");

    /// <summary>The singular values of a matrix, and the parts that its pseudo-inverse is made of.</summary>
    private sealed class SingularValues
    {
        private readonly bool _isWide;
        private readonly Matrix<double>? _orthogonal;
        private readonly Svd<double> _svd;

        public SingularValues(DenseMatrix matrix, CancellationToken cancellation)
        {
            // Tall and thin: the square part that orthogonal columns leave has the same singular values.
            _isWide = matrix.RowCount < matrix.ColumnCount;
            Matrix<double> tall = _isWide ? matrix.Transpose() : matrix;
            if (tall.RowCount > tall.ColumnCount)
            {
                var whole = tall;
                var factors = Abandonable.Run(() => whole.QR(QRMethod.Thin), cancellation);
                (_orthogonal, tall) = (factors.Q, factors.R);
            }

            _svd = Abandonable.Run(() => tall.Svd(), cancellation);
        }

        /// <summary>The largest first.</summary>
        public double[] Values => _svd.S.ToArray();

        /// <summary>How many are above a part of the largest.</summary>
        public int Above(double tolerance) => Values is var values ? values.Count(value => value > tolerance * values[0]) : 0;

        /// <summary>The pseudo-inverse of the part that belongs to the first singular values.</summary>
        public double[,] PseudoInverse(int rank)
        {
            var size = _svd.S.Count;
            var inverse = new DenseMatrix(size, size);
            for (var k = 0; k < rank; k++) inverse[k, k] = 1 / _svd.S[k];
            var square = _svd.VT.TransposeThisAndMultiply(inverse).TransposeAndMultiply(_svd.U);
            var tall = _orthogonal is null ? square : square.TransposeAndMultiply(_orthogonal);
            return (_isWide ? tall.Transpose() : tall).ToArray();
        }
    }
}
