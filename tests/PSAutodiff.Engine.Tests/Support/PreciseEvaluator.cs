using PSAutodiff.Core;

namespace PSAutodiff.Tests;

/// <summary>
/// Values of expressions to more than 60 digits; null where the expression is undefined, out of any reasonable range, or so close
/// to a jump that digits do not decide the side; slopes also null on kinks.
/// </summary>
internal sealed class PreciseEvaluator(Graph graph, int root)
{
    private const int TieBits = 90;

    // Sines need the angle itself to many digits, and pi to as many more.
    private const int MaxAngle = 60;

    private static readonly BigFloat Half = BigFloat.One.Scale(-1);

    private readonly bool[] _reachable = graph.Reachable([root]);

    public PreciseEvaluator(ExprNode node)
        : this(node.Flatten().Graph, node.Flatten().Id)
    {
    }

    /// <summary>For numbers of every size: what is small is no rounding error, unless a difference says so.</summary>
    public static PreciseEvaluator Wide(ExprNode node) => new(node) { IsWide = true, MaxMagnitude = 1 << 20, MaxExponent = 18, NearZero = int.MinValue / 2 };

    private bool IsWide { get; init; }

    /// <summary>The binary exponent, in size, above which a value is out of range.</summary>
    private int MaxMagnitude { get; init; } = 5000;

    /// <summary>The binary exponent of the largest argument of an exponential function.</summary>
    private int MaxExponent { get; init; } = 11;

    /// <summary>The binary exponent below which a value may be nothing but the rounding errors of a difference.</summary>
    private int NearZero { get; init; } = -200;

    /// <summary>Whether sums may lose most of their digits by cancellation: for comparisons with an absolute tolerance.</summary>
    public bool MayCancel { get; init; }

    public BigFloat? Evaluate(IReadOnlyDictionary<string, BigFloat> at) => Run(at, null, smooth: false)[root];

    public BigFloat? Evaluate(IReadOnlyDictionary<string, double> at) =>
        Evaluate(at.ToDictionary(static p => p.Key, static p => BigFloat.FromDouble(p.Value)));

    /// <summary>The derivative by central differences with a step far below any double; what is detached stays at its value.</summary>
    public BigFloat? Derivative(IReadOnlyDictionary<string, double> at, string variable)
    {
        const int step = -130;
        var point = at.ToDictionary(static p => p.Key, static p => BigFloat.FromDouble(p.Value));
        var centre = Run(point, null, smooth: true);
        if (centre[root] is null) return null;
        var x = point[variable];
        point[variable] = x + BigFloat.One.Scale(step);
        var above = Run(point, centre, smooth: true)[root];
        point[variable] = x - BigFloat.One.Scale(step);
        var below = Run(point, centre, smooth: true)[root];
        return (above - below)?.Scale(-step - 1);
    }

    private BigFloat?[] Run(IReadOnlyDictionary<string, BigFloat> at, BigFloat?[]? detached, bool smooth)
    {
        var values = new BigFloat?[root + 1];
        for (var id = 0; id <= root; id++)
        {
            if (!_reachable[id]) continue;
            if (graph.IsConstant(id)) values[id] = BigFloat.FromDouble(graph.ConstantOf(id));
            else if (graph.IsVariable(id)) values[id] = at[graph.NameOf(id)];
            else if (graph.OperationOf(id) is DetachOperation && detached is not null) values[id] = detached[id];
            else if (smooth && IsRough(id, values)) values[id] = null;
            else if (graph.OperationOf(id) is SubOperation && graph.X(id) == graph.Y(id)) values[id] = values[graph.X(id)] is null ? null : BigFloat.Zero;
            else values[id] = Bounded(Apply(graph.OperationOf(id), smooth, values[graph.X(id)], Value(graph.Y(id)), Value(graph.Z(id))));
        }

        return values;

        BigFloat? Value(int id) => id < 0 ? null : values[id];
    }

    // On a kink or jump, or so close that the step of a slope would cross it; or where a power is defined for some exponents only.
    private bool IsRough(int id, BigFloat?[] values)
    {
        if (graph.OperationOf(id).Arity > 2 || values[graph.X(id)] is not { } x) return false;
        return graph.OperationOf(id).Name switch
        {
            "abs" or "sign" or "relu" or "sqrt" or "cbrt" or "not" => IsSmall(x),
            "less" or "lessequal" or "equal" or "min" or "max" => values[graph.Y(id)] is { } y && IsSmall(x - y),
            "and" or "or" => values[graph.Y(id)] is { } y && (IsSmall(x) || IsSmall(y)),
            "hypot" => values[graph.Y(id)] is { } y && IsSmall(x) && IsSmall(y),
            "atan2" => values[graph.Y(id)] is { } y && IsSmall(x) && (y.Sign < 0 || IsSmall(y)),
            "floor" or "ceil" => IsNearWhole(x),
            "round" => IsNearWhole(x + Half),
            "lgamma" or "digamma" or "trigamma" => x.Sign <= 0 && IsNearWhole(x),
            "polygamma" => values[graph.Y(id)] is { Sign: <= 0 } y && IsNearWhole(y),
            "mod" or "rem" => values[graph.Y(id)] is { } y && (IsSmall(y) || IsNearWhole(x / y)),
            "pow" => IsSmall(x) || (x.Sign < 0 && !graph.IsConstant(graph.Y(id))),
            _ => false,
        };
    }

    private BigFloat? Apply(Operation operation, bool smooth, BigFloat? first, BigFloat? second, BigFloat? third)
    {
        if (operation is SelectOperation) return first is not { } condition || IsNearZero(condition) ? null : condition.Sign != 0 ? second : third;
        if (first is not { } x) return null;
        if (operation.Arity > 1) return second is { } y ? Apply(operation, smooth, x, y) : null;
        var one = BigFloat.One;
        return operation.Name switch
        {
            "abs" => IsNearZero(x) ? null : x.Sign < 0 ? -x : x,
            "sign" => IsNearZero(x) ? null : BigFloat.FromDouble(x.Sign),
            "relu" => IsNearZero(x) ? null : x.Sign < 0 ? BigFloat.Zero : x,
            "neg" => -x,
            "not" => IsNearZero(x) ? null : x.Sign == 0 ? one : BigFloat.Zero,
            "floor" => Floor(x),
            "ceil" => -Floor(-x),
            "round" => Round(x),
            "cbrt" => PreciseFunctions.Cbrt(x),
            "asinh" => HighPrecision.Asinh(x),
            "acosh" => (x - one).Sign > 0 ? HighPrecision.Acosh(x) : null,
            "atanh" => Outside(x) ? null : HighPrecision.Atanh(x),
            "lgamma" => Gamma(x, PreciseGamma.Lgamma),
            "digamma" => Gamma(x, PreciseGamma.Digamma),
            "trigamma" => Gamma(x, static x => PreciseGamma.Polygamma(1, x)),
            "erf" => x.Sign != 0 && x.Magnitude > 4 ? (x.Sign < 0 ? -one : one) : PreciseGamma.Erf(x),
            "erfc" => x.Sign != 0 && x.Magnitude > 4 ? null : PreciseGamma.Erfc(x),
            "detach" => x,
            "sqrt" => x.Sign < 0 || IsNearZero(x) ? null : PreciseFunctions.Sqrt(x),
            "log" => Log(x),
            "log1p" => (one + x).Sign > 0 ? HighPrecision.Log1p(x) : null,
            "asin" => Outside(x) ? null : PreciseFunctions.Asin(x),
            "acos" => Outside(x) ? null : PreciseFunctions.Acos(x),
            "atan" => PreciseFunctions.Atan(x),
            "sin" or "cos" or "tan" when x.Sign != 0 && x.Magnitude > Math.Min(MaxAngle, Math.Max(MaxExponent, 11)) => null,
            _ when x.Sign != 0 && x.Magnitude > MaxExponent => null,
            "exp" => x.Sign == 0 ? HighPrecision.Exp(x) : Inexact(HighPrecision.Exp(x)),
            "expm1" => x.Sign == 0 ? HighPrecision.Expm1(x) : Inexact(HighPrecision.Expm1(x)),
            "sinh" => HighPrecision.Sinh(x),
            "cosh" => x.Sign == 0 ? HighPrecision.Cosh(x) : Inexact(HighPrecision.Cosh(x)),
            "tanh" => x.Sign == 0 ? HighPrecision.Tanh(x) : Inexact(HighPrecision.Tanh(x)),
            "sigmoid" => x.Sign == 0 ? HighPrecision.Sigmoid(x) : Inexact(HighPrecision.Sigmoid(x)),
            "softplus" => HighPrecision.Softplus(x),
            "sin" => Wave(x, PreciseFunctions.Sin(x)),
            "cos" => Wave(x, PreciseFunctions.Cos(x)),
            "tan" => Wave(x, PreciseFunctions.Cos(x)) is { Sign: not 0 } cosine ? Wave(x, PreciseFunctions.Sin(x)) / cosine : null,
            _ => Defined(operation, smooth, x),
        };
    }

    private BigFloat? Apply(Operation operation, bool smooth, BigFloat x, BigFloat y) => operation.Name switch
    {
        "sum" => Sum(x, y),
        "sub" => Sum(x, -y),
        "mul" => x * y,
        "div" => y.Sign == 0 || IsNearZero(y) ? null : x / y,
        "pow" => PreciseFunctions.Pow(x, y),
        "less" => IsTie(x, y) ? null : BigFloat.FromDouble((x - y).Sign < 0 ? 1 : 0),
        "lessequal" => IsTie(x, y) ? null : BigFloat.FromDouble((x - y).Sign <= 0 ? 1 : 0),
        "equal" => IsTie(x, y) ? null : BigFloat.FromDouble((x - y).Sign == 0 ? 1 : 0),
        "and" => IsNearZero(x) || IsNearZero(y) ? null : BigFloat.FromDouble(x.Sign != 0 && y.Sign != 0 ? 1 : 0),
        "or" => IsNearZero(x) || IsNearZero(y) ? null : BigFloat.FromDouble(x.Sign != 0 || y.Sign != 0 ? 1 : 0),
        "hypot" => PreciseFunctions.Sqrt((x * x) + (y * y)),
        "atan2" => IsNearZero(x) || IsNearZero(y) ? null : PreciseFunctions.Atan2(x, y),
        "mod" => y.Sign == 0 || IsNearZero(y) ? null : Rest(x, y),
        "rem" => y.Sign == 0 || IsNearZero(y) ? null : x.Sign * y.Sign < 0 ? Rest(x, -y) : Rest(x, y),
        "polygamma" => x.ToFixed(0) is var order && order >= 0 && order <= 50 && (x - new BigFloat(order, 0)).Sign == 0 ? Gamma(y, at => PreciseGamma.Polygamma((int)order, at)) : null,
        "min" => IsTie(x, y) ? null : (x - y).Sign < 0 ? x : y,
        "max" => IsTie(x, y) ? null : (x - y).Sign > 0 ? x : y,
        _ => Defined(operation, smooth, x, y),
    };

    /// <summary>By the definition that the operation itself declares.</summary>
    private BigFloat? Defined(Operation operation, bool smooth, params BigFloat[] arguments)
    {
        var builder = new GraphBuilder();
        var terms = new Term[3];
        for (var i = 0; i < terms.Length; i++) terms[i] = i < arguments.Length ? builder.Term(builder.Variable($"x{i}")) : Term.None;
        var definition = operation.Definition(terms[0], terms[1], terms[2]);
        if (!definition.Exists) throw new NotSupportedException($"'{operation}' has no definition, so {nameof(PreciseEvaluator)} has to compute it.");
        var at = arguments.Select((value, i) => (Name: $"x{i}", value)).ToDictionary(static pair => pair.Name, static pair => pair.value);
        return new PreciseEvaluator(builder.Build(), definition.Id)
        {
            IsWide = IsWide,
            MaxMagnitude = MaxMagnitude,
            MaxExponent = MaxExponent,
            NearZero = NearZero,
            MayCancel = MayCancel,
        }.Run(at, null, smooth)[definition.Id];
    }

    // Null where nothing but rounding errors may be left.
    private BigFloat? Sum(BigFloat x, BigFloat y)
    {
        var sum = x + y;
        if (x.Sign != 0 && y.Sign != 0 && Math.Abs(x.Magnitude - y.Magnitude) > BigFloat.Precision) return Inexact(sum);
        if (MayCancel || x.Sign == 0 || y.Sign == 0 || (IsExact(x) && IsExact(y))) return sum;
        return sum.Sign == 0 || sum.Magnitude < Math.Max(x.Magnitude, y.Magnitude) - 150 ? null : sum;
    }

    // Null where digits do not decide the side of a whole number.
    private BigFloat? Floor(BigFloat x)
    {
        if (x.Sign == 0) return x;
        if (x.Magnitude > 100 && !IsExact(x)) return null;
        var whole = PreciseFunctions.Floor(x);
        var nearest = PreciseFunctions.Floor(x + Half);
        return IsTie(x, nearest) ? null : whole;
    }

    // Null where nothing but rounding errors is left.
    private BigFloat? Rest(BigFloat x, BigFloat y) =>
        Floor(x / y) is not { } whole ? null :
        x - (y * whole) is { Sign: not 0 } rest && rest.Magnitude < x.Magnitude - 200 ? null :
        x - (y * whole);

    private BigFloat? Round(BigFloat x)
    {
        if (Floor(x) is not { } below) return null;
        var rest = x - below;
        if (IsTie(rest, Half)) return null;
        var side = (rest - Half).Sign;
        return side < 0 || (side == 0 && below.ToFixed(0).IsEven) ? below : below + BigFloat.One;
    }

    // Null where the argument is out of any reasonable range, or so close to a pole or a zero that few digits of the distance are known.
    private BigFloat? Gamma(BigFloat x, Func<BigFloat, BigFloat?> function) =>
        (x.Sign != 0 && x.Magnitude > (x.Sign < 0 ? 7 : MaxMagnitude)) || (x.Sign <= 0 && !IsExact(x) && IsNearWhole(x)) ? null :
        function(x) is { } value && (IsExact(x) || (value.Sign != 0 && value.Magnitude > -130)) ? value : null;

    private static bool IsNearWhole(BigFloat x) => IsSmall(x - PreciseFunctions.Floor(x + Half));

    // A number that only looks short: 1 + 1e-300, or tanh(1000).
    private BigFloat Inexact(BigFloat x)
    {
        if (!IsWide || x.Sign == 0 || !IsExact(x)) return x;
        var shift = BigFloat.Precision - 1 - (x.Magnitude - x.Exponent);
        return new BigFloat((x.Significand << shift) + x.Sign, x.Exponent - shift);
    }

    // Null where the argument is not known well enough: near 1, near a zero of a wave.
    private BigFloat? Log(BigFloat x) =>
        x.Sign <= 0 || (IsWide && !IsExact(x) && x - BigFloat.One is var distance && (distance.Sign == 0 || distance.Magnitude < -130)) ? null : HighPrecision.Log(x);

    private BigFloat? Wave(BigFloat x, BigFloat value) =>
        IsWide && !IsExact(x) && (value.Sign == 0 || value.Magnitude < Math.Min(x.Magnitude, 0) - 130) ? null : value;

    private static bool IsExact(BigFloat x) => System.Numerics.BigInteger.Abs(x.Significand).GetBitLength() < BigFloat.Precision - 20;

    private BigFloat? Bounded(BigFloat? value) =>
        value is { } v && v.Sign != 0 && Math.Abs(v.Magnitude) > MaxMagnitude ? null : value;

    private static bool Outside(BigFloat x) => (BigFloat.One - x).Sign <= 0 || (BigFloat.One + x).Sign <= 0;

    // Differences of equal numbers that were computed differently; an exact zero is none of these.
    private bool IsNearZero(BigFloat x) => x.Sign != 0 && x.Magnitude < NearZero;

    private bool IsTie(BigFloat x, BigFloat y) => x - y is { Sign: not 0 } difference && difference.Magnitude < Math.Max(NearZero, Math.Max(x.Sign == 0 ? int.MinValue : x.Magnitude, y.Sign == 0 ? int.MinValue : y.Magnitude) - 200);

    private static bool IsSmall(BigFloat x) => x.Sign == 0 || x.Magnitude < -TieBits;
}
