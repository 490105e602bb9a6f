using MathNet.Numerics.LinearAlgebra.Double;
using PSAutodiff.Fitting;
using PSAutodiff.LinearAlgebra;

namespace PSAutodiff.Bench;

/// <summary>A regression on arrays against MathNet.Numerics' normal equations, X'X and its Cholesky factor, in the same run.</summary>
internal static class Regression
{
    private const int Rows = 1_000_000;
    private const int Features = 20;

    public static int Run()
    {
        var random = new Random(5);
        var features = new double[Rows, Features];
        var targets = new double[Rows];

        // MathNet.Numerics keeps its matrices column after column, and has no intercept of its own.
        var design = new DenseMatrix(Rows, Features + 1);
        for (var row = 0; row < Rows; row++)
        {
            design[row, 0] = 1;
            targets[row] = random.NextDouble();
            for (var column = 0; column < Features; column++)
            {
                features[row, column] = (2 * random.NextDouble()) - 1;
                design[row, column + 1] = features[row, column];
                targets[row] += column * features[row, column];
            }
        }

        var vector = new DenseVector(targets);
        var plan = new RegressionPlan([.. Enumerable.Range(0, Features).Select(static i => $"x{i}")], "y", HasIntercept: true, Ridge: 0, Lasso: 0);
        LinearRegressionResult? result = null;
        MathNet.Numerics.LinearAlgebra.Vector<double>? solution = null;
        var (mine, theirs) = Timing.Compare(
            () =>
            {
                var regression = LinearAlgebraTools.Regression(plan);
                regression.AddRange(features, targets, null);
                result = regression.Finish();
            },
            () => solution = design.TransposeThisAndMultiply(design).Cholesky().Solve(design.TransposeThisAndMultiply(vector)),
            samples: 9);
        for (var i = 0; i <= Features; i++)
        {
            if (!(Math.Abs((double)result!.Coefficients[i]! - solution![i]) <= 1e-9)) throw new InvalidOperationException($"Coefficient {i}: {result.Coefficients[i]} here, {solution[i]} there.");
        }

        Console.WriteLine("| what | engine | MathNet.Numerics | ratio | bar |");
        Console.WriteLine("|---|---:|---:|---:|---:|");
        Console.WriteLine($"| regression, {Rows:n0} rows x {Features} features, by blocked QR with standard errors; X'X and Cholesky | {mine * 1e3:f0} ms | {theirs * 1e3:f0} ms | {mine / theirs:f2} | 1.5 |");
        return 0;
    }
}
