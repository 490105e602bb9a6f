using PSAutodiff.Graphs;

namespace PSAutodiff.Simplification;

/// <summary>
/// Collects like terms of sums (2x + y + x = 3x + y) and like powers of products (x * y * x = x^2 * y). A sum with all the sums
/// inside it that are used nowhere else is one cluster, so the work is linear in the size of the graph. A cluster in which nothing
/// can be collected keeps its order and grouping. Constants are only put together where that is exact.
/// </summary>
internal sealed class LikeTermCollector
{
    private static readonly Identity LikeTerms = new("a * x + b * x = (a + b) * x", Identity.Standard, static (_, _, _) => Term.None);
    private static readonly Identity LikePowers = new("x^a * x^b = x^(a + b)", Identity.Standard, static (_, _, _) => Term.None);
    private static readonly Identity Constants = new("constants are put together", Identity.Standard, static (_, _, _) => Term.None);
    private static readonly Identity Cancelled = LikePowers with { Name = "x / x = 1 (x != 0)", Assumption = "x != 0" };
    private static readonly Identity LogisticProduct = new("exp(x) * sigmoid(-x) = sigmoid(x)", RuleSets.Stable, static (_, _, _) => Term.None);

    // Most clusters have a few parts, which are searched one by one; a dictionary serves the others and goes with them, because
    // clearing a large one for every small cluster would cost the square of the size.
    private const int PartsSearchedOneByOne = 12;

    private readonly Graph _graph;
    private readonly GraphBuilder _builder;
    private readonly Action<Identity> _note;
    private readonly bool[] _inner;
    private readonly Stack<(int Id, bool Inverse)> _stack = new();
    private readonly List<(int Id, bool Inverse)> _leaves = [];
    private readonly List<Part> _parts = [];
    private Dictionary<int, int>? _indexOf;
    private readonly List<double> _constants = [];

    public LikeTermCollector(Graph graph, GraphBuilder builder, bool[] reachable, int[] roots, Action<Identity> note)
    {
        _graph = graph;
        _builder = builder;
        _note = note;
        _inner = new bool[reachable.Length];
        var uses = graph.Uses(reachable, roots);
        for (var id = 0; id < reachable.Length; id++)
        {
            if (!reachable[id] || FamilyOf(id) is var family && family == Family.None) continue;
            for (var i = graph.OperationOf(id).Arity - 1; i >= 0; i--)
            {
                var argument = graph.Argument(id, i);
                if (uses[argument] == 1 && FamilyOf(argument) == family) _inner[argument] = true;
            }
        }
    }

    private enum Family
    {
        None,
        Sum,
        Product,
    }

    /// <summary>The collected form of a node of the old graph in the new one, or what it maps to already.</summary>
    public int Collect(int id, int[] map)
    {
        var family = FamilyOf(id);
        if (family == Family.None || _inner[id]) return map[id];
        var collected = family == Family.Sum ? CollectSum(id, map) : CollectProduct(id, map);
        return collected.Exists ? collected.Id : map[id];
    }

    private Family FamilyOf(int id) => _graph.OperationOf(id) switch
    {
        SumOperation or SubOperation or NegOperation => Family.Sum,
        MulOperation or DivOperation => Family.Product,
        _ => Family.None,
    };

    private Term CollectSum(int root, int[] map)
    {
        var (merged, computed) = (false, false);
        Start();
        foreach (var (id, negative) in Leaves(root))
        {
            var (term, factor) = SplitFactor(_builder.Term(map[id]), negative);
            if (term.IsConstant)
            {
                computed |= AddConstant(factor * term.ConstantValue);
            }
            else
            {
                merged |= AddPart(term.Id, factor);
            }
        }

        if (!merged && !computed) return Term.None;
        if (merged) _note(LikeTerms);
        if (computed) _note(Constants);
        var total = Term.None;
        foreach (var part in _parts)
        {
            if (part.Weight == 0) continue;
            total = AddWeighted(total, _builder.Term(part.Id), part.Weight);
        }

        foreach (var constant in _constants)
        {
            if (constant == 0) continue;
            var magnitude = _builder.Term(_builder.Constant(Math.Abs(constant)));
            total = AddWeighted(total, magnitude, Math.Sign(constant));
        }

        return total.Exists ? total : _builder.Term(_builder.Constant(0));
    }

    private static Term AddWeighted(Term total, Term part, double weight)
    {
        var magnitude = Math.Abs(weight) == 1 ? part : Scale(Math.Abs(weight), part);
        if (!total.Exists) return weight < 0 ? -magnitude : magnitude;
        return weight < 0 ? total - magnitude : total + magnitude;
    }

    // 3 * (x * y) is written 3 * x * y, as people do.
    private static Term Scale(double weight, Term part) =>
        part.Is<MulOperation>() ? Scale(weight, part.X) * part.Y : weight * part;

    private Term CollectProduct(int root, int[] map)
    {
        var (merged, computed, negative) = (false, false, false);
        double numerator = 1, denominator = 1;
        Start();
        foreach (var (id, inverse) in Leaves(root))
        {
            var (factor, coefficient) = SplitFactor(_builder.Term(map[id]), negative: false);
            if (factor.IsConstant)
            {
                coefficient *= factor.ConstantValue;
                factor = Term.None;
            }

            if (coefficient < 0) (negative, coefficient) = (!negative, -coefficient);
            if (coefficient != 1)
            {
                ref var side = ref inverse ? ref denominator : ref numerator;
                if (!ExactArithmetic.TryMultiply(side, coefficient, out var product)) return Term.None;
                computed |= side != 1;
                side = product;
            }

            if (!factor.Exists) continue;
            var (baseId, exponent) = SplitPower(factor);
            merged |= AddPart(baseId, inverse ? -exponent : exponent);
        }

        if (denominator == 0) return Term.None;
        if (numerator != 1 && denominator != 1)
        {
            if (ExactArithmetic.TryDivide(numerator, denominator, out var quotient))
            {
                (numerator, denominator, computed) = (quotient, 1, true);
            }
            else if (ExactArithmetic.TryDivide(denominator, numerator, out quotient))
            {
                (numerator, denominator, computed) = (1, quotient, true);
            }
        }

        var joined = (_builder.Rules & RuleSets.Stable) != 0 && JoinLogistic();
        if (!merged && !computed && !joined) return Term.None;
        if (merged) _note(LikePowers);
        if (computed) _note(Constants);
        return BuildProduct(negative ? -numerator : numerator, denominator);
    }

    private Term BuildProduct(double numerator, double denominator)
    {
        var above = numerator == 1 ? Term.None : _builder.Term(_builder.Constant(numerator));
        var below = denominator == 1 ? Term.None : _builder.Term(_builder.Constant(denominator));
        foreach (var part in _parts)
        {
            // A divisor went into a power that is defined at 0.
            if (part.Divides && part.Weight >= 0) _note(Cancelled);
            if (part.Weight == 0) continue;

            var power = Power(_builder.Term(part.Id), Math.Abs(part.Weight));
            if (part.Weight > 0) above = above.Exists ? above * power : power;
            else below = below.Exists ? below * power : power;
        }

        if (!above.Exists) above = _builder.Term(_builder.Constant(1));
        return below.Exists ? above / below : above;
    }

    private static Term Power(Term x, double exponent) => exponent == 1 ? x : x.Apply<PowOperation>(x.Constant(exponent));

    /// <summary>exp(u) * (1 + exp(u))^-1 and exp(u) * sigmoid(-u) become sigmoid(u).</summary>
    private bool JoinLogistic()
    {
        var joined = false;
        for (var i = 0; i < _parts.Count; i++)
        {
            var (id, weight, _) = _parts[i];
            var term = _builder.Term(id);
            Term opposite;
            if (weight <= -1 && Logistic.Exponent(term) is { Exists: true } exponent) opposite = -exponent;
            else if (weight >= 1 && term.Is<SigmoidOperation>()) opposite = term.X;
            else continue;

            var exponential = (-opposite).Apply<ExpOperation>();
            var index = IndexOf(exponential.Id);
            if (index < 0 || _parts[index].Weight < 1) continue;
            _parts[index] = _parts[index] with { Weight = _parts[index].Weight - 1 };
            _parts[i] = _parts[i] with { Weight = weight - Math.Sign(weight) };
            AddPart((-opposite).Apply<SigmoidOperation>().Id, 1);
            _note(LogisticProduct);
            joined = true;
        }

        if (joined) _parts.RemoveAll(static part => part.Weight == 0);
        return joined;
    }

    private void Start()
    {
        _indexOf = null;
        _parts.Clear();
        _constants.Clear();
    }

    /// <summary>What a cluster is made of, from left to right, and whether it is subtracted (divided by); good until the next call.</summary>
    private List<(int Id, bool Inverse)> Leaves(int root)
    {
        _leaves.Clear();
        _stack.Push((root, false));
        while (_stack.TryPop(out var item))
        {
            var (id, inverse) = item;
            if (id != root && !_inner[id])
            {
                _leaves.Add(item);
                continue;
            }

            var operation = _graph.OperationOf(id);
            if (operation.Arity == 1)
            {
                _stack.Push((_graph.X(id), !inverse));
                continue;
            }

            _stack.Push((_graph.Y(id), inverse ^ operation is SubOperation or DivOperation));
            _stack.Push((_graph.X(id), inverse));
        }

        return _leaves;
    }

    /// <summary>A term as constant times rest.</summary>
    private static (Term Factor, double Coefficient) SplitFactor(Term term, bool negative)
    {
        if (term.Is<NegOperation>()) (term, negative) = (term.X, !negative);
        var sign = negative ? -1.0 : 1.0;
        return Coefficient.Of(term) is { } coefficient ? (Coefficient.Replace(term, 1), sign * coefficient) : (term, sign);
    }

    private static (int Base, double Exponent) SplitPower(Term factor)
    {
        if (factor.Is<PowOperation>() && factor.Y.IsConstant) return (factor.X.Id, factor.Y.ConstantValue);
        return factor.Is<SqrtOperation>() ? (factor.X.Id, 0.5) : (factor.Id, 1);
    }

    private bool AddPart(int id, double weight)
    {
        var index = IndexOf(id);
        if (index >= 0 && ExactArithmetic.TryAdd(_parts[index].Weight, weight, out var sum))
        {
            _parts[index] = new Part(id, sum, _parts[index].Divides || weight < 0);
            return true;
        }

        _parts.Add(new Part(id, weight, weight < 0));
        _indexOf?.TryAdd(id, _parts.Count - 1);
        return false;
    }

    private int IndexOf(int id)
    {
        if (_parts.Count <= PartsSearchedOneByOne)
        {
            for (var i = 0; i < _parts.Count; i++)
            {
                if (_parts[i].Id == id) return i;
            }

            return -1;
        }

        if (_indexOf is null)
        {
            _indexOf = [];
            for (var i = 0; i < _parts.Count; i++) _indexOf.TryAdd(_parts[i].Id, i);
        }

        return _indexOf.TryGetValue(id, out var index) ? index : -1;
    }

    private bool AddConstant(double value)
    {
        if (_constants.Count > 0 && ExactArithmetic.TryAdd(_constants[^1], value, out var combined))
        {
            _constants[^1] = combined;
            return true;
        }

        _constants.Add(value);
        return false;
    }

    private readonly record struct Part(int Id, double Weight, bool Divides);
}
