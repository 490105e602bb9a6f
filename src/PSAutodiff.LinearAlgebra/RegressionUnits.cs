using PSAutodiff.Fitting;

namespace PSAutodiff.LinearAlgebra;

/// <summary>
/// The way from the columns that a triangle is of, measured from origins and scaled by powers of two, to the data. A coefficient u there is
/// u 2^(label's exponent - column's exponent) here, and the intercept makes up for the origins.
/// </summary>
internal sealed class RegressionUnits
{
    private readonly int[] _exponents;
    private readonly double[] _origins;
    private readonly int _least;

    /// <summary>Takes the units.</summary>
    /// <param name="factor">The triangle of [1 X y] or [X y].</param>
    /// <param name="origins">Those of its columns; null for zeros.</param>
    public RegressionUnits(TriangularFactor factor, double[]? origins)
    {
        _exponents = factor.Exponents.ToArray();
        IsMeasured = origins is not null;
        for (var j = 1; j < _exponents.Length && IsMeasured; j++)
        {
            // A column of one value is in its own unit.
            if (!factor.IsFilled(j) && origins![j] != 0) _exponents[j] = Math.ILogB(origins[j]);
        }

        _origins = new double[_exponents.Length];
        _least = _exponents.AsSpan(0, _exponents.Length - 1).ToArray().Min();
        for (var j = 1; j < _exponents.Length && IsMeasured; j++) _origins[j] = Math.ScaleB(origins![j], _exponents[0] - _exponents[j]);
    }

    /// <summary>Whether some column is measured from an origin, so that the first column is that of an intercept.</summary>
    public bool IsMeasured { get; }

    /// <summary>The exponent of the label.</summary>
    public int LabelExponent => _exponents[^1];

    /// <summary>The exponent of a column.</summary>
    public int ExponentOf(int column) => _exponents[column];

    /// <summary>The origin of a column in units of the first column and of its own.</summary>
    public double OriginOf(int column) => _origins[column];

    /// <summary>What the origins take away from the intercept.</summary>
    public double Taken(Func<int, double> coefficient)
    {
        // With the rounding of products and sums carried along: large parts cancel.
        var (sum, rest) = (0.0, 0.0);
        for (var j = 1; j < _origins.Length - 1; j++)
        {
            var product = _origins[j] * coefficient(j);
            if (product == 0) continue;
            var next = sum + product;
            var part = next - sum;
            rest += (sum - (next - part)) + (product - part) + Math.FusedMultiplyAdd(_origins[j], coefficient(j), -product);
            sum = next;
        }

        return sum + rest;
    }

    /// <summary>The coefficients for the data.</summary>
    public double[] ToData(double[] scaled)
    {
        var data = new double[scaled.Length];
        for (var j = 0; j < data.Length; j++) data[j] = Math.ScaleB(scaled[j], LabelExponent - _exponents[j]);
        if (IsMeasured) data[0] = Math.ScaleB(scaled[0] - Taken(j => scaled[j]), LabelExponent - _exponents[0]) + Math.ScaleB(_origins[^1], LabelExponent - _exponents[0]);
        return data;
    }

    /// <summary>Makes rows, one for each coefficient, of maps to coefficients those to the coefficients for the data times a power of two; see <see cref="FromCommon"/>.</summary>
    public void ToCommon(double[,] rows)
    {
        for (var k = 0; k < rows.GetLength(1); k++)
        {
            if (IsMeasured) rows[0, k] -= Taken(j => rows[j, k]);
            for (var j = 0; j < rows.GetLength(0); j++) rows[j, k] = Math.ScaleB(rows[j, k], _least - _exponents[j]);
        }
    }

    /// <summary>The origin of the label, which is part of the intercept, in the same unit.</summary>
    public double CommonLabelOrigin => Math.ScaleB(_origins[^1], _least - _exponents[0]);

    /// <summary>The power of two that they are short of.</summary>
    public int CommonExponent => LabelExponent - _least;

    /// <summary>The coefficients for the data again.</summary>
    public double[] FromCommon(double[] coefficients) => Array.ConvertAll(coefficients, coefficient => Math.ScaleB(coefficient, CommonExponent));
}
