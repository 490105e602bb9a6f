using System.Diagnostics;
using PSAutodiff.Core;
using PSAutodiff.Passes.Elements;
using Xunit;
using Nested = PSAutodiff.Tests.ArrayReference.Nested;

namespace PSAutodiff.Tests;

/// <summary>Expressions of arrays written out in numbers: the same values, gradients and Hessians, under names that nothing else has.</summary>
public sealed class ElementTests
{
    [Theory]
    [InlineData("W: [2,3]; x: [3]; W @ x", "W_0_0 * x_0 + W_0_1 * x_1 + W_0_2 * x_2", "W_1_0 * x_0 + W_1_1 * x_1 + W_1_2 * x_2")]
    [InlineData("v: [2]; sum(c*v)", "c * v_0 + c * v_1")]
    [InlineData("v: [2]; norm(v)", "hypot(v_0, v_1)")]
    [InlineData("v: [3]; v[1:] + 1", "v_1 + 1", "v_2 + 1")]
    [InlineData("A: [2,2]; A.T", "A_0_0", "A_1_0", "A_0_1", "A_1_1")]
    [InlineData("x^2 + 1", "x^2 + 1")]
    [InlineData("v: [2]; phi(v)", "phi(v_0)", "phi(v_1)")]
    public void Elements_are_written_out(string text, params string[] elements)
    {
        var written = Written(ExprNode.Parse(text));
        Assert.Equal(elements, written.Select(static element => element.ToText(ExprTextFormat.Infix)));
        Assert.Equal(written, written.Select(static element => ExprNode.Parse(element.ToText(ExprTextFormat.Infix))));
    }

    [Fact]
    public void A_number_is_a_node_a_vector_an_array_and_a_matrix_one_of_two_indices()
    {
        Assert.IsType<ExprNode>(ExprNode.Parse("v: [2]; v @ v").ToScalar());
        Assert.Equal(2, Assert.IsType<ExprNode[]>(ExprNode.Parse("v: [2]; v").ToScalar()).Length);
        var matrix = Assert.IsType<ExprNode[,]>(ExprNode.Parse("A: [2,3]; A").ToScalar());
        Assert.Equal((2, 3, "A_1_2"), (matrix.GetLength(0), matrix.GetLength(1), matrix[1, 2].ToString()));
    }

    [Theory]
    [InlineData("v: [2]; v*v_1", "v__0", "v__1")]
    [InlineData("v: [2]; v*v_2", "v_0", "v_1")]
    [InlineData("v: [2]; v*v_01", "v_0", "v_1")]
    [InlineData("v: [2]; v*v_1*v__0", "v___0", "v___1")]
    [InlineData("A: [1,2]; A*A_0_1", "A__0_0", "A__0_1")]
    [InlineData("A: [1,2]; A*A_1_0", "A_0_0", "A_0_1")]
    [InlineData("A: [1,2]; A_0: [2]; A*A_0", "A__0_0", "A__0_1", "A_0_0", "A_0_1")]
    [InlineData("v: [2]; v_: [2]; v_1: [2]; v*v_*v_1", "v___0", "v___1", "v__0", "v__1", "v_1_0", "v_1_1")]
    [InlineData("${a b}: [2]; ${a b}*2", "a b_0", "a b_1")]
    public void Names_in_use_are_avoided(string text, params string[] names)
    {
        var node = ExprNode.Parse(text);
        var layout = VariableLayout.Of(node.Variables, ExprNode.Flatten([node]));
        var written = Written(node).SelectMany(static element => element.Variables).Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.Equal(layout.Length, written.Count);
        Assert.All(names, name => Assert.Contains(name, written));
    }

    [Fact]
    public void Random_names_never_meet()
    {
        var random = new Random(6);
        for (var trial = 0; trial < 3000; trial++)
        {
            string Name() => "a" + string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(3) == 0 ? random.Next(2).ToString(System.Globalization.CultureInfo.InvariantCulture) : "_"));
            var variables = Enumerable.Range(0, 6).Select(_ => Name()).Distinct().Select(name => (name, random.Next(3) switch { 0 => Shape.Number, 1 => Shape.Vector(2), _ => Shape.Matrix(2, 2) })).ToList();
            var names = new ElementNames(variables);
            var all = variables.SelectMany(one => one.Item2.IsNumber ? new[] { one.name } : Enumerable.Range(0, (int)one.Item2.Count).Select(i => names.NameOf(one.name, i)).ToArray()).ToList();
            Assert.Equal(all.Count, all.Distinct().Count());
            Assert.Empty(variables.Where(static one => !one.Item2.IsNumber).SelectMany(one => Enumerable.Range(0, (int)one.Item2.Count).Select(i => names.NameOf(one.name, i))).Intersect(variables.Select(static one => one.name)));
        }
    }

    [Fact]
    public void Random_expressions_have_the_same_values_gradients_and_second_derivatives()
    {
        Parallel.For(0, 1200, seed =>
        {
            var one = new ArrayCase(seed + 77_000, 1 + (seed % 12), isSmooth: seed % 2 == 0, isNumber: seed % 3 > 0);
            var elements = new WrittenCase(one);
            var (values, unsteadiness) = one.Reference(one.Node);
            one.RequireNear("values", one.Evaluate(one.Node), elements.Evaluate(Written(one.Node)), 1e-11, unsteadiness);
            if (seed % 2 != 0 || !one.Node.ArrayShape.IsNumber || one.Names.Length == 0 || !one.IsRegular(one.Node)) return;
            var gradient = one.Evaluate(one.Node.Gradient(one.Names));
            var written = Written(one.Node)[0];
            if (elements.Names.Length == 0) return;
            var derivatives = written.Gradient(elements.Names);
            one.RequireNear("gradient", gradient, elements.Evaluate(derivatives), 1e-10);
            if (seed % 8 != 0 || elements.Names.Length > 12) return;
            var second = written.Hessian(elements.Names);
            var size = elements.Names.Length;
            for (var i = 0; i < one.Names.Length; i++)
            {
                // The row of a first derivative, by differences of nothing: along unit vectors.
                var directions = one.Names.ToDictionary(static name => name, name => ExprNode.Variable("along_" + name, Shape.Of([.. one.At(name).Sizes.Select(static length => (long)length)])));
                var along = one.Compile([.. one.Node.Gradient(one.Names).Select(derivative => derivative.DifferentiateAlong(directions)), .. directions.Values], one.Names.Select(name => KeyValuePair.Create("along_" + name, Nested.Of(one.At(name).Sizes, one.At(name).Elements().Select(static _ => 0.0)))));
                var before = one.Names.Take(i).Sum(name => one.At(name).Elements().Count());
                for (var k = 0; k < one.At(one.Names[i]).Elements().Count(); k++)
                {
                    var column = along.Run("along_" + one.Names[i], k, 1)[..size];
                    one.RequireNear("second derivatives", column, elements.Evaluate([.. Enumerable.Range(0, size).Select(j => second[j, before + k])]), 1e-9);
                }
            }
        });
    }

    [Theory]
    [InlineData("v: [2]; logsumexp(v)")]
    [InlineData("v: [2]; softmax(v)")]
    [InlineData("v: [2]; layernorm(v)")]
    [InlineData("v: [2]; norm(v)")]
    [InlineData("v: [2]; winner(v)")]
    [InlineData("v: [2]; max(v)")]
    public void Values_at_the_edges_are_the_same(string text)
    {
        double[] all = [0, 1, -1e300, 1e308, 745, double.PositiveInfinity, double.NegativeInfinity, double.NaN];
        var node = ExprNode.Parse(text);
        foreach (var first in all)
        {
            foreach (var second in all)
            {
                // Of infinite elements softmax has none, or only some.
                if (text.Contains("softmax", StringComparison.Ordinal) && (double.IsInfinity(first) || double.IsInfinity(second))) continue;

                // hypot of what is infinite is so whatever the other is.
                if (text.Contains("norm", StringComparison.Ordinal) && double.IsNaN(first + second)) continue;
                var at = new Dictionary<string, Nested>(StringComparer.Ordinal) { ["v"] = Nested.Of([2], [first, second]) };
                var numbers = new Dictionary<string, Nested>(StringComparer.Ordinal) { ["v_0"] = Nested.Number(first), ["v_1"] = Nested.Number(second) };
                var (expected, written) = (new ArrayCase.Compiled([node], at).Run(), new ArrayCase.Compiled(Written(node), numbers).Run());
                for (var i = 0; i < expected.Length; i++)
                {
                    if (double.IsFinite(expected[i])) Assert.Equal(expected[i], written[i], 1e-15 * Math.Abs(expected[i]));
                    else Assert.Equal(expected[i], written[i]);
                }
            }
        }
    }

    [Theory]
    [InlineData("A: [2,2]; b: [2]; solve(A, b)", new double[] { 0, 1, 1, 0 }, new double[] { 2, 3 })]
    [InlineData("A: [2,2]; b: [2]; solve(A, b)", new double[] { 1, 2, 2, 4 }, new double[] { 2, 3 })]
    [InlineData("A: [2,2]; b: [2]; inv(A) @ b", new double[] { 1e-20, 1, 1, 1 }, new double[] { 2, 3 })]
    [InlineData("A: [2,2]; b: [2]; logdet(A) + 0*sum(b)", new double[] { 0, 1, 1, 0 }, new double[] { 2, 3 })]
    [InlineData("A: [2,2]; b: [2]; logdet(A) + 0*sum(b)", new double[] { 0, 1, -2, 0 }, new double[] { 2, 3 })]
    [InlineData("A: [2,2]; b: [2]; logdet(A) + 0*sum(b)", new double[] { 1, 2, 2, 4 }, new double[] { 2, 3 })]
    [InlineData("A: [2,2]; b: [2]; cholesky(A) @ b", new double[] { 4, 2, 2, 5 }, new double[] { 2, 3 })]
    [InlineData("A: [2,2]; b: [2]; take(b, A[0])", new double[] { 1, 0, 0, 0 }, new double[] { 2, 3 })]
    [InlineData("A: [2,2]; b: [2]; scatter(b, A[0], 3)", new double[] { 2, 2, 0, 0 }, new double[] { 2, 3 })]
    public void Pivots_and_choices_are_made_by_the_values(string text, double[] matrix, double[] vector)
    {
        var node = ExprNode.Parse(text);
        var at = new Dictionary<string, Nested>(StringComparer.Ordinal) { ["A"] = Nested.Of([2, 2], matrix), ["b"] = Nested.Of([2], vector) };
        var numbers = matrix.Select((value, i) => ($"A_{i / 2}_{i % 2}", value)).Concat(vector.Select((value, i) => ($"b_{i}", value))).ToDictionary(static one => one.Item1, static one => Nested.Number(one.value), StringComparer.Ordinal);
        var (expected, written) = (new ArrayCase.Compiled([node], at).Run(), new ArrayCase.Compiled(Written(node), numbers).Run());
        for (var i = 0; i < expected.Length; i++)
        {
            if (double.IsFinite(expected[i])) Assert.Equal(expected[i], written[i], 1e-14);
            else Assert.Equal(expected[i], written[i]);
        }
    }

    [Theory]
    [InlineData("x: [1000000000]; sum(x)")]
    [InlineData("x: [1000000000, 8]; w: [8]; (x @ w)[0]")]
    [InlineData("trace(eye(1000000000))")]
    [InlineData("A: [1000, 1000]; sum(inv(A))")]
    public void What_would_not_fit_is_refused_before_it_is_begun(string text)
    {
        var exception = Assert.Throws<AutodiffException>(() => ExprNode.Parse(text).ToScalar());
        Assert.Equal(ErrorIds.DataTooLarge, exception.ErrorId);
        Assert.Contains("written out in numbers", exception.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Time_grows_no_faster_than_the_number_of_elements()
    {
        var times = ((int[])[10_000, 20_000, 40_000]).Select(static size => Enumerable.Range(0, 3).Min(_ => Time(size))).ToArray();
        Assert.True(times[2] < (8 * times[0]) + TimeSpan.FromMilliseconds(20), string.Join(", ", times));

        static TimeSpan Time(int size)
        {
            var v = ExprNode.Variable("v", Shape.Vector(10));
            var chain = v;
            for (var i = 0; i < size / 10; i++) chain = ExprNode.Sin(chain) + v;
            var watch = Stopwatch.StartNew();
            Assert.Equal(10, Assert.IsType<ExprNode[]>(chain.ToScalar()).Length);
            return watch.Elapsed;
        }
    }

    private static ExprNode[] Written(ExprNode node) => node.ToScalar() switch
    {
        ExprNode one => [one],
        ExprNode[] vector => vector,
        var matrix => [.. ((ExprNode[,])matrix).Cast<ExprNode>()],
    };

    /// <summary>The values of a case by the names of elements.</summary>
    private sealed class WrittenCase
    {
        private readonly Dictionary<string, Nested> _at = new(StringComparer.Ordinal);

        public WrittenCase(ArrayCase one)
        {
            var names = new List<string>();
            var all = new ElementNames(ExprNode.Flatten([one.Node]).VariablesAndShapes());
            foreach (var name in one.Names)
            {
                var (value, i) = (one.At(name), 0);
                foreach (var element in value.Elements())
                {
                    names.Add(value.Rank == 0 ? name : all.NameOf(name, i++));
                    _at.Add(names[^1], Nested.Number(element));
                }
            }

            Names = [.. names];
        }

        public string[] Names { get; }

        public double[] Evaluate(IReadOnlyList<ExprNode> nodes) => new ArrayCase.Compiled(nodes, _at).Run();
    }
}
