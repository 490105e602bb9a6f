using System.Diagnostics;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>
/// Arrays in languages that have loops, but no operations on arrays. That the code gives the right values is tested from PowerShell, with the
/// languages themselves; here its form is checked.
/// </summary>
public sealed class LoopTests
{
    private const string Names = "A: [2, 3]; B: [3, 2]; v: [3]; w: [3]; ";

    // Every operation on arrays.
    private static readonly string[] Everything =
    [
        "A @ v", "A.T", "sum(A)", "mean(A)", "max(A)", "min(A, axis=0)", "norm(A, axis=1)", "logsumexp(A)", "softmax(A)", "layernorm(A)", "layernorm(A, axis=0)", "layernorm(v)", "winner(A)", "outer(v, w)", "trace(A @ B)", "diag(v)",
        "concat(v, w)", "reshape(A, 6)", "broadcast(x, 2, 3)", "eye(3)", "zeros(3)", "ones(2, 3)", "take(v, x)", "scatter(v, w, 5)", "A[0, 1:]", "place(v, 1, 3, 0, 5)", "[v, w]",
        "solve(A @ B, [x, 1])", "inv(A @ B)", "logdet(A @ B)", "cholesky(A @ B)", "tril(A)",
    ];

    private static readonly Func<int, ExprNode>[] Kinds = [Layers, Parts, Elements];

    public static TheoryData<ExprTextFormat> Formats => [.. Enum.GetValues<ExprTextFormat>()];

    [Fact]
    public void Every_operation_on_arrays_has_loops()
    {
        var seen = new HashSet<string>();
        foreach (var text in Everything)
        {
            var node = ExprNode.Parse(Names + text);
            var (graph, root) = node.Flatten();
            var reachable = graph.Reachable([root]);
            for (var id = 0; id < reachable.Length; id++) seen.Add(graph.OperationOf(id).Name);

            // The result has elements, or is a number that was computed.
            Assert.Contains(node.Shape.Count == 0 ? "double t" : "new double[", node.ToText(ExprTextFormat.CSharp), StringComparison.Ordinal);
            Assert.Contains(node.Shape.Count == 0 ? "$t1 = " : "[double[", node.ToText(ExprTextFormat.PowerShell), StringComparison.Ordinal);
        }

        Assert.Empty(OperationTable.ByCode.OfType<ArrayOperation>().Select(static operation => operation.Name).Except(seen));
    }

    [Fact]
    public void A_class_in_CSharp_has_arrays_loops_and_nothing_else() => Assert.Equal(
        """
        using System;

        // A: [2, 3]; v: [3]; tanh(A @ v + x)
        public static class Expression
        {
            public static double[] Evaluate(double[,] A, double[] v, double x)
            {
                if (A?.GetLength(0) != 2 || A.GetLength(1) != 3) throw new ArgumentException($"It has to have 2 rows and 3 columns, not {A?.GetLength(0)} and {A?.GetLength(1)}.", nameof(A));
                if (v?.Length != 3) throw new ArgumentException($"It has to have 3 elements, not {v?.Length}.", nameof(v));
                double[] t1 = new double[2];
                for (int i = 0; i < 2; i++)
                {
                    double t2 = 0.0;
                    for (int j = 0; j < 3; j++)
                    {
                        t2 += A[i, j] * v[j];
                    }
                    t1[i] = t2;
                }
                double[] t3 = new double[2];
                for (int i = 0; i < 2; i++)
                {
                    t3[i] = Math.Tanh(t1[i] + x);
                }
                return t3;
            }
        }

        """.ReplaceLineEndings("\n"),
        ExprNode.Parse("A: [2, 3]; v: [3]; tanh(A @ v + x)").ToText(ExprTextFormat.CSharp));

    [Fact]
    public void A_script_in_PowerShell_has_the_same_loops() => Assert.Equal(
        """
        # A: [2, 3]; v: [3]; tanh(A @ v + x)
        param([double[,]] $A, [double[]] $v, [double] $x)

        if ($A.Rank -ne 2 -or $A.GetLength(0) -ne 2 -or $A.GetLength(1) -ne 3) { throw "A has to have 2 rows and 3 columns, not $($A.Length) elements." }
        if ($v.Length -ne 3) { throw "v has to have 3 elements, not $($v.Length)." }
        $t1 = [double[]]::new(2)
        for ($i = 0; $i -lt 2; $i++) {
            $t2 = 0.0
            for ($j = 0; $j -lt 3; $j++) {
                $t2 += $A[$i, $j] * $v[$j]
            }
            $t1[$i] = $t2
        }
        $t3 = [double[]]::new(2)
        for ($i = 0; $i -lt 2; $i++) {
            $t3[$i] = [Math]::Tanh($t1[$i] + $x)
        }
        , $t3

        """.ReplaceLineEndings("\n"),
        ExprNode.Parse("A: [2, 3]; v: [3]; tanh(A @ v + x)").ToText(ExprTextFormat.PowerShell));

    [Fact]
    public void What_works_element_by_element_is_one_loop_with_the_sum_around_it() => AssertLoops(
        "sum((exp(v) - w)^2 / x)",
        """
        double t1 = 0.0;
        for (int i = 0; i < 3; i++)
        {
            double t2 = Math.Exp(v[i]) - w[i];
            t1 += t2 * t2 / x;
        }
        return t1;
        """);

    [Fact]
    public void Numbers_are_computed_before_loops() => AssertLoops(
        "v * sin(x) - w",
        """
        double t1 = Math.Sin(x);
        double[] t2 = new double[3];
        for (int i = 0; i < 3; i++)
        {
            t2[i] = v[i] * t1 - w[i];
        }
        return t2;
        """);

    [Fact]
    public void Parts_transposes_and_stretched_arrays_are_places() => AssertLoops(
        "A[1:].T[1:] * column(w[1:]) + [x, 2][1] - A[0, 2]",
        """
        double[] t1 = new double[2];
        t1[0] = x;
        t1[1] = 2.0;
        double[,] t2 = new double[2, 1];
        for (int i = 0; i < 2; i++)
        {
            for (int j = 0; j < 1; j++)
            {
                t2[i, j] = A[j + 1, i + 1] * w[i + 1] + t1[1] - A[0, 2];
            }
        }
        return t2;
        """);

    [Fact]
    public void What_is_put_together_is_computed_where_it_belongs() => AssertLoops(
        "concat([v, w + 1], outer([1, x], v))",
        """
        double[,] t1 = new double[4, 3];
        for (int i = 0; i < 3; i++)
        {
            t1[1, i] = w[i] + 1.0;
        }
        for (int i = 0; i < 3; i++)
        {
            t1[0, i] = v[i];
        }
        double[] t2 = new double[2];
        t2[0] = 1.0;
        t2[1] = x;
        for (int i = 0; i < 2; i++)
        {
            for (int j = 0; j < 3; j++)
            {
                t1[i + 2, j] = t2[i] * v[j];
            }
        }
        return t1;
        """);

    [Fact]
    public void A_parameter_is_not_given_back_itself() => AssertLoops(
        "v",
        """
        double[] t1 = new double[3];
        for (int i = 0; i < 3; i++)
        {
            t1[i] = v[i];
        }
        return t1;
        """);

    [Theory]
    [InlineData(ExprTextFormat.CSharp, "i: [2]; J: [2]; i + J + k + t1", "for (int i_ = 0; i_ < 2; i_++)")]
    [InlineData(ExprTextFormat.CSharp, "class: [2]; class + Place", "t1[i] = @class[i] + Place_;")]
    [InlineData(ExprTextFormat.PowerShell, "I: [2, 2]; J: [2]; I @ J + t1", "$t3 += $I[$i_, $j_] * $J[$j_]")]
    [InlineData(ExprTextFormat.PowerShell, "A: [2, 3]; A[1:, 1:] + 1", "$t1[$i, $j] = $A[($i + 1), ($j + 1)] + 1.0")]
    [InlineData(ExprTextFormat.PowerShell, "v: [2]; [[1, -2e-5], [3, 4]] @ v", "[Buffer]::BlockCopy(([double[]] (1.0, -2e-05, 3.0, 4.0)), 0, $t1, 0, 32)")]
    [InlineData(ExprTextFormat.CSharp, "v: [2]; [[1, -2e-5], [3, 4]] @ v", "double[,] t1 = { { 1.0, -2e-05 }, { 3.0, 4.0 } };")]
    [InlineData(ExprTextFormat.CSharp, "v: [2]; -broadcast(-2, 2) - v", "t1[i] = -(-2.0) - v[i];")]
    public void Code_is_what_the_language_takes(ExprTextFormat format, string text, string line) =>
        Assert.Contains(line, ExprNode.Parse(text).ToText(format), StringComparison.Ordinal);

    [Theory]
    [InlineData(ExprTextFormat.CSharp)]
    [InlineData(ExprTextFormat.PowerShell)]
    public void No_formula_nests_deeply(ExprTextFormat format)
    {
        var node = ExprNode.Variable("v", 3);
        for (var i = 0; i < 1000; i++) node = ExprNode.Sin(node);
        var code = node.ToText(format).Split('\n').Skip(5).ToArray();
        Assert.All(code, static line => Assert.InRange(line.Count(static c => c == '('), 0, 22));
        Assert.Single(code, static line => line.Contains("for (", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ExprTextFormat.CSharp)]
    [InlineData(ExprTextFormat.PowerShell)]
    public void More_elements_than_an_array_has_are_refused(ExprTextFormat format)
    {
        var error = Assert.Throws<AutodiffException>(() => ExprNode.Parse("v: [3000000000]; sum(v)").ToText(format));
        Assert.Equal("DataTooLarge", error.ErrorId);
        Assert.Equal("An array of .NET has at most 2147483591 elements along an axis, and a vector (3000000000) has more.", error.Message);
    }

    [Fact]
    public void A_million_parts_of_parts_are_written() => SmallStack.Run(static () =>
    {
        var node = ExprNode.Variable("v", 1_000_001);
        for (var i = 0; i < 100_000; i++) node = node.Slice(1, node.Shape[0]);
        Assert.Contains("t1[i] = v[i + 100000];", node.ToText(ExprTextFormat.CSharp), StringComparison.Ordinal);
    });

    [Theory]
    [MemberData(nameof(Formats))]
    public void Twice_the_nodes_are_twice_the_text(ExprTextFormat format) => Assert.All(Kinds, make =>
        Assert.InRange(make(2_000).ToText(format).Length, 0, 2.2 * make(1_000).ToText(format).Length));

    [Theory]
    [Trait("Category", "Nightly")]
    [MemberData(nameof(Formats))]
    public void Ten_thousand_nodes_take_less_than_a_tenth_of_a_second(ExprTextFormat format) => Assert.All(Kinds, make =>
    {
        var node = make(10_000);
        var least = double.PositiveInfinity;
        for (var i = 0; i < 50 && least > 100; i++)
        {
            var watch = Stopwatch.StartNew();
            node.ToText(format);
            least = Math.Min(least, watch.Elapsed.TotalMilliseconds);
        }

        Assert.InRange(least, 0, 100);
    });

    private static ExprNode Layers(int nodes)
    {
        var (weights, bias, state) = (ExprNode.Variable("W", 4, 4), ExprNode.Variable("b", 4), ExprNode.Variable("v", 4));
        for (var i = 0; i < nodes / 3; i++) state = ExprNode.Tanh(weights.Dot(state) + bias);
        return state.Sum();
    }

    private static ExprNode Parts(int nodes)
    {
        var (matrix, vector) = (ExprNode.Variable("A", 3, 4), ExprNode.Variable("v", 4));
        var state = matrix;
        for (var i = 0; i < nodes / 10; i++)
        {
            state = ExprNode.Softmax((state * vector) + state[0]).T.T;
            state = (state / state.Sum(1).Norm()) + state.Mean(0);
        }

        return state;
    }

    private static ExprNode Elements(int nodes) => ExprNode.Stack([.. Enumerable.Range(0, nodes / 2).Select(static i => ExprNode.Variable("x") + i)]);

    private static void AssertLoops(string text, string statements)
    {
        var lines = ExprNode.Parse(Names + text).ToText(ExprTextFormat.CSharp).Split('\n');
        var first = Array.FindLastIndex(lines, static line => line.Contains("throw new ArgumentException", StringComparison.Ordinal)) + 1;
        var last = Array.IndexOf(lines, "    }");
        Assert.Equal(statements.ReplaceLineEndings("\n"), string.Join('\n', lines[first..last].Select(static line => line[8..])));
    }
}
