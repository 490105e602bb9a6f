using System.Globalization;
using PSAutodiff.Core;
using PSAutodiff.Expressions.Text;

namespace PSAutodiff.Passes.Algebra.Equality;

/// <summary>
/// Whether two expressions are the same function where both have values, by exact arithmetic: both are read as rational functions of
/// atoms, their difference is brought over one fraction line, and what stands above is 0 or not.
/// </summary>
internal sealed class EqualityProof
{
    /// <summary>The most operations that are read.</summary>
    public const int MostOperations = 100_000;

    // As far as what one reading learns helps the next.
    private const int MostReadings = 6;

    private const long MostTermsComputed = 2_000_000;

    // Nodes times assumptions that are looked through for the steps that need them.
    private const long MostPlaced = 10_000_000;

    private readonly RootedGraph _both;
    private readonly Effort _effort;
    private readonly AtomTable _atoms;
    private readonly FunctionField _field;
    private readonly DomainConditions _conditions;
    private readonly FunctionReader _reader;
    private readonly GraphBuilder _builder;
    private readonly ElementaryForms _forms;
    private readonly List<(Condition Condition, string Text)> _assumptions = [];
    private RootedGraph _read;
    private Polynomial? _difference;
    private bool _isRational;

    private EqualityProof(RootedGraph both, CancellationToken cancellation)
    {
        _effort = new Effort(cancellation, MostTermsComputed);
        _both = both;
        _atoms = new AtomTable(_effort);
        _field = new FunctionField(_atoms, _effort);
        _conditions = new DomainConditions(_atoms);
        _reader = new FunctionReader(_atoms, _field, _conditions, _effort);
        _builder = ExprNode.Extend(both, cancellation);
        _forms = new ElementaryForms(_builder);
    }

    /// <summary>Whether the expressions are equal wherever both have values.</summary>
    public bool IsEqual { get; private set; }

    /// <summary>Whether there are places, as far as algebra sees, where one of them has no value.</summary>
    public bool HasGaps { get; private set; }

    /// <summary>Whether a part of one of them, and so what is made of it, has a value nowhere.</summary>
    public bool HasUndefinedPart { get; private set; }

    /// <summary>Why it is not decided; null where it is.</summary>
    public string? Reason { get; private set; }

    /// <summary>What has to hold for both to have values where one of them has, for example <c>x != 0</c>.</summary>
    public IReadOnlyList<string> Assumptions { get; private set; } = [];

    /// <summary>Compares two expressions.</summary>
    /// <param name="both">Their roots in one graph.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">There are vectors or matrices.</exception>
    public static EqualityProof Of(RootedGraph both, CancellationToken cancellation)
    {
        both.RequireNumbers("Exact algebra");
        var proof = new EqualityProof(both, cancellation);
        try
        {
            proof.Decide();
        }
        catch (AutodiffException exception) when (exception.ErrorId is ErrorIds.AlgebraTooLarge)
        {
            // Nothing is equal whose assumptions cannot be said.
            (proof.IsEqual, proof.Reason) = (false, TooLarge());
        }
        catch (AutodiffException exception) when (exception.ErrorId is ErrorIds.DivisionByZero)
        {
            (proof.HasUndefinedPart, proof.Reason) = (true, exception.Message);
        }

        return proof;
    }

    /// <summary>
    /// The exact difference at a point, where both expressions are rational functions of variables with values there; null otherwise. One that
    /// is not 0 proves them different.
    /// </summary>
    /// <param name="at">The values of the variables.</param>
    public Rational? DifferenceAt(IReadOnlyDictionary<string, double> at)
    {
        if (!_isRational || _difference is null) return null;
        var values = new Dictionary<int, Rational>();
        for (var atom = 0; atom < _atoms.Count; atom++)
        {
            if (_atoms[atom].Kind == AtomKind.Variable && Rational.OfDigits(at[_atoms[atom].Name!]) is { } value) values[atom] = value;
            else if (_atoms[atom].Kind == AtomKind.Sum && At(_atoms[atom].Arguments[0], values) is { } sum) values[atom] = sum;
        }

        foreach (var condition in _assumptions.Select(static assumption => assumption.Condition).Concat(AllConditions()))
        {
            if (At(Polynomial.Term(condition.Powers, Rational.One), values) is not { IsZero: false }) return null;
        }

        return At(_difference, values);
    }

    /// <summary>The course of the proof of what <see cref="IsEqual"/>.</summary>
    /// <param name="most">How many steps there may be.</param>
    /// <returns>The steps; and whether there are more.</returns>
    public (IReadOnlyList<EqualityStep> Steps, bool IsCut) Course(int most) =>
        EqualityCourse.Write(_both, _forms, _read, _reader, builder => new FormWriter(_atoms, builder), End(), most);

    /// <summary>
    /// What each step of the course takes for granted: a step that rewrites a part with a condition on the same atoms does, the first of them;
    /// where there is none, the last step.
    /// </summary>
    /// <param name="steps">The steps, at least one.</param>
    public IReadOnlyList<IReadOnlyList<string>> AssumptionsOf(IReadOnlyList<EqualityStep> steps)
    {
        var placed = steps.Select(static _ => new SortedSet<string>(StringComparer.Ordinal)).ToArray();
        var isSmall = _assumptions.Count * (long)_reader.Polynomials.Count <= MostPlaced;
        foreach (var (condition, text) in _assumptions)
        {
            var concerned = isSmall ? Concerned(condition.Powers) : [];
            var step = 0;
            while (step < steps.Count - 1 && !(steps[step].Node is >= 0 and var node && node < concerned.Length && concerned[node])) step++;
            placed[step].Add(text);
        }

        return Array.ConvertAll(placed, static texts => (IReadOnlyList<string>)[.. texts]);
    }

    /// <summary>The nodes with a condition on one of the atoms, in themselves or in what they are made of.</summary>
    private bool[] Concerned(Powers powers)
    {
        var graph = _read.Graph;
        var concerned = new bool[_reader.Polynomials.Count];
        for (var id = 0; id < concerned.Length; id++)
        {
            if (_reader.Polynomials[id] is null) continue;
            concerned[id] = _conditions.Of(id).Any(condition => condition.Powers.Factors.ToArray().Any(factor => powers.ExponentOf(factor.Atom) != 0));
            for (var i = 0; !concerned[id] && !graph.IsLeaf(id) && i < graph.OperationOf(id).Arity; i++) concerned[id] = concerned[graph.Argument(id, i)];
        }

        return concerned;
    }

    private (string Rule, Polynomial Left, Polynomial Right) End()
    {
        var (left, right) = (_reader.Polynomials[_read.Roots[0]]!, _reader.Polynomials[_read.Roots[1]]!);
        if (AtomTable.AreSame(left, right)) return ("x - x = 0", left, right);

        // In the form in which a difference is computed both may be the same.
        var (one, other) = (_field.Divided(left), _field.Divided(right));
        if (AtomTable.AreSame(one, other)) return ("x - x = 0", one, other);
        return ("over one fraction line nothing is left above it", left, right);
    }

    private void Decide()
    {
        if (_both.Graph.OperationCount(_both.Reachable()) > MostOperations)
        {
            Reason = TooLarge();
            return;
        }

        var roots = _forms.Write(_both);
        _read = new RootedGraph(_builder.Build(), roots);
        var reachable = _read.Reachable();
        var sides = Array.ConvertAll(roots, root => Unconditional(root));
        for (var reading = 0; reading < MostReadings; reading++)
        {
            _atoms.HasLearned = false;
            _reader.Read(_read.Graph, reachable);
            for (var id = 0; id < reachable.Length; id++)
            {
                if (Array.Exists(sides, side => id < side.Length && side[id])) _conditions.LearnFrom(id);
            }

            if (!_atoms.HasLearned) break;
        }

        _difference = _field.Difference(_reader.Polynomials[roots[0]]!, _reader.Polynomials[roots[1]]!);
        IsEqual = _field.IsZero(_difference);
        ReadDomains(reachable);
        CompareDomains(sides);
        if (IsEqual) return;
        _isRational = AllConditions().All(static condition => condition.Kind == ConditionKind.NotZero)
            && Enumerable.Range(0, _atoms.Count).All(atom => _atoms[atom].Kind is AtomKind.Variable or AtomKind.Sum);
        Reason = string.Create(CultureInfo.InvariantCulture, $"Algebra leaves {_difference.Count} {(_difference.Count == 1 ? "term" : "terms")} of the difference.");
    }

    /// <summary>
    /// What the nodes ask for by themselves. With what was learned of signs the conditions that it was learned from would go unsaid, and others
    /// would be said too strongly.
    /// </summary>
    private void ReadDomains(bool[] reachable)
    {
        if (!_atoms.HasFacts) return;
        _atoms.IgnoresFacts = true;
        new FunctionReader(_atoms, _field, _conditions, _effort).Read(_read.Graph, reachable);
        _atoms.IgnoresFacts = false;
    }

    private IEnumerable<Condition> AllConditions() => Enumerable.Range(0, _reader.Polynomials.Count).SelectMany(_conditions.Of);

    /// <summary>What has to have a value whenever a root has: all it needs but the branches of choices.</summary>
    private bool[] Unconditional(int root)
    {
        var graph = _read.Graph;
        var needed = new bool[root + 1];
        needed[root] = true;
        for (var id = root; id >= 0; id--)
        {
            if (!needed[id]) continue;
            var count = graph.OperationOf(id) is SelectOperation ? 1 : graph.OperationOf(id).Arity;
            for (var i = 0; i < count; i++) needed[graph.Argument(id, i)] = true;
        }

        return needed;
    }

    private void CompareDomains(bool[][] sides)
    {
        var sets = Array.ConvertAll(sides, side => Enumerable.Range(0, side.Length).Where(id => side[id]).SelectMany(_conditions.Of).ToHashSet());
        var different = new HashSet<Condition>(sets[0]);
        different.SymmetricExceptWith(sets[1]);

        // Of choices that only one side has, all that their branches ask for.
        var graph = _read.Graph;
        var branches = new List<int>();
        for (var id = 0; id < Math.Max(sides[0].Length, sides[1].Length); id++)
        {
            if (graph.OperationOf(id) is not SelectOperation || Needs(0, id) == Needs(1, id)) continue;
            branches.Add(graph.Y(id));
            branches.Add(graph.Z(id));
        }

        if (branches.Count > 0)
        {
            var inside = graph.Reachable(branches.ToArray());
            for (var id = 0; id < inside.Length; id++)
            {
                if (inside[id]) different.UnionWith(_conditions.Of(id));
            }
        }

        var known = different.Concat(sets[0].Intersect(sets[1])).ToHashSet();
        HasGaps = known.Count > 0;
        var assumed = different.Where(condition => !DomainConditions.Follows(condition, known) && !IsPowerOfPositive(condition)).ToList();
        if (assumed.Count == 0) return;
        var builder = new GraphBuilder();
        var writer = new FormWriter(_atoms, builder);
        var terms = assumed.ConvertAll(condition => RangeOf(condition) is { } range ? writer.Write(range.Between) : writer.Write(condition.Powers));
        var written = builder.Build();
        _assumptions.AddRange(assumed.Select((condition, i) => (condition, Text(condition, ExprText.Formula(written.Node(terms[i].Id))))));
        Assumptions = [.. _assumptions.Select(static assumption => assumption.Text).Distinct().Order(StringComparer.Ordinal)];

        bool Needs(int side, int id) => id < sides[side].Length && sides[side][id];
    }

    /// <summary>Whether it asks for a value of x^y, which there is where x is above 0.</summary>
    private bool IsPowerOfPositive(Condition condition) => condition is { Kind: ConditionKind.Defined, Powers.Factors: [(var atom, 1)] }
        && _atoms[atom] is { Operation: PowOperation } power && _atoms.SignsOf(power.Arguments[0], withFacts: true).IsPositive;

    /// <summary>What lies between two numbers, if that is what a condition asks for: (x - 1) * (x + 1) at most 0.</summary>
    private (Rational Low, Polynomial Between, Rational High)? RangeOf(Condition condition)
    {
        if (!condition.IsNegated || condition.Powers.Factors is not [(var first, 1), (var second, 1)]) return null;
        if (_atoms[first].Kind != AtomKind.Sum || _atoms[second].Kind != AtomKind.Sum) return null;
        var (sum, other) = (_atoms[first].Arguments[0], _atoms[second].Arguments[0]);
        if (sum.Plus(other, -Rational.One, _effort).Value is not { IsZero: false } difference) return null;
        var (one, two) = (-sum.CoefficientOf(Powers.None), -other.CoefficientOf(Powers.None));
        return (difference.Sign > 0 ? one : two, sum.Plus(Polynomial.Constant(one), Rational.One, _effort), difference.Sign > 0 ? two : one);
    }

    private string Text(Condition condition, string product) => condition.Kind switch
    {
        ConditionKind.NotZero => $"{product} != 0",
        not ConditionKind.Defined when RangeOf(condition) is var (low, _, high) => condition.Kind == ConditionKind.Positive
            ? $"{low.ToText()} < {product} < {high.ToText()}"
            : $"{low.ToText()} <= {product} <= {high.ToText()}",
        ConditionKind.Defined => $"{product} has a value",
        ConditionKind.Positive => $"{product} {(condition.IsNegated ? "<" : ">")} 0",
        _ => $"{product} {(condition.IsNegated ? "<=" : ">=")} 0",
    };

    private static Rational? At(Polynomial polynomial, Dictionary<int, Rational> values)
    {
        var sum = Rational.Zero;
        foreach (var (powers, coefficient) in polynomial.Terms)
        {
            var product = coefficient;
            foreach (var (atom, exponent) in powers.Factors)
            {
                if (!values.TryGetValue(atom, out var value) || (value.IsZero && exponent < 0)) return null;
                if (value.Bits * Math.Abs(exponent) > Polynomial.MaxBits) return null;
                if (value.IsZero) product = Rational.Zero;
                else product *= new FactoredForm(value, Powers.None).Power(exponent).Number;
            }

            sum += product;
        }

        return sum;
    }

    private static string TooLarge() => string.Create(
        CultureInfo.InvariantCulture,
        $"Too large for algebra: at most {MostOperations} operations, {Polynomial.MaxTerms} terms when multiplied out, exponents up to {Polynomial.MaxExponent}, numbers up to {Polynomial.MaxBits} binary digits and {MostTermsComputed} terms in all.");
}
