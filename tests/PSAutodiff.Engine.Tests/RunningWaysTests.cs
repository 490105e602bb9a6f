using PSAutodiff.Compilation;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>A compiled expression is run in several ways, whichever is fastest: all give the bits of plain evaluation.</summary>
public sealed class RunningWaysTests
{
    private static readonly string[] Names = RandomExpressions.Names;

    [Fact]
    public void Rows_are_evaluated_to_the_same_bits() => RandomExpressions.Everyday.Check(60, 30, static node =>
    {
        ExprNode[] outputs = [node, .. node.Gradient("x")];
        var points = Points(1100);
        var columns = Names.Select((_, i) => (ReadOnlyMemory<double>)points.Select(point => point[i]).ToArray()).ToArray();
        var rows = CompiledExpression.Compile(outputs, Names).EvaluateRows(columns, TestContext.Current.CancellationToken);
        for (var i = 0; i < points.Length; i += 37)
        {
            for (var k = 0; k < outputs.Length; k++) AssertSameBits(PlainEvaluator.Evaluate(outputs[k], At(points[i])), rows[k][i], outputs[k]);
        }
    });

    [Fact]
    public void A_single_value_stands_for_all_rows()
    {
        var compiled = CompiledExpression.Compile([ExprNode.Parse("x * y + 1"), ExprNode.Parse("y")], ["x", "y"]);
        var rows = compiled.EvaluateRows([new double[] { 1, 2, 3 }, new double[] { 10 }], TestContext.Current.CancellationToken);
        Assert.Equal([11, 21, 31], rows[0]);
        Assert.Equal([10, 10, 10], rows[1]);
    }

    [Fact]
    public void Machine_code_gives_the_same_bits() => RandomExpressions.Odd.Check(150, 40, static node =>
    {
        ExprNode[] outputs = [node, .. node.Gradient("x"), node, 2, ExprNode.Variable("y")];
        var tape = CompiledExpression.Compile(outputs, Names).Tape;
        var code = TapeCode.Compile(tape, tape.InputCount, trains: false);
        var results = new double[outputs.Length];
        double[][] odd = [[double.NaN, 1, -0.0], [double.PositiveInfinity, 0, -1], [-0.0, 0.0, double.NegativeInfinity]];
        foreach (var point in Points(5).Concat(odd))
        {
            CompiledExpression.RunCode(code, point, results);
            for (var k = 0; k < outputs.Length; k++) AssertSameBits(PlainEvaluator.Evaluate(outputs[k], At(point)), results[k], outputs[k]);
        }
    });

    [Fact]
    public void Machine_code_of_a_long_program_gives_the_same_bits()
    {
        var node = ExprNode.Variable("x");
        for (var i = 0; i < 3000; i++) node = i % 3 == 0 ? ExprNode.Sin(node) + (0.1 * i) : i % 3 == 1 ? node * ExprNode.Variable("y") : node - ExprNode.Variable("z");
        var tape = CompiledExpression.Compile([node, node.Y!], Names).Tape;
        var results = new double[2];
        CompiledExpression.RunCode(TapeCode.Compile(tape, tape.InputCount, trains: false), [0.3, 0.9, 0.1], results);
        AssertSameBits(PlainEvaluator.Evaluate(node, At([0.3, 0.9, 0.1])), results[0], node);
        Assert.Equal(0.1, results[1]);
    }

    [Fact]
    public void A_wide_program_run_in_batches_gives_the_same_bits()
    {
        var parts = RandomExpressions.Everyday.Sample(2000, 3, seed: 17).ToArray();
        var sum = parts.Aggregate(static (a, b) => a + b);
        ExprNode[] outputs = [sum, parts[3], parts[^1]];
        var compiled = CompiledExpression.Compile(outputs, Names);
        var batches = BatchProgram.TryCreate(compiled.Tape);
        Assert.NotNull(batches);
        var results = new double[outputs.Length];
        foreach (var point in Points(4))
        {
            compiled.RunBatches(batches, point, results);
            for (var k = 0; k < outputs.Length; k++) AssertSameBits(PlainEvaluator.Evaluate(outputs[k], At(point)), results[k], outputs[k]);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(700)]
    public void What_is_computed_from_another_value_that_is_there_has_the_bits_it_has_alone(int count)
    {
        // The derivative of each tanh takes its value along; at the last argument there is no tanh.
        var parts = Enumerable.Range(0, count).Select(static i => ExprNode.Tanh((ExprNode.Variable("x") * (0.01 * i)) - ExprNode.Variable("y"))).ToArray();
        var sum = parts.Aggregate(static (a, b) => a + b);
        ExprNode[] outputs = [.. sum.Gradient("x", "y"), sum, ExprNode.Sech2(ExprNode.Variable("z"))];
        var compiled = CompiledExpression.Compile(outputs, Names);
        Assert.Equal(count, compiled.Tape.Instructions.Count(static step => step.Operation is Sech2Operation.FromTanh));
        Assert.Single(compiled.Tape.Instructions, static step => step.Operation is Sech2Operation);
        var points = Points(70).Append([400, -300, 1000]).ToArray();
        var columns = Names.Select((_, i) => (ReadOnlyMemory<double>)points.Select(point => point[i]).ToArray()).ToArray();
        var rows = compiled.EvaluateRows(columns, TestContext.Current.CancellationToken);
        var (interpreted, coded, batched) = (new double[4], new double[4], new double[4]);
        var code = TapeCode.Compile(compiled.Tape, compiled.Tape.InputCount, trains: false);
        var batches = BatchProgram.TryCreate(compiled.Tape);
        Assert.Equal(count > 500, batches is not null);
        for (var i = 0; i < points.Length; i++)
        {
            compiled.Interpret(points[i], interpreted);
            CompiledExpression.RunCode(code, points[i], coded);
            if (batches is not null) compiled.RunBatches(batches, points[i], batched);
            for (var k = 0; k < outputs.Length; k++)
            {
                var expected = PlainEvaluator.Evaluate(outputs[k], At(points[i]));
                AssertSameBits(expected, interpreted[k], outputs[k]);
                AssertSameBits(expected, coded[k], outputs[k]);
                AssertSameBits(expected, rows[k][i], outputs[k]);
                if (batches is not null) AssertSameBits(expected, batched[k], outputs[k]);
            }
        }
    }

    [Fact]
    public void Nothing_changes_when_a_program_has_been_run_often()
    {
        foreach (var node in RandomExpressions.Everyday.Sample(5, 30, seed: 23))
        {
            var compiled = CompiledExpression.Compile([node], Names);
            var points = Points(7);
            var expected = points.Select(point => PlainEvaluator.Evaluate(node, At(point))).ToArray();
            for (var run = 0; run < CompiledExpression.RunsBeforeCode + 50; run++)
            {
                AssertSameBits(expected[run % points.Length], compiled.Evaluate(points[run % points.Length]), node);
            }
        }
    }

    private static double[][] Points(int count)
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, count).Select(_ => Names.Select(_ => (6 * random.NextDouble()) - 3).ToArray())];
    }

    private static Dictionary<string, double> At(double[] point) => Names.Zip(point).ToDictionary(static p => p.First, static p => p.Second);

    private static void AssertSameBits(double expected, double actual, ExprNode node)
    {
        if (double.IsNaN(expected) && double.IsNaN(actual)) return;
        Assert.True(
            BitConverter.DoubleToInt64Bits(expected) == BitConverter.DoubleToInt64Bits(actual),
            $"{actual:R}, not {expected:R}: {Texts.Let(node)}");
    }
}
