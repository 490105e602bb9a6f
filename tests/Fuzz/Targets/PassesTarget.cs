using System.Collections.Specialized;
using PSAutodiff.Execution.Scalar;
using PSAutodiff.Expressions.Text;
using PSAutodiff.Measurements;

namespace PSAutodiff.Fuzz;

/// <summary>Expressions through all passes: simplification by every rule, differentiation in every mode, every way of running, comparison, derivations.</summary>
internal sealed class PassesTarget : FuzzTarget
{
    private const int MostNodes = 400;
    private const int MostNodesStepByStep = 30;
    private const int Rows = 40;

    public override string Name => "passes";

    public override int SuiteCount => 150;

    public override byte[] Generate(Random random) => Bytes(LetWriter.Write(Grammar.Expression(random, 14)));

    public override byte[] Mutate(Random random, byte[] input) => Mutator.ChangeText(random, input);

    public override void Run(byte[] input)
    {
        var node = ExprNode.Parse(Text(input));
        if (node.NodeCount > MostNodes) return;
        ExpressionChecks.ReadsBack(node);
        var outputs = new List<ExprNode> { node };
        foreach (var rule in Enum.GetValues<SimplificationRule>().Where(static rule => rule <= SimplificationRule.Textbook))
        {
            if (Simplified(node, rule) is not { } simple) continue;
            Require(simple.Equals(Simplified(simple, rule)), $"what {rule} has simplified is not simple: {LetWriter.Write(simple)}");
            Require(simple.Variables.All(node.Variables.Contains), $"{rule} brings a new variable: {LetWriter.Write(simple)}");
            var comparison = ExpressionComparison.Compare(node, simple);
            Require(comparison.How != ComparisonBasis.Counterexample || HidesUndefinedPart(node, comparison.Counterexample!), $"{rule} makes {LetWriter.Write(simple)}, which has another value at {string.Join(", ", comparison.Counterexample?.Values.Cast<double>() ?? [])}");
            outputs.Add(simple);
        }

        foreach (var variable in node.Variables)
        {
            foreach (var mode in Enum.GetValues<DifferentiationMode>()) outputs.Add(node.Differentiate(variable, mode));
            if (node.NodeCount > MostNodesStepByStep) continue;
            node.DifferentiateByStep(variable);
        }

        if (node.Variables.Count is > 0 and < 6) outputs.AddRange(node.Hessian(node.Variables).Cast<ExprNode>());
        if (node.NodeCount <= MostNodesStepByStep)
        {
            node.SimplifyByStep(SimplificationRule.Standard);
            node.SimplifyByStep(SimplificationRule.Stable);
        }

        if (Defined(outputs) is { } defined) RunsAlike(defined, node.Variables);
    }

    // Where x is 0, x / x is NaN and not 1, which is said; a choice between other parts can make a number of that.
    private static bool HidesUndefinedPart(ExprNode node, OrderedDictionary at)
    {
        // With the definitions that the comparison took.
        if (Defined([node]) is not [var defined]) return true;
        var (graph, root) = defined.Flatten();
        var reachable = graph.Reachable([root]);
        var parts = Enumerable.Range(0, root + 1).Where(id => reachable[id]).Select(graph.Node).ToList();
        var values = new double[parts.Count];
        CompiledExpression.Compile(parts, node.Variables).Evaluate([.. node.Variables.Select(name => (double)at[name]!)], values);
        return values.Any(double.IsNaN);
    }

    /// <summary>The expressions with definitions in the places of functions that have none; null where some cannot get one.</summary>
    private static List<ExprNode>? Defined(List<ExprNode> nodes)
    {
        var flat = ExprNode.Flatten(nodes);
        var functions = flat.Graph.FunctionsOf(flat.Reachable());
        if (functions.Count == 0) return nodes;
        return StandIns.For(flat, functions, CancellationToken.None) is { } standIns ? [.. standIns.Expressions.Nodes()] : null;
    }

    private static ExprNode? Simplified(ExprNode node, SimplificationRule rule)
    {
        try
        {
            return node.Simplify(rule);
        }
        catch (AutodiffException exception) when (rule == SimplificationRule.Lab && exception.ErrorId is "DivisionByZero" or "LogarithmDomain")
        {
            return null;
        }
    }

    private static void RunsAlike(List<ExprNode> outputs, IReadOnlyList<string> variables)
    {
        var compiled = CompiledExpression.Compile(outputs, variables);
        var interpreter = new InterpretedTape(compiled.Tape);
        var code = TapeCode.Compile(compiled.Tape, compiled.Tape.InputCount);
        var regrouped = RegroupedTape.TryCreate(compiled.Tape);
        var random = new Random(outputs.Count);
        double[] odd = [0, -0.0, 1, -1, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e300, 1e-310];
        var columns = variables.Select(_ => Enumerable.Range(0, Rows).Select(_ => random.Next(3) == 0 ? odd[random.Next(odd.Length)] : (6 * random.NextDouble()) - 2).ToArray()).ToArray();
        var rows = compiled.EvaluateRows([.. columns.Select(static column => (ReadOnlyMemory<double>)column)]);
        var (plain, others) = (new double[outputs.Count], new double[outputs.Count]);
        for (var row = 0; row < (variables.Count == 0 ? 1 : Rows); row++)
        {
            var point = columns.Select(column => column[row]).ToArray();
            interpreter.Run(point, [], plain);
            RequireSame("a row", k => rows[k][row]);
            code.Run([.. point, 0], [], others);
            RequireSame("machine code", k => others[k]);
            if (regrouped is null) continue;
            regrouped.Run(point, [], others);
            RequireSame("a regrouped program", k => others[k]);

            void RequireSame(string way, Func<int, double> other)
            {
                for (var k = 0; k < plain.Length; k++)
                {
                    Require(
                        BitConverter.DoubleToInt64Bits(plain[k]) == BitConverter.DoubleToInt64Bits(other(k)) || (double.IsNaN(plain[k]) && double.IsNaN(other(k))),
                        $"{way} gives {other(k):R}, not {plain[k]:R}, for {LetWriter.Write(outputs[k])} at {string.Join(", ", point)}");
                }
            }
        }
    }
}
