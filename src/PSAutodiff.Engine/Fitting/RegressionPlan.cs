namespace PSAutodiff.Fitting;

/// <summary>What is to be fitted: |y - X b|^2 / N + Ridge |b|^2 + Lasso |b|_1, the intercept penalised by neither.</summary>
/// <param name="Features">The names of the features, d of them.</param>
/// <param name="Label">The name of what is predicted.</param>
/// <param name="HasIntercept">Whether X has a first column of ones.</param>
/// <param name="Ridge">At least 0.</param>
/// <param name="Lasso">At least 0.</param>
internal sealed record RegressionPlan(IReadOnlyList<string> Features, string Label, bool HasIntercept, double Ridge, double Lasso)
{
    /// <summary>The columns that the features are made from; empty where each is a column of numbers.</summary>
    public IReadOnlyList<FeatureColumn> Columns { get; init; } = [];

    /// <summary>How text in the rows is read as a number.</summary>
    public NumberFormat NumberFormat { get; init; }

    /// <summary>Whether rows have weights, or a covariance.</summary>
    public bool IsWeighted { get; init; }

    /// <summary>The column of the weights; null where there is none.</summary>
    public string? Weight { get; init; }

    /// <summary>The most coefficients whose covariance a result keeps.</summary>
    public const int LargestCovariance = 500;

    /// <summary>What the result calls the intercept.</summary>
    public const string Intercept = "Intercept";
}
