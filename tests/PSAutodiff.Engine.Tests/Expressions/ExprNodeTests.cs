using System.Reflection;
using PSAutodiff.Expressions;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>The node as people hold it: how it is made, what it tells, what it refuses.</summary>
public sealed class ExprNodeTests
{
    private static readonly ExprNode X = ExprNode.Variable("x");
    private static readonly ExprNode Y = ExprNode.Variable("y");
    private static readonly ExprNode[] Variables = [X, Y, ExprNode.Variable("z")];

    // Of numbers; those of arrays have tests of their own.
    // The classes of the assembly, without the table: an operation that the table lost would be missed here.
    private static readonly Operation[] Operations =
    [
        .. typeof(Operation).Assembly.GetTypes()
            .Where(static type => type is { IsAbstract: false, IsNested: false } && type.IsSubclassOf(typeof(Operation)) && type != typeof(UnknownFunction))
            .Select(static type => (Operation)Activator.CreateInstance(type)!)
            .Where(static op => op is { Arity: > 0, IsElementwise: true }),
    ];

    // What makes one node of others, by its name and number of arguments; those that take any number apart.
    private static readonly Dictionary<(string Name, int Count), MethodInfo> Methods = typeof(ExprNode).GetMethods(BindingFlags.Public | BindingFlags.Static)
        .Where(static method => !method.IsSpecialName && method.ReturnType == typeof(ExprNode))
        .Where(static method => method.GetParameters().All(static parameter => parameter.ParameterType == typeof(ExprNode)))
        .ToDictionary(static method => (method.Name, method.GetParameters().Length));

    public static TheoryData<string> Names => [.. Operations.Select(static op => op.Name)];

    [Fact]
    public void A_constant_tells_its_value()
    {
        var node = ExprNode.Constant(2.5);
        Assert.Equal("const", node.Op);
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
        Assert.Equal("var", X.Op);
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
            Assert.Equal(name, node.Op);
            Assert.Equal(name, node.Operation.ToString());
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
    public void Operators_make_the_operations_they_are_named_after()
    {
        (ExprNode Node, string Text)[] table =
            [(X + Y, "x + y"), (X - Y, "x - y"), (X * Y, "x * y"), (X / Y, "x / y"), (-X, "-x"), (2 * X, "2 * x"), (X / 2, "x / 2"), (1 - X, "1 - x")];
        Assert.All(table, static row => Assert.Equal(ExprNode.Parse(row.Text), row.Node));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_static_method_makes_each_operation_from_its_arguments_in_order(string name)
    {
        ExprNode[] arguments = [.. Variables.Take(OperationTable.FindFunction(name).Arity)];
        var node = (ExprNode)Methods[(MethodName(name), arguments.Length)].Invoke(null, arguments)!;
        Assert.Equal(ExprNode.Parse($"{name}({string.Join(", ", node.Variables)})"), node);
        Assert.Equal(name, node.Op);
        Assert.Equal(arguments, node.Arguments);
    }

    [Fact]
    public void A_static_method_makes_what_each_form_stands_for()
    {
        foreach (var (name, count) in Forms())
        {
            ExprNode[] arguments = [.. Variables.Take(count)];
            var node = (ExprNode)Methods[(MethodName(name), count)].Invoke(null, arguments)!;
            Assert.Equal(ExprNode.Parse($"{name}({string.Join(", ", arguments.Select(static argument => argument.Name))})"), node);
        }
    }

    [Fact]
    public void The_largest_and_the_smallest_of_many_are_taken_one_by_one()
    {
        Assert.Equal(ExprNode.Parse("max(max(max(x, y), 1), z)"), ExprNode.Max(X, Y, 1, Variables[2]));
        Assert.Equal(ExprNode.Parse("min(min(x, y), 1)"), ExprNode.Min(X, Y, 1));
        Assert.Equal("NullOperand", Assert.Throws<AutodiffException>(static () => ExprNode.Max(X, Y, null!, X)).ErrorId);
    }

    [Fact]
    public void A_constant_and_a_variable_are_made_by_the_names_of_their_operations_too()
    {
        Assert.Equal(ExprNode.Constant(2.5), ExprNode.Const(2.5));
        Assert.Equal(ExprNode.Variable("x"), ExprNode.Var("x"));
        Assert.Equal("ConstantNotFinite", Assert.Throws<AutodiffException>(static () => ExprNode.Const(double.NaN)).ErrorId);
        Assert.Equal("VariableNameInvalid", Assert.Throws<AutodiffException>(static () => ExprNode.Var(" ")).ErrorId);
    }

    [Fact]
    public void Operators_have_the_usual_names_of_dotnet_too()
    {
        Assert.Equal(X + Y, ExprNode.Add(X, Y));
        Assert.Equal(X - Y, ExprNode.Subtract(X, Y));
        Assert.Equal(X * Y, ExprNode.Multiply(X, Y));
        Assert.Equal(X / Y, ExprNode.Divide(X, Y));
        Assert.Equal(-X, ExprNode.Negate(X));
    }

    [Fact]
    public void No_other_static_method_makes_a_node_of_nodes() => Assert.Equal(
        Operations.Select(static op => (MethodName(op.Name), op.Arity))
            .Concat(Forms().Select(static form => (MethodName(form.Name), form.Count)))
            .Concat([("Add", 2), ("Subtract", 2), ("Multiply", 2), ("Divide", 2), ("Negate", 1)])
            .Concat(ArrayNodeTests.StaticsOfNodes)
            .Order(),
        Methods.Keys.Order());

    // Names that are no operations, and numbers of arguments that the operation of the name does not have.
    private static IEnumerable<(string Name, int Count)> Forms() =>
        from function in NamedFunction.All
        from count in Enumerable.Range(1, 3)
        where function.Takes(count) && !function.IsOfArrays(count) && OperationTable.TryFindFunction(function.Name)?.Arity != count && function.Name is not ("max" or "min")
        select (function.Name, count);

    [Fact]
    public void Numbers_convert_to_constants()
    {
        ExprNode node = 3.5;
        Assert.Equal(3.5, node.Value);
        Assert.Equal("const", node.Op);
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
    [InlineData(" ")]
    [InlineData("x\n")]
    [InlineData("a\u2029b")]
    [InlineData("a\u202Eb")]
    [InlineData(null)]
    public void Names_that_nobody_could_see_are_refused(string? name)
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

    [Theory]
    [MemberData(nameof(Names))]
    public void Null_arguments_of_static_methods_are_refused(string name)
    {
        var method = Methods[(MethodName(name), OperationTable.FindFunction(name).Arity)];
        for (var position = 0; position < method.GetParameters().Length; position++)
        {
            ExprNode?[] arguments = [.. Variables.Take(method.GetParameters().Length)];
            arguments[position] = null;
            var error = Assert.Throws<TargetInvocationException>(() => method.Invoke(null, arguments)).InnerException;
            Assert.Equal("NullOperand", Assert.IsType<AutodiffException>(error).ErrorId);
        }
    }

    [Fact]
    public void Null_operands_are_refused()
    {
        ExprNode typo = null!;
        Func<ExprNode>[] attempts =
            [() => typo + X, () => X + typo, () => typo - X, () => X - typo, () => typo * X, () => X * typo, () => typo / X, () => X / typo, () => -typo];
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
        Assert.Contains(name == "Exp" ? "Did you mean 'exp'?" : "softplus", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_wrong_number_of_arguments_is_refused(string name)
    {
        for (var count = 0; count <= 4; count++)
        {
            if (NamedFunction.Find(name).Takes(count)) continue;
            var arguments = Enumerable.Repeat(X, count).ToArray();
            var error = Assert.Throws<AutodiffException>(() => ExprNode.Apply(name, arguments));
            Assert.Equal("ArgumentCount", error.ErrorId);
            Assert.Contains($"'{name}' takes", error.Message, StringComparison.Ordinal);
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

    // Behind a symbol of C# stands the method that .NET's guidelines name for it; all others are named as in text.
    private static string MethodName(string operation) =>
        Methods.Keys.Select(static key => key.Name).Distinct().SingleOrDefault(name => name.Equals(operation, StringComparison.OrdinalIgnoreCase))
            ?? throw new InvalidOperationException($"ExprNode has no static method for '{operation}'.");
}
