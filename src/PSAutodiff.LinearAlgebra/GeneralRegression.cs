using System.Globalization;
using MathNet.Numerics.LinearAlgebra.Double;
using PSAutodiff.Fitting;

namespace PSAutodiff.LinearAlgebra;

/// <summary>
/// Generalised least squares, (X'S^-1 X)^-1 X'S^-1 y: with S = LL' by Cholesky, least squares on L^-1 X and L^-1 y. S has a row for each
/// row, so the rows are kept.
/// </summary>
internal sealed class GeneralRegression : IRegression
{
    // Eigenvalues of larger matrices would keep the user waiting for a mere message.
    private const int LargestExplained = 500;

    private readonly RegressionPlan _plan;
    private readonly DenseMatrix _covariance;
    private readonly int _head;
    private readonly int _width;
    private readonly List<double[]> _rows = [];

    /// <summary>Takes the covariance.</summary>
    /// <param name="plan">What to fit.</param>
    /// <param name="covariance">N x N, positive definite.</param>
    /// <param name="picks">The rows and columns of it that count, in the order of the rows to come; null for all.</param>
    /// <exception cref="AutodiffException">It is not square or not symmetric.</exception>
    public GeneralRegression(RegressionPlan plan, double[,] covariance, IReadOnlyList<int>? picks)
    {
        _plan = plan;
        _head = plan.HasIntercept ? 1 : 0;
        _width = _head + plan.Features.Count + 1;
        _covariance = SymmetricMatrix.Take(covariance, "The covariance", ErrorIds.CovarianceInvalid);
        if (picks is null || picks.Count == _covariance.RowCount) return;
        var whole = _covariance;
        _covariance = DenseMatrix.Create(picks.Count, picks.Count, (i, j) => whole[picks[i], picks[j]]);
    }

    /// <inheritdoc/>
    public int Rows => _rows.Count;

    /// <inheritdoc/>
    public void Add(ReadOnlySpan<double> features, double target, double weight)
    {
        var row = new double[_width];
        row[0] = 1;
        features.CopyTo(row.AsSpan(_head));
        row[^1] = target;
        _rows.Add(row);
    }

    /// <inheritdoc/>
    public void AddRange(Array features, double[] targets, double[]? weights)
    {
        var count = _width - _head - 1;
        var row = new double[count];
        for (var i = 0; i < targets.Length; i++)
        {
            Buffer.BlockCopy(features, i * count * sizeof(double), row, 0, count * sizeof(double));
            Add(row, targets[i], 1);
        }
    }

    /// <inheritdoc/>
    public RegressionPart ToPart() => throw new NotSupportedException("A covariance couples the rows.");

    /// <inheritdoc/>
    public void AddParts(IEnumerable<RegressionPart> parts) => throw new NotSupportedException("A covariance couples the rows.");

    /// <inheritdoc/>
    public LinearRegressionResult Finish(RegressionWork? work = null)
    {
        work ??= new RegressionWork(CancellationToken.None);
        var n = Rows;
        if (_covariance.RowCount != n)
        {
            throw new AutodiffException(
                ErrorIds.CovarianceInvalid,
                string.Create(CultureInfo.InvariantCulture, $"The covariance has {_covariance.RowCount} rows and columns, but the data have {n} rows."));
        }

        var isWide = n < _width - 1;
        var raw = _rows.ConvertAll(row => row[_head..]);
        var origins = isWide ? null : ColumnOrigins.Find(_plan, raw);
        work.Begin("Decomposing the covariance");
        var factor = Factorize();
        var regression = new TriangularRegression(_plan);
        work.Begin("Whitening the rows");
        for (var i = 0; i < n; i++)
        {
            work.Report(i, n);
            var row = _rows[i];
            for (var j = 0; j < row.Length && origins is not null; j++) row[j] -= origins[j];
            for (var k = 0; k < i; k++)
            {
                var (multiple, above) = (factor[i, k], _rows[k]);
                if (multiple == 0) continue;
                for (var j = 0; j < row.Length; j++) row[j] -= multiple * above[j];
            }

            for (var j = 0; j < row.Length; j++) row[j] /= factor[i, i];
            if (!isWide) regression.AddWhitened(row, origins);
        }

        return RegressionFit.Describe(_plan, isWide ? WideFit.Solve(_plan, raw, [.. _rows], work) : regression.Solve(work), n);
    }

    private DenseMatrix Factorize()
    {
        try
        {
            return (DenseMatrix)_covariance.Cholesky().Factor;
        }
        catch (ArgumentException)
        {
            var smallest = _covariance.RowCount > LargestExplained ? (double?)null : SymmetricMatrix.Decompose(_covariance).Values[^1];
            var why = smallest switch
            {
                null => string.Empty,
                < 0 => string.Create(CultureInfo.InvariantCulture, $": its smallest eigenvalue is {smallest}"),
                _ => ": it is singular but for rounding",
            };
            throw new AutodiffException(ErrorIds.CovarianceInvalid, $"The covariance is not positive definite{why}.");
        }
    }
}
