using System.Globalization;
using PSAutodiff.Core;
using PSAutodiff.Expressions.Text;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Vectors and matrices as objects: what static methods, members and operators make is what text says.</summary>
public sealed class ArrayNodeTests
{
    private const string Names = "A: [2, 3]; B: [3, 2]; S: [3, 3] symmetric; v: [3]; w: [3]; k: [2]; ";
    private static readonly ExprNode A = ExprNode.Variable("A", 2, 3);
    private static readonly ExprNode B = ExprNode.Variable("B", 3, 2);
    private static readonly ExprNode S = ExprNode.SymmetricVariable("S", 3);
    private static readonly ExprNode V = ExprNode.Variable("v", 3);
    private static readonly ExprNode W = ExprNode.Variable("w", 3);
    private static readonly ExprNode K = ExprNode.Variable("k", 2);
    private static readonly ExprNode X = ExprNode.Variable("x");

    private static readonly (string Text, ExprNode[] Nodes)[] Table =
    [
        ("A @ B", [ExprNode.MatMul(A, B), A.Dot(B)]),
        ("A @ v", [ExprNode.MatMul(A, V), A.Dot(V)]),
        ("v @ w", [ExprNode.MatMul(V, W), V.Dot(W)]),
        ("A.T", [ExprNode.Transpose(A), A.T]),
        ("v.T", [ExprNode.Transpose(V), V.T]),
        ("A + v", [A + V, ExprNode.Add(A, V), ExprNode.Sum(A, V)]),
        ("A - v", [A - V]),
        ("A * x", [A * X]),
        ("A / 2", [A / 2]),
        ("-A", [-A]),
        ("v + [1, 2, 3]", [V + new double[] { 1, 2, 3 }]),
        ("A * [[1, 2, 3], [4, 5, 6]]", [A * new double[,] { { 1, 2, 3 }, { 4, 5, 6 } }]),
        ("tanh(A)", [ExprNode.Tanh(A)]),
        ("max(A, v)", [ExprNode.Max(A, V)]),
        ("min(A, v)", [ExprNode.Min(A, V)]),
        ("sum(A)", [ExprNode.Sum(A), A.Sum()]),
        ("sum(A, axis=0)", [A.Sum(0)]),
        ("sum(A, axis=1)", [A.Sum(1)]),
        ("mean(A)", [ExprNode.Mean(A), A.Mean()]),
        ("mean(A, axis=1)", [A.Mean(1)]),
        ("max(A)", [ExprNode.Max(A), A.Max()]),
        ("max(A, axis=0)", [A.Max(0)]),
        ("min(A)", [ExprNode.Min(A), A.Min()]),
        ("min(A, axis=1)", [A.Min(1)]),
        ("norm(v)", [ExprNode.Norm(V), V.Norm()]),
        ("norm(A, axis=0)", [A.Norm(0)]),
        ("softmax(A)", [ExprNode.Softmax(A), A.Softmax()]),
        ("softmax(A, axis=0)", [A.Softmax(0)]),
        ("layernorm(A)", [ExprNode.LayerNorm(A), A.LayerNorm()]),
        ("layernorm(A, axis=0)", [A.LayerNorm(0)]),
        ("logsumexp(v)", [ExprNode.LogSumExp(V), V.LogSumExp()]),
        ("logsumexp(A, axis=1)", [A.LogSumExp(1)]),
        ("winner(A)", [ExprNode.Winner(A), A.Winner()]),
        ("winner(A, axis=1)", [A.Winner(1)]),
        ("outer(v, w)", [ExprNode.Outer(V, W), V.Outer(W)]),
        ("solve(S, v)", [ExprNode.Solve(S, V), S.Solve(V)]),
        ("inv(S)", [ExprNode.Inv(S), S.Inv()]),
        ("logdet(S)", [ExprNode.LogDet(S), S.LogDet()]),
        ("cholesky(S)", [ExprNode.Cholesky(S), S.Cholesky()]),
        ("tril(S)", [ExprNode.Tril(S), S.Tril()]),
        ("trace(S)", [ExprNode.Trace(S), S.Trace()]),
        ("diag(v)", [ExprNode.Diag(V), V.Diag()]),
        ("diag(A)", [ExprNode.Diag(A), A.Diag()]),
        ("column(v)", [ExprNode.Column(V), V.Column()]),
        ("concat(v, w)", [ExprNode.Concat(V, W)]),
        ("concat(A, A, axis=1)", [ExprNode.Concat(A, A, 1)]),
        ("reshape(A, 6)", [ExprNode.Reshape(A, 6), A.Reshape(6)]),
        ("reshape(A, 3, 2)", [ExprNode.Reshape(A, 3, 2), A.Reshape(3, 2)]),
        ("broadcast(x, 2, 3)", [ExprNode.Broadcast(X, 2, 3), X.Broadcast(2, 3)]),
        ("eye(3)", [ExprNode.Eye(3)]),
        ("zeros(3)", [ExprNode.Zeros(3)]),
        ("zeros(2, 3)", [ExprNode.Zeros(2, 3)]),
        ("ones(2)", [ExprNode.Ones(2)]),
        ("take(A, k)", [ExprNode.Take(A, K), A.Take(K)]),
        ("take(v, [0, 2])", [V.Take(new double[] { 0, 2 })]),
        ("scatter(k, k, 5)", [ExprNode.Scatter(K, K, 5)]),
        ("[1, 2]", [ExprNode.Constant([1.0, 2.0])]),
        ("[x, 2, x]", [ExprNode.Stack(X, 2, X)]),
        ("[v, w]", [ExprNode.Stack(V, W)]),
        ("[x]", [ExprNode.Stack(X)]),
        ("[v]", [ExprNode.Stack(V)]),
        ("v[0]", [V[0]]),
        ("v[-1]", [V[2], V[-1]]),
        ("v[1:3]", [V.Slice(1, 3), V.Slice(-2, 3)]),
        ("A[0]", [A[0], A[-2]]),
        ("A[1, 2]", [A[1, 2], A[-1, -1]]),
        ("A[1:2]", [A.Slice(1, 2)]),
        ("A[:, 1:3]", [A.Slice(0, 2, 1, 3)]),
    ];

    /// <summary>Static methods of ExprNode that make an array of nodes alone, with the numbers of them.</summary>
    public static IEnumerable<(string Name, int Count)> StaticsOfNodes { get; } =
    [
        ("MatMul", 2), ("Transpose", 1), ("Sum", 1), ("Mean", 1), ("Max", 1), ("Min", 1), ("Norm", 1), ("Softmax", 1), ("LogSumExp", 1), ("LayerNorm", 1), ("Winner", 1),
        ("Outer", 2), ("Trace", 1), ("Diag", 1), ("Column", 1), ("Take", 2),
        ("Solve", 2), ("Inv", 1), ("LogDet", 1), ("Cholesky", 1), ("Tril", 1),
    ];

    public static TheoryData<string> Written => [.. Table.Select(static row => row.Text)];

    [Theory]
    [MemberData(nameof(Written))]
    public void Members_and_static_methods_make_what_the_text_says(string text)
    {
        var expected = ExprNode.Parse(Names + text);
        foreach (var node in Table.Single(row => row.Text == text).Nodes)
        {
            Assert.Equal(expected, node);
            Assert.Equal(expected.GetHashCode(), node.GetHashCode());
            Assert.Equal(expected.Shape, node.Shape);
            Assert.Equal(expected.ToString(), node.ToString());
            Assert.Equal(node, ExprNode.Parse(node.ToString()));
        }
    }

    [Fact]
    public void Every_operation_of_arrays_can_be_made_by_a_method()
    {
        var made = Table.SelectMany(static row => row.Nodes).Select(static node => node.Op).ToHashSet(StringComparer.Ordinal);

        // What only derivatives have: the adjoint of a part.
        Assert.Equal(["place"], OperationTable.ByCode.Where(static op => op is ArrayOperation).Select(static op => op.Name).Where(name => !made.Contains(name)));
    }

    [Fact]
    public void The_shape_is_a_list_of_sizes()
    {
        Assert.Equal([2L, 3L], A.Shape);
        Assert.Equal([3L], A.T.Dot(K).Shape);
        Assert.Empty(V.Dot(W).Shape);
        Assert.Empty(X.Shape);
    }

    [Fact]
    public void A_number_is_its_own_only_element_and_transpose()
    {
        Assert.Same(X, X[0]);
        Assert.Same(X, X[-1]);
        Assert.Same(X, X.T);
        Assert.Equal("IndexInvalid", Assert.Throws<AutodiffException>(static () => X[1]).ErrorId);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-4)]
    public void Elements_that_are_not_there_are_refused(long index)
    {
        var error = Assert.Throws<AutodiffException>(() => V[index]);
        Assert.Equal("IndexInvalid", error.ErrorId);
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"there is no element {index}: there are 3, from 0 to 2."), error.Message);
        Assert.Equal("IndexInvalid", Assert.Throws<AutodiffException>(() => A[index]).ErrorId);
        Assert.Equal("IndexInvalid", Assert.Throws<AutodiffException>(() => A[0, index]).ErrorId);
        Assert.Equal("IndexInvalid", Assert.Throws<AutodiffException>(() => V.Slice(0, index + 1)).ErrorId);
    }

    [Fact]
    public void What_does_not_fit_in_shape_is_refused()
    {
        Func<ExprNode>[] attempts = [static () => A + B, static () => A.Dot(A), static () => A.Dot(X), static () => X.Sum(), static () => ExprNode.Concat(A, V), static () => A.Outer(V), static () => A.Column(), static () => ExprNode.Stack(A)];
        Assert.All(attempts, static attempt => Assert.Equal("ShapeMismatch", Assert.Throws<AutodiffException>(attempt).ErrorId));
        Assert.Equal("IndexInvalid", Assert.Throws<AutodiffException>(static () => V.Sum(1)).ErrorId);
        Assert.Equal("ShapeInvalid", Assert.Throws<AutodiffException>(static () => ExprNode.Stack()).ErrorId);
        Assert.Equal("IndexInvalid", Assert.Throws<AutodiffException>(static () => V[0, 0]).ErrorId);
    }

    [Fact]
    public void Nothing_in_place_of_an_array_is_refused()
    {
        ExprNode typo = null!;
        Func<ExprNode>[] attempts = [() => ExprNode.MatMul(A, typo), () => ExprNode.Sum(typo), () => ExprNode.Softmax(typo), () => ExprNode.Column(typo), () => ExprNode.Concat(A, typo), () => A.Take(typo), () => ExprNode.Stack(typo), () => ExprNode.Stack(X, typo), () => ExprNode.Reshape(typo, 2)];
        Assert.All(attempts, static attempt => Assert.Equal("NullOperand", Assert.Throws<AutodiffException>(attempt).ErrorId));
    }

    [Theory]
    [InlineData("sum", "A + 0", "A.Sum(0)")]
    [InlineData("max", "max of the array and 0 * ones(...)", "A.Max(0)")]
    [InlineData("min", "min of the array and 0 * ones(...)", "A.Min(0)")]
    public void A_number_that_may_be_an_axis_is_refused(string function, string one, string other)
    {
        var error = Assert.Throws<AutodiffException>(() => ExprNode.Apply(function, A, 0));
        Assert.Equal("ArgumentInvalid", error.ErrorId);
        Assert.Contains(one, error.Message, StringComparison.Ordinal);
        Assert.Contains(other, error.Message, StringComparison.Ordinal);
        Assert.Equal(ExprNode.Parse("max(x, 0)"), ExprNode.Max(X, 0));
    }

    [Fact]
    public void Shapes_may_stand_beside_the_text()
    {
        var shapes = new Dictionary<string, Shape> { ["A"] = Shape.Matrix(2, 3), ["v"] = Shape.Vector(3), ["S"] = Shape.Symmetric(3), ["unused"] = Shape.Vector(9) };
        Assert.Equal(ExprNode.Parse(Names + "norm(A @ (v + S @ v) * x)"), ExprNode.Parse("norm(A @ (v + S @ v) * x)", null, shapes, CancellationToken.None));

        // What the text declares or binds itself holds in it.
        Assert.Equal(ExprNode.Parse("v: [2]; v @ v"), ExprNode.Parse("v: [2]; v @ v", null, shapes, CancellationToken.None));
        Assert.Equal(ExprNode.Parse("v = x + 1; v * v"), ExprNode.Parse("v = x + 1; v * v", null, shapes, CancellationToken.None));
        var error = Assert.Throws<ExpressionSyntaxException>(() => ExprNode.Parse("1 + v @ A", null, shapes, CancellationToken.None));
        Assert.Equal("ShapeMismatch", error.ErrorId);
        Assert.Equal(7, error.Column);
    }

    [Fact]
    public void Several_expressions_are_read_as_one_graph()
    {
        var read = ExpressionParser.ParseList("v: [3]; t1 = v * v; sum(t1); t1; 2; sum(t1)", CancellationToken.None);
        var nodes = read.Nodes();
        Assert.Equal(["v: [3]; sum(v * v)", "v: [3]; v * v", "2", "v: [3]; sum(v * v)"], nodes.Select(static node => node.ToString()));
        Assert.Equal(read.Roots[0], read.Roots[3]);
        Assert.Throws<ExpressionSyntaxException>(static () => ExpressionParser.ParseList("x; ", CancellationToken.None));
    }
}
