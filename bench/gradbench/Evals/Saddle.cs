using System.Text.Json;

namespace PSAutodiff.GradBench.Evals;

/// <summary>saddle: the x that minimizes the maximum over y of x0^2 + x1^2 - y0^2 - y1^2, and that y. Both are found by descent.</summary>
internal static class Saddle
{
    private static readonly string[] X = ["x0", "x1"];

    private static readonly string[] Y = ["y0", "y1"];

    /// <param name="input">The input of the eval.</param>
    /// <param name="modes">The modes of differentiation of the outer and of the inner descent: f or r each.</param>
    public static Func<object> Find(JsonElement input, string modes)
    {
        var start = input.Numbers("start");
        var (x, y) = (Formula.Variables(X).Select(Formula.Square).Sum(), Formula.Variables(Y).Select(Formula.Square).Sum());
        var f = (x - y).Tidy();
        string[] all = [.. X, .. Y];
        var value = Formula.Compile([f], all);
        var (overX, overY) = (Formula.Compile(f.Derivatives(X, modes[0]), all), Formula.Compile(f.Derivatives(Y, modes[1]), all));
        return () =>
        {
            // At the y of the maximum the derivative by y is 0, so that of the maximum by x is that of f.
            var best = Descent.Minimize(at => value([.. at, .. Maximum(at)])[0], at => [.. overX([.. at, .. Maximum(at)])], start);
            return (double[])[.. best, .. Maximum(best)];
        };

        double[] Maximum(double[] at) =>
            Descent.Minimize(position => -value([.. at, .. position])[0], position => Array.ConvertAll(overY([.. at, .. position]), static slope => -slope), start);
    }
}
