using System.Collections.Concurrent;
using PSAutodiff.Core;
using PSAutodiff.Expressions.Text;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>
/// Random expressions of arrays against the reference interpreter: as they are, simplified by every rule set, differentiated in both
/// modes, against central differences, through text and back.
/// </summary>
public sealed class RandomArrayTests
{
    private const int Seed = 20_261_126;
    private const int Size = 14;
    private const string Along = "along_";

    private static readonly SimplificationRule[] Rules = Enum.GetValues<SimplificationRule>();

    [Fact]
    public void Thousands_of_expressions_have_the_values_of_the_reference() => Check(Seed, 4000);

    [Fact(Explicit = true)]
    [Trait("Category", "Nightly")]
    public void Twenty_thousand_more_have_them_too() => Check(Seed + 1_000_000, 20_000);

    [Fact]
    public void Every_operation_comes_up()
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < 3000; i++)
        {
            var (graph, root) = new ArrayCase(Seed + i, Size, isSmooth: false, isNumber: false).Node.Flatten();
            var needed = graph.Reachable([root]);
            for (var id = 0; id <= root; id++)
            {
                if (needed[id]) seen.Add(graph.OperationOf(id).Name);
            }
        }

        Assert.Empty(OperationTable.ByCode.Where(static operation => operation is ArrayOperation).Select(static operation => operation.Name).Except(seen));
    }

    private static void Check(int first, int count)
    {
        var failures = new ConcurrentQueue<string>();
        Parallel.For(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (seed, state) =>
        {
            try
            {
                Check(new ArrayCase(seed, 1 + (seed % Size), isSmooth: seed % 2 == 0, isNumber: seed % 3 > 0));
            }
            catch (Exception exception) when (exception is InvalidOperationException or AutodiffException or ArgumentException or IndexOutOfRangeException or NullReferenceException or KeyNotFoundException)
            {
                failures.Enqueue($"{seed}: {exception}");
                if (failures.Count >= 20) state.Stop();
            }
        });

        Assert.True(failures.IsEmpty, string.Join("\n\n", failures));
    }

    private static void Check(ArrayCase one)
    {
        var node = one.Node;
        var (values, unsteadiness) = one.Reference(node);
        one.RequireNear("values", values, one.Evaluate(node), 1e-12, unsteadiness);
        ReadsBack(one, node);
        var isRegular = one.IsRegular(node);
        foreach (var rule in Rules) Simplifies(one, node, rule, values, unsteadiness, isRegular);
        if (node.ArrayShape.IsNumber && one.Names.Length > 0) Differentiates(one, node);
    }

    private static void ReadsBack(ArrayCase one, ExprNode node)
    {
        foreach (var text in new[] { node.ToText(ExprTextFormat.Infix, 1_000_000), LetWriter.Write(node) })
        {
            var read = ExprNode.Parse(text);
            if (!read.Equals(node) || read.GetHashCode() != node.GetHashCode()) throw new InvalidOperationException($"does not read back: {text}; seed {one.Seed}: {one.Program.Text}");
        }
    }

    private static void Simplifies(ArrayCase one, ExprNode node, SimplificationRule rule, double[] values, double[] unsteadiness, bool isRegular)
    {
        ExprNode simple;
        try
        {
            simple = rule == SimplificationRule.Collect ? node.Collect(Array.Find(one.Names, name => one.At(name).Rank == 0) ?? "x") : node.Simplify(rule);
        }
        catch (AutodiffException exception) when (exception.ErrorId is ErrorIds.DivisionByZero or ErrorIds.LogarithmDomain or ErrorIds.AlgebraTooLarge)
        {
            return;
        }

        if (!simple.ArrayShape.IsLike(node.ArrayShape)) throw new InvalidOperationException($"{rule} gives {simple.ArrayShape}, not {node.ArrayShape}; seed {one.Seed}: {one.Program.Text}");
        ReadsBack(one, simple);
        var simplified = one.Evaluate(simple);

        // Of what is infinite or not a number rules may make one: x - x is 0.
        if (isRegular) one.RequireNear($"{rule} makes {simple}", values, simplified, 1e-10, unsteadiness);
    }

    private static void Differentiates(ArrayCase one, ExprNode node)
    {
        var gradient = node.Gradient(one.Names);
        for (var i = 0; i < gradient.Count; i++)
        {
            var sizes = one.At(one.Names[i]).Sizes;
            if (!gradient[i].ArrayShape.Sizes.SequenceEqual(sizes.Select(static size => (long)size))) throw new InvalidOperationException($"the derivative by {one.Names[i]} is {gradient[i].ArrayShape}; seed {one.Seed}: {one.Program.Text}");
        }

        var reverse = one.Evaluate(gradient);
        double[] steadiness = [.. gradient.SelectMany(derivative => one.Reference(derivative).Unsteadiness)];
        one.RequireNear("gradient by reference", [.. gradient.SelectMany(derivative => one.Reference(derivative).Values)], reverse, 1e-11, steadiness);

        // What is multiplied with 0 here and left out there may be infinite.
        if (!one.IsRegular(node) || gradient.Any(derivative => !one.IsRegular(derivative))) return;

        // Along the unit vectors.
        var directions = one.Names.ToDictionary(static name => name, name => ExprNode.Variable(Along + name, Shape.Of([.. one.At(name).Sizes.Select(static size => (long)size)])));
        var derivativeAlong = node.DifferentiateAlong(directions);
        if (!one.IsRegular(derivativeAlong, Along)) return;
        var along = one.Compile(
            [derivativeAlong, .. directions.Values],
            one.Names.Select(name => KeyValuePair.Create(Along + name, ArrayReference.Nested.Of(one.At(name).Sizes, one.At(name).Elements().Select(static _ => 0.0)))));
        var forward = one.Names.SelectMany(name => one.At(name).Elements().Select((_, i) => along.Run(Along + name, i, 1)[0])).ToArray();
        one.RequireNear("forward against reverse", reverse, forward, 1e-10, steadiness);
        foreach (var rule in new[] { SimplificationRule.Standard, SimplificationRule.Stable, SimplificationRule.Textbook })
        {
            var simple = one.Evaluate([.. gradient.Select(derivative => derivative.Simplify(rule))]);

            // A textbook has no choices that keep infinite slopes away from what does not count.
            for (var i = 0; i < simple.Length && rule == SimplificationRule.Textbook; i++)
            {
                if (!double.IsFinite(simple[i])) simple[i] = reverse[i];
            }

            one.RequireNear($"gradient by {rule}", reverse, simple, 1e-10, steadiness);
        }

        if (one.Seed % 2 == 0) RequireCentralDifferences(one, node, reverse);
    }

    private static void RequireCentralDifferences(ArrayCase one, ExprNode node, double[] gradient)
    {
        const double step = 1e-4;
        var next = 0;
        var compiled = one.Compile([node]);
        foreach (var name in one.Names)
        {
            var count = one.At(name).Elements().Count();
            for (var i = 0; i < count; i++, next++)
            {
                double F(double by) => compiled.Run(name, i, by)[0];
                var first = (F(step) - F(-step)) / (2 * step);
                var second = (F(2 * step) - F(-2 * step)) / (4 * step);
                var difference = ((4 * first) - second) / 3;
                var scale = Math.Max(1, Math.Max(Math.Abs(gradient[next]), Math.Abs(F(0))));
                var error = Math.Abs(difference - gradient[next]);
                if (!(error <= 1e-6 * scale) && double.IsFinite(first) && error > 10 * Math.Abs(first - second))
                {
                    throw new InvalidOperationException($"derivative {next} by {name}[{i}]: {gradient[next]:R}, but by differences {difference:R}; seed {one.Seed}: {one.Program.Text}");
                }
            }
        }
    }
}
