using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace PSAutodiff.Tests;

/// <summary>
/// A random quadratic (x - m)' A (x - m) / 2 + c whose A has known eigenvalues: A = Q D Q with a reflection Q = I - 2 v v'.
/// </summary>
internal sealed class RandomQuadratic
{
    private RandomQuadratic(int dimension, int seed)
    {
        var random = new Random(seed);
        Eigenvalues = [.. Enumerable.Range(0, dimension).Select(_ => 0.5 + (9.5 * random.NextDouble()))];
        Minimum = [.. Enumerable.Range(0, dimension).Select(_ => 10 * (random.NextDouble() - 0.5))];
        Start = [.. Enumerable.Range(0, dimension).Select(_ => 10 * (random.NextDouble() - 0.5))];
        Offset = 100 * (random.NextDouble() - 0.5);
        var v = Enumerable.Range(0, dimension).Select(_ => random.NextDouble() - 0.5).ToArray();
        var norm = Math.Sqrt(v.Sum(static x => x * x));
        var q = new double[dimension, dimension];
        for (var i = 0; i < dimension; i++)
        {
            for (var j = 0; j < dimension; j++) q[i, j] = (i == j ? 1 : 0) - (2 * v[i] * v[j] / norm / norm);
        }

        Matrix = new double[dimension, dimension];
        for (var i = 0; i < dimension; i++)
        {
            for (var j = 0; j < dimension; j++)
            {
                for (var k = 0; k < dimension; k++) Matrix[i, j] += q[i, k] * Eigenvalues[k] * q[j, k];
            }
        }

        Expression = Build();
    }

    public int Dimension => Minimum.Length;

    public double[] Eigenvalues { get; }

    public double LargestEigenvalue => Eigenvalues.Max();

    public double[,] Matrix { get; }

    public double[] Minimum { get; }

    public double[] Start { get; }

    public double Offset { get; }

    /// <summary>Written out in x00, x01, ...: ordinal order is the order of the elements.</summary>
    public ExprNode Expression { get; }

    /// <summary>Checks a property on many quadratics in one to six variables, always the same ones.</summary>
    public static void Check(int tests, Action<RandomQuadratic> property)
    {
        var quadratics = Gen.Choose(1, 6).SelectMany(static n => Gen.Choose(0, int.MaxValue - 1).Select(seed => (n, seed)));
        var config = Config.QuickThrowOnFailure
            .WithMaxTest(tests)
            .WithQuietOnSuccess(true)
            .WithReplay(new Replay(new Rnd(20240607, 1), null));
        Prop.ForAll(Arb.From(quadratics), drawn => property(new RandomQuadratic(drawn.n, drawn.seed))).Check(config);
    }

    /// <summary>A (x - m), computed without the engine.</summary>
    public double[] GradientAt(double[] x)
    {
        var gradient = new double[Dimension];
        for (var i = 0; i < Dimension; i++)
        {
            for (var j = 0; j < Dimension; j++) gradient[i] += Matrix[i, j] * (x[j] - Minimum[j]);
        }

        return gradient;
    }

    private ExprNode Build()
    {
        ExprNode sum = Offset;
        for (var i = 0; i < Dimension; i++)
        {
            for (var j = 0; j < Dimension; j++) sum += Matrix[i, j] / 2 * (Difference(i) * Difference(j));
        }

        return sum;
    }

    private ExprNode Difference(int i) => ExprNode.Variable(string.Create(CultureInfo.InvariantCulture, $"x{i:00}")) - Minimum[i];
}
