using PSAutodiff.Core;
using PSAutodiff.Foundation.Names;

namespace PSAutodiff.Passes.Algebra;

/// <summary>Forms of expressions that people ask for: multiplied out, factored, collected by a variable, with fewer waves.</summary>
internal static class AlgebraForms
{
    /// <summary>Whether a rule is one of algebra.</summary>
    public static bool Has(SimplificationRule rule) =>
        rule is SimplificationRule.Expand or SimplificationRule.Factor or SimplificationRule.Collect or SimplificationRule.Trigonometric;

    // What is written is read once more, until its order has settled.
    private const int MostRounds = 8;

    /// <summary>The roots in another form, and what had to be assumed.</summary>
    /// <param name="input">The roots.</param>
    /// <param name="rule">The form.</param>
    /// <param name="variable">What to collect by.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">What comes of it is too large, or there is no variable to collect by.</exception>
    public static (RootedGraph Output, IReadOnlyList<string> Assumptions) Rewrite(
        RootedGraph input,
        SimplificationRule rule,
        string? variable,
        CancellationToken cancellation)
    {
        var assumptions = new SortedSet<string>(StringComparer.Ordinal);
        for (var round = 0; round < MostRounds; round++)
        {
            var (output, assumed) = Once(input, rule, variable, cancellation);
            assumptions.UnionWith(assumed);
            var both = ExprNode.Flatten([.. input.Nodes(), .. output.Nodes()], cancellation);
            input = output;
            if (both.Roots.AsSpan(0, input.Length).SequenceEqual(both.Roots.AsSpan(input.Length))) break;
        }

        return (input, [.. assumptions]);
    }

    private static (RootedGraph Output, IReadOnlyList<string> Assumptions) Once(
        RootedGraph input,
        SimplificationRule rule,
        string? variable,
        CancellationToken cancellation)
    {
        if (variable is not null) VariableNames.Check(variable);
        var names = input.Variables();
        if (rule == SimplificationRule.Collect && (variable ??= names.Length == 1 ? names[0] : null) is null)
        {
            throw new AutodiffException(ErrorIds.ValueMissing, "Rule Collect needs the variable by whose powers terms are collected, for example -Variable x.");
        }

        if (rule == SimplificationRule.Collect && input.VariablesAndShapes().FirstOrDefault(one => one.Name == variable) is { Name: not null, Shape.IsNumber: false } array)
        {
            throw new AutodiffException(ErrorIds.ShapeMismatch, $"'{array.Name}' is {array.Shape.InWords()}; terms are collected by the powers of a number. Name another variable.");
        }

        var effort = new Effort(cancellation);
        var builder = new GraphBuilder { Rules = RuleSets.Standard | RuleSets.Signs, Cancellation = cancellation };
        var reader = new PolynomialReader(builder, effort);
        if (rule == SimplificationRule.Trigonometric)
        {
            var forms = new TrigonometricForms(builder, reader, effort);
            var read = reader.Read(input, expandTangent: true);
            var all = builder.Build([.. read.SelectMany(forms.Of)]);
            var divisors = reader.Divisors.Select(atom => all.Graph.Node(reader.Atoms[atom])).ToList();
            var fewest = Fewest(input, all, cancellation);
            return (fewest, Gone(divisors, fewest, cancellation));
        }

        var cancelled = new SortedSet<int>();
        var polynomials = reader.Read(input);
        var roots = Array.ConvertAll(polynomials, polynomial => rule switch
        {
            SimplificationRule.Factor => new Factorization(reader, effort, cancelled).Of(polynomial).Id,
            SimplificationRule.Collect => Collected(builder, reader, polynomial, reader.AtomOf(builder.Variable(variable!))).Id,
            _ => reader.Write(polynomial).Id,
        });
        var output = builder.Build(roots);

        // Factoring writes sums below the fraction line anew and knows what it cancels.
        var others = reader.Divisors.Where(atom => rule != SimplificationRule.Factor || !reader.Sums.ContainsKey(atom)).Select(atom => output.Graph.Node(reader.Atoms[atom]));
        return (output, [.. cancelled.Select(id => $"{output.Graph.Node(id)} != 0").Concat(Gone([.. others], output, cancellation)).Distinct()]);
    }

    /// <summary>What divided something before and divides nothing any more: that it must not be 0.</summary>
    private static List<string> Gone(List<ExprNode> divisors, RootedGraph output, CancellationToken cancellation)
    {
        if (divisors.Count == 0) return [];
        var both = ExprNode.Flatten([.. output.Nodes(), .. divisors], cancellation);
        var (graph, reachable) = (both.Graph, both.Graph.Reachable(both.Roots.AsSpan(0, output.Length)));
        var dividing = new HashSet<int>();
        var stack = new Stack<int>();
        for (var id = 0; id < reachable.Length; id++)
        {
            if (!reachable[id]) continue;
            if (graph.OperationOf(id) is DivOperation) stack.Push(graph.Y(id));
            else if (graph.OperationOf(id) is PowOperation && graph.IsConstant(graph.Y(id)) && graph.ConstantOf(graph.Y(id)) < 0) stack.Push(graph.X(id));
            while (stack.TryPop(out var divisor))
            {
                if (!dividing.Add(divisor)) continue;
                if (graph.OperationOf(divisor) is MulOperation or DivOperation) stack.Push(graph.Y(divisor));
                if (graph.OperationOf(divisor) is MulOperation or DivOperation or PowOperation or NegOperation) stack.Push(graph.X(divisor));
            }
        }

        return [.. both.Roots[output.Length..].Where(root => !dividing.Contains(root) && !IsNeverZero(graph, root)).Select(root => $"{graph.Node(root)} != 0")];
    }

    private static bool IsNeverZero(Graph graph, int id) => graph.IsConstant(id) || graph.OperationOf(id) is ExpOperation or CoshOperation;

    private static Term Collected(GraphBuilder builder, PolynomialReader reader, Polynomial polynomial, int atom)
    {
        var sum = Term.None;
        foreach (var (exponent, coefficient) in polynomial.By(atom).Reverse())
        {
            var power = exponent == 0 ? Term.None : reader.Write(new Powers([(atom, exponent)]), Rational.One);
            var factor = reader.Write(coefficient);
            var term =
                !power.Exists ? factor :
                coefficient.Count == 1 ? reader.Write(coefficient.Terms.First().Key.Times(new Powers([(atom, exponent)])), coefficient.Terms.First().Value) :
                exponent < 0 ? factor / reader.Write(new Powers([(atom, -exponent)]), Rational.One) :
                factor * power;
            sum = sum.Exists ? sum + term : term;
        }

        return sum.Exists ? sum : builder.Term(builder.Constant(0));
    }

    /// <summary>For each root the form with the fewest operations, simplified; the root itself where none has fewer.</summary>
    private static RootedGraph Fewest(RootedGraph input, RootedGraph forms, CancellationToken cancellation)
    {
        var each = forms.Length / input.Length;
        var originals = input.Nodes();
        var candidates = forms.Nodes();
        var best = new ExprNode[input.Length];
        for (var i = 0; i < best.Length; i++)
        {
            best[i] = originals[i].Simplify(SimplificationRule.Textbook, cancellation);
            for (var j = 0; j < each; j++)
            {
                var candidate = candidates[(i * each) + j].Simplify(SimplificationRule.Textbook, cancellation);
                if (Operations(candidate) < Operations(best[i])) best[i] = candidate;
            }
        }

        return ExprNode.Flatten(best, cancellation);

        int Operations(ExprNode node)
        {
            var flat = ExprNode.Flatten([node], cancellation);
            return flat.Graph.OperationCount(flat.Roots);
        }
    }
}
