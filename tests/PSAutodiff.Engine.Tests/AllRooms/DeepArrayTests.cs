using PSAutodiff.Core;
using PSAutodiff.Execution.Arrays;
using PSAutodiff.Operations.Arrays;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Chains of 20,000 operations on arrays, on a stack that is far too small for recursion; and what a gradient costs, counted.</summary>
[Trait("Category", "Slow")]
public sealed class DeepArrayTests
{
    private const int Depth = 20_000;

    private static readonly Shape Three = Shape.Vector(3);

    public static TheoryData<string> Chains => ["sums", "products", "matrix products", "slices", "transposes", "concats", "literal", "softmax", "broadcasts", "places", "shifts"];

    [Theory]
    [MemberData(nameof(Chains))]
    public void Chains_go_through_every_pass(string kind) => SmallStack.Run(() =>
    {
        var node = Chain(kind, Depth);
        var number = ExprNode.Sum(node * node);
        Assert.Equal(node, Chain(kind, Depth));
        Assert.Equal(number, ExprNode.Parse(number.ToText(ExprTextFormat.Let)));
        Assert.NotNull(number.ToString());
        var gradient = number.Gradient("v")[0];
        Assert.True(gradient.ArrayShape.IsLike(kind == "slices" ? Shape.Vector(Depth + 1) : Three));
        Assert.NotNull(number.DifferentiateAlong(new Dictionary<string, ExprNode> { ["v"] = ExprNode.Variable("d", gradient.ArrayShape) }));
        foreach (var rule in new[] { SimplificationRule.Standard, SimplificationRule.Stable, SimplificationRule.Textbook }) Assert.True(number.Simplify(rule).ArrayShape.IsNumber);

        // The sums in the derivatives of these bring numbers out of one another, up to a limit for each: ten times the time of all others.
        var simplified = kind == "places" ? ExprNode.Sum(Chain(kind, Depth / 10)).Gradient("v")[0] : gradient;
        Assert.True(simplified.Simplify().ArrayShape.IsLike(gradient.ArrayShape));
        var names = number.Variables;
        var flat = ExprNode.Flatten([number]);
        var tape = ArrayTape.Compile(flat, VariableLayout.Of(names, flat));
        var results = new double[1];
        tape.Run(Enumerable.Repeat(0.1, tape.Inputs.Length).ToArray(), results);
        Assert.False(double.IsNaN(results[0]));
    });

    [Theory]
    [InlineData("sums")]
    [InlineData("matrix products")]
    [InlineData("slices")]
    [InlineData("transposes")]
    [InlineData("concats")]
    [InlineData("literal")]
    [InlineData("softmax")]
    [InlineData("broadcasts")]
    [InlineData("places")]
    [InlineData("shifts")]
    [InlineData("growth")]
    public void Twice_the_chain_costs_twice_the_memory(string kind) => SmallStack.Run(() =>
    {
        Allocated(kind, 100);
        var (one, two, four) = (Allocated(kind, 500), Allocated(kind, 1000), Allocated(kind, 2000));
        Assert.True(two < 2.6 * one && four < 2.6 * two, $"{one:n0}, {two:n0}, {four:n0} bytes");
    });

    [Fact]
    public void One_reverse_sweep_costs_at_most_five_times_the_nodes_of_the_value()
    {
        var worst = 0.0;
        for (var seed = 0; seed < 3000; seed++)
        {
            var one = new ArrayCase(seed, 30, isSmooth: seed % 2 == 0, isNumber: true);
            if (one.Names.Length == 0) continue;
            var flat = ExprNode.Flatten([one.Node]);
            var own = Operations(flat);
            if (own < 12) continue;
            var all = Operations(ExprNode.Flatten([one.Node, .. one.Node.Gradient(one.Names)]));
            worst = Math.Max(worst, (double)all / own);
            Assert.True(all <= 5 * own, $"{all} operations for {own}; seed {seed}: {one.Program.Text}");
        }

        Assert.True(worst > 2, $"{worst}");
    }

    // What the operation gives its arguments is at most four nodes, so that with itself it is five.
    [Fact]
    public void What_each_operation_gives_its_arguments_is_at_most_four_nodes()
    {
        var seen = new HashSet<string>();
        foreach (var text in new[]
        {
            "A @ B", "A @ v", "v @ A", "v @ w", "A.T", "sum(A)", "sum(A, axis=0)", "sum(A, axis=1)", "mean(A)", "mean(A, axis=1)", "max(A)", "max(A, axis=0)", "min(A)", "min(A, axis=1)",
            "norm(A)", "norm(A, axis=0)", "norm(v)", "softmax(A)", "softmax(A, axis=0)", "softmax(v)", "layernorm(A)", "layernorm(A, axis=0)", "layernorm(v)", "logsumexp(A)", "logsumexp(v)", "winner(v)", "outer(v, w)", "trace(A)", "diag(A)", "diag(v)",
            "reshape(A, 9)", "broadcast(v, 3, 3)", "concat(v, w)", "concat(A, B, axis=1)", "[c, d]", "[v, w]", "v[1]", "v[1:]", "A[1]", "A[:, 1]", "take(v, [2, 0])", "take(A, [2, 0])",
            "scatter(v, [4, 0, 2], 5)", "place(v, 1, 3, 0, 5)", "eye(3)", "zeros(3)", "ones(3)",
            "solve(A, v)", "solve(A, B)", "inv(A)", "logdet(A)", "tril(A)", "cholesky(A)",
        })
        {
            var operation = ExprNode.Parse("A: [3,3]; B: [3,3]; v: [3]; w: [3]; " + text);
            seen.Add(operation.Operation.Name);
            var weight = ExprNode.Variable("weight", operation.ArrayShape.Plain());
            var node = operation.ArrayShape.IsNumber ? weight * operation : ExprNode.Sum(weight * operation);
            string[] names = [.. operation.Variables];
            if (names.Length == 0) continue;
            var more = Operations(ExprNode.Flatten([node, .. node.Gradient(names)])) - Operations(ExprNode.Flatten([node]));

            // Both arguments of solve are matrices, and each has to be transposed; the adjoint of cholesky is a formula of triangular systems; that of layernorm has the deviation, which the value does not show.
            Assert.True(more <= text switch { "solve(A, B)" => 5, "cholesky(A)" or "layernorm(A)" or "layernorm(A, axis=0)" or "layernorm(v)" => 13, _ => 4 }, $"{text}: {more} nodes");
        }

        Assert.Empty(OperationTable.ByCode.Where(static operation => operation is ArrayOperation).Select(static operation => operation.Name).Except(seen));
    }

    // Zero fill and constants apart.
    private static int Operations(RootedGraph flat)
    {
        var reachable = flat.Reachable();
        return Enumerable.Range(0, reachable.Length).Count(id => reachable[id] && !flat.Graph.IsLeaf(id) && flat.Graph.OperationOf(id) is not (ZerosOperation or OnesOperation or BroadcastOperation or ReshapeOperation));
    }

    private static long Allocated(string kind, int length)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var number = ExprNode.Sum(Chain(kind, length));
        var gradient = number.Gradient("v")[0].Simplify();
        ArrayTape.Compile(ExprNode.Flatten([gradient]), VariableLayout.Of(number.Variables, ExprNode.Flatten([number])));
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    // Each link was rewritten once for each of 48 links before it.
    [Fact]
    public void A_link_of_a_chain_that_grows_is_simplified_in_a_few_steps() => SmallStack.Run(() =>
    {
        var gradient = ExprNode.Sum(Chain("growth", 500)).Gradient("v", "x");
        _ = ExprNode.Simplify(gradient, SimplificationRule.Stable);
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = ExprNode.Simplify(gradient, SimplificationRule.Stable);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(bytes < 500 * 6000, $"{bytes:n0} bytes");
    });

    private static ExprNode Chain(string kind, int length)
    {
        var v = ExprNode.Variable("v", kind == "slices" ? Shape.Vector(length + 1) : Three);
        var w = ExprNode.Variable("W", Shape.Matrix(3, 3));
        var chain = kind switch { "transposes" => w, "literal" => v * 2, _ => v };
        if (kind == "literal") return ExprNode.Stack([.. Enumerable.Range(0, length).Select(i => i % 2 == 0 ? ExprNode.Take(v, i % 3) : ExprNode.Variable("x"))]);
        for (var i = 0; i < length; i++)
        {
            chain = kind switch
            {
                "sums" => chain + v,
                "products" => 0.5 * chain * (v + 1),
                "matrix products" => ExprNode.MatMul(w, chain),
                "growth" => chain + (chain * ExprNode.Variable("x")),
                "slices" => chain.Part(SliceBounds.Range(1, chain.ArrayShape.Rows - 1)),
                "transposes" => (chain + 0.5).T,
                "concats" => ExprNode.Concat(chain, v),
                "softmax" => ExprNode.Softmax(chain),
                "shifts" => ExprNode.Concat(chain.Part(SliceBounds.Range(1, 2)), ExprNode.Stack([ExprNode.Sum(chain) * 0.1])),
                "broadcasts" => ExprNode.Broadcast(ExprNode.Sum(chain), 3) * 0.3,
                _ => chain * ExprNode.Sum(chain) * 0.1,
            };
        }

        return kind == "transposes" ? ExprNode.MatMul(chain, v) : chain;
    }
}
