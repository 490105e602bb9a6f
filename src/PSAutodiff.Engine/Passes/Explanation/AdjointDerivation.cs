using System.Text;
using PSAutodiff.Core;
using PSAutodiff.Expressions.Text;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Passes.Differentiation;

namespace PSAutodiff.Passes.Explanation;

/// <summary>
/// The derivation of the derivative of a number by a vector or matrix, from the outside in. What is still to be differentiated stands behind what
/// it is multiplied with: <c>g : d/dw [u]</c> is the sum of the products of g with the derivatives of the elements of u. Each step takes one such
/// term and writes what the rule of its operation gives for the arguments. The parts come from <see cref="ReverseMode"/>.
/// </summary>
internal sealed class AdjointDerivation : IDerivation
{
    private readonly string _variable;
    private readonly Graph _graph;
    private readonly int _root;
    private readonly int _leaf;
    private readonly int _derivative;
    private readonly int _one;

    // The nodes in the order of the steps, and for each what it gives; the variable itself is the last one.
    private readonly List<(int Id, List<ReverseMode.Receipt> Given)> _nodes = [];
    private readonly bool _cut;
    private readonly ExprNode? _form;

    private AdjointDerivation(ExprNode expression, string variable, SimplificationRule? form, int firstNumber, List<DerivationStep> steps, CancellationToken cancellation)
    {
        Expression = expression;
        _variable = variable;
        var flat = ExprNode.Flatten([expression], cancellation);
        _root = flat.Roots[0];
        var builder = ExprNode.Extend(flat, cancellation);
        _leaf = builder.FindVariable(variable);
        _one = builder.Constant(1);
        (_derivative, var receipts) = ReverseMode.Trace(builder, _root, variable);
        _graph = builder.Build();
        foreach (var receipt in receipts)
        {
            if (_nodes.Count == 0 || _nodes[^1].Id != receipt.From)
            {
                _cut = _nodes.Count == DerivationStep.MaxRules - 1;
                if (_cut) break;
                _nodes.Add((receipt.From, []));
            }

            _nodes[^1].Given.Add(receipt);
        }

        foreach (var (index, (id, given)) in _nodes.Index()) steps.Add(new DerivationStep(this, index, firstNumber + index, RuleOf(id, given)));
        if (_cut && form is { } rule) _form = _graph.Node(_derivative).Simplify(rule, cancellation);
        steps.Add(new DerivationStep(this, _nodes.Count, firstNumber + _nodes.Count, _cut ? DerivationStep.RestOf("rules of differentiation") : $"variable rule: g : {VariableNames.Quote(variable)}' = g"));
    }

    public ExprNode Expression { get; }

    public string Variable => _variable;

    /// <summary>The steps to the derivative; that of the last one is the derivative.</summary>
    /// <param name="expression">What to differentiate: a number that depends on the variable.</param>
    /// <param name="variable">The name of a vector or matrix.</param>
    /// <param name="form">How the derivative is simplified; null for not at all.</param>
    /// <param name="firstNumber">The number of the first step.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static List<DerivationStep> Steps(ExprNode expression, string variable, SimplificationRule? form, int firstNumber, CancellationToken cancellation)
    {
        var steps = new List<DerivationStep>();
        var derivation = new AdjointDerivation(expression, variable, form, firstNumber, steps, cancellation);
        if (derivation._cut || form is not { } rule) return steps;
        steps.AddRange(SimplificationDerivation.Steps(expression, variable, steps[^1].Whole!, rule, firstNumber + steps.Count, Math.Max(0, DerivationStep.MaxRules - steps.Count), cancellation));
        return steps;
    }

    public ExprNode Before(int step) => _graph.Node(!IsLast(step) ? _nodes[step].Id : _cut ? _root : _leaf);

    public ExprNode After(int step) => IsLast(step) ? _form ?? _graph.Node(_derivative) : _graph.Node(_nodes[step].Given[0].Part);

    public ExprNode? Whole(int step) => IsLast(step) ? After(step) : null;

    public string BeforeText(int step, int maxLength) =>
        Cut(!IsLast(step) ? TermText(AdjointsAfter(step - 1)[_nodes[step].Id], _nodes[step].Id) : _cut ? WholeText(step - 1, maxLength) : TermText(_derivative, _leaf), maxLength);

    public string AfterText(int step, int maxLength) =>
        IsLast(step) ? DerivationStep.Text(After(step), maxLength) : Cut(string.Join(" + ", _nodes[step].Given.Select(receipt => TermText(receipt.Part, receipt.To))), maxLength);

    public string WholeText(int step, int maxLength) =>
        IsLast(step) ? DerivationStep.Text(After(step), maxLength) : Cut(string.Join(" + ", AdjointsAfter(step).Select(pending => TermText(pending.Value, pending.Key))), maxLength);

    private bool IsLast(int step) => step == _nodes.Count;

    // What is still to be differentiated after a step, the latest node first.
    private SortedDictionary<int, int> AdjointsAfter(int step)
    {
        var pending = new SortedDictionary<int, int>(Comparer<int>.Create(static (a, b) => b.CompareTo(a))) { [_root] = _one };
        for (var i = 0; i <= step; i++)
        {
            pending.Remove(_nodes[i].Id);
            foreach (var receipt in _nodes[i].Given) pending[receipt.To] = receipt.Adjoint;
        }

        return pending;
    }

    private string TermText(int adjoint, int of)
    {
        var derivative = DerivationStep.DerivativeOf(_variable, _graph.Node(of));
        if (adjoint == _one) return derivative;
        var text = ExprText.Formula(_graph.Node(adjoint));
        var operation = _graph.OperationOf(adjoint);
        if (operation.Arity > 0 && operation.Infix.Level < Notation.Atom) text = $"({text})";
        return $"{text} {Sign(_graph.ShapeOf(of))} {derivative}";
    }

    private static string Sign(Shape of) => of.IsNumber ? "*" : ":";

    private static string Cut(string text, int maxLength) => text.Length <= maxLength ? text : string.Concat(text.AsSpan(0, maxLength), "...");

    /// <summary>The rule of an operation, with u, v and w for what depends on the variable, c, d and e for what does not, and g for what the whole is multiplied with.</summary>
    private string RuleOf(int id, List<ReverseMode.Receipt> given)
    {
        var operation = _graph.OperationOf(id);
        var builder = new GraphBuilder { Rules = RuleSets.Fold };
        var ids = new int[operation.Arity];
        var (functions, others) = (0, 0);
        for (var i = 0; i < ids.Length; i++)
        {
            var argument = _graph.Argument(id, i);
            ids[i] =
                _graph.IsIndex(argument) ? builder.Index(_graph.IndicesOf(argument)) :
                _graph.IsConstant(argument) ? builder.Constant(_graph.ConstantOf(argument)) :
                given.Exists(receipt => receipt.Index == i) ? builder.Variable("uvw"[functions++].ToString(), _graph.ShapeOf(argument)) :
                builder.Variable("cde"[others++].ToString(), _graph.ShapeOf(argument));
        }

        var adjoint = builder.Term(builder.Variable("g", _graph.ShapeOf(id).Plain()));
        builder.Rules = RuleSets.None;
        var function = builder.Term(builder.Apply(operation, ids[0], ids.Length > 1 ? ids[1] : Graph.None, ids.Length > 2 ? ids[2] : Graph.None));
        builder.Rules = RuleSets.Fold;
        var at = Sweep.Locals(builder, function.Id);
        var parts = new List<(int Part, int Argument)>();
        foreach (var receipt in given) parts.Add((Sweep.InShape(Sweep.Pullback(operation, receipt.Index, at, adjoint, default).Part, builder.ShapeOf(ids[receipt.Index])).Id, ids[receipt.Index]));
        var graph = builder.Build();
        var text = new StringBuilder(operation.RuleName(given.Exists(static receipt => receipt.Index == 0), given.Exists(static receipt => receipt.Index == 1)));
        text.Append(": g ").Append(Sign(_graph.ShapeOf(id))).Append(' ').Append(Parenthesized(graph.Node(function.Id))).Append("' = ");
        return text.AppendJoin(" + ", parts.Select(part => $"{Parenthesized(graph.Node(part.Part))} {Sign(graph.ShapeOf(part.Argument))} {ExprText.Formula(graph.Node(part.Argument))}'")).ToString();

        static string Parenthesized(ExprNode node) => node.Operation.Arity > 0 && node.Operation.Infix.Level < Notation.Atom ? $"({ExprText.Formula(node)})" : ExprText.Formula(node);
    }
}
