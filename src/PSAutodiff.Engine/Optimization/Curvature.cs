using PSAutodiff.Kernels;
using PSAutodiff.Measurements;

namespace PSAutodiff.Optimization;

/// <summary>The largest curvature of a function at a point, found without ever making the Hessian.</summary>
/// <param name="Largest">The largest eigenvalue of the Hessian.</param>
/// <param name="IsConstant">Whether the Hessian is the same everywhere: the function is quadratic.</param>
internal sealed record Curvature(double Largest, bool IsConstant)
{
    // Differentiating larger gradients once more would keep the user waiting for a mere message.
    private const int LargestGradient = 50_000;
    private const double WorkLimit = 2e8;
    private const int FewestRounds = 100;

    /// <summary>
    /// Power iteration on v -> H v, with H v as the gradient of (gradient . v): one more reverse sweep, whatever the number of
    /// variables (Pearlmutter, 1994). Null when that would take too long, H is not finite, or it was cancelled.
    /// </summary>
    public static Curvature? Of(Objective objective, double[] point, CancellationToken cancellation)
    {
        if (objective.OperationCount > LargestGradient || (double)objective.OperationCount * objective.RowCount > WorkLimit / FewestRounds) return null;
        try
        {
            return Find(objective, point, cancellation);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static Curvature? Find(Objective objective, double[] point, CancellationToken cancellation)
    {
        var n = objective.Dimension;
        var prefix = "_v";
        var variables = objective.Variables;
        while (variables.Names.Any(name => name.StartsWith(prefix, StringComparison.Ordinal))) prefix = "_" + prefix;
        string[] names = [.. Enumerable.Range(0, variables.Names.Count).Select(i => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{prefix}{i}"))];
        var gradient = objective.Gradient.Nodes();
        var dot = Along(0);
        for (var i = 1; i < names.Length; i++) dot += Along(i);
        var product = NumericDerivatives.Of(dot, variables.Names, cancellation: cancellation).Gradient;
        var isConstant = !product.Variables().Intersect(variables.Names).Any();
        var compiled = objective.Compile(product, variables.And(names), cancellation);
        var values = new double[2 * n];
        point.CopyTo(values, 0);
        var rounds = (int)Math.Clamp(WorkLimit / (((double)compiled.OperationCount * objective.RowCount) + n), FewestRounds, 10_000);
        var largest = LargestEigenvalue(n, rounds, Multiply, cancellation);
        return double.IsFinite(largest) ? new Curvature(largest, isConstant) : null;

        ExprNode Along(int variable)
        {
            var shape = variables.Shapes[variable].Plain();
            var part = gradient[variable] * ExprNode.Variable(names[variable], shape);
            return shape.IsNumber ? part : ExprNode.Sum(part);
        }

        void Multiply(double[] vector, double[] result)
        {
            vector.CopyTo(values, n);
            compiled.Evaluate(values, result, cancellation);
            objective.Symmetrize(result);
        }
    }

    private static double LargestEigenvalue(int n, int rounds, Action<double[], double[]> multiply, CancellationToken cancellation)
    {
        const int firstRounds = 20;
        const double residualWanted = 1e-9;
        // A fixed start that is unlikely to be orthogonal to any eigenvector.
        var random = new RandomSource(1);
        var vector = new double[n];
        for (var i = 0; i < n; i++) vector[i] = random.NextUniform(1);
        Normalize(vector);
        var start = vector.ToArray();
        var product = new double[n];
        var (shift, eigenvalue) = (0.0, 0.0);
        for (var round = 0; round < rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            multiply(vector, product);
            eigenvalue = Vectors.Dot(vector, product);
            var size = Vectors.Norm(product);
            if (size == 0 || !double.IsFinite(size)) return size == 0 ? 0 : double.NaN;

            // Negative curvature of the same or a larger magnitude would win: a shift makes the largest eigenvalue win, from the start.
            if (round == firstRounds && eigenvalue < 0.999999 * size)
            {
                shift = 1.01 * size;
                start.CopyTo(vector, 0);
                continue;
            }

            Vectors.AddScaled(product, shift, vector);
            var residual = 0.0;
            for (var i = 0; i < n; i++) residual = Math.Max(residual, Math.Abs(product[i] - ((eigenvalue + shift) * vector[i])));
            if (round >= firstRounds && residual <= residualWanted * size) break;
            product.CopyTo(vector, 0);
            Normalize(vector);
        }

        return eigenvalue;
    }

    private static void Normalize(double[] vector)
    {
        var norm = Vectors.Norm(vector);
        for (var i = 0; i < vector.Length; i++) vector[i] /= norm;
    }
}
