namespace PSAutodiff.Fitting;

/// <summary>A linear regression that takes its rows in and is then finished. Errors are of type <see cref="AutodiffException"/>.</summary>
internal interface IRegression
{
    /// <summary>The number of rows taken in.</summary>
    int Rows { get; }

    /// <summary>Takes a row in.</summary>
    /// <param name="features">A finite number for each feature.</param>
    /// <param name="target">What is to be predicted, finite.</param>
    /// <param name="weight">The inverse of the row's variance, above 0.</param>
    void Add(ReadOnlySpan<double> features, double target, double weight);

    /// <summary>Takes rows in.</summary>
    /// <param name="features">rows x features, row after row: double[,] or double[].</param>
    /// <param name="targets">One for each row.</param>
    /// <param name="weights">One for each row; null for ones.</param>
    void AddRange(Array features, double[] targets, double[]? weights);

    /// <summary>What was taken in, as a part that can be joined with others.</summary>
    RegressionPart ToPart();

    /// <summary>Takes in what parts hold, in an order that follows from their contents.</summary>
    /// <param name="parts">Parts of the same columns.</param>
    void AddParts(IEnumerable<RegressionPart> parts);

    /// <summary>Fits the model.</summary>
    /// <param name="work">Where it notes how far it is, and looks whether to stop; null for neither.</param>
    /// <exception cref="AutodiffException">A result is beyond the numbers, or the covariance does not suit.</exception>
    LinearRegressionResult Finish(RegressionWork? work = null);
}
