using PSAutodiff.Core;

namespace PSAutodiff.Passes.Algebra.Equality;

/// <summary>One step of a proof.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Before">The part that is rewritten.</param>
/// <param name="After">What stands in its place.</param>
/// <param name="Whole">The whole difference after it.</param>
/// <param name="Node">What the part was among the nodes that were read; -1 where a definition was written out, or both sides were compared.</param>
internal readonly record struct EqualityStep(string Rule, ExprNode Before, ExprNode After, ExprNode Whole, int Node);

/// <summary>
/// The course of a proof that two expressions are equal, as people would write it: functions by exp, logarithms and roots taken apart, both
/// sides multiplied out, and the difference 0. Written when it is asked for, after the proof is done.
/// </summary>
internal sealed class EqualityCourse
{
    private static readonly string[] ArgumentNames = ["u", "v", "w"];

    private readonly GraphBuilder _builder;
    private readonly List<(string Rule, int Before, int After, int Whole, int Node)> _steps = [];

    private EqualityCourse(Graph graph) => _builder = new GraphBuilder(graph, extraCapacity: 64);

    /// <summary>Writes the steps.</summary>
    /// <param name="both">What is compared.</param>
    /// <param name="forms">How functions were written by others.</param>
    /// <param name="read">What was read then.</param>
    /// <param name="reader">What it was read as.</param>
    /// <param name="writer">Makes the writer of polynomials.</param>
    /// <param name="end">Both sides multiplied out, and how their difference comes to be 0.</param>
    /// <param name="most">How many steps there may be.</param>
    public static (IReadOnlyList<EqualityStep> Steps, bool IsCut) Write(
        RootedGraph both,
        ElementaryForms forms,
        RootedGraph read,
        FunctionReader reader,
        Func<GraphBuilder, FormWriter> writer,
        (string Rule, Polynomial Left, Polynomial Right) end,
        int most)
    {
        var course = new EqualityCourse(read.Graph);
        var formWriter = writer(course._builder);
        var changed = forms.Changed.Select(id => (id, RuleOf(both.Graph.OperationOf(id)), forms.Forms[id])).ToList();
        var isCut = course.Rewrite(both, changed, most, isRead: false);
        var rewritten = new List<(int, string, int)>();
        foreach (var (id, rule) in isCut ? [] : reader.Rewritten.Take(most + 1)) rewritten.Add((id, rule, formWriter.Write(reader.Polynomials[id]!).Id));
        if (!isCut) isCut = course.Rewrite(read, rewritten, most, isRead: true);
        if (!isCut) course.Finish(read, rewritten, formWriter, end);
        var graph = course._builder.Build();
        return ([.. course._steps.Select(step => new EqualityStep(step.Rule, graph.Node(step.Before), graph.Node(step.After), graph.Node(step.Whole), step.Node))], isCut);
    }

    /// <summary>How an operation is written by others, for example <c>sigmoid(u) = 1 / (1 + exp(-u))</c>.</summary>
    private static string RuleOf(Operation operation)
    {
        var builder = new GraphBuilder();
        var arguments = ArgumentNames.Take(operation.Arity).Select(builder.Variable).ToArray();
        var (y, z) = (arguments.Length > 1 ? arguments[1] : Graph.None, arguments.Length > 2 ? arguments[2] : Graph.None);
        var left = builder.Apply(operation, arguments[0], y, z);
        var right = operation.ForAlgebra(builder.Term(arguments[0]), builder.Term(y), builder.Term(z)).Id;
        var graph = builder.Build();
        return $"{graph.Node(left)} = {graph.Node(right)}";
    }

    /// <summary>Puts other forms in place of nodes, one by one from the leaves up. True if there are too many.</summary>
    private bool Rewrite(RootedGraph roots, List<(int Node, string Rule, int Form)> changed, int most, bool isRead)
    {
        var order = new List<int>();
        var reachable = roots.Reachable();
        for (var id = 0; id < reachable.Length; id++)
        {
            if (reachable[id]) order.Add(id);
        }

        // Each step writes the whole anew.
        most = Math.Min(most, Math.Max(1, 2_000_000 / Math.Max(1, order.Count)));
        var forms = new int[reachable.Length];
        var next = 0;
        for (var i = 0; i < order.Count; i++)
        {
            var id = order[i];
            forms[id] = With(id, forms);
            if (next == changed.Count || changed[next].Node != id) continue;
            var (_, rule, form) = changed[next++];
            var before = forms[id];
            forms[id] = form;
            if (before == form) continue;
            if (_steps.Count >= most) return true;
            var whole = (int[])forms.Clone();
            foreach (var later in order.Skip(i + 1)) whole[later] = With(later, whole);
            _steps.Add((rule, before, form, Difference(whole[roots.Roots[0]], whole[roots.Roots[1]]), isRead ? id : -1));
        }

        return false;
    }

    private void Finish(RootedGraph read, List<(int Node, string Rule, int Form)> rewritten, FormWriter writer, (string Rule, Polynomial Left, Polynomial Right) end)
    {
        var forms = new int[read.Roots.Max() + 1];
        var reachable = read.Reachable();
        var byNode = rewritten.ToDictionary(static rewrite => rewrite.Node, static rewrite => rewrite.Form);
        for (var id = 0; id < forms.Length; id++)
        {
            if (reachable[id]) forms[id] = byNode.TryGetValue(id, out var form) ? form : With(id, forms);
        }

        var (left, right) = (forms[read.Roots[0]], forms[read.Roots[1]]);
        var (first, second) = (writer.Write(end.Left).Id, writer.Write(end.Right).Id);
        if (left != first) _steps.Add(("the first multiplied out, like terms put together", left, first, Difference(first, right), read.Roots[0]));
        if (right != second) _steps.Add(("the second multiplied out, like terms put together", right, second, Difference(first, second), read.Roots[1]));
        var zero = _builder.Constant(0);
        _steps.Add((end.Rule, Difference(first, second), zero, zero, -1));
    }

    private int Difference(int left, int right) => _builder.Apply(OperationOf<SubOperation>.Instance, left, right);

    private int With(int id, int[] forms)
    {
        if (_builder.OperationOf(id).Arity == 0) return id;
        var (y, z) = (_builder.Y(id), _builder.Z(id));
        return _builder.Plain(id, forms[_builder.X(id)], y < 0 ? y : forms[y], z < 0 ? z : forms[z]);
    }
}
