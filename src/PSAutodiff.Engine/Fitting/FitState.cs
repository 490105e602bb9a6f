using PSAutodiff.Kernels;

namespace PSAutodiff.Fitting;

/// <summary>A point of a fit, and what the rows say there: the triangle R of [J r] = QR, with the Jacobian J of the model and the residuals r.</summary>
/// <param name="size">The number of elements of the parameters.</param>
internal sealed class FitState(int size)
{
    /// <summary>The parameters.</summary>
    public double[] Point { get; } = new double[size];

    /// <summary>(size + 1) x (size + 1), row after row; the last column is that of the residuals.</summary>
    public double[] Triangle { get; } = new double[(size + 1) * (size + 1)];

    /// <summary>What is made small: the sum of squared residuals, or twice the loss.</summary>
    public double Cost { get; set; }

    /// <summary>Whether everything is a finite number.</summary>
    public bool IsFinite { get; private set; }

    /// <summary>An entry of the triangle.</summary>
    public double this[int row, int column] => Triangle[(row * (size + 1)) + column];

    /// <summary>The length of the vector of residuals.</summary>
    public double ResidualNorm()
    {
        var column = new double[size + 1];
        for (var i = 0; i <= size; i++) column[i] = this[i, size];
        return VectorSums.Norm(column);
    }

    /// <summary>The length of a column of the Jacobian, without its parts along earlier ones.</summary>
    /// <param name="column">The column.</param>
    /// <param name="from">The first column that counts.</param>
    public double ColumnNorm(int column, int from = 0)
    {
        var values = new double[column + 1 - from];
        for (var i = from; i <= column; i++) values[i - from] = this[i, column];
        return VectorSums.Norm(values);
    }

    /// <summary>Looks whether everything is finite.</summary>
    public void CheckFinite() => IsFinite = double.IsFinite(Cost) && Vectors.AllFinite(Triangle) && Vectors.AllFinite(Point);

    /// <summary>Another one that holds the same.</summary>
    public FitState Copy()
    {
        var copy = new FitState(size);
        copy.CopyFrom(this);
        return copy;
    }

    /// <summary>Takes all that another holds.</summary>
    public void CopyFrom(FitState other)
    {
        other.Point.CopyTo(Point, 0);
        other.Triangle.CopyTo(Triangle, 0);
        (Cost, IsFinite) = (other.Cost, other.IsFinite);
    }
}
