using System.Text.Json;

namespace PSAutodiff.GradBench.Evals;

/// <summary>saddle: the x that minimizes the maximum over y of x0^2 + x1^2 - y0^2 - y1^2, and that y. Both are found by descent.</summary>
internal static class Saddle
{
    /// <param name="input">The input of the eval.</param>
    /// <param name="modes">The modes of differentiation of the outer and of the inner descent: f or r each.</param>
    public static Func<object> Find(JsonElement input, string modes)
    {
        var (start, f) = (input.Numbers("start"), Formula.Read($"x: [2]; y: [2]; x @ x - y @ y"));
        var (value, overX, overY) = (Formula.Compile([f], "x", "y"), Formula.Compile([f.By("x", modes[0]), f], "x", "y"), Formula.Compile([f.By("y", modes[1]), f], "x", "y"));
        return () =>
        {
            // At the y of the maximum the derivative by y is 0, so that of the maximum by x is that of f.
            var best = Descent.Minimize(at => value([.. at, .. Maximum(at)])[0], at => overX([.. at, .. Maximum(at)])[..2], start);
            return (double[])[.. best, .. Maximum(best)];
        };

        double[] Maximum(double[] at) =>
            Descent.Minimize(position => -value([.. at, .. position])[0], position => Array.ConvertAll(overY([.. at, .. position])[..2], static slope => -slope), start);
    }
}
