using PSAutodiff.Core;
using PSAutodiff.Operations.Elementwise;

namespace PSAutodiff.Passes.Simplification;

/// <summary>
/// One round of simplification over a graph, from the leaves up. It goes on from the graph, so what does not change stays as it is and
/// costs no memory.
/// </summary>
internal sealed class RewriteRound
{
    private static readonly Identity ScaledLogistic = new("y / (1 + exp(-x)) = y * sigmoid(x)", RuleSets.Standard, static (_, _, _) => Term.None);

    private static readonly Identity SharedProduct = ScaledLogistic with { Name = "x * y * z / x = y * z" };

    private readonly RootedGraph _input;
    private readonly Graph _graph;
    private readonly RuleSets _sets;
    private readonly RewriteLog? _log;
    private readonly GraphBuilder _builder;
    private readonly bool[] _reachable;
    private readonly int[] _uses;
    private readonly int[] _map;
    private readonly SumCollector? _sums;
    private readonly ProductCollector? _products;
    private readonly TextbookForms? _forms;
    private readonly List<Identity> _applied = [];

    public RewriteRound(RootedGraph input, bool[] reachable, RuleSets sets, RewriteLog? log, CancellationToken cancellation)
    {
        _input = input;
        var graph = _graph = input.Graph;
        _sets = sets;
        _log = log;
        _builder = new GraphBuilder(graph, extraCapacity: 16) { Rules = sets, OnRewrite = _applied.Add, Log = log, Cancellation = cancellation };
        _reachable = reachable;
        _uses = graph.Uses(_reachable, input.Roots);
        _map = new int[_reachable.Length];
        if ((sets & RuleSets.StandardAndStable) == 0) return;
        var stable = (sets & RuleSets.Stable) != 0;
        var inner = stable ? [] : ClusterCollector.FindInner(graph, _reachable, _uses);
        _sums = new SumCollector(_builder, inner, stable, AddCollected);
        _products = new ProductCollector(_builder, inner, stable, AddCollected);
        if ((sets & RuleSets.Textbook) != 0) _forms = new TextbookForms(_builder, AddCollected, FunctionParts.AreIn(graph, reachable));
    }

    /// <summary>Where the nodes of the graph went.</summary>
    public int[] Map => _map;

    /// <summary>What had to be assumed for what was rewritten.</summary>
    public HashSet<Assumption> Assumptions { get; } = [];

    /// <summary>By how much the form of what was rewritten may make the whole dearer.</summary>
    public int Allowance { get; private set; }

    /// <summary>Whether anything was rewritten.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>Takes every rewrite there is.</summary>
    public RootedGraph TakeAll()
    {
        _log?.StartRound();
        for (var id = 0; id < _map.Length; id++)
        {
            if (!_reachable[id]) continue;
            _map[id] = _graph.IsLeaf(id) ? id : Rewrite(id, Mapped(id), collects: true);
            Accept();
        }

        return Output();
    }

    /// <summary>
    /// Takes the rewrites one by one: each that does not make the whole dearer, and, whatever they cost, those that keep digits.
    /// </summary>
    public RootedGraph TakeOneByOne()
    {
        _log?.StartRound();
        var live = new LiveNodes(_builder, _uses, weighs: (_sets & RuleSets.Stable) != 0);
        for (var id = 0; id < _map.Length; id++)
        {
            if (!_reachable[id]) continue;
            if (_graph.IsLeaf(id))
            {
                _map[id] = id;
                continue;
            }

            var arguments = Mapped(id);
            var plain = _builder.Plain(id, arguments.X, arguments.Y, arguments.Z);
            live.Rebuild(id, arguments, plain, _uses[id]);
            _map[id] = plain;

            // What is dearer as a whole may do without the collected terms, or without moving signs.
            if (Try(id, arguments, plain, live, _sets, collects: true)) continue;
            if (_sums is not null && Try(id, arguments, plain, live, _sets, collects: false)) continue;
            if ((_sets & RuleSets.Signs) != 0) Try(id, arguments, plain, live, _sets & ~RuleSets.Signs, collects: false);
        }

        return Output();
    }

    private bool Try(int id, GraphNode arguments, int plain, LiveNodes live, RuleSets sets, bool collects)
    {
        var mark = _log?.RewriteCount ?? 0;
        _builder.Rules = sets;
        var rewritten = Rewrite(id, arguments, collects);
        _builder.Rules = _sets;
        _map[id] = plain;
        if (rewritten == plain)
        {
            _applied.Clear();
            return true;
        }

        if (live.Move(plain, rewritten, _uses[id]) <= _applied.Sum(static identity => identity.Growth) || _applied.Exists(static identity => identity.IsWorthItsCost))
        {
            _map[id] = rewritten;
            Accept();
            return true;
        }

        live.Move(rewritten, plain, _uses[id]);
        _log?.Withdraw(mark);
        _applied.Clear();
        return false;
    }

    private int Rewrite(int id, GraphNode arguments, bool collects)
    {
        var rebuilt = _builder.Apply(id, arguments.X, arguments.Y, arguments.Z);
        _log?.EndNode(id, arguments, rebuilt, _builder.X(rebuilt), _builder.Y(rebuilt));
        if (!collects || _sums is null) return rebuilt;
        _map[id] = rebuilt;
        var applied = _applied.Count;
        Term? collected = _forms is not null && AddsPlaced(_builder.Term(rebuilt)) && _sums.Collect(id, _map) is { Exists: true } gathered ? gathered : null;
        if (_forms is not null) collected ??= InForm(_builder.Term(rebuilt), _forms);

        // Forms that are looked at and not taken leave nothing.
        if (collected is not { Exists: true }) _applied.RemoveRange(applied, _applied.Count - applied);
        collected ??= _graph.OperationOf(id) switch
        {
            SumOperation or SubOperation or NegOperation => _sums.Collect(id, _map),
            MulOperation or DivOperation => _products!.Collect(id, _map),
            _ => Term.None,
        };
        if (collected is not { Exists: true } && _graph.OperationOf(id) is DivOperation && (_sets & RuleSets.Stable) == 0) collected = Quotient(id, _builder.Term(rebuilt));
        var result = collected is { Exists: true } other ? other.StretchedTo(_builder.ShapeOf(rebuilt)).Id : rebuilt;
        _log?.EndCollection(id, rebuilt, result);
        return result;
    }

    // Single elements in zeros are gathered whatever form is wanted.
    // Among the last terms, so that looking costs the same for every sum.
    private bool AddsPlaced(Term sum)
    {
        const int mostTerms = 8;
        if (!_builder.HasArrays) return false;
        for (var i = 0; i < mostTerms && sum.Operation is SumOperation or SubOperation; i++, sum = sum.X)
        {
            if (sum.Y.Is<PlaceOperation>() || sum.X.Is<PlaceOperation>()) return true;
        }

        return false;
    }

    private static Term? InForm(Term term, TextbookForms forms) => term.Operation switch
    {
        SumOperation or SubOperation => forms.Sum(term),
        MulOperation or DivOperation or PowOperation or NegOperation => forms.Product(term),
        _ => Term.None,
    };

    /// <summary>Whether a node is a quotient by 1 + exp(x) that nothing else in the expression is made of: what meets it elsewhere may cancel.</summary>
    private bool IsWrittenOutOnce(int id)
    {
        var sum = _graph.Y(id);
        return _uses[sum] == 1 && _graph.OperationOf(sum) is SumOperation && (IsOnlyExponential(_graph.X(sum)) || IsOnlyExponential(_graph.Y(sum)));

        bool IsOnlyExponential(int part) => _uses[part] == 1 && _graph.OperationOf(part) is ExpOperation;
    }

    /// <summary>Another form of a quotient that is not collected, as what it is made of is used elsewhere too.</summary>
    private Term Quotient(int id, Term quotient)
    {
        if (!quotient.Is<DivOperation>()) return Term.None;
        var (form, identity) = (IsWrittenOutOnce(id) ? Logistic.Scaled(quotient) : Term.None, ScaledLogistic);
        if (!form.Exists && !quotient.Y.IsConstant)
        {
            form = Coefficient.Without(quotient.X, quotient.Y);
            identity = SharedProduct with { Assumption = Assumption.NotZero(quotient.Y) };
        }

        if (form.Exists) AddCollected(identity);
        return form;
    }

    private GraphNode Mapped(int id)
    {
        var (y, z) = (_graph.Y(id), _graph.Z(id));
        return new GraphNode(_map[_graph.X(id)], y < 0 ? y : _map[y], z < 0 ? z : _map[z], _graph.CodeOf(id));
    }

    private void AddCollected(Identity identity)
    {
        _applied.Add(identity);
        _log?.AddCollected(identity);
    }

    private void Accept()
    {
        foreach (var identity in _applied)
        {
            HasChanged = true;
            if (_forms is not null && identity.IsWorthItsCost) Allowance += TextbookForms.MostGrowth;
            Allowance += identity.Growth;
            if (identity.Assumption is { } assumption) Assumptions.Add(assumption);
        }

        _applied.Clear();
    }

    private RootedGraph Output() => _builder.Build(Array.ConvertAll(_input.Roots, root => _map[root]));
}
