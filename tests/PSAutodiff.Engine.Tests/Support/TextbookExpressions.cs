namespace PSAutodiff.Tests;

/// <summary>
/// Random expressions of the forms that stand in textbooks: losses, quotients, like terms, powers, differences that cancel, shared
/// products, and derivatives of all of them; and points of every size to evaluate them at. They provoke what simplification rewrites.
/// </summary>
internal sealed class TextbookExpressions(int seed)
{
    public static readonly string[] Names = ["x", "y", "z"];

    private static readonly double[] Constants = [1, 2, 3, 0.5, 0.1, 4, 10, 1.7];

    private readonly Random _random = new(seed);

    /// <summary>The next expression.</summary>
    public ExprNode Next()
    {
        var node = Form(1 + _random.Next(3));
        return _random.Next(4) == 0 ? node.Differentiate("x", DifferentiationMode.Reverse) : node;
    }

    /// <summary>The next point.</summary>
    public Dictionary<string, double> NextPoint()
    {
        var size = _random.Next(10);
        return Names.ToDictionary(static name => name, _ => Number(size < 8 ? size : _random.Next(8)));
    }

    /// <summary>A neighbour of a point, at a relative distance of 1e-6 to 1e-15.</summary>
    public static Dictionary<string, double> Beside(IReadOnlyDictionary<string, double> point, Random random) =>
        point.ToDictionary(static p => p.Key, p => p.Value * (1 + ((random.NextDouble() - 0.5) * Math.Pow(10, -6 - (9 * random.NextDouble())))));

    private double Number(int size) => size switch
    {
        0 => Sign() * 3 * _random.NextDouble(),
        1 => _random.NextDouble(),
        2 => _random.Next(-3, 4),
        3 => Sign() * Math.Pow(10, -20 * _random.NextDouble()),
        4 => Sign() * Math.Pow(10, 4 * _random.NextDouble()),
        5 => 1 + (Sign() * Math.Pow(10, -16 * _random.NextDouble())),
        6 => Sign() * 760 * _random.NextDouble(),
        _ => Sign() * Math.Pow(10, 600 * (_random.NextDouble() - 0.5)),
    };

    private double Sign() => _random.Next(2) == 0 ? 1 : -1;

    private ExprNode Form(int depth)
    {
        if (depth == 0) return Leaf();
        var (u, v, w) = (Part(depth), Part(depth), Part(depth));
        var (a, b) = (Constant(), Constant());
        ExprNode one = 1;
        switch (_random.Next(50))
        {
            case 0: return (a * u) + v + (b * u);
            case 1: return u - v - u;
            case 2: return (a * u * v) - (b * (v * u));
            case 3: return u + a - (v - b);
            case 4: return (u + v) * (u - v);
            case 5: return (u * v * u) + w;
            case 6: return u * v * v;
            case 7: return u * u * u * v;
            case 8: return ExprNode.Pow(u, Exponent()) * ExprNode.Pow(u, Exponent());
            case 9: return ExprNode.Pow(u, Exponent()) * v / ExprNode.Pow(u, Exponent());
            case 10: return ExprNode.Pow(ExprNode.Pow(u, Exponent()), Exponent());
            case 11: return u / v * (w / v);
            case 12: return u * (u / (u + v));
            case 13: return u * v / u;
            case 14: return a * u / (b * v);
            case 15: return u / (v / w);
            case 16: return ExprNode.Sqrt(u) * v * ExprNode.Sqrt(u);
            case 17: return ExprNode.Sqrt((u * u) + (v * v));
            case 18: return ExprNode.Exp(ExprNode.Log(u)) * ExprNode.Log(ExprNode.Exp(v));
            case 19: return ExprNode.Log(1 + ExprNode.Exp(u));
            case 20: return ExprNode.Log(ExprNode.Exp(u) + ExprNode.Exp(v));
            case 21: return v / (1 + ExprNode.Exp(-u));
            case 22: return a * ExprNode.Exp(u) / (1 + ExprNode.Exp(u));
            case 23: return ExprNode.Exp(u) / (ExprNode.Exp(u) + ExprNode.Exp(v));
            case 24: return CrossEntropy(ExprNode.Sigmoid(u), ExprNode.Variable("y"));
            case 25: return CrossEntropy(1 / (1 + ExprNode.Exp(-u)), ExprNode.Variable("y"));
            case 26: return (1 - u) * ExprNode.Log(1 - u);
            case 27: return ExprNode.Log(1 - ExprNode.Exp(-u));
            case 28: return ExprNode.Exp(u) - 1;
            case 29: return (a * ExprNode.Exp(u)) - a;
            case 30: return 1 - ExprNode.Exp(u);
            case 31: return ExprNode.Sigmoid(u) * (1 - ExprNode.Sigmoid(u));
            case 32: return 1 - (ExprNode.Tanh(u) * ExprNode.Tanh(u));
            case 33: return (ExprNode.Exp(2 * u) - 1) / (ExprNode.Exp(2 * u) + 1);
            case 34: return (ExprNode.Exp(u) - ExprNode.Exp(-u)) / (ExprNode.Exp(u) + ExprNode.Exp(-u));
            case 35: return ExprNode.Softplus(u) - u;
            case 36: return v - (v * ExprNode.Sigmoid(u));
            case 37: return ExprNode.Sigmoid(ExprNode.Log1p(ExprNode.Expm1(u)));
            case 38: return (1 + ExprNode.Expm1(u)) * v;
            case 39: return (u - v) * (u - v) * 0.5;
            case 40: return ExprNode.Max(one - (u * v), 0);
            case 41: return ExprNode.Abs(u * u) + ExprNode.Relu(v);
            case 42: return ExprNode.Exp(-(u * u) / 2) * v;
            case 43: return ExprNode.Tanh(v + (u * w)) * a;
            case 44: return -(u / -v);
            case 45: return ExprNode.Sin(-u) + (ExprNode.Cos(-v) * ExprNode.Sin(u));
            case 46: return ExprNode.Log(u * v) - ExprNode.Log(u);
            case 47: return ExprNode.Exp(u) * (v / (1 + ExprNode.Exp(u)));
            case 48: return ExprNode.Exp(u) / ExprNode.Pow(1 + ExprNode.Exp(u), 2);
            default: return ExprNode.Sinh(u) / ExprNode.Cosh(u);
        }
    }

    private static ExprNode CrossEntropy(ExprNode p, ExprNode y) => -((y * ExprNode.Log(p)) + ((1 - y) * ExprNode.Log(1 - p)));

    private ExprNode Part(int depth) => _random.Next(3) == 0 ? Form(depth - 1) : Leaf();

    private ExprNode Leaf() => _random.Next(8) == 0 ? Constant() : ExprNode.Variable(Names[_random.Next(Names.Length)]);

    private ExprNode Constant() => Constants[_random.Next(Constants.Length)];

    private ExprNode Exponent() => _random.Next(6) switch
    {
        0 => 0.5,
        1 => -1,
        2 => 2,
        3 => _random.Next(3, 9),
        4 => -_random.Next(2, 5),
        _ => 1.5,
    };
}
