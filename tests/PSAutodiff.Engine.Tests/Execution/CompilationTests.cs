using Xunit;

namespace PSAutodiff.Tests;

/// <summary>The compiled form: the same bits as plain evaluation, with shared parts once and few registers.</summary>
public sealed class CompilationTests
{
    private static readonly string[] Names = RandomExpressions.Names;

    [Fact]
    public void Values_are_those_of_plain_evaluation_bit_for_bit() => RandomExpressions.Everyday.Check(500, 40, static node =>
    {
        var compiled = CompiledExpression.Compile([node], Names);
        foreach (var point in Points(4)) AssertSameBits(PlainEvaluator.Evaluate(node, At(point)), compiled.Evaluate(point), node);
    });

    [Fact]
    public void Odd_constants_and_infinite_inputs_make_no_difference() => RandomExpressions.Odd.Check(300, 20, static node =>
    {
        var compiled = CompiledExpression.Compile([node], Names);
        double[][] points = [[double.NaN, 1, -0.0], [double.PositiveInfinity, 0, -1], [-0.0, 0.0, double.NegativeInfinity], [1e308, -1e308, 5e-324]];
        foreach (var point in points) AssertSameBits(PlainEvaluator.Evaluate(node, At(point)), compiled.Evaluate(point), node);
    });

    [Fact]
    public void Several_outputs_are_computed_together_bit_for_bit() => RandomExpressions.Everyday.Check(200, 15, static node =>
    {
        ExprNode[] outputs = [node, .. node.Gradient(Names), 3, ExprNode.Variable("y"), node, ExprNode.Sin(node)];
        var compiled = CompiledExpression.Compile(outputs, Names);
        Assert.Equal(outputs.Length, compiled.OutputCount);
        var results = new double[outputs.Length];
        foreach (var point in Points(2))
        {
            compiled.Evaluate(point, results);
            for (var i = 0; i < outputs.Length; i++) AssertSameBits(PlainEvaluator.Evaluate(outputs[i], At(point)), results[i], outputs[i]);
        }
    });

    [Fact]
    public void A_program_has_no_more_steps_than_the_graph_has_operations() => RandomExpressions.Everyday.Check(200, 40, static node =>
    {
        var (graph, id) = node.Flatten();
        var compiled = CompiledExpression.Compile([node], Names);
        var tape = compiled.Tape;
        Assert.True(compiled.OperationCount <= graph.OperationCount([id]));
        Assert.True(tape.RegisterCount <= tape.InputCount + tape.Constants.Length + compiled.OperationCount + 1);
    });

    [Fact]
    public void Constants_are_computed_once_when_compiling()
    {
        var compiled = CompiledExpression.Compile([ExprNode.Parse("x + exp(2 * 3) / log(5)")]);
        Assert.Equal(1, compiled.OperationCount);
        Assert.Equal(0.5 + (Math.Exp(6) / Math.Log(5)), compiled.Evaluate(0.5));
    }

    [Fact]
    public void A_constant_expression_has_no_steps_at_all()
    {
        var compiled = CompiledExpression.Compile([ExprNode.Parse("1 / 0"), ExprNode.Parse("2^10")]);
        Assert.Equal(0, compiled.OperationCount);
        var results = new double[2];
        compiled.Evaluate([], results);
        Assert.Equal([double.PositiveInfinity, 1024], results);
    }

    [Fact]
    public void Shared_parts_are_computed_once()
    {
        var compiled = CompiledExpression.Compile([ExprNode.Parse("sin(x) * sin(x) + cos(sin(x))")]);
        Assert.Equal(4, compiled.OperationCount);
    }

    [Fact]
    public void What_no_output_needs_is_left_out()
    {
        var gradient = ExprNode.Parse("sin(x) * exp(y)").Gradient();

        // cos(x) * exp(y), without the sine that the other derivative needs.
        Assert.Equal(3, CompiledExpression.Compile([gradient[0]]).OperationCount);
    }

    [Fact]
    public void Registers_are_used_again()
    {
        var chain = ExprNode.Variable("x");
        for (var i = 0; i < 1000; i++) chain = ExprNode.Sin(chain) + chain;
        Assert.InRange(CompiledExpression.Compile([chain]).Tape.RegisterCount, 2, 4);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_long_sum_needs_few_registers_whether_it_was_read_or_made_by_operators(bool read)
    {
        var sum = Enumerable.Range(0, 256).Select(static i => ExprNode.Sin(ExprNode.Variable("x") + i)).Aggregate(static (a, b) => a + b);
        var tape = CompiledExpression.Compile([read ? ExprNode.Parse(Texts.Infix(sum)) : sum]).Tape;
        Assert.InRange(tape.RegisterCount - tape.Constants.Length, 2, 8);
    }

    [Fact]
    public void An_output_keeps_its_register_to_the_end()
    {
        var early = ExprNode.Parse("x + 1");
        var late = early;
        for (var i = 0; i < 50; i++) late = ExprNode.Sin(late * 2);
        var results = new double[2];
        CompiledExpression.Compile([early, late]).Evaluate([0.5], results);
        Assert.Equal(1.5, results[0]);
        Assert.Equal(late.At(("x", 0.5)), results[1]);
    }

    [Fact]
    public void Variables_are_in_ordinal_order_unless_said_otherwise()
    {
        var node = ExprNode.Parse("b - a * B");
        Assert.Equal(["B", "a", "b"], CompiledExpression.Compile([node]).Variables);
        Assert.Equal(7 - (3 * 2), CompiledExpression.Compile([node]).Evaluate(2, 3, 7));
        Assert.Equal(7 - (3 * 2), CompiledExpression.Compile([node], ["b", "a", "unused", "B"]).Evaluate(7, 3, double.NaN, 2));
    }

    [Fact]
    public void A_variable_without_a_value_is_named()
    {
        var error = Assert.Throws<AutodiffException>(static () => CompiledExpression.Compile([ExprNode.Parse("x + 3 * speed")], ["x"]));
        Assert.Equal("VariableNotBound", error.ErrorId);
        Assert.Contains("'speed'", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<AutodiffException>(static () => CompiledExpression.Compile([ExprNode.Parse("x")], ["X"]));
        Assert.Contains("'x'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_registers_do_not_need_the_stack()
    {
        var names = Enumerable.Range(0, 5000).Select(static i => $"v{i}").ToArray();
        var node = names.Select(static name => ExprNode.Variable(name)).Aggregate(static (a, b) => a + b);
        Assert.Equal(5000 * 4999 / 2, CompiledExpression.Compile([node], names).Evaluate([.. Enumerable.Range(0, 5000).Select(static i => (double)i)]));
    }

    [Fact]
    public void Eight_threads_get_the_same_bits()
    {
        foreach (var node in RandomExpressions.Everyday.Sample(20, 40, seed: 5).Append(ExprNode.Parse(string.Join("+", Enumerable.Range(0, 300).Select(static i => $"sin(x * {i})")))))
        {
            var compiled = CompiledExpression.Compile([node], Names);
            var points = Points(50).ToArray();
            var expected = points.Select(point => PlainEvaluator.Evaluate(node, At(point))).ToArray();
            Threads.Together(8, thread =>
            {
                for (var i = 0; i < points.Length; i++)
                {
                    var k = (i + (thread * 7)) % points.Length;
                    AssertSameBits(expected[k], compiled.Evaluate(points[k]), node);
                }
            });
        }
    }

    private static IEnumerable<double[]> Points(int count)
    {
        var random = new Random(count);
        for (var i = 0; i < count; i++) yield return [.. Names.Select(_ => (6 * random.NextDouble()) - 3)];
    }

    private static Dictionary<string, double> At(double[] point) => Names.Zip(point).ToDictionary(static p => p.First, static p => p.Second);

    private static void AssertSameBits(double expected, double actual, ExprNode node)
    {
        // The sign of a NaN is nobody's business.
        if (double.IsNaN(expected) && double.IsNaN(actual)) return;
        Assert.True(
            BitConverter.DoubleToInt64Bits(expected) == BitConverter.DoubleToInt64Bits(actual),
            $"{actual:R}, not {expected:R}: {Texts.Let(node)}");
    }
}
