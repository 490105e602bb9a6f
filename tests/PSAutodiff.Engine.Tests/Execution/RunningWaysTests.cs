using PSAutodiff.Execution;
using PSAutodiff.Execution.Scalar;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>A compiled expression is run in several ways, whichever is fastest: all give the bits of plain evaluation.</summary>
public sealed class RunningWaysTests
{
    private static readonly double[] Two = [2, 3];
    private static readonly double[] Half = [0.5];

    [Fact]
    [Trait("Category", "Slow")]
    public void All_ways_give_the_bits_of_plain_evaluation_for_programs_of_every_shape()
    {
        var seen = new Coverage();
        var round = RandomExpressions.AllOperations.Length;

        // Programs of every shape, and on until every form has been seen.
        for (var seed = 0; seed < 180 * round && (seed < 60 * round || seed % round != 0 || seen.Missing().Any()); seed++) WaysOfRunning.Compare(RandomProgram.Make(seed), seen);
        AssertNothingIsMissing(seen);
    }

    [Fact(Explicit = true)]
    [Trait("Category", "Nightly")]
    public void All_ways_give_the_bits_of_plain_evaluation_for_very_many_programs()
    {
        var seen = new Coverage();
        for (var seed = 10_000; seed < 210_000; seed++)
        {
            WaysOfRunning.Compare(RandomProgram.Make(seed), seen);
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }

        AssertNothingIsMissing(seen);
    }

    [Fact]
    public void A_single_value_stands_for_all_rows()
    {
        var compiled = CompiledExpression.Compile([ExprNode.Parse("x * y + 1"), ExprNode.Parse("y")], ["x", "y"]);
        var rows = compiled.EvaluateRows([new double[] { 1, 2, 3 }, new double[] { 10 }], TestContext.Current.CancellationToken);
        Assert.Equal([11, 21, 31], rows[0]);
        Assert.Equal([10, 10, 10], rows[1]);
    }

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(1025)]
    [InlineData(60_001)]
    public void A_long_sum_of_one_value_counts_it_each_time(int addends)
    {
        var (x, y) = (ExprNode.Variable("x"), ExprNode.Variable("y"));
        var sum = Enumerable.Repeat(x, addends).Aggregate(static (a, b) => a + b);
        var after = Enumerable.Repeat(x, addends).Aggregate(y, static (a, b) => a + b);
        ExprNode[] outputs = [sum, after, .. after.Gradient("x", "y")];
        var compiled = CompiledExpression.Compile(outputs, ["x", "y"]);
        var results = new double[4];
        for (var run = 0; run < (addends < 1000 ? TapeRunner.RunsBeforeCode + 2 : 2); run++)
        {
            compiled.Evaluate([2, 0.5], results);
            Assert.Equal([2 * addends, (2 * addends) + 0.5, addends, 1], results);
        }

        Assert.Equal(2 * addends, CompiledExpression.Compile([sum], ["x"]).Evaluate(2));
        Assert.Equal((2 * addends) + 0.5, CompiledExpression.Compile([after], ["x", "y"]).Evaluate(2, 0.5));
        Assert.Equal([2 * addends, 3 * addends], compiled.EvaluateRows([Two, Half], TestContext.Current.CancellationToken)[0]);
    }

    [Theory]
    [InlineData("sub", 3.0, 0.5, 3 - (600 * 0.5))]
    [InlineData("mul", 3.0, -1.0, 3.0)]
    [InlineData("div", 3.0, -1.0, 3.0)]
    [InlineData("min", 3.0, 0.5, 0.5)]
    [InlineData("max", 0.25, 0.5, 0.5)]
    [InlineData("pow", 3.0, 1.0, 3.0)]
    [InlineData("less", 3.0, 0.5, 1.0)]
    public void A_long_chain_over_one_value_takes_it_each_time(string operation, double first, double item, double right)
    {
        var y = ExprNode.Variable("y");
        var chain = Enumerable.Repeat(y, 600).Aggregate(ExprNode.Variable("x"), (a, b) => ExprNode.Apply(operation, a, b));
        Assert.Equal(right, CompiledExpression.Compile([chain], ["x", "y"]).Evaluate(first, item));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void A_program_too_long_for_machine_code_gives_the_same_bits_however_often_it_is_run()
    {
        var node = ExprNode.Variable("x");
        for (var i = 0; i < 30_001; i++) node = (node * ExprNode.Variable("y")) + (1e-4 * i);
        var compiled = CompiledExpression.Compile([node], ["x", "y"]);
        Assert.InRange(compiled.OperationCount, 60_001, 61_000);
        var right = node.At(("x", 0.5), ("y", 0.999));
        for (var run = 0; run < TapeRunner.RunsBeforeCode + 2; run++) Assert.Equal(right, compiled.Evaluate(0.5, 0.999));
    }

    [Fact]
    public void Too_many_registers_for_blocks_of_rows_give_the_same_bits_point_by_point()
    {
        const int outputs = (1 << 17) + 5;
        var x = ExprNode.Variable("x");
        var compiled = CompiledExpression.Compile([.. Enumerable.Range(0, outputs).Select(i => x + (0.1 * i))], ["x"]);
        var values = ManyPoints.Evaluate(compiled, [new[] { 0.3, -7.7, double.NaN }], 3, TestContext.Current.CancellationToken);
        Assert.Equal(outputs, values.Length);
        for (var i = 0; i < outputs; i++) Assert.Equal([0.3 + (0.1 * i), -7.7 + (0.1 * i), double.NaN], values[i]);
    }

    [Theory]
    [InlineData("tanh", "sech2", 3)]
    [InlineData("tanh", "sech2", 700)]
    [InlineData("sigmoid", "dsigmoid", 3)]
    [InlineData("sigmoid", "dsigmoid", 700)]
    public void What_is_computed_from_another_value_that_is_there_has_the_bits_it_has_alone(string name, string slope, int count)
    {
        // The derivative of each function takes its value along; at the last argument there is no value.
        var parts = Enumerable.Range(0, count).Select(i => ExprNode.Apply(name, (ExprNode.Variable("x") * (0.01 * i)) - ExprNode.Variable("y"))).ToArray();
        var sum = parts.Aggregate(static (a, b) => a + b);
        var (numeric, _) = ExprNode.Simplify([.. sum.Gradient("x", "y"), sum], SimplificationRule.Stable);
        ExprNode[] outputs = [.. numeric, ExprNode.Apply(slope, ExprNode.Variable("z"))];
        var names = RandomExpressions.Names;
        var compiled = CompiledExpression.Compile(outputs, names);
        var random = new Random(count);
        var points = Enumerable.Range(0, 70).Select(_ => names.Select(_ => (6 * random.NextDouble()) - 3).ToArray()).Append([400, -300, 1000]).ToArray();
        var columns = names.Select((_, i) => (ReadOnlyMemory<double>)points.Select(point => point[i]).ToArray()).ToArray();
        var rows = compiled.EvaluateRows(columns, TestContext.Current.CancellationToken);
        var (interpreted, coded, grouped) = (new double[4], new double[4], new double[4]);
        var interpreter = new InterpretedTape(compiled.Tape);
        var code = TapeCode.Compile(compiled.Tape, compiled.Tape.InputCount);
        var regrouped = RegroupedTape.TryCreate(compiled.Tape);
        Assert.Equal(count > 500, regrouped is not null);
        for (var i = 0; i < points.Length; i++)
        {
            interpreter.Run(points[i], [], interpreted);
            code.Run(points[i], [], coded);
            regrouped?.Run(points[i], [], grouped);
            var at = names.Zip(points[i]).ToDictionary(static p => p.First, static p => p.Second);
            var expected = Array.ConvertAll(outputs, output => PlainEvaluator.Evaluate(output, at));
            Assert.Equal(expected, interpreted);
            Assert.Equal(expected, coded);
            Assert.Equal(expected, rows.Select(row => row[i]));
            if (regrouped is not null) Assert.Equal(expected, grouped);
        }
    }

    [Theory]
    [InlineData("softplus(x*y)", 3)]
    [InlineData("softplus(-(x*y))", 3)]
    [InlineData("softplus(-(x*y)) - (-(x*y))", 5)]
    [InlineData("softplus(x*y) + softplus(-(x*y))", 6)]
    [InlineData("softplus(-(x*y)) + dsigmoid(x*y)", 5)]
    [InlineData("softplus(-x)", 4)]
    [InlineData("softplus(x - y) + sigmoid(x - y)", 6)]
    [InlineData("softplus(-(-(x*y)))", 5)]
    public void Softplus_beside_the_logistic_function_needs_no_opposite_and_has_the_bits_it_has_alone(string loss, int operations)
    {
        ExprNode[] outputs = [ExprNode.Parse("sigmoid(x*y)"), ExprNode.Parse(loss)];
        var names = RandomExpressions.Names;
        var compiled = CompiledExpression.Compile(outputs, names);
        Assert.Equal(operations, compiled.OperationCount);
        var random = new Random(17);
        var points = Enumerable.Range(0, 70).Select(_ => names.Select(_ => (60 * random.NextDouble()) - 30).ToArray())
            .Append([0, -1, 0]).Append([double.NaN, 1, 0]).Append([1e200, 1e200, 0]).Append([-1e200, 1e200, 0]).ToArray();
        var columns = names.Select((_, i) => (ReadOnlyMemory<double>)points.Select(point => point[i]).ToArray()).ToArray();
        var rows = compiled.EvaluateRows(columns, TestContext.Current.CancellationToken);
        var (interpreted, coded) = (new double[2], new double[2]);
        var interpreter = new InterpretedTape(compiled.Tape);
        var code = TapeCode.Compile(compiled.Tape, compiled.Tape.InputCount);
        for (var i = 0; i < points.Length; i++)
        {
            interpreter.Run(points[i], [], interpreted);
            code.Run(points[i], [], coded);
            var at = names.Zip(points[i]).ToDictionary(static p => p.First, static p => p.Second);
            var expected = Array.ConvertAll(outputs, output => PlainEvaluator.Evaluate(output, at));
            Assert.Equal(expected, interpreted);
            Assert.Equal(expected, coded);
            Assert.Equal(expected, rows.Select(row => row[i]));
        }
    }

    [Fact]
    public void Results_may_take_the_place_of_the_values()
    {
        var names = RandomExpressions.Names;
        ExprNode[] outputs = [ExprNode.Variable("z"), ExprNode.Parse("x*y"), ExprNode.Variable("x")];
        var compiled = CompiledExpression.Compile(outputs, names);
        for (var run = 0; run < TapeRunner.RunsBeforeCode + 2; run++)
        {
            double[] place = [2, 3, 5];
            compiled.Evaluate(place, place);
            Assert.Equal([5, 6, 2], place);
        }
    }

    // The programs are of use as long as they have every form of operand, and mostly numbers for results.
    private static void AssertNothingIsMissing(Coverage seen)
    {
        var missing = seen.Missing().ToArray();
        Assert.True(missing.Length == 0, $"No program had {string.Join(", nor ", missing)}.");
        Assert.Superset(new HashSet<int> { 1, 2, 3 }, seen.Stretches.ToHashSet());
        Assert.InRange(seen.RegroupedPrograms, seen.Programs / 10, seen.Programs);
        Assert.InRange(seen.RowSets, seen.Programs / 2, seen.Programs);
        Assert.InRange(seen.Steps, seen.Programs / 20, seen.Programs);
        Assert.InRange(seen.FiniteValues, seen.Values / 3, seen.Values);
    }
}
