using System.Globalization;
using System.Text;
using PSAutodiff.Core;
using PSAutodiff.Expressions.Text;
using PSAutodiff.Passes.Differentiation;
using PSAutodiff.Passes.Simplification;

namespace PSAutodiff.Passes.Explanation;

/// <summary>
/// The derivation of a derivative with respect to one variable, from the outside in as on paper: each step takes one d/dx [...] and
/// writes the rule of its operation in its place, with d/dx [...] of the arguments. A part that stands in several places is derived
/// once for all of them. The derivatives come from <see cref="ForwardMode"/>; the steps tell how they come about.
/// </summary>
internal sealed class DifferentiationDerivation : IDerivation
{
    private const string Folding = "zeros, ones and signs are tidied up";

    private readonly string _variable;
    private readonly int _root;

    // The function and all derivatives; and the same going on with the rules that steps write, in which placeholders, variables
    // whose names no expression can have, stand for derivatives of parts.
    private readonly Graph _graph;
    private readonly Graph _rules;
    private readonly Term[] _tangents;
    private readonly int _zero;

    // By id of the function's nodes: the rule written for it, or None. By id among the rules: the node a placeholder stands for.
    private readonly Dictionary<int, int> _ruleOf = [];
    private readonly Dictionary<int, int> _placeholders = [];
    private readonly Dictionary<int, int> _placeholderOf = [];

    // The function's node of each step; the last may be None: the step from the rules' result to the derivative.
    private readonly List<int> _nodes = [];
    private readonly Dictionary<int, int> _stepOf = [];
    private readonly int _written;
    private readonly bool _cut;

    // What comes after all rules that are not shown.
    private readonly ExprNode? _form;

    private DifferentiationDerivation(
        ExprNode expression,
        string variable,
        bool literal,
        SimplificationRule? form,
        int firstNumber,
        List<DerivationStep> steps,
        CancellationToken cancellation)
    {
        Expression = expression;
        _variable = variable;
        var flat = ExprNode.Flatten([expression], cancellation);
        var root = _root = flat.Roots[0];
        var builder = ExprNode.Extend(flat, cancellation);
        if (literal) builder.Rules = RuleSets.None;
        (_tangents, var guards, var depends) = ForwardMode.Tangents(builder, root, variable, literal);
        _zero = builder.Constant(0);
        _graph = builder.Build();

        builder = new GraphBuilder(_graph, extraCapacity: 64);
        var pending = new Stack<int>();
        pending.Push(root);
        while (pending.TryPop(out var id))
        {
            if (_stepOf.ContainsKey(id)) continue;
            if (_nodes.Count == DerivationStep.MaxRules)
            {
                _cut = true;
                break;
            }

            _stepOf.Add(id, _nodes.Count);
            steps.Add(new DerivationStep(this, _nodes.Count, firstNumber + _nodes.Count, WriteRule(builder, id, depends, guards, literal)));
            _nodes.Add(id);
            var used = Placeholders(builder, _ruleOf[id]);
            for (var i = _graph.OperationOf(id).Arity - 1; i >= 0; i--)
            {
                if (used.Contains(_graph.Argument(id, i))) pending.Push(_graph.Argument(id, i));
            }
        }

        _written = _cut ? Graph.None : Substitute(builder);
        _rules = builder.Build();
        if (_cut && form is { } rule) _form = _graph.Node(Derivative(root)).Simplify(rule, cancellation);
        if (!_cut && (_written == Derivative(root) || AddFolding(flat.Graph.Count, firstNumber + _nodes.Count, steps, cancellation))) return;
        steps.Add(new DerivationStep(this, _nodes.Count, firstNumber + _nodes.Count, _cut ? DerivationStep.RestOf("rules of differentiation") : Folding));
        _nodes.Add(Graph.None);
    }

    public ExprNode Expression { get; }

    public string Variable => _variable;

    private bool IsLast(int step) => step == _nodes.Count - 1;

    /// <summary>The steps to the derivative with respect to a variable; that of the last one is the derivative.</summary>
    /// <param name="expression">What to differentiate.</param>
    /// <param name="variable">The name of the variable.</param>
    /// <param name="literal">As in <see cref="ForwardMode"/>.</param>
    /// <param name="form">How the derivative is simplified; null for not at all.</param>
    /// <param name="firstNumber">The number of the first step.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static List<DerivationStep> Steps(
        ExprNode expression,
        string variable,
        bool literal,
        SimplificationRule? form,
        int firstNumber,
        CancellationToken cancellation)
    {
        var steps = new List<DerivationStep>();
        var derivation = new DifferentiationDerivation(expression, variable, literal, form, firstNumber, steps, cancellation);
        if (derivation._cut || form is not { } rule) return steps;
        steps.AddRange(SimplificationDerivation.Steps(expression, variable, steps[^1].Whole!, rule, firstNumber + steps.Count, Math.Max(0, DerivationStep.MaxRules - steps.Count), cancellation));
        return steps;
    }

    public ExprNode Before(int step) =>
        _nodes[step] != Graph.None ? _graph.Node(_nodes[step]) :
        _cut ? _graph.Node(_root) :
        _rules.Node(_written);

    public ExprNode After(int step) => _form is not null && IsLast(step) ? _form : _graph.Node(Derivative(_nodes[step] != Graph.None ? _nodes[step] : _root));

    public ExprNode? Whole(int step) =>
        !IsLast(step) ? null :
        _form is not null ? _form :
        _nodes[step] == Graph.None || _written == Derivative(_root) ? _graph.Node(Derivative(_root)) :
        _rules.Node(_written);

    public string BeforeText(int step, int maxLength) => _nodes[step] != Graph.None
        ? DerivationStep.DerivativeOf(_variable, Before(step))
        : WholeText(step - 1, maxLength);

    public string AfterText(int step, int maxLength) => _nodes[step] != Graph.None
        ? Text(_ruleOf[_nodes[step]], applied: -1, maxLength)
        : DerivationStep.Text(After(step), maxLength);

    public string WholeText(int step, int maxLength) => Whole(step) is { } derivative
        ? DerivationStep.Text(derivative, maxLength)
        : Text(_ruleOf[_root], step, maxLength);

    private int Derivative(int id) => _tangents[id].Exists ? _tangents[id].Id : _zero;

    /// <summary>Writes the rule of a node with placeholders for the derivatives of its arguments; gives its name.</summary>
    private string WriteRule(GraphBuilder builder, int id, bool[] depends, Guard[]? guards, bool literal)
    {
        var operation = builder.OperationOf(id);
        if (builder.IsVariable(id) || operation.Arity == 0)
        {
            var isVariable = depends[id];
            _ruleOf.Add(id, builder.Constant(isVariable ? 1 : 0));
            return DifferentiationRule.OfLeaf(isVariable ? _variable : null);
        }

        var literally = literal && operation.IsLab;
        if (!literally && (!depends[id] || !Varies(builder, id, depends)))
        {
            _ruleOf.Add(id, _zero);
            return DifferentiationRule.OfLeaf(null);
        }

        var derivatives = new Term[operation.Arity];
        var derivativeGuards = new Guard[operation.Arity];
        var varies = new bool[operation.Arity];
        var counts = new bool[operation.Arity];
        var constants = new double?[operation.Arity];
        var shapes = new Shape[operation.Arity];
        long[]? indices = null;
        for (var i = 0; i < derivatives.Length; i++)
        {
            var argument = builder.Argument(id, i);
            counts[i] = depends[argument] && _tangents[argument].Exists && operation.Propagates(i);
            varies[i] = literally || (depends[argument] && _tangents[argument].Exists);
            derivatives[i] = varies[i] ? builder.Term(Placeholder(builder, argument)) : Term.None;
            if (guards is not null) derivativeGuards[i] = guards[argument].In(builder);
            if (builder.IsConstant(argument)) constants[i] = builder.ConstantOf(argument);
            if (builder.IsIndex(argument)) indices = builder.IndicesOf(argument);
            shapes[i] = builder.ShapeOf(argument).Plain();
        }

        var at = Sweep.Locals(builder, id);
        var rule = ForwardMode.Tangent(operation, at, derivatives, counts, derivativeGuards, literally, strips: false);
        _ruleOf.Add(id, rule.Exists ? Sweep.InShape(rule, builder.ShapeOf(id)).Id : _zero);
        return DifferentiationRule.Of(operation, varies, constants, shapes, indices, literally);
    }

    /// <summary>Whether an argument has a derivative: sign(x) depends on x, but has none.</summary>
    private bool Varies(GraphBuilder builder, int id, bool[] depends)
    {
        for (var i = 0; i < builder.OperationOf(id).Arity; i++)
        {
            var argument = builder.Argument(id, i);
            if (depends[argument] && _tangents[argument].Exists) return true;
        }

        return false;
    }

    private int Placeholder(GraphBuilder builder, int id)
    {
        if (_placeholderOf.TryGetValue(id, out var placeholder)) return placeholder;
        placeholder = builder.Variable(string.Create(CultureInfo.InvariantCulture, $"'{id}"), _graph.ShapeOf(id).Plain());
        _placeholderOf.Add(id, placeholder);
        _placeholders.Add(placeholder, id);
        return placeholder;
    }

    /// <summary>The nodes whose derivatives a rule asks for.</summary>
    private HashSet<int> Placeholders(GraphBuilder builder, int rule)
    {
        var found = new HashSet<int>();
        foreach (var id in Written(builder, rule))
        {
            if (_placeholders.TryGetValue(id, out var part)) found.Add(part);
        }

        return found;
    }

    /// <summary>The nodes of a rule that came to the graph with the steps, arguments before their users.</summary>
    private SortedSet<int> Written(GraphBuilder builder, int rule)
    {
        var written = new SortedSet<int>();
        var pending = new Stack<int>();
        pending.Push(rule);
        while (pending.TryPop(out var id))
        {
            if (id < _graph.Count || !written.Add(id) || _placeholders.ContainsKey(id)) continue;
            for (var i = builder.OperationOf(id).Arity - 1; i >= 0; i--) pending.Push(builder.Argument(id, i));
        }

        return written;
    }

    /// <summary>Shows how zeros and ones are dropped, unless that leads to another form than the derivative has.</summary>
    private bool AddFolding(int first, int firstNumber, List<DerivationStep> steps, CancellationToken cancellation)
    {
        var log = new RewriteLog(DerivationStep.MaxRules - _nodes.Count);
        var root = Simplifier.Fold(new RootedGraph(_rules, [_written]), first, log, cancellation).Roots[0];
        if (root != Derivative(_root)) return false;
        steps.AddRange(SimplificationDerivation.Steps(Expression, _variable, log, _rules.Node(_written), _graph.Node(root), firstNumber));
        return true;
    }

    /// <summary>The rules with the derivatives of the parts put in: the derivative as it is written before zeros and ones are left out.</summary>
    private int Substitute(GraphBuilder builder)
    {
        var values = new Dictionary<int, int>();
        foreach (var id in _nodes.Order())
        {
            var map = new Dictionary<int, int>();
            var mapped = (int node) => map.GetValueOrDefault(node, node);
            foreach (var node in Written(builder, _ruleOf[id]))
            {
                var operation = builder.OperationOf(node);
                map[node] =
                    _placeholders.TryGetValue(node, out var part) ? values[part] :
                    operation.Arity == 0 ? node :
                    builder.Apply(operation, mapped(builder.X(node)), mapped(builder.Y(node)), mapped(builder.Z(node)));
            }

            values[id] = mapped(_ruleOf[id]);
        }

        return values[_root];
    }

    private string Text(int rule, int applied, int maxLength)
    {
        var text = new StringBuilder();
        var view = new PendingView(this, applied);
        if (!FormulaWriter.Write(view, view.Resolve(rule), InfixStyle.Instance, text, maxLength))
        {
            text.Length = maxLength;
            text.Append("...");
        }

        return text.ToString();
    }

    /// <summary>Rules as they are after a step: placeholders whose rule has been applied give way to it, the others are d/dx [...].</summary>
    private readonly struct PendingView(DifferentiationDerivation derivation, int applied) : INodeView<int>
    {
        public int Resolve(int node)
        {
            while (derivation._placeholders.TryGetValue(node, out var part)
                && derivation._stepOf.TryGetValue(part, out var step) && step <= applied)
            {
                node = derivation._ruleOf[part];
            }

            return node;
        }

        public Operation OperationOf(int node) => derivation._rules.OperationOf(node);

        public int Argument(int node, int index) => Resolve(derivation._rules.Argument(node, index));

        public double ConstantOf(int node) => derivation._rules.ConstantOf(node);

        public string? DigitsOf(int node) => null;

        public string NameOf(int node) => derivation._rules.NameOf(node);

        public Shape ShapeOf(int node) => derivation._rules.ShapeOf(node);

        public long[] IndicesOf(int node) => derivation._rules.IndicesOf(node);

        public ConstantArray ArrayOf(int node) => derivation._rules.ArrayOf(node);

        public string? BindingOf(int node) => derivation._placeholders.TryGetValue(node, out var part)
            ? DerivationStep.DerivativeOf(derivation._variable, derivation._graph.Node(part))
            : null;
    }
}
