using System.Numerics;
using PSAutodiff.Core;

namespace PSAutodiff.Passes.Algebra.Equality;

/// <summary>
/// Reads the nodes of a graph as rational functions of atoms, from the leaves up without recursion, and notes where each of them has a
/// value.
/// </summary>
/// <param name="atoms">The atoms, which one reading leaves to the next.</param>
/// <param name="field">The arithmetic.</param>
/// <param name="conditions">Gets what the nodes ask for.</param>
/// <param name="effort">Counts the work.</param>
internal sealed class FunctionReader(AtomTable atoms, FunctionField field, DomainConditions conditions, Effort effort)
{
    private static readonly Rational Half = Rational.Of(1, 2);

    private readonly Angles _angles = new(atoms, field);

    // Of the operations: whether they have values for all numbers; by what they are at some.
    private static readonly double[] Probes = [-1000, -2.5, -1, -0.5, 0, 0.5, 1, 2.5, 1000];

    private readonly Dictionary<Operation, (bool HasGaps, bool IsOdd)> _traits = [];

    // Of the nodes that were taken apart, by id.
    private readonly Dictionary<int, FactoredForm> _factors = [];

    private Polynomial[] _polynomials = [];

    /// <summary>What the nodes are; null for those that are not reachable.</summary>
    public IReadOnlyList<Polynomial?> Polynomials => _polynomials;

    /// <summary>The nodes that an identity made something else of, in order, and the identity.</summary>
    public List<(int Node, string Rule)> Rewritten { get; } = [];

    /// <summary>Reads all nodes that roots need.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="reachable">The nodes that the roots need.</param>
    /// <exception cref="AutodiffException">They are too large.</exception>
    public void Read(Graph graph, bool[] reachable)
    {
        _polynomials = new Polynomial[reachable.Length];
        _factors.Clear();
        Rewritten.Clear();
        conditions.Clear();
        for (var id = 0; id < reachable.Length; id++)
        {
            if (!reachable[id]) continue;
            effort.Spend(1);
            _polynomials[id] = Read(graph, id);
        }
    }

    private Polynomial Read(Graph graph, int id)
    {
        if (graph.IsVariable(id)) return Polynomial.Atom(atoms.Variable(graph.NameOf(id)));
        if (graph.IsConstant(id)) return Number(graph.ConstantOf(id));
        var operation = graph.OperationOf(id);
        var x = _polynomials[graph.X(id)];
        var y = graph.Y(id) < 0 ? Polynomial.Zero : _polynomials[graph.Y(id)];
        FactoredForm factors;
        switch (operation)
        {
            case DetachOperation:
                return x;
            case NegOperation:
                return field.Product(-Rational.One, x);
            case SumOperation:
                return field.Sum(x, y);
            case SubOperation:
                return field.Difference(x, y);
            case MulOperation:
                return field.Product(x, y);
            case DivOperation:
                return field.Product(x, Inverse(graph, id, graph.Y(id)));
            case PowOperation when y.Value is { } exponent:
                return Power(graph, id, x, exponent);
            case PowOperation:
                return x.Count == 0 ? Other(id, operation, x, y) : GeneralPower(graph, id, x, y);
            case SqrtOperation:
                return Power(graph, id, x, Half);
            case CbrtOperation when x.Count > 0:
                factors = Factors(graph, graph.X(id));
                if (!factors.Number.IsOne || factors.Powers.Factors is not [(_, 1)]) Rewritten.Add((id, "cbrt(u * v) = cbrt(u) * cbrt(v), cbrt(u^3) = u"));
                return field.CubeRoot(factors);
            case ExpOperation:
                if (x.Atoms().Any(atom => atoms[atom].Kind == AtomKind.Logarithm)) Rewritten.Add((id, "exp(u * log(v)) = v^u"));
                return field.Exponential(x);
            case LogOperation:
                if (x.Count == 0) throw FunctionField.Undefined();
                factors = Factors(graph, graph.X(id));
                conditions.RequireSign(id, factors, mayBeZero: false);
                if (!factors.Number.IsOne || factors.Powers.Factors is not [(_, 1)]) Rewritten.Add((id, "log(u * v) = log(u) + log(v), log(u^n) = n * log(u), log(exp(u)) = u"));
                return field.Logarithm(factors);
            case AbsOperation when x.Count > 0:
                Rewritten.Add((id, "abs(u * v) = abs(u) * abs(v)"));
                return field.MagnitudePower(Factors(graph, graph.X(id)), Rational.One);
            case SinOperation or CosOperation:
                if (x.Atoms().Any(atom => Angles.IsInverse(atoms[atom]))) Rewritten.Add((id, "sines and cosines of asin(u), acos(u) and atan(u)"));
                else if (x.Count > 1) Rewritten.Add((id, "sines and cosines of sums of angles"));
                var (cosine, sine) = _angles.Of(x);
                return operation is SinOperation ? sine : cosine;
        }

        return Other(id, operation, operation.Arity switch
        {
            1 => [x],
            2 => [x, y],
            _ => [x, y, _polynomials[graph.Z(id)]],
        });
    }

    private Polynomial Number(double value)
    {
        if (!double.IsFinite(value)) throw FunctionField.Undefined();
        return Rational.OfDigits(value) is { } number ? Polynomial.Constant(number) : Polynomial.Atom(atoms.Number(value));
    }

    private Polynomial Power(Graph graph, int id, Polynomial x, Rational exponent)
    {
        if (exponent.Below.IsOne)
        {
            if (BigInteger.Abs(exponent.Above) > Polynomial.MaxExponent) throw Effort.TooLarge();
            if (exponent.Sign >= 0) return field.Power(x, (int)exponent.Above);
            return field.Power(Inverse(graph, id, graph.X(id)), -(int)exponent.Above);
        }

        if (x.Count == 0) return exponent.Sign > 0 ? x : throw FunctionField.Undefined();
        var factors = Factors(graph, graph.X(id));
        conditions.RequireSign(id, factors, mayBeZero: exponent.Sign > 0);
        if (!factors.Number.IsOne || factors.Powers.Factors is not [(_, 1)]) Rewritten.Add((id, "(u * v)^c = u^c * v^c, (u^n)^c = abs(u)^(n * c)"));
        return field.MagnitudePower(factors, exponent);
    }

    /// <summary>x^y: exp(y * log(x)) where x is above 0.</summary>
    private Polynomial GeneralPower(Graph graph, int id, Polynomial x, Polynomial y)
    {
        var factors = Factors(graph, graph.X(id));
        var known = atoms.SignsOf(Polynomial.Term(factors.Powers, factors.Number), withFacts: true) | atoms.SignsOf(x, withFacts: true);
        if (!known.IsPositive) return Other(id, graph.OperationOf(id), x, y);
        Rewritten.Add((id, "u^v = exp(v * log(u))"));
        return field.Exponential(field.Product(y, field.Logarithm(factors)));
    }

    private Polynomial Inverse(Graph graph, int id, int divisor)
    {
        var factors = Factors(graph, divisor);
        conditions.RequireNotZero(id, factors);
        return field.Expand(factors.Power(-1));
    }

    /// <summary>The factors of a node: of products, quotients and powers as it is written, of others as far as they are seen.</summary>
    private FactoredForm Factors(Graph graph, int node)
    {
        var stack = new Stack<int>([node]);
        while (stack.TryPeek(out var id))
        {
            if (_factors.ContainsKey(id))
            {
                stack.Pop();
                continue;
            }

            var operation = graph.OperationOf(id);
            var (x, y) = (graph.X(id), graph.Y(id));
            var exponent = operation is PowOperation && _polynomials[y].Value is { Sign: not 0 } power && power.Below.IsOne ? power.Above : BigInteger.Zero;
            if ((operation is MulOperation or DivOperation or NegOperation || !exponent.IsZero) && !_factors.ContainsKey(x))
            {
                stack.Push(x);
            }
            else if (operation is MulOperation or DivOperation && !_factors.ContainsKey(y))
            {
                stack.Push(y);
            }
            else
            {
                _factors.Add(id, operation switch
                {
                    MulOperation => _factors[x].Times(_factors[y]),
                    DivOperation => _factors[x].Times(_factors[y].Power(-1)),
                    NegOperation => new(-_factors[x].Number, _factors[x].Powers),
                    _ when !exponent.IsZero => _factors[x].Power(exponent),
                    _ => field.Factor(_polynomials[id]),
                });
                stack.Pop();
            }
        }

        return _factors[node];
    }

    private Polynomial Other(int id, Operation operation, params Polynomial[] arguments)
    {
        var (hasGaps, isOdd) = TraitsOf(operation);
        var negated = isOdd && arguments[0].Count > 0 && arguments[0].Leading().Value.Sign < 0;
        if (isOdd && arguments[0].Count == 0) return arguments[0];
        if (negated) arguments = [field.Product(-Rational.One, arguments[0])];
        if (operation.IsCommutative) Array.Sort(arguments, (one, other) => atoms.ValueOf(one).CompareTo(atoms.ValueOf(other)));
        var atom = atoms.Function(operation, arguments, field.IsZero);
        if (operation is AsinOperation or AcosOperation) conditions.RequireSign(id, FactorsOfRange(arguments[0]), mayBeZero: true);
        else if (hasGaps) conditions.RequireValue(id, atom);
        return field.Product(negated ? -Rational.One : Rational.One, Polynomial.Atom(atom));
    }

    /// <summary>The factors of 1 - x^2, which is at least 0 from -1 to 1.</summary>
    private FactoredForm FactorsOfRange(Polynomial x)
    {
        var rest = field.Difference(FunctionField.One, field.Product(x, x));
        return rest.Count == 0 ? new(Rational.One, Powers.None) : field.Factor(rest);
    }

    private (bool HasGaps, bool IsOdd) TraitsOf(Operation operation)
    {
        // A function without a definition is taken for one that has values everywhere.
        if (!operation.IsComputed) return (false, false);
        if (_traits.TryGetValue(operation, out var traits)) return traits;
        var hasGaps = false;
        foreach (var x in Probes)
        {
            foreach (var y in operation.Arity > 1 ? Probes : [0]) hasGaps |= !double.IsFinite(operation.Evaluate(x, y, x));
        }

        return _traits[operation] = (hasGaps, operation is AtanOperation or AsinOperation or ErfOperation or CbrtOperation or SignOperation);
    }
}
