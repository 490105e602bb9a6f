using PSAutodiff.Graphs;

namespace PSAutodiff.Tests;

/// <summary>
/// Values of expressions to more than 60 digits; null where the expression is undefined, out of any reasonable range, or so close
/// to a jump or kink that digits do not decide the side.
/// </summary>
internal sealed class PreciseEvaluator(Graph graph, int root)
{
    private const int MaxMagnitude = 5000;
    private const int TieBits = 90;

    private readonly bool[] _reachable = graph.Reachable([root]);

    public PreciseEvaluator(ExprNode node)
        : this(node.Flatten().Graph, node.Flatten().Id)
    {
    }

    public BigFloat? Evaluate(IReadOnlyDictionary<string, BigFloat> at) => Run(at, null)[root];

    public BigFloat? Evaluate(IReadOnlyDictionary<string, double> at) =>
        Evaluate(at.ToDictionary(static p => p.Key, static p => BigFloat.FromDouble(p.Value)));

    /// <summary>The derivative by central differences with a step far below any double; what is detached stays at its value.</summary>
    public BigFloat? Derivative(IReadOnlyDictionary<string, double> at, string variable)
    {
        const int step = -130;
        var point = at.ToDictionary(static p => p.Key, static p => BigFloat.FromDouble(p.Value));
        var centre = Run(point, null);
        if (centre[root] is null) return null;
        var x = point[variable];
        point[variable] = x + BigFloat.One.Scale(step);
        var above = Run(point, centre)[root];
        point[variable] = x - BigFloat.One.Scale(step);
        var below = Run(point, centre)[root];
        return (above - below)?.Scale(-step - 1);
    }

    private BigFloat?[] Run(IReadOnlyDictionary<string, BigFloat> at, BigFloat?[]? detached)
    {
        var values = new BigFloat?[root + 1];
        for (var id = 0; id <= root; id++)
        {
            if (!_reachable[id]) continue;
            if (graph.IsConstant(id)) values[id] = BigFloat.FromDouble(graph.ConstantOf(id));
            else if (graph.IsVariable(id)) values[id] = at[graph.NameOf(id)];
            else if (graph.OperationOf(id) is DetachOperation && detached is not null) values[id] = detached[id];
            else values[id] = Bounded(Apply(graph.OperationOf(id), values[graph.X(id)], Value(graph.Y(id)), Value(graph.Z(id))));
        }

        return values;

        BigFloat? Value(int id) => id < 0 ? null : values[id];
    }

    private static BigFloat? Apply(Operation operation, BigFloat? first, BigFloat? second, BigFloat? third)
    {
        if (operation is SelectOperation) return first is not { } condition || IsNearZero(condition) ? null : condition.Sign != 0 ? second : third;
        if (first is not { } x) return null;
        if (operation.Arity > 1) return second is { } y ? Apply(operation, x, y) : null;
        var one = BigFloat.One;
        return operation.Name switch
        {
            "abs" => IsUndecided(x) ? null : x.Sign < 0 ? -x : x,
            "sign" => IsUndecided(x) ? null : BigFloat.FromDouble(x.Sign),
            "relu" => IsUndecided(x) ? null : x.Sign < 0 ? BigFloat.Zero : x,
            "neg" => -x,
            "detach" => x,
            "sqrt" => x.Sign < 0 || IsUndecided(x) ? null : PreciseFunctions.Sqrt(x),
            "log" => x.Sign > 0 ? HighPrecision.Log(x) : null,
            "log1p" => (one + x).Sign > 0 ? HighPrecision.Log1p(x) : null,
            "asin" => Outside(x) ? null : PreciseFunctions.Asin(x),
            "acos" => Outside(x) ? null : PreciseFunctions.Acos(x),
            "atan" => PreciseFunctions.Atan(x),
            _ when x.Sign != 0 && x.Magnitude > 11 => null,
            "exp" => HighPrecision.Exp(x),
            "expm1" => HighPrecision.Expm1(x),
            "sinh" => HighPrecision.Sinh(x),
            "cosh" => HighPrecision.Cosh(x),
            "tanh" => HighPrecision.Tanh(x),
            "sigmoid" => HighPrecision.Sigmoid(x),
            "softplus" => HighPrecision.Softplus(x),
            "sin" => PreciseFunctions.Sin(x),
            "cos" => PreciseFunctions.Cos(x),
            "tan" => PreciseFunctions.Cos(x) is { Sign: not 0 } cosine ? PreciseFunctions.Sin(x) / cosine : null,
            _ => throw new NotSupportedException($"Teach {nameof(PreciseEvaluator)} the operation '{operation}'."),
        };
    }

    private static BigFloat? Apply(Operation operation, BigFloat x, BigFloat y) => operation.Name switch
    {
        "sum" => x + y,
        "sub" => x - y,
        "mul" => x * y,
        "div" => y.Sign == 0 || IsNearZero(y) ? null : x / y,
        "pow" => PreciseFunctions.Pow(x, y),
        "less" => IsTie(x, y) ? null : BigFloat.FromDouble((x - y).Sign < 0 ? 1 : 0),
        "min" => IsTie(x, y) ? null : (x - y).Sign < 0 ? x : y,
        "max" => IsTie(x, y) ? null : (x - y).Sign > 0 ? x : y,
        _ => throw new NotSupportedException($"Teach {nameof(PreciseEvaluator)} the operation '{operation}'."),
    };

    private static BigFloat? Bounded(BigFloat? value) =>
        value is { } v && v.Sign != 0 && Math.Abs(v.Magnitude) > MaxMagnitude ? null : value;

    private static bool Outside(BigFloat x) => (BigFloat.One - x).Sign <= 0 || (BigFloat.One + x).Sign <= 0;

    // Differences of equal numbers that were computed differently; an exact zero is none of these.
    private static bool IsNearZero(BigFloat x) => x.Sign != 0 && x.Magnitude < -200;

    private static bool IsUndecided(BigFloat x) => x.Sign == 0 || x.Magnitude < -TieBits;

    private static bool IsTie(BigFloat x, BigFloat y)
    {
        var difference = x - y;
        return difference.Sign == 0 || difference.Magnitude < -TieBits;
    }
}
