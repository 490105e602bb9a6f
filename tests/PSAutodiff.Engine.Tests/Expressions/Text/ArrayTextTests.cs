using System.Text.Json;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Vectors and matrices in every format: text that reads back, typeset formulas, Python, drawings.</summary>
public sealed class ArrayTextTests
{
    private const string Names = "A: [2, 3]; B: [3, 2]; v: [3]; w: [3]; ";

    // Expressions and their gradients: operations that only derivatives have are among them.
    internal static readonly Lazy<ExprNode[]> Golden = new(static () =>
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "data", "arrays.jsonl"))
            .Select(static line => ExprNode.Parse(JsonDocument.Parse(line).RootElement.GetProperty("expression").GetString()!))
            .SelectMany(static node => node.Gradient([.. node.Variables]).Prepend(node)),
    ]);

    public static TheoryData<ExprTextFormat> Read => [ExprTextFormat.Infix, ExprTextFormat.Lab, ExprTextFormat.Let, ExprTextFormat.Json];

    [Theory]
    [MemberData(nameof(Read))]
    public void Text_reads_back(ExprTextFormat format) => Assert.All(Golden.Value, node =>
    {
        var text = node.ToText(format, int.MaxValue);
        var back = format == ExprTextFormat.Json ? ExprNode.ParseJson(text) : ExprNode.Parse(text);
        Assert.Equal(node, back);
        Assert.Equal(node.GetHashCode(), back.GetHashCode());
        Assert.Equal(node.Shape, back.Shape);
    });

    [Theory]
    [InlineData("[x, 0]")]
    [InlineData("[0, 1, x]")]
    [InlineData("[[x, 2], [3, 4]]")]
    [InlineData("[v, w, v + w]")]
    [InlineData("[[1, 2, 3], v]")]
    [InlineData("stack(v, x)")]
    [InlineData("stack(stack(v, x), x)")]
    [InlineData("stack(A, w)")]
    [InlineData("[-1, -x, 2]")]
    public void Literals_read_back(string text)
    {
        var node = ExprNode.Parse(Names + text);
        Assert.EndsWith(text, node.ToString(), StringComparison.Ordinal);
        Assert.Equal(node, ExprNode.Parse(node.ToString()));
        Assert.Equal(node, ExprNode.Parse(Texts.Lab(node)));
        Assert.Equal(node, ExprNode.Parse(Texts.Let(node)));
        Assert.Equal(node, ExprNode.ParseJson(node.ToJson()));
    }

    [Fact]
    public void What_only_numbers_need_stays_as_it_was()
    {
        Assert.Equal("""{"format":"PSAutodiff.Expression","version":1,"nodes":[{"op":"var","name":"x"},{"op":"const","value":2},{"op":"pow","args":[0,1]}],"root":2}""", ExprNode.Parse("x^2").ToJson());
        Assert.Equal(
            """{"format":"PSAutodiff.Expression","version":2,"nodes":[{"op":"var","name":"S","shape":[2,2],"symmetric":true},{"op":"array","shape":[2],"values":[1,0.5]},{"op":"matmul","args":[0,1]},{"op":"index","values":[0]},{"op":"total","args":[2,3]}],"root":4}""",
            ExprNode.Parse("S: [2, 2] symmetric; sum(S @ [1, 0.5], axis=0)").ToJson());
    }

    [Theory]
    [InlineData("A @ v", @"\mathbf{A} \, \mathbf{v}")]
    [InlineData("v @ w", @"\mathbf{v}^{\mathsf{T}} \, \mathbf{w}")]
    [InlineData("A.T @ (A @ v - [1, x])", @"\mathbf{A}^{\mathsf{T}} \, \left(\mathbf{A} \, \mathbf{v} - \left[\begin{array}{c} 1 \\ x \end{array}\right]\right)")]
    [InlineData("(A @ B).T", @"\left(\mathbf{A} \, \mathbf{B}\right)^{\mathsf{T}}")]
    [InlineData("outer(v, w)", @"\mathbf{v} \, \mathbf{w}^{\mathsf{T}}")]
    [InlineData("v * w", @"\mathbf{v} \odot \mathbf{w}")]
    [InlineData("x * w", @"x \cdot \mathbf{w}")]
    [InlineData("v / w", @"\mathbf{v} \oslash \mathbf{w}")]
    [InlineData("v / x", @"\frac{\mathbf{v}}{x}")]
    [InlineData("v^2", @"\mathbf{v}^{\circ 2}")]
    [InlineData("v^(-x)", @"\mathbf{v}^{\circ \left(-x\right)}")]
    [InlineData("x^v", @"x^{\circ \mathbf{v}}")]
    [InlineData("w @ B", @"\mathbf{B}^{\mathsf{T}} \, \mathbf{w}")]
    [InlineData("w @ B @ v[1:]", @"\left(\mathbf{B}^{\mathsf{T}} \, \mathbf{w}\right)^{\mathsf{T}} \, {\mathbf{v}}_{[1:]}")]
    [InlineData("exp(A)", @"\operatorname{exp}_{\circ}\left(\mathbf{A}\right)")]
    [InlineData("exp(v)", @"\operatorname{exp}_{\circ}\left(\mathbf{v}\right)")]
    [InlineData("abs(A)", @"\operatorname{abs}_{\circ}\left(\mathbf{A}\right)")]
    [InlineData("abs(v)", @"\operatorname{abs}_{\circ}\left(\mathbf{v}\right)")]
    [InlineData("tanh(A)", @"\tanh_{\circ}\left(\mathbf{A}\right)")]
    [InlineData("tanh(v)", @"\tanh\left(\mathbf{v}\right)")]
    [InlineData("log10(A)", @"\operatorname{log10}_{\circ}\left(\mathbf{A}\right)")]
    [InlineData("-A", @"-\mathbf{A}")]
    [InlineData("exp(x)", "e^{x}")]
    [InlineData("norm(v)", @"\left\lVert \mathbf{v} \right\rVert")]
    [InlineData("norm(A)", @"\left\lVert \mathbf{A} \right\rVert_{\mathrm{F}}")]
    [InlineData("norm(A, axis=0)", @"\left\lVert \mathbf{A} \right\rVert_{\text{axis }0}")]
    [InlineData("sum(A, axis=1)", @"\operatorname{sum}_{\text{axis }1}\left(\mathbf{A}\right)")]
    [InlineData("softmax(v)", @"\operatorname{softmax}\left(\mathbf{v}\right)")]
    [InlineData("softmax(A)", @"\operatorname{softmax}_{\text{axis }1}\left(\mathbf{A}\right)")]
    [InlineData("trace(A @ B)", @"\operatorname{tr}\left(\mathbf{A} \, \mathbf{B}\right)")]
    [InlineData("solve(outer(v, w), w)", @"\left(\mathbf{v} \, \mathbf{w}^{\mathsf{T}}\right)^{-1} \, \mathbf{w}")]
    [InlineData("inv(A @ B)", @"\left(\mathbf{A} \, \mathbf{B}\right)^{-1}")]
    [InlineData("inv(eye(2)).T", @"\left(\mathbf{I}_{2}^{-1}\right)^{\mathsf{T}}")]
    [InlineData("logdet(diag(v))", @"\log\det\left(\operatorname{diag}\left(\mathbf{v}\right)\right)")]
    [InlineData("cholesky(tril(A @ B))", @"\operatorname{chol}\left(\operatorname{tril}\left(\mathbf{A} \, \mathbf{B}\right)\right)")]
    [InlineData("diag(v)", @"\operatorname{diag}\left(\mathbf{v}\right)")]
    [InlineData("eye(3)", @"\mathbf{I}_{3}")]
    [InlineData("zeros(2, 3)", @"\mathbf{0}_{2 \times 3}")]
    [InlineData("concat(v, w)", @"\operatorname{concat}\left(\mathbf{v}, \mathbf{w}\right)")]
    [InlineData("reshape(A, 6)", @"\operatorname{reshape}_{6}\left(\mathbf{A}\right)")]
    [InlineData("broadcast(x, 2, 3)", @"\operatorname{broadcast}_{2 \times 3}\left(x\right)")]
    [InlineData("v[0]", @"{\mathbf{v}}_{[0]}")]
    [InlineData("A[1:, :2]", @"{\mathbf{A}}_{[1:, :2]}")]
    [InlineData("(v + w)[1]", @"{\left(\mathbf{v} + \mathbf{w}\right)}_{[1]}")]
    [InlineData("[[1, -2], [3, 4e-5]]", @"\left[\begin{array}{cc} 1 & -2 \\ 3 & 4 \cdot 10^{-5} \end{array}\right]")]
    [InlineData("[[1, x], [y, 4]]", @"\left[\begin{array}{cc} 1 & x \\ y & 4 \end{array}\right]")]
    [InlineData("[v, -w]", @"\left[\begin{array}{c} \mathbf{v}^{\mathsf{T}} \\ \left(-\mathbf{w}\right)^{\mathsf{T}} \end{array}\right]")]
    public void Formulas_are_typeset(string text, string latex) => Assert.Equal(latex, ExprNode.Parse(Names + text).ToText(ExprTextFormat.Latex));

    [Theory]
    [InlineData("W1: [2]; W1 @ W1", @"\mathbf{W}_{1}^{\mathsf{T}} \, \mathbf{W}_{1}")]
    [InlineData("theta_2: [2]; 2 * theta_2", @"2 \cdot \boldsymbol{\theta}_{2}")]
    [InlineData("weights: [2]; weights + x", @"\mathbf{weights} + x")]
    [InlineData("${a b}: [2]; -${a b}", @"-\mathbf{a\ b}")]
    [InlineData("β: [2]; β", @"\boldsymbol{{\beta}}")]
    public void Names_of_arrays_are_bold(string text, string latex) => Assert.Equal(latex, ExprNode.Parse(text).ToText(ExprTextFormat.Latex));

    [Fact]
    public void A_drawing_shows_shapes() => Assert.Equal(
        """
        sub (2)
        ├─ sum(·, axis=1) (2)
        │  └─ matmul (2, 2) #1
        │     ├─ A (2, 3)
        │     └─ B (3, 2)
        └─ mul (2)
           ├─ ·[0] (2)
           │  └─ (= #1)
           └─ [1, 2] (2)
        """.ReplaceLineEndings("\n"),
        ExprNode.Parse(Names + "sum(A @ B, axis=1) - (A @ B)[0] * [1, 2]").ToText(ExprTextFormat.Tree));

    [Fact]
    public void A_diagram_shows_shapes() => Assert.Equal(
        """
        digraph expression {
            graph [ordering=in]
            node [shape=circle]
            n0 [label="v (3)", shape=box]
            n1 [label="mean(·)", peripheries=2]
            n0 -> n1
        }

        """.ReplaceLineEndings("\n"),
        ExprNode.Parse("v: [3]; mean(v)").ToText(ExprTextFormat.Dot));

    [Theory]
    [InlineData("A @ v", "A @ v")]
    [InlineData("A.T @ [1, x]", "A.T @ np.array([1.0, x])")]
    [InlineData("solve(A @ B, [x, 1])", "np.linalg.solve(A @ B, np.array([x, 1.0]))")]
    [InlineData("inv(A @ B) + tril(B)[1:]", "np.linalg.inv(A @ B) + np.tril(B)[1:, :]")]
    [InlineData("logdet(A @ B) * cholesky(eye(2))", "logdet(A @ B) * cholesky(np.eye(2))")]
    [InlineData("(A @ B).T", "(A @ B).T")]
    [InlineData("sum(A) + mean(A) - max(v) * min(v)", "np.sum(A) + np.mean(A) - np.max(v) * np.min(v)")]
    [InlineData("sum(A, axis=0)", "np.sum(A, axis=0)")]
    [InlineData("norm(v)", "norm(v)")]
    [InlineData("softmax(A, axis=0)", "softmax(A, axis=0)")]
    [InlineData("logsumexp(v)", "logsumexp(v)")]
    [InlineData("winner(v)", "winner(v)")]
    [InlineData("outer(v, w)", "np.outer(v, w)")]
    [InlineData("trace(A @ B)", "np.trace(A @ B)")]
    [InlineData("diag(v)", "np.diag(v)")]
    [InlineData("concat(v, w)", "np.concatenate((v, w))")]
    [InlineData("concat(A, A, axis=1)", "np.concatenate((A, A), axis=1)")]
    [InlineData("reshape(A, 6)", "np.reshape(A, (6,))")]
    [InlineData("column(v)", "np.reshape(v, (3, 1))")]
    [InlineData("broadcast(v, 2, 3)", "np.broadcast_to(v, (2, 3))")]
    [InlineData("eye(3)", "np.eye(3)")]
    [InlineData("zeros(2, 3)", "np.zeros((2, 3))")]
    [InlineData("ones(2)", "np.ones((2,))")]
    [InlineData("take(v, [0, 2])", "v[places(np.array([0.0, 2.0]))]")]
    [InlineData("scatter(v, [0, 2, 2], 5)", "scatter(v, np.array([0.0, 2.0, 2.0]), 5)")]
    [InlineData("A[1:, :2]", "A[1:, :2]")]
    [InlineData("(v + w)[0]", "(v + w)[0]")]
    [InlineData("[[1, x], [y, 2]]", "np.array([[1.0, x], [y, 2.0]])")]
    [InlineData("[v, w]", "np.array([v, w])")]
    [InlineData("stack(v, x)", "np.append(v, x)")]
    [InlineData("stack(A, v)", "np.vstack((A, v))")]
    [InlineData("place(v, 1, 3, 0, 5)", "place(v, np.s_[1:4], (5,))")]
    [InlineData("v^2 / w", "v * v / w")]
    public void Python_computes_with_arrays(string text, string code)
    {
        var python = ExprNode.Parse(Names + text).ToText(ExprTextFormat.Python);
        Assert.EndsWith($"    return {code}\n", python, StringComparison.Ordinal);
    }

    [Fact]
    public void Python_checks_shapes() => Assert.EndsWith(
        """
        # A: [2, 3]; v: [3]; (A @ v) * x
        @np.errstate(all="ignore")
        def evaluate(A, v, x):
            A = np.asarray(A, dtype=np.float64)[()]
            assert A.shape == (2, 3)
            v = np.asarray(v, dtype=np.float64)[()]
            assert v.shape == (3,)
            x = np.asarray(x, dtype=np.float64)[()]
            return A @ v * x

        """.ReplaceLineEndings("\n"),
        ExprNode.Parse("A: [2, 3]; v: [3]; A @ v * x").ToText(ExprTextFormat.Python));

    [Theory]
    [InlineData("A.T @ [1, x]", "A.t() @ array([1.0, x], like)")]
    [InlineData("[[1, x], [y, 2]] @ [1, 2]", "array([[1.0, x], [y, 2.0]], like) @ array([1.0, 2.0], like)")]
    [InlineData("sum(A, axis=0)", "torch.sum(A, dim=0)")]
    [InlineData("logsumexp(v) + max(v)", "torch.logsumexp(torch.flatten(v), dim=0) + torch.amax(v)")]
    [InlineData("softmax(A, axis=0)", "torch.softmax(A, dim=0)")]
    [InlineData("layernorm(A)", "torch.nn.functional.layer_norm(A, (3,))")]
    [InlineData("layernorm(A, axis=0)", "torch.nn.functional.layer_norm(torch.t(A), (2,)).t()")]
    [InlineData("layernorm(v)", "torch.nn.functional.layer_norm(v, (3,))")]
    [InlineData("broadcast(x, 2, 3)", "torch.broadcast_to(torch.as_tensor(x, **like), (2, 3))")]
    [InlineData("zeros(2, 3) + eye(3)[1:]", "torch.zeros((2, 3), **like) + torch.eye(3, **like)[1:, :]")]
    [InlineData("place(v, 1, 3, 0, 5)", "place(v, (slice(1, 4),), (5,), like)")]
    [InlineData("take(v, 1)", "v[places(1.0)]")]
    [InlineData("max(x, 2) * (x > 1)", "maximum(*tensors(x, 2.0)) * truth(1.0 < x, like)")]
    [InlineData("x + log(2)", "x + 0.6931471805599453")]
    public void PyTorch_computes_with_tensors(string text, string code) =>
        Assert.EndsWith($"    return {code}\n", ExprNode.Parse(Names + text).ToText(ExprTextFormat.PyTorch), StringComparison.Ordinal);

    [Fact]
    public void A_long_literal_is_one_formula_in_Python()
    {
        var elements = string.Join(", ", Enumerable.Range(0, 100).Select(static i => $"x{i}"));
        Assert.EndsWith($"    return np.array([{elements}])\n", ExprNode.Parse($"[{elements}]").ToText(ExprTextFormat.Python), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"op":"var","name":"v","shape":[3,0]}""", "whole number from 1")]
    [InlineData("""{"op":"var","name":"v","shape":[1.5]}""", "whole number from 1")]
    [InlineData("""{"op":"var","name":"v","shape":[1,2,3]}""", "at most two sizes")]
    [InlineData("""{"op":"var","name":"v","shape":3}""", "'shape' has to be a list")]
    [InlineData("""{"op":"var","name":"v","shape":[3],"shape":[3]}""", "'shape' is given twice")]
    [InlineData("""{"op":"var","name":"v","shape":[3],"symmetric":true}""", "only a square matrix is symmetric")]
    [InlineData("""{"op":"var","name":"v","shape":[3,3],"symmetric":1}""", "'symmetric' has to be true or false")]
    [InlineData("""{"op":"var","name":"x","shape":[3]}""", "A name has one shape")]
    [InlineData("""{"op":"const","value":1,"shape":[3]}""", "'const' takes 'op' and 'value' and nothing else")]
    [InlineData("""{"op":"array","values":[1,2]}""", "'shape' is missing")]
    [InlineData("""{"op":"array","shape":[2],"values":[1]}""", "there are 1 'values' for a vector (2)")]
    [InlineData("""{"op":"array","shape":[],"values":[1]}""", "one or two sizes")]
    [InlineData("""{"op":"array","shape":[9000000000000000,9000000000000000],"values":[1]}""", "there are 1 'values'")]
    [InlineData("""{"op":"array","shape":[1],"values":["1"]}""", "an entry of 'values' has to be a number")]
    [InlineData("""{"op":"array","shape":[1],"values":[1e999]}""", "too large for a double")]
    [InlineData("""{"op":"index","values":[0.5]}""", "an 'index' has whole numbers")]
    [InlineData("""{"op":"index"}""", "'values' is missing")]
    [InlineData("""{"op":"matmul","args":[0,0]}""", "do not go together in '@'")]
    [InlineData("""{"op":"total","args":[1,1]}""", "the last argument of 'total' has to be a list of whole numbers")]
    [InlineData("""{"op":"total","args":[2,2]}""", "argument 1 of 'total' is a list of whole numbers")]
    [InlineData("""{"op":"sin","args":[2]}""", "argument 1 of 'sin' is a list of whole numbers")]
    [InlineData("""{"op":"function","name":"phi","args":[2]}""", "argument 1 of 'phi' is a list of whole numbers")]
    [InlineData("""{"op":"total","args":[1,2]}""", "takes one axis, not 4")]
    [InlineData("""{"op":"softmax","args":[1,2]}""", "takes one axis, not 4")]
    [InlineData("""{"op":"concat","args":[1,1,3]}""", "takes one axis, not 0")]
    [InlineData("""{"op":"slice","args":[1,3]}""", "takes a start, a count")]
    [InlineData("""{"op":"slice","args":[1,4]}""", "2 elements from 2 on along axis 0, which has the size 3")]
    [InlineData("""{"op":"place","args":[1,2]}""", "takes a vector (2) for this part of a vector (3), not a vector (3)")]
    [InlineData("""{"op":"zeros","args":[3]}""", "one size for a vector or two for a matrix, not 0")]
    public void Wrong_arrays_in_JSON_are_named(string node, string problem)
    {
        var json = """{"format":"PSAutodiff.Expression","version":2,"nodes":[{"op":"var","name":"x"},{"op":"var","name":"u","shape":[3]},{"op":"index","values":[1,2,0,3]},{"op":"index","values":[]},{"op":"index","values":[2,2,0,3]},""" + node + """],"root":5}""";
        var error = Assert.Throws<AutodiffException>(() => ExprNode.ParseJson(json));
        Assert.Equal("ExpressionJson", error.ErrorId);
        Assert.Contains("in node 5: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"format":"PSAutodiff.Expression","version":1,"nodes":[{"op":"var","name":"v","shape":[3]}],"root":0}""", "'version' has to be 2 where there are vectors or matrices")]
    [InlineData("""{"format":"PSAutodiff.Expression","version":2,"nodes":[{"op":"index","values":[3]}],"root":0}""", "'root' is 0, a list of whole numbers")]
    public void A_wrong_whole_is_refused(string json, string problem) =>
        Assert.Contains(problem, Assert.Throws<AutodiffException>(() => ExprNode.ParseJson(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Arguments_are_expressions_alone()
    {
        var node = ExprNode.Parse(Names + "sum(A, axis=1)");
        Assert.Equal([ExprNode.Variable("A", 2, 3)], node.Arguments);
        Assert.Null(node.Y);
        Assert.Empty(ExprNode.Zeros(3).Arguments);
        Assert.Equal(ExprNode.Parse("v: [3]; take(v, k)").Arguments[1], ExprNode.Parse("v: [3]; scatter(k, k, 3)").Arguments[1]);
    }
}
