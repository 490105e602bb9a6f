namespace PSAutodiff.Tests;

/// <summary>A function whose minimum is known.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Text">The function.</param>
/// <param name="Starts">Where to start, each in the ordinal order of the variables.</param>
/// <param name="Minima">The points where it is lowest; several where there are several valleys.</param>
/// <param name="Value">The lowest value.</param>
/// <param name="Within">How close, relatively, a search comes; what is 0 has to come as close absolutely.</param>
internal sealed record ClassicalFunction(string Name, string Text, double[][] Starts, double[][] Minima, double Value, double Within = 1e-8)
{
    private static readonly double X8 = Math.Pow(8e6, 1.0 / 9);

    /// <summary>
    /// Most from Moré, Garbow and Hillstrom, "Testing unconstrained optimization software" (ACM Trans. Math. Softw. 7, 1981); then
    /// barriers, flat valleys, and functions whose steps overflow.
    /// </summary>
    public static ClassicalFunction[] All { get; } =
    [
        new("Rosenbrock", "100*(y - x^2)^2 + (1 - x)^2", [[-1.2, 1], [0, 0], [100, -100], [1e-9, 1e3]], [[1, 1]], 0),
        new("Beale", "(1.5 - x + x*y)^2 + (2.25 - x + x*y^2)^2 + (2.625 - x + x*y^3)^2", [[1, 1], [0, 0], [2, -1]], [[3, 0.5]], 0),
        new("Brown badly scaled", "(x - 1e6)^2 + (y - 2e-6)^2 + (x*y - 2)^2", [[1, 1], [1e3, 1e-3], [0, 0]], [[1e6, 2e-6]], 0),
        new("Wood", "100*(x2 - x1^2)^2 + (1 - x1)^2 + 90*(x4 - x3^2)^2 + (1 - x3)^2 + 10*(x2 + x4 - 2)^2 + 0.1*(x2 - x4)^2", [[-3, -1, -3, -1], [5, 5, 5, 5]], [[1, 1, 1, 1]], 0),
        new("Helical valley", "100*((z - 10*(atan(y/x)/(2*pi) + select(less(x, 0), 0.5, 0)))^2 + (sqrt(x^2 + y^2) - 1)^2) + z^2", [[-1, 0.1, 0], [-1, 2, 3]], [[1, 0, 0]], 0),
        new("Powell singular", "(x1 + 10*x2)^2 + 5*(x3 - x4)^2 + (x2 - 2*x3)^4 + 10*(x1 - x4)^4", [[3, -1, 0, 1], [30, -10, 0, 10]], [[0, 0, 0, 0]], 0, 1e-5),
        new("Powell badly scaled", "(1e4*x*y - 1)^2 + (exp(-x) + exp(-y) - 1.0001)^2", [[0, 1]], [[1.09815932969975976e-5, 9.10614673986652]], 0, 1e-7),
        new("Himmelblau", "(x^2 + y - 11)^2 + (x + y^2 - 7)^2", [[0, 0], [-5, -5], [4, -3]], [[3, 2], [-2.805118086952745, 3.131312518250573], [-3.779310253377747, -3.283185991286170], [3.584428340330492, -1.848126526964404]], 0),
        new("Box", "(exp(-0.1*x) - exp(-0.1*y) - z*(exp(-0.1) - exp(-1)))^2 + (exp(-0.2*x) - exp(-0.2*y) - z*(exp(-0.2) - exp(-2)))^2 + (exp(-0.3*x) - exp(-0.3*y) - z*(exp(-0.3) - exp(-3)))^2", [[0, 10, 20]], [[1, 10, 1]], 0, 1e-7),
        new("exp(x^4)", "exp(x^4)", [[3], [-4.5]], [[0]], 1, 1e-6),
        new("sixtieth power", "(x - 1)^60", [[3], [-2]], [[1]], 0, 2e-4),
        new("sixth power", "(x - 2)^6", [[5], [-1e4]], [[2]], 0, 1e-7),
        new("quartic", "x^4 + (y - 1)^4", [[1, 3], [-7, 0]], [[0, 1]], 0, 1e-8),
        new("quartic on a base", "1 + x^4", [[1], [-1e6]], [[0]], 1, 1e-6),
        new("steep barrier", "1/x^60 + x", [[0.5], [0.9]], [[Math.Pow(60, 1.0 / 61)]], Math.Pow(60, 1.0 / 61) * 61 / 60),
        new("twentieth power barrier", "x^(-20) + x", [[0.01], [0.9]], [[Math.Pow(20, 1.0 / 21)]], Math.Pow(20, 1.0 / 21) * 21 / 20),
        new("shallow barrier", "1/x^8 + 1e-6*x", [[0.01], [0.5]], [[X8]], 9e-6 / 8 * X8),
        new("exponential wall", "exp(-100*x) + y^2 + 1e-3*x", [[-1, 3], [0, -1e3]], [[Math.Log(1e5) / 100, 0]], 1e-5 * (1 + Math.Log(1e5))),
        new("overflowing step", "exp(x) - x", [[-50], [-700], [700]], [[0]], 1),
        new("hyperbolic cosine", "exp(x) + exp(-x)", [[400], [-700]], [[0]], 2),
        new("logarithmic barriers", "-log(x) - log(1 - x)", [[1e-8], [0.9]], [[0.5]], 2 * Math.Log(2)),
        new("entropy", "x*log(x)", [[2], [1e-5]], [[Math.Exp(-1)]], -Math.Exp(-1)),
        new("root", "x - 2*sqrt(x)", [[100], [1e-6]], [[1]], -1),
        new("pole on both sides", "1/(1 - x^2)", [[0.999], [-0.5]], [[0]], 1),
        new("softplus", "log(1 + exp(x)) - x/4", [[800], [-30]], [[-Math.Log(3)]], Math.Log(4.0 / 3) + (Math.Log(3) / 4)),
        new("far away", "(x - 1e-3)^2", [[1e10], [-1e10]], [[1e-3]], 0),
        new("bent at the minimum", "-cos(sqrt(x^2 + y^2))", [[0.3, 0.2], [-0.1, 1]], [[0, 0]], -1),
    ];

    public ExprNode Expression { get; } = ExprNode.Parse(Text);
}
