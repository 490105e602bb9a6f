using PSAutodiff.Execution.Scalar;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>How tapes are planned for rows. That all plans give the same bits as plain evaluation is compared by <see cref="RunningWaysTests"/>.</summary>
public class RowPlanTests
{
    private const int Count = 3000;

    private static readonly ReadOnlyMemory<double> Rows = Enumerable.Range(0, Count).Select(static i => (i * 0.37 % 4) - 2).ToArray();

    [Fact]
    public void A_thousand_outputs_need_two_registers()
    {
        var names = Enumerable.Range(0, 1000).Select(static i => $"p{i:d4}").ToArray();
        var (compiled, inputs) = Compile([.. names.Select(static name => ExprNode.Sqrt(ExprNode.Exp(ExprNode.Variable("x")) * ExprNode.Variable(name)))], names);

        // Each output's register is free again as soon as it is added, and values need none beside their column.
        Assert.Equal(1000, compiled.Tape.RegisterCount - compiled.Tape.InputCount - compiled.Tape.Constants.Length);
        Assert.Equal(2, RowPlan.For(compiled.Tape, inputs, sums: true).RegisterCount);
        Assert.Equal(2, RowPlan.For(compiled.Tape, inputs, sums: false).RegisterCount);
        AssertSums(compiled, inputs);
    }

    [Fact]
    public void What_depends_on_single_values_alone_is_no_step_of_the_rows()
    {
        var (compiled, inputs) = Compile([ExprNode.Parse("exp(p)*x + log(2 + sin(p))"), ExprNode.Parse("exp(p)")], ["p"]);
        var plan = RowPlan.For(compiled.Tape, inputs, sums: true);
        Assert.Equal([RowForm.ProductPlus], FormsOf("exp(p)*x + x", "p"));
        Assert.Equal(4, plan.Singles.Length);
        Assert.Equal(2, plan.Steps.Length);
        AssertSums(compiled, inputs);
    }

    [Fact]
    public void Equal_outputs_have_one_sum()
    {
        var (compiled, inputs) = Compile([ExprNode.Parse("2*x"), ExprNode.Parse("x"), ExprNode.Parse("2*x"), ExprNode.Parse("x")], []);
        Assert.Equal(2, RowPlan.For(compiled.Tape, inputs, sums: true).SumCount);
        AssertSums(compiled, inputs);
    }

    [Theory]
    [InlineData("x + p*x", nameof(RowForm.PlusProduct))]
    [InlineData("p*x + x", nameof(RowForm.ProductPlus))]
    [InlineData("x - p*x", nameof(RowForm.MinusProduct))]
    [InlineData("p*x - x", nameof(RowForm.ProductMinus))]
    [InlineData("x + (x - p)*(x - p)", nameof(RowForm.PlusSquaredDifference))]
    [InlineData("p*x", nameof(RowForm.SumOfProducts))]
    [InlineData("x", nameof(RowForm.Sum))]
    public void Two_operations_are_one_step(string text, string form)
    {
        Assert.Equal([Enum.Parse<RowForm>(form)], FormsOf(text, "p"));
        var (compiled, inputs) = Compile([ExprNode.Parse(text)], ["p"]);
        AssertSums(compiled, inputs);
    }

    [Fact]
    public void What_is_wanted_twice_is_not_fused_away()
    {
        var (compiled, inputs) = Compile([ExprNode.Parse("t = p*x; x + t"), ExprNode.Parse("t = p*x; x - t"), ExprNode.Parse("d = x - p; x + d*d"), ExprNode.Parse("x - p")], ["p"]);
        AssertSums(compiled, inputs);
        var values = compiled.EvaluateRows(inputs);
        Assert.Equal(Rows.ToArray().Select(static x => x - 0.3), values[3]);
    }

    [Fact]
    public void Sums_of_inputs_are_made_anew_where_they_would_have_to_wait_long()
    {
        // Each difference is needed at the beginning and, a thousand steps later, for the gradient.
        var names = Enumerable.Range(0, 1000).Select(static i => $"p{i:d4}").ToArray();
        var loss = names.Select(static name => (ExprNode.Variable("x") - ExprNode.Variable(name)) * (ExprNode.Variable("x") - ExprNode.Variable(name))).Aggregate(static (a, b) => a + b);
        var (compiled, inputs) = Compile(ExprNode.Sqrt(loss).Gradient(names), names);
        Assert.InRange(RowPlan.For(compiled.Tape, inputs, sums: true).RegisterCount, 1, 300);
        AssertSums(compiled, inputs);
    }

    [Fact]
    public void A_plan_is_kept_while_the_same_inputs_are_single_values()
    {
        var (compiled, inputs) = Compile([ExprNode.Parse("p*x")], ["p"]);
        var plan = RowPlan.For(compiled.Tape, inputs, sums: true);
        Assert.Same(plan, RowPlan.For(compiled.Tape, inputs, sums: true));
        Assert.NotSame(plan, RowPlan.For(compiled.Tape, inputs, sums: false));
        Assert.NotSame(plan, RowPlan.For(compiled.Tape, [Rows, Rows], sums: true));
    }

    private static RowForm[] FormsOf(string text, string parameter)
    {
        var (compiled, inputs) = Compile([ExprNode.Parse(text)], [parameter]);
        return [.. RowPlan.For(compiled.Tape, inputs, sums: true).Steps.Select(static step => step.Form)];
    }

    private static (CompiledExpression Compiled, ReadOnlyMemory<double>[] Inputs) Compile(IReadOnlyList<ExprNode> outputs, string[] parameters) =>
        (CompiledExpression.Compile(outputs, ["x", .. parameters]), [Rows, .. parameters.Select(static (_, i) => (ReadOnlyMemory<double>)new[] { 0.3 + (0.001 * i) })]);

    // Against the values of each row, added in the order of lanes and blocks.
    private static void AssertSums(CompiledExpression compiled, ReadOnlyMemory<double>[] inputs)
    {
        var sums = compiled.SumRows(inputs);
        var results = new double[compiled.OutputCount];
        var (total, lanes) = (new double[results.Length], new double[8, results.Length]);
        for (var row = 0; row < Count; row++)
        {
            compiled.Evaluate([.. inputs.Select(input => input.Span[input.Length == 1 ? 0 : row])], results);
            for (var i = 0; i < results.Length; i++) lanes[row % 8, i] += results[i];
            if (row % 1024 != 1023 && row != Count - 1) continue;
            for (var i = 0; i < results.Length; i++)
            {
                total[i] += (lanes[0, i] + lanes[4, i] + (lanes[2, i] + lanes[6, i])) + (lanes[1, i] + lanes[5, i] + (lanes[3, i] + lanes[7, i]));
            }

            Array.Clear(lanes);
        }

        Assert.Equal(total, sums);
    }
}
