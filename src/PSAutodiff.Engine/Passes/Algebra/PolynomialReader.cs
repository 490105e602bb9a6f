using PSAutodiff.Core;

namespace PSAutodiff.Passes.Algebra;

/// <summary>
/// Reads expressions as polynomials over atoms, multiplied out, and writes polynomials. Atoms are variables, functions of expressions that
/// are written anew, numbers like pi, sums below a fraction line, and vectors and matrices. Works from the leaves up without recursion.
/// </summary>
internal sealed class PolynomialReader
{
    private const int MostOperations = 100_000;

    private readonly GraphBuilder _builder;
    private readonly Effort _effort;
    private readonly List<int> _atoms = [];
    private readonly Dictionary<int, int> _atomOf = [];

    // What the atoms are that stand for sums.
    private readonly Dictionary<int, Polynomial> _sums = [];

    public PolynomialReader(GraphBuilder builder, Effort effort) => (_builder, _effort) = (builder, effort);

    /// <summary>The terms of the atoms, by their numbers.</summary>
    public IReadOnlyList<int> Atoms => _atoms;

    /// <summary>The sums that atoms stand for, which have negative exponents.</summary>
    public IReadOnlyDictionary<int, Polynomial> Sums => _sums;

    /// <summary>The atoms that something was divided by, which must not be 0 where they have gone.</summary>
    public SortedSet<int> Divisors { get; } = [];

    /// <summary>The polynomials of the roots of a graph.</summary>
    /// <param name="input">The roots.</param>
    /// <param name="expandTangent">Whether tan(x) is read as sin(x) / cos(x).</param>
    /// <exception cref="AutodiffException">They are too large.</exception>
    public Polynomial[] Read(RootedGraph input, bool expandTangent = false)
    {
        var graph = input.Graph;
        var reachable = input.Reachable();
        if (graph.OperationCount(reachable) > MostOperations) throw Effort.TooLarge();
        foreach (var (name, shape) in input.VariablesAndShapes()) AtomOf(_builder.Variable(name, shape));
        var polynomials = new Polynomial[reachable.Length];
        for (var id = 0; id < reachable.Length; id++)
        {
            if (reachable[id]) polynomials[id] = Read(graph, id, polynomials, expandTangent);
        }

        return Array.ConvertAll(input.Roots, root => polynomials[root]);
    }

    public int AtomOf(int node)
    {
        if (!_atomOf.TryGetValue(node, out var atom))
        {
            atom = _atoms.Count;
            _atoms.Add(node);
            _atomOf.Add(node, atom);
        }

        return atom;
    }

    /// <summary>1 divided by a polynomial: of a single term its inverse, of a sum the power -1 of an atom.</summary>
    public Polynomial Inverse(Polynomial divisor)
    {
        if (divisor.Reciprocal() is { } reciprocal)
        {
            var product = Polynomial.Constant(Rational.One);
            foreach (var (powers, coefficient) in reciprocal.Terms)
            {
                product = Polynomial.Constant(coefficient);
                foreach (var (other, exponent) in powers.Factors)
                {
                    // 1 / (1 / (x + 1)) is x + 1.
                    Divisors.Add(other);
                    var factor = exponent > 0 && _sums.TryGetValue(other, out var sum) ? sum.Power(exponent, _effort) : Polynomial.Term(new Powers([(other, exponent)]), Rational.One);
                    product = product.Times(factor, _effort);
                }
            }

            return product;
        }

        var atom = AtomOf(Write(divisor).Id);
        _sums.TryAdd(atom, divisor);
        Divisors.Add(atom);
        return Polynomial.Term(new Powers([(atom, -1)]), Rational.One);
    }

    /// <summary>The term of a polynomial: terms by falling degree, each with a single fraction line.</summary>
    public Term Write(Polynomial polynomial) => PolynomialWriter.Sum(_builder, polynomial, Write);

    /// <summary>A number as a constant or a quotient of two.</summary>
    public Term Write(Rational value) => Write(Powers.None, value);

    /// <summary>A product with its coefficient.</summary>
    public Term Write(Powers powers, Rational coefficient)
    {
        if (coefficient.ToNumbers() is not var (number, divisor)) throw Effort.TooLarge();
        var (above, below) = (Term.None, Term.None);
        foreach (var (atom, exponent) in powers.Factors)
        {
            var part = _builder.Term(_atoms[atom]);
            var power = Math.Abs(exponent) == 1 ? part : part.Apply<PowOperation>(part.Constant(Math.Abs(exponent)));
            PolynomialWriter.Put(exponent, power, ref above, ref below);
        }

        return PolynomialWriter.Fraction(_builder, above, below, number, divisor);
    }

    private Polynomial Read(Graph graph, int id, Polynomial[] polynomials, bool expandTangent)
    {
        if (graph.IsVariable(id)) return Polynomial.Atom(AtomOf(_builder.Variable(graph.NameOf(id), graph.ShapeOf(id))));
        if (graph.IsIndex(id)) return Polynomial.Atom(AtomOf(_builder.Index(graph.IndicesOf(id))));
        if (graph.IsArray(id)) return Polynomial.Atom(AtomOf(_builder.Constant(graph.ArrayOf(id))));
        if (graph.IsConstant(id))
        {
            return Rational.Of(graph.ConstantOf(id)) is { } number ? Polynomial.Constant(number) : Polynomial.Atom(AtomOf(_builder.Constant(graph.ConstantOf(id))));
        }

        var operation = graph.OperationOf(id);
        var x = polynomials[graph.X(id)];
        switch (operation)
        {
            case var _ when !graph.ShapeOf(id).IsNumber:
                break;
            case NegOperation:
                return Polynomial.Zero.Plus(x, -Rational.One, _effort);
            case SumOperation:
                return x.Plus(polynomials[graph.Y(id)], Rational.One, _effort);
            case SubOperation:
                return x.Plus(polynomials[graph.Y(id)], -Rational.One, _effort);
            case MulOperation:
                return x.Times(polynomials[graph.Y(id)], _effort);
            case DivOperation when polynomials[graph.Y(id)].Count > 0:
                return x.Times(Inverse(polynomials[graph.Y(id)]), _effort);
            case PowOperation when polynomials[graph.Y(id)].Value is { } value && value.Below.IsOne && (value.Sign >= 0 || x.Count > 0):
                if (System.Numerics.BigInteger.Abs(value.Above) > Polynomial.MaxExponent) throw Effort.TooLarge();
                var exponent = (int)value.Above;
                return exponent >= 0 ? x.Power(exponent, _effort) : Inverse(x).Power(-exponent, _effort);
            case TanOperation when expandTangent:
                var angle = Write(x);
                return Polynomial.Atom(AtomOf(angle.Apply<SinOperation>().Id)).Times(Inverse(Polynomial.Atom(AtomOf(angle.Apply<CosOperation>().Id))), _effort);
        }

        Span<int> arguments = [Graph.None, Graph.None, Graph.None];
        for (var i = 0; i < operation.Arity; i++) arguments[i] = Write(polynomials[graph.Argument(id, i)]).Id;
        var node = _builder.Term(_builder.Apply(operation, arguments[0], arguments[1], arguments[2]));

        // What the identities made of it may be no function any more.
        if (node.IsConstant && Rational.Of(node.ConstantValue) is { } folded) return Polynomial.Constant(folded);
        return Polynomial.Atom(AtomOf(node.Id));
    }
}
