namespace PSAutodiff.Fitting;

/// <summary>What a fit needs beside what its result says, to be done again over other rows.</summary>
/// <param name="Start">The initial values of the elements of the parameters; NaN for none.</param>
/// <param name="Weight">The weight of a row, as an expression of columns; null for equal ones.</param>
/// <param name="Restarts">The number of starts.</param>
/// <param name="Seed">The seed of those that are drawn.</param>
/// <param name="MaxIteration">The most steps of one search.</param>
/// <param name="Tolerance">When it ends.</param>
internal sealed record CurveFitRecipe(double[] Start, ExprNode? Weight, int Restarts, int Seed, int MaxIteration, double Tolerance)
{
    /// <summary>The settings of a fit.</summary>
    public CurveFitOptions OptionsOf(CurveFitResult fit) => new()
    {
        Loss = fit.LossFunction,
        LossScale = fit.LossScale,
        LowerBounds = fit.LowerBounds,
        UpperBounds = fit.UpperBounds,
        Confidence = fit.Confidence,
        Restarts = Restarts,
        Seed = Seed,
        MaxIteration = MaxIteration,
        Tolerance = Tolerance,
    };
}
