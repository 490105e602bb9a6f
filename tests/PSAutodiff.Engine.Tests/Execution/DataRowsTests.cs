using System.Numerics;
using PSAutodiff.Core;
using PSAutodiff.Execution;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Expressions joined over rows of data: their values, their bounds, their text.</summary>
public sealed class DataRowsTests
{
    private static readonly string[] W = ["w"];

    public static TheoryData<RowTotal, int> Counts => new MatrixTheoryData<RowTotal, int>(Enum.GetValues<RowTotal>(), [1, 2, 3, 15, 16, 17, 1023, 1024, 1025, 5000]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Counts))]
    public void Rows_give_the_sum_of_what_each_gives_or_its_mean(RowTotal total, int count)
    {
        // All numbers are small multiples of 2^-12, so that every way to add them gives the same bits.
        var rows = Data.Exact(total, count, "x", "y");
        var (x, y) = (rows.Columns[0].ToArray(), rows.Columns[1].ToArray());
        var sums = new[] { x.Zip(y, static (x, y) => ((0.75 * x) - y) * ((0.75 * x) - y)).Sum(), 2.5 * count, x.Sum() * 0.75 };
        var expected = total == RowTotal.Mean ? Array.ConvertAll(sums, sum => sum / count) : sums;
        Assert.Equal(expected, Values(["(w*x - y)^2", "2.5", "w*x"], rows, W, 0.75));
    }

    [Theory]
    [MemberData(nameof(Counts))]
    public void An_expression_that_is_written_out_has_the_same_value(RowTotal total, int count)
    {
        var rows = Data.Exact(total, count, "x", "y");
        var node = ExprNode.Parse("(w*x - y)^2 + w");
        var written = node.WriteOut(rows, Token);
        Assert.Equal(W, written.Variables);
        Assert.Equal(Values([node.ToString()], rows, W, 0.75)[0], CompiledExpression.Compile([written], cancellation: Token).Evaluate(0.75));
    }

    [Fact]
    public void What_is_written_out_reads_as_one_would_write_it()
    {
        var columns = new[] { ("x", new double[] { 1, 2 }), ("y", new double[] { 3, -4 }) };
        var node = ExprNode.Parse("(y - w*x)^2");
        Assert.Equal("((3 - w * 1)^2 + (-4 - w * 2)^2) / 2", node.WriteOut(Data.Rows(RowTotal.Mean, columns), Token).ToString());
        Assert.Equal("(3 - w * 1)^2 + (-4 - w * 2)^2", node.WriteOut(Data.Rows(RowTotal.Sum, columns), Token).ToString());
        Assert.Equal("3 * w", ExprNode.Parse("a*w").WriteOut(Data.Rows(RowTotal.Mean, ("a", [3])), Token).ToString());

        // w has no column: every row has the same.
        Assert.Equal("w + w + w", ExprNode.Parse("w").WriteOut(new DataRows([], [], 3, RowTotal.Sum), Token).ToString());
    }

    [Fact]
    public void What_no_column_changes_is_written_out_once_and_the_rest_once_a_row()
    {
        // exp(w^2) is 4 nodes; of each row come its number, a product and a sum.
        var node = ExprNode.Parse("x*exp(w^2)");
        foreach (var count in new[] { 10_000, 20_000, 40_000 })
        {
            var rows = Data.Rows(RowTotal.Sum, ("x", [.. Enumerable.Range(10, count).Select(static i => (double)i)]));
            Assert.Equal(4 + (3 * count) - 1, node.WriteOut(rows, Token).NodeCount);
        }
    }

    [Fact]
    public void A_mean_of_large_numbers_is_finite_although_their_sum_is_not()
    {
        foreach (var count in new[] { 3, 100, 5000 })
        {
            var column = ("x", Enumerable.Repeat(1.5e308, count).ToArray());
            Assert.Equal(1.5e308, Values(["x + w"], Data.Rows(RowTotal.Mean, column), W, 0)[0], 1e295);
            Assert.Equal([double.PositiveInfinity, count], Values(["x + w", "w"], Data.Rows(RowTotal.Sum, column), W, 1));
            Assert.Equal(1, Values(["x + w", "w"], Data.Rows(RowTotal.Mean, column), W, 1)[1]);
        }

        // No mean is made finite that is not.
        Assert.Equal([double.NaN, double.PositiveInfinity], Values(["log(x)", "1/abs(x + 1)"], Data.Rows(RowTotal.Mean, ("x", [1, -1, 2])), W, 0));
        Assert.Equal(0, Values(["w*1e308*x"], Data.Rows(RowTotal.Mean, ("x", [1, 1, -1, -1])), W, 1)[0]);
    }

    [Fact]
    public void An_evaluation_takes_no_memory_for_a_row()
    {
        // Fewer than four blocks of rows are evaluated on this thread.
        var few = Allocated(Data.Exact(RowTotal.Mean, 1024, "x", "y"));
        var many = Allocated(Data.Exact(RowTotal.Mean, 3 * 1024, "x", "y"));
        Assert.InRange(many, few, few + 200);

        static long Allocated(DataRows rows)
        {
            var program = ParameterProgram.Compile(ExprNode.Flatten([ExprNode.Parse("(w*x - y)^2"), ExprNode.Parse("tanh(w*x)")], Token), new VariableLayout(W), rows, Token);
            var results = new double[2];
            program.Evaluate([1], results, Token);
            var before = GC.GetAllocatedBytesForCurrentThread();
            program.Evaluate([2], results, Token);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void A_program_too_large_for_blocks_of_rows_adds_them_one_by_one()
    {
        // 2^18 values that live at the same time: parity of the sum tells that every row counted.
        var node = ExprNode.Parse("x");
        var parts = Enumerable.Range(1, 1 << 18).Select(i => node + ExprNode.Constant(i)).ToArray();
        ExprNode sum = 0;
        foreach (var part in parts) sum += part * part;
        foreach (var part in parts) sum -= part * part;
        var rows = Data.Rows(RowTotal.Sum, ("x", [.. Enumerable.Range(0, 20).Select(static i => (double)i)]));
        var program = ParameterProgram.Compile(ExprNode.Flatten([sum + node], Token), new VariableLayout([]), rows, Token);
        var results = new double[1];
        program.Evaluate([], results, Token);
        Assert.Equal(190, results[0]);
    }

    [Fact]
    public void Bounds_on_rounding_hold_and_are_not_far_off()
    {
        // Products and their sum are known exactly as whole multiples of a power of two.
        var random = new Random(7);
        foreach (var count in new[] { 1, 100, 1024, 30_000 })
        {
            var numbers = Enumerable.Range(0, count).Select(_ => random.NextInt64(1L << 52)).ToArray();
            var w = random.NextInt64(1L << 52);
            var rows = Data.Rows(RowTotal.Sum, ("x", Array.ConvertAll(numbers, static number => (double)number)));
            var exact = numbers.Aggregate(BigInteger.Zero, (sum, number) => sum + ((BigInteger)number * w));
            var error = Math.Abs((double)((BigInteger)Values(["w*x"], rows, W, w)[0] - exact));
            var bound = new ParameterBounds(ExprNode.Flatten([ExprNode.Parse("w*x")], Token), new VariableLayout(W), rows).At([w], 0, Token)[0];
            Assert.True(error <= bound, $"{error} is above {bound}.");
            Assert.True(bound <= 250 * Core.Rounding.Unit * (double)exact, $"{bound} for {exact}");
            var mean = Data.Rows(RowTotal.Mean, ("x", Array.ConvertAll(numbers, static number => (double)number)));
            Assert.Equal(bound / count, new ParameterBounds(ExprNode.Flatten([ExprNode.Parse("w*x")], Token), new VariableLayout(W), mean).At([w], 0, Token)[0], 1e-10 * bound / count);
        }
    }

    [Fact]
    public void Numbers_of_rows_count_as_exact_and_those_of_parameters_need_not()
    {
        // Two rows where the numbers are equal: what is left is the rounding of their sum, since that of w alone may be off.
        var rows = Data.Rows(RowTotal.Sum, ("x", [1, 2, 3]), ("y", [1, 2, 4]));
        Assert.InRange(Bound("x == y"), 2e-16, 3e-15);
        Assert.Equal(double.PositiveInfinity, Bound("w == y"));
        Assert.InRange(Bound("w"), 3 * Core.Rounding.Unit, 3e-15);

        double Bound(string text) => new ParameterBounds(ExprNode.Flatten([ExprNode.Parse(text)], Token), new VariableLayout(W), rows, jumpsAreUnknown: true).At([1], Core.Rounding.Unit, Token)[0];
    }

    [Fact]
    public void Mistakes_have_stable_ids()
    {
        var two = new ReadOnlyMemory<double>([1, 2]);
        Assert.Equal("RowsMissing", Id(static () => _ = new DataRows([], [], 0, RowTotal.Mean)));
        Assert.Equal("RowsMissing", Id(static () => Data.Rows(RowTotal.Sum, ("x", []))));
        Assert.Equal("LengthMismatch", Id(() => _ = new DataRows(["x", "y"], [two, two[..1]], 2, RowTotal.Mean)));
        Assert.Equal("ColumnRepeated", Id(() => _ = new DataRows(["x", "x"], [two, two], 2, RowTotal.Mean)));
        Assert.Equal("VariableNameInvalid", Id(() => _ = new DataRows([" "], [two], 2, RowTotal.Mean)));
        Assert.Throws<ArgumentException>(() => new DataRows(["x", "y"], [two], 2, RowTotal.Mean));

        static string Id(Action action) => Assert.Throws<AutodiffException>(action).ErrorId;
    }

    [Fact]
    public void Long_sums_can_be_ended()
    {
        using var source = new CancellationTokenSource();
        foreach (var count in new[] { 4, 4000 })
        {
            var rows = Data.Exact(RowTotal.Mean, count, "x");
            var program = ParameterProgram.Compile(ExprNode.Flatten([ExprNode.Parse("w*x")], Token), new VariableLayout(W), rows, Token);
            var bounds = new ParameterBounds(ExprNode.Flatten([ExprNode.Parse("w*x")], Token), new VariableLayout(W), rows);
            var results = new double[] { -1 };
            source.Cancel();
            Assert.Throws<OperationCanceledException>(() => program.Evaluate([1], results, source.Token));
            Assert.Equal(-1, results[0]);
            Assert.Throws<OperationCanceledException>(() => bounds.At([1], 0, source.Token));
            Assert.Throws<OperationCanceledException>(() => ExprNode.Parse("w*x").WriteOut(rows, source.Token));
        }
    }

    private static double[] Values(string[] texts, DataRows rows, string[] parameters, params double[] point)
    {
        var program = ParameterProgram.Compile(ExprNode.Flatten([.. texts.Select(static text => ExprNode.Parse(text))], Token), new VariableLayout(parameters), rows, Token);
        var results = new double[texts.Length];
        program.Evaluate(point, results, Token);
        return results;
    }
}
