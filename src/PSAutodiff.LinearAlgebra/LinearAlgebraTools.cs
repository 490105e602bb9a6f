using MathNet.Numerics;
using PSAutodiff.Fitting;

namespace PSAutodiff.LinearAlgebra;

/// <summary>What the cmdlets call: the door of this assembly, which lives in a load context of its own.</summary>
internal static class LinearAlgebraTools
{
    static LinearAlgebraTools() =>
        // Native providers would give other bits than managed code, and be looked for wherever the session has them.
        Control.UseManaged();

    /// <summary>A regression whose rows have independent noise.</summary>
    public static IRegression Regression(RegressionPlan plan) => new TriangularRegression(plan);

    /// <summary>A regression whose noise has the given covariance; see <see cref="GeneralRegression"/>.</summary>
    public static IRegression Regression(RegressionPlan plan, double[,] covariance, IReadOnlyList<int>? picks) => new GeneralRegression(plan, covariance, picks);

    /// <summary>A logistic or Poisson regression; see <see cref="GeneralizedFit"/>.</summary>
    public static GeneralizedRegressionResult Regression(RegressionPlan plan, RegressionFamily family, IReadOnlyList<object> classes, double[] features, double[] labels, double[]? weights, RegressionWork work) =>
        new GeneralizedFit(plan, family, features, labels, weights).Fit(classes, work);

    /// <summary>The deviance of labels from what a regression predicts.</summary>
    /// <param name="family">Binomial or Poisson.</param>
    /// <param name="labels">The labels.</param>
    /// <param name="linear">The linear part of each.</param>
    public static double Deviance(RegressionFamily family, double[] labels, double[] linear)
    {
        var response = ResponseModel.Of(family);
        var sum = 0.0;
        for (var i = 0; i < labels.Length; i++) sum += response.Deviance(labels[i], linear[i]);
        return sum;
    }

    /// <summary>An analysis for each decay; see <see cref="WeightDecay"/>.</summary>
    public static Func<double, WeightDecayAnalysis> WeightDecay(double[,] hessian, double[] minimizer, IReadOnlyList<string> variables) =>
        new WeightDecay(hessian, minimizer, variables).At;

    /// <summary>A matrix that is to be taken apart; see <see cref="MatrixDecomposition"/>.</summary>
    public static IMatrixDecomposition Matrix(double[,] matrix, double? tolerance, CancellationToken cancellation) => new MatrixDecomposition(matrix, tolerance, cancellation);
}
