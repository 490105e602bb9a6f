using PSAutodiff.Core;
using PSAutodiff.Execution.Arrays;
using PSAutodiff.Measurements;
using Xunit;
using Nested = PSAutodiff.Tests.ArrayReference.Nested;

namespace PSAutodiff.Tests;

/// <summary>Solutions, inverses, determinants and Cholesky factors in expressions: derivatives as books have them, and what estimates by least squares and likelihoods are made of.</summary>
public sealed class LinearSolutionTests
{
    private const string Positive = "R: [3,3]; S: [3,3]; v: [3]; w: [3]; ";

    [Theory]
    [InlineData("logdet(S)", "S", "inv(S).T")]
    [InlineData("v @ inv(S) @ w", "S", "-outer(solve(S.T, v), solve(S, w))")]
    [InlineData("v @ solve(S, w)", "S", "-outer(solve(S.T, v), solve(S, w))")]
    [InlineData("v @ solve(S, w)", "w", "solve(S.T, v)")]
    [InlineData("trace(inv(S))", "S", "-solve(S.T, inv(S).T)")]
    [InlineData("sum(solve(S, R)^2)", "R", "2 * solve(S.T, solve(S, R))")]
    [InlineData("sum(solve(S, R)^2)", "S", null)]
    [InlineData("2*sum(log(diag(cholesky(S))))", "S", null)]
    [InlineData("sum(cholesky(S)^3 * R)", "S", null)]
    [InlineData("sum(tril(S @ R)^2)", "S", "2 * (tril(S @ R) @ R.T)")]
    [InlineData("v @ solve(cholesky(S), w)^2", "S", null)]
    public void A_derivative_is_that_of_differences_and_prints_as_in_a_book(string text, string variable, string? formula)
    {
        var one = new ArrayCase(Shifted(text), 5);
        var derivative = one.Node.Gradient(variable)[0];
        one.RequireNear("gradient", one.Differences(one.Node, variable), one.Evaluate(derivative), 1e-7);
        if (formula is not null) Assert.Equal(formula, Formula(ExprNode.Parse(Positive + text).Gradient(variable)[0].Simplify()));

        // Forward along every direction, and the second derivatives too.
        var shape = Shape.Of([.. one.At(variable).Sizes.Select(static size => (long)size)]);
        var direction = ExprNode.Variable("d", shape);
        var count = one.At(variable).Elements().Count();
        var along = one.Compile([one.Node.DifferentiateAlong(new Dictionary<string, ExprNode> { [variable] = direction }), derivative.DifferentiateAlong(new Dictionary<string, ExprNode> { [variable] = direction }), direction], [KeyValuePair.Create("d", Nested.Of(one.At(variable).Sizes, new double[count]))]);
        var (first, second) = (one.Evaluate(derivative), one.Differences(derivative, variable));
        for (var i = 0; i < count; i++)
        {
            var values = along.Run("d", i, 1);
            one.RequireNear($"direction {i}", [first[i]], values[..1], 1e-11);
            one.RequireNear($"second derivatives along {i}", [.. Enumerable.Range(0, count).Select(j => second[(j * count) + i])], values[1..(count + 1)], 1e-6);
        }
    }

    [Theory]
    [InlineData("solve([[2, 1], [1, 3]], [3, 5])", new[] { 0.8, 1.4 })]
    [InlineData("solve([[2, 0], [1, 4]], [[2, 4], [5, 6]])", new[] { 1.0, 2.0, 1.0, 1.0 })]
    [InlineData("solve([[4]], [2])", new[] { 0.5 })]
    [InlineData("inv([[1, 2], [3, 4]])", new[] { -2.0, 1.0, 1.5, -0.5 })]
    [InlineData("inv([[1e-200]])", new[] { 1e200 })]
    [InlineData("inv([[1e300, 0], [0, 1e-300]])", new[] { 1e-300, 0.0, 0.0, 1e300 })]
    [InlineData("logdet([[2, 0], [0, 0.5]])", new[] { 0.0 })]
    [InlineData("logdet([[0, 1], [-1, 0]])", new[] { 0.0 })]
    [InlineData("logdet(1e200*eye(5))", new[] { 2302.5850929940457 })]
    [InlineData("cholesky([[4, 2], [2, 5]])", new[] { 2.0, 0.0, 1.0, 2.0 })]
    [InlineData("cholesky([[4, 4], [0, 5]])", new[] { 2.0, 0.0, 1.0, 2.0 })]
    [InlineData("tril([[1, 2, 3], [4, 5, 6]])", new[] { 1.0, 0.0, 0.0, 4.0, 5.0, 0.0 })]
    [InlineData("tril([[1, 2], [3, 4], [5, 6]])", new[] { 1.0, 0.0, 3.0, 4.0, 5.0, 6.0 })]
    [InlineData("solve([[1, 2], [2, 4]], [1, 1])", new[] { double.NaN, double.NaN })]
    [InlineData("solve([[1, 2, 3], [4, 5, 6], [7, 8, 9]], [1, 1, 1])", new[] { double.NaN, double.NaN, double.NaN })]
    [InlineData("inv(zeros(2, 2))", new[] { double.NaN, double.NaN, double.NaN, double.NaN })]
    [InlineData("logdet([[1, 2], [2, 4]])", new[] { double.NegativeInfinity })]
    [InlineData("logdet(zeros(3, 3))", new[] { double.NegativeInfinity })]
    [InlineData("logdet([[1, 1], [1, 1.0000000000000002]])", new[] { double.NaN })]
    [InlineData("logdet([[0, 1], [1, 0]])", new[] { double.NaN })]
    [InlineData("logdet([[1/0, 0], [0, 1]])", new[] { double.NaN })]
    [InlineData("cholesky([[1, 2], [2, 1]])", new[] { double.NaN, double.NaN, double.NaN, double.NaN })]
    public void Values_at_the_edges(string text, double[] values)
    {
        var node = ExprNode.Parse(text);
        var tape = ArrayTape.Compile(ExprNode.Flatten([node]), new VariableLayout([]));
        var results = new double[tape.OutputLength];
        tape.Run([], results);
        for (var i = 0; i < values.Length; i++) Assert.Equal(values[i], results[i], double.IsFinite(values[i]) ? 1e-15 * Math.Abs(values[i]) : 0);
        Assert.Equal(values.Length, results.Length);
    }

    [Fact]
    public void A_run_allocates_nothing()
    {
        var tape = ArrayTape.Compile(ExprNode.Flatten([ExprNode.Parse("A: [5,5]; v: [5]; v @ solve(A, v) + logdet(A) + sum(inv(A)) + sum(tril(cholesky(A)))")]), new VariableLayout(["A", "v"], [Shape.Matrix(5, 5), Shape.Vector(5)]));
        double[] inputs = [.. Enumerable.Range(0, 25).Select(static i => i % 6 == 0 ? 4.0 : 0.1 * (i % 3)), 1, 2, 3, 4, 5];
        var results = new double[1];
        tape.Run(inputs, results);
        var before = GC.GetAllocatedBytesForCurrentThread();
        tape.Run(inputs, results);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData("solve(S, x)", "S")]
    [InlineData("solve(M, x)", "S")]
    [InlineData("solve(S, M)", "S")]
    [InlineData("solve(M + S, inv(S) @ x)", "S")]
    [InlineData("[logdet(M) + logdet(S), x @ solve(S, x)]", "S")]
    public void Rows_have_the_bits_of_each_row_alone(string text, string fixedOne)
    {
        const int count = 37;
        var node = ExprNode.Parse($"x: [3]; S: [3,3]; M: [3,3]; {text}");
        var flat = ExprNode.Flatten([node]);
        var layout = VariableLayout.Of(node.Variables, flat);
        var random = new Random(4);
        ReadOnlyMemory<double>[] columns = [.. layout.Names.Select((name, i) => (ReadOnlyMemory<double>)Enumerable.Range(0, name == fixedOne ? 1 : count)
            .SelectMany(_ => Enumerable.Range(0, (int)layout.Shapes[i].Count).Select(k => random.NextDouble() + (layout.Shapes[i].IsMatrix && k % 4 == 0 ? 3 : 0))).ToArray())];
        var tape = ArrayTape.Compile(flat, layout);
        var all = new double[count * tape.OutputLength];
        new RowForms(flat, layout).Evaluate(columns, count, [all], TestContext.Current.CancellationToken);
        var results = new double[tape.OutputLength];
        for (var row = 0; row < count; row++)
        {
            double[] point = [.. columns.SelectMany((column, i) => column.Length == layout.Shapes[i].Count ? column.ToArray() : column.Slice(row * (int)layout.Shapes[i].Count, (int)layout.Shapes[i].Count).ToArray())];
            tape.Run(point, results);
            Assert.Equal(results.Select(BitConverter.DoubleToInt64Bits), all.Skip(row * results.Length).Take(results.Length).Select(BitConverter.DoubleToInt64Bits));
        }
    }

    [Fact]
    public void Generalized_least_squares_is_one_line_and_where_its_loss_has_no_slope()
    {
        const string declarations = "X: [6,2]; S: [6,6] symmetric; y: [6]; w: [2]; ";
        var (loss, estimate) = (ExprNode.Parse(declarations + "(y - X @ w) @ solve(S, y - X @ w)/2"), ExprNode.Parse(declarations + "solve(X.T @ solve(S, X), X.T @ solve(S, y))"));
        var gradient = ExprNode.Simplify(loss.Gradient("w"), SimplificationRule.Textbook).Nodes[0];
        Assert.Equal("-(X.T @ solve(S, y - X @ w))", Formula(gradient));
        var hessian = gradient.Differentiate("w").Simplify();
        Assert.Equal("X.T @ solve(S, X)", Formula(hessian));

        var at = new Dictionary<string, Nested>(StringComparer.Ordinal)
        {
            ["X"] = Nested.Matrix(6, 2, static (i, j) => j == 0 ? 1 : i),
            ["S"] = Nested.Matrix(6, 6, static (i, j) => Math.Pow(0.5, Math.Abs(i - j))),
            ["y"] = Nested.Vector(6, static i => 2 + (3 * i) + (0.1 * Math.Sin(7 * i))),
            ["w"] = Nested.Vector(2, static _ => 0),
        };

        // (X'S^-1 X)^-1 X'S^-1 y in 84 digits.
        var (x, y) = (Square(at["X"]), Square(at["y"]));
        var weighted = PreciseLinearAlgebra.Transpose(PreciseLinearAlgebra.Solve(Square(at["S"]), x));
        var exact = PreciseLinearAlgebra.Solve(PreciseLinearAlgebra.Multiply(weighted, x), PreciseLinearAlgebra.Multiply(weighted, PreciseLinearAlgebra.Transpose(y)));
        var found = new ArrayCase.Compiled([estimate], at).Run();
        for (var i = 0; i < 2; i++) Assert.InRange(PreciseLinearAlgebra.RelativeError(found[i], exact[i, 0]), 0, 1e-14);
        at["w"] = Nested.Vector(2, i => found[i]);
        Assert.All(new ArrayCase.Compiled([gradient], at).Run(), static slope => Assert.Equal(0, slope, 1e-13));
        var exactHessian = PreciseLinearAlgebra.Multiply(weighted, x);
        double[] second = new ArrayCase.Compiled([hessian], at).Run();
        for (var i = 0; i < 4; i++) Assert.InRange(PreciseLinearAlgebra.RelativeError(second[i], exactHessian[i / 2, i % 2]), 0, 1e-14);
    }

    [Fact]
    public void The_likelihood_of_a_normal_distribution_is_one_line_with_the_derivatives_that_books_have()
    {
        const string text = "m: [3]; S: [3,3] symmetric; x: [3]; (logdet(S) + (x - m) @ solve(S, x - m) + 3*log(2*pi))/2";
        var gradient = ExprNode.Simplify(ExprNode.Parse(text).Gradient("m", "S"), SimplificationRule.Textbook).Nodes;
        Assert.Equal("-solve(S, x - m)", Formula(gradient[0]));
        Assert.Equal("0.5 * (inv(S) - outer(solve(S, x - m), solve(S, x - m)))", Formula(gradient[1]));
        Assert.Equal("inv(S)", Formula(gradient[0].Differentiate("m").Simplify()));

        // The density along a line has the integral 1 with the others at their conditional means: for S = diag it is a product.
        var at = new Dictionary<string, Nested>(StringComparer.Ordinal)
        {
            ["m"] = Nested.Vector(3, static i => i),
            ["x"] = Nested.Vector(3, static i => 2 - i),
            ["S"] = Nested.Matrix(3, 3, static (i, j) => i == j ? i + 1 : 0),
        };
        var expected = Enumerable.Range(0, 3).Sum(static i => (Math.Log(2 * Math.PI * (i + 1)) + ((2 - (2 * i)) * (2 - (2 * i)) / (i + 1.0))) / 2);
        Assert.Equal(expected, new ArrayCase.Compiled([ExprNode.Parse(text)], at).Run()[0], 1e-14);

        // By the recipe that Measure-Expression uses, against differences.
        var one = new ArrayCase("m: [3]; R: [3,3]; x: [3]; (logdet(R @ R.T + eye(3)) + (x - m) @ solve(R @ R.T + eye(3), x - m))/2", 3);
        var recipe = NumericDerivatives.Of(one.Node, ["R", "m"], hessian: true);
        one.RequireNear("gradient", [.. one.Differences(one.Node, "R"), .. one.Differences(one.Node, "m")], one.Evaluate(recipe.Gradient.Nodes()), 1e-8);
        var directions = recipe.Direction;
        var along = one.Compile(recipe.Hessian.Nodes(), [KeyValuePair.Create(directions[0], Nested.Of([3, 3], new double[9])), KeyValuePair.Create(directions[1], Nested.Of([3], new double[3]))]);
        var slopes = one.Differences(one.Node.Gradient("R")[0], "R");
        for (var i = 0; i < 9; i++) one.RequireNear($"direction {i}", [.. Enumerable.Range(0, 9).Select(j => slopes[(j * 9) + i])], along.Run(directions[0], i, 1)[..9], 1e-7);
    }

    [Fact]
    public void Work_is_counted_by_the_products_that_elimination_takes()
    {
        Assert.InRange(Work("A: [60,60]; v: [60]; solve(A, v)"), 60 * 60 * 20, 60 * 60 * 40);
        Assert.InRange(Work("A: [60,60]; inv(A)"), 60 * 60 * 60, 60 * 60 * 70);

        static double Work(string text)
        {
            var flat = ExprNode.Flatten([ExprNode.Parse(text)]);
            return ArrayTape.Compile(flat, VariableLayout.Of(flat.Variables(), flat)).Work;
        }
    }

    // Positive definite whatever the values are.
    private static string Shifted(string text) => Positive + "T = 0.3*S + 4*eye(3); " + text.Replace('S', 'T');

    private static string Formula(ExprNode node) => node.ToText(ExprTextFormat.Infix).Split(';')[^1].Trim();

    private static BigFloat[,] Square(Nested values)
    {
        var matrix = new double[values.Rows, values.Columns];
        for (var i = 0; i < values.Rows; i++)
        {
            for (var j = 0; j < values.Columns; j++) matrix[i, j] = values[i, j];
        }

        return PreciseLinearAlgebra.From(matrix);
    }
}
