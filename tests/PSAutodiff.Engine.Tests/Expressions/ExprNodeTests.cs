using Xunit;

namespace PSAutodiff.Tests;

/// <summary>The node as people hold it: how it is made, what it tells, what it refuses.</summary>
public sealed class ExprNodeTests
{
    private static readonly ExprNode X = ExprNode.Variable("x");
    private static readonly ExprNode Y = ExprNode.Variable("y");

    public static TheoryData<string> Names => [.. RandomExpressions.AllOperations.Select(static op => op.Name)];

    [Fact]
    public void A_constant_tells_its_value()
    {
        var node = ExprNode.Constant(2.5);
        Assert.Equal("const", node.Op.Name);
        Assert.Equal(2.5, node.Value);
        Assert.Null(node.Name);
        Assert.Null(node.X);
        Assert.Null(node.Y);
        Assert.Null(node.Z);
        Assert.Empty(node.Arguments);
        Assert.Empty(node.Variables);
        Assert.Equal(1, node.NodeCount);
        Assert.Equal(1, node.Depth);
    }

    [Fact]
    public void A_variable_tells_its_name()
    {
        Assert.Equal("var", X.Op.Name);
        Assert.Equal("x", X.Name);
        Assert.Null(X.Value);
        Assert.Null(X.X);
        Assert.Empty(X.Arguments);
        Assert.Equal(["x"], X.Variables);
        Assert.Equal(1, X.NodeCount);
        Assert.Equal(1, X.Depth);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_operation_tells_its_arguments(string name)
    {
        var operation = OperationTable.FindFunction(name);
        ExprNode[] given = [X, Y + 1, ExprNode.Sin(X)];
        foreach (var node in new[] { ExprNode.Apply(name, given.AsSpan(0, operation.Arity)), Reread(given) })
        {
            Assert.Equal(name, node.Op.Name);
            Assert.Equal(name, node.Op.ToString());
            Assert.Equal(operation.Arity, node.Arguments.Count);
            Assert.Equal(given.Take(operation.Arity), node.Arguments);
            Assert.Equal(given[0], node.X);
            Assert.Equal(operation.Arity > 1 ? given[1] : null, node.Y);
            Assert.Equal(operation.Arity > 2 ? given[2] : null, node.Z);
            Assert.Same(node.X, node.Arguments[0]);
            Assert.Null(node.Value);
            Assert.Null(node.Name);
        }

        ExprNode Reread(ExprNode[] arguments) => ExprNode.Parse(Texts.Let(ExprNode.Apply(name, arguments.AsSpan(0, operation.Arity))));
    }

    [Fact]
    public void Operators_and_functions_make_the_operations_they_are_named_after()
    {
        (ExprNode Node, string Text)[] table =
        [
            (X + Y, "x + y"), (X - Y, "x - y"), (X * Y, "x * y"), (X / Y, "x / y"), (-X, "-x"), (ExprNode.Pow(X, Y), "x^y"),
            (ExprNode.Add(X, Y), "x + y"), (ExprNode.Subtract(X, Y), "x - y"), (ExprNode.Multiply(X, Y), "x * y"),
            (ExprNode.Divide(X, Y), "x / y"), (ExprNode.Negate(X), "-x"), (2 * X, "2 * x"), (X / 2, "x / 2"), (1 - X, "1 - x"),
            (ExprNode.Exp(X), "exp(x)"), (ExprNode.Log(X), "log(x)"), (ExprNode.Tanh(X), "tanh(x)"), (ExprNode.Sech2(X), "sech2(x)"), (ExprNode.Sqrt(X), "sqrt(x)"),
            (ExprNode.Sin(X), "sin(x)"), (ExprNode.Cos(X), "cos(x)"), (ExprNode.Tan(X), "tan(x)"), (ExprNode.Asin(X), "asin(x)"),
            (ExprNode.Acos(X), "acos(x)"), (ExprNode.Atan(X), "atan(x)"), (ExprNode.Sinh(X), "sinh(x)"), (ExprNode.Cosh(X), "cosh(x)"),
            (ExprNode.Sigmoid(X), "sigmoid(x)"), (ExprNode.Dsigmoid(X), "dsigmoid(x)"), (ExprNode.Softplus(X), "softplus(x)"), (ExprNode.Relu(X), "relu(x)"),
            (ExprNode.Abs(X), "abs(x)"), (ExprNode.Sign(X), "sign(x)"), (ExprNode.Min(X, Y), "min(x, y)"), (ExprNode.Max(X, Y), "max(x, y)"),
            (ExprNode.Log1p(X), "log1p(x)"), (ExprNode.Expm1(X), "expm1(x)"), (ExprNode.Less(X, Y), "less(x, y)"),
            (ExprNode.Select(X, Y, 1), "select(x, y, 1)"), (ExprNode.Detach(X), "detach(x)"),
        ];
        Assert.All(table, static row => Assert.Equal(ExprNode.Parse(row.Text), row.Node));
        Assert.Superset(RandomExpressions.AllOperations.Select(static op => op.Name).ToHashSet(), table.Select(static row => row.Node.Op.Name).ToHashSet());
    }

    [Fact]
    public void Numbers_convert_to_constants()
    {
        ExprNode node = 3.5;
        Assert.Equal(3.5, node.Value);
        Assert.Equal("const", node.Op.Name);
        Assert.Equal(ExprNode.Parse("4 * x * y"), 4 * X * Y);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Constants_that_are_not_finite_are_refused(double value)
    {
        Assert.Equal("ConstantNotFinite", Assert.Throws<AutodiffException>(() => ExprNode.Constant(value)).ErrorId);
        Assert.Equal("ConstantNotFinite", Assert.Throws<AutodiffException>(() => X + value).ErrorId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("pi")]
    [InlineData("2x")]
    [InlineData("a b")]
    [InlineData("x'")]
    [InlineData("a-b")]
    [InlineData("a.b")]
    [InlineData("$x")]
    [InlineData(" x")]
    [InlineData("x\n")]
    [InlineData(null)]
    public void Names_that_text_could_not_read_back_are_refused(string? name)
    {
        var error = Assert.Throws<AutodiffException>(() => ExprNode.Variable(name!));
        Assert.Equal("VariableNameInvalid", error.ErrorId);
        Assert.Contains($"'{VisibleText.Of(name ?? string.Empty)}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Null_arguments_are_refused_by_position(string name)
    {
        var arity = OperationTable.FindFunction(name).Arity;
        for (var position = 0; position < arity; position++)
        {
            var arguments = Enumerable.Range(0, arity).Select(i => i == position ? null! : X).ToArray();
            var error = Assert.Throws<AutodiffException>(() => ExprNode.Apply(name, arguments));
            Assert.Equal("NullOperand", error.ErrorId);
            Assert.Contains($"Argument {position + 1} of '{name}'", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Null_operands_of_operators_and_functions_are_refused()
    {
        ExprNode typo = null!;
        Func<ExprNode>[] attempts =
        [
            () => typo + X, () => X + typo, () => typo - X, () => X - typo, () => typo * X, () => X * typo, () => typo / X, () => X / typo,
            () => -typo, () => ExprNode.Exp(typo), () => ExprNode.Log(typo), () => ExprNode.Tanh(typo), () => ExprNode.Pow(X, typo),
            () => ExprNode.Pow(typo, X), () => ExprNode.Max(typo, X), () => ExprNode.Min(X, typo), () => ExprNode.Less(typo, X),
            () => ExprNode.Select(typo, X, X), () => ExprNode.Select(X, typo, X), () => ExprNode.Select(X, X, typo), () => ExprNode.Detach(typo),
            () => ExprNode.Add(typo, X), () => ExprNode.Negate(typo), () => ExprNode.Divide(X, typo),
        ];
        Assert.All(attempts, static attempt => Assert.Equal("NullOperand", Assert.Throws<AutodiffException>(attempt).ErrorId));
    }

    [Theory]
    [InlineData("foo")]
    [InlineData("")]
    [InlineData("Exp")]
    [InlineData("const")]
    [InlineData("var")]
    [InlineData("+")]
    public void Unknown_operations_are_refused_and_the_known_ones_listed(string name)
    {
        var error = Assert.Throws<AutodiffException>(() => ExprNode.Apply(name, X));
        Assert.Equal("OperationUnknown", error.ErrorId);
        Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("softplus", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_wrong_number_of_arguments_is_refused(string name)
    {
        var arity = OperationTable.FindFunction(name).Arity;
        for (var count = 0; count <= 4; count++)
        {
            if (count == arity) continue;
            var arguments = Enumerable.Repeat(X, count).ToArray();
            var error = Assert.Throws<AutodiffException>(() => ExprNode.Apply(name, arguments));
            Assert.Equal("ArgumentCount", error.ErrorId);
            Assert.Contains($"'{name}' takes {arity} argument", error.Message, StringComparison.Ordinal);
            Assert.Contains($"not {count}", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Nodes_have_no_order_so_that_comparisons_of_nodes_fail()
    {
        Assert.IsNotType<IComparable>(X, exactMatch: false);
        Assert.IsNotType<IComparable<ExprNode>>(X, exactMatch: false);
        Assert.True(typeof(ExprNode).IsSealed);
    }

    [Theory]
    [InlineData("x + y", 3, 2)]
    [InlineData("x + x", 2, 2)]
    [InlineData("sin(x) * sin(x) + 2", 5, 4)]
    [InlineData("exp(exp(exp(x))) - y", 6, 5)]
    [InlineData("2 * 2", 2, 2)]
    public void Distinct_nodes_and_the_longest_way_down_are_counted(string text, int nodes, int depth)
    {
        var node = ExprNode.Parse(text);
        Assert.Equal(nodes, node.NodeCount);
        Assert.Equal(depth, node.Depth);
    }

    [Fact]
    public void Equal_parts_made_separately_count_once() =>
        Assert.Equal(5, (ExprNode.Sin(ExprNode.Variable("x") * 1) + ExprNode.Sin(ExprNode.Variable("x") * 1)).NodeCount);

    [Fact]
    public void Variables_are_sorted_and_each_named_once() =>
        Assert.Equal(["A", "a", "b10", "b9", "z"], ExprNode.Parse("z + a + A * b9 - b10 / z + a").Variables);
}
