using PSAutodiff.Core;
using PSAutodiff.Execution.Arrays;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Small vectors and matrices, written out to numbers: the values of the arrays, at points and over rows.</summary>
public sealed class ElementFormsTests
{
    private const string Declared = "a: [3]; b: [3]; A: [2, 3]; B: [3, 2]; ";

    private static readonly string[] Names = ["a", "b", "A", "B", "s"];

    private static readonly int[] Sizes = [3, 3, 6, 6, 1];

    private readonly Random _random = new(7);

    [Theory]
    [InlineData("a @ b + s")]
    [InlineData("A @ B")]
    [InlineData("A.T @ A @ a + a @ B @ B.T")]
    [InlineData("take(a, [1, 2, 0]) * take(b, [2, 0, 1]) - take(a, [2, 0, 1]) * take(b, [1, 2, 0])")]
    [InlineData("outer(a, b)[1:, :2] / s")]
    [InlineData("concat(A, outer(a, b)[:2], axis=1) * column([s, 2])")]
    [InlineData("scatter(a * b, [0, 2, 0], 4)")]
    [InlineData("scatter(A, [2, 0], 3) * 2")]
    [InlineData("sum(A, axis=0) + sum(B, axis=1) * mean(a)")]
    [InlineData("mean(A, axis=1) @ [[1, s], [2, 0]]")]
    [InlineData("max(A) - min(B, axis=0) * max(B, axis=1)[:2]")]
    [InlineData("trace(A @ B) * eye(2) + diag(diag(A @ B))")]
    [InlineData("select(less(a, b), ones(3), zeros(3)) * broadcast(s, 3)")]
    [InlineData("reshape(A, 3, 2) * exp(B) + column(a) ^ 2")]
    public void Values_are_those_of_the_arrays(string text)
    {
        var expression = ExprNode.Parse(Declared + text);
        var flat = ExprNode.Flatten([expression]);
        string[] names = [.. Names.Where(expression.Variables.Contains)];
        var layout = VariableLayout.Of(names, flat);
        Assert.NotNull(ElementForms.Of(flat, layout, CancellationToken.None));
        var (compiled, arrays) = (CompiledExpression.Compile([expression], names), ArrayTape.Compile(flat, layout));
        const int rows = 20;
        var columns = names.Select(name => Enumerable.Range(0, rows * Sizes[Array.IndexOf(Names, name)]).Select(_ => 0.5 + _random.NextDouble()).ToArray()).ToArray();
        var values = compiled.EvaluateRows([.. columns.Select(static column => (ReadOnlyMemory<double>)column)])[0];
        var totals = new double[compiled.ResultLength];
        var (ofArrays, own) = (new double[compiled.ResultLength], new double[compiled.ResultLength]);
        for (var row = 0; row < rows; row++)
        {
            double[] point = [.. columns.SelectMany((column, i) => column.Skip(row * column.Length / rows).Take(column.Length / rows))];
            arrays.Run(point, ofArrays);
            compiled.Evaluate(point, own);
            for (var i = 0; i < own.Length; i++)
            {
                Assert.Equal(ofArrays[i], own[i], 1e-14 * (1 + Math.Abs(ofArrays[i])));
                Assert.Equal(BitConverter.DoubleToInt64Bits(own[i]), BitConverter.DoubleToInt64Bits(values[(row * own.Length) + i]));
                totals[i] += own[i];
            }
        }

        var sums = compiled.SumRows([.. columns.Select(static column => (ReadOnlyMemory<double>)column)]);
        for (var i = 0; i < totals.Length; i++) Assert.Equal(totals[i], sums[i], 1e-12 * (1 + Math.Abs(totals[i])));
    }

    [Fact]
    public void Many_rows_are_done_some_at_a_time_with_parameters_for_all()
    {
        var compiled = CompiledExpression.Compile([ExprNode.Parse("x: [3]; w: [3]; [x @ w, s]"), ExprNode.Parse("x: [3]; w: [3]; x * w")], ["x", "s", "w"]);
        const int rows = 20_000;
        var x = Enumerable.Range(0, 3 * rows).Select(static i => (double)(i % 1000)).ToArray();
        var s = Enumerable.Range(0, rows).Select(static i => (double)i).ToArray();
        double[] w = [2, 3, 5];
        var values = compiled.EvaluateRows([x, s, w]);
        Assert.Equal([2 * rows, 3 * rows], values.Select(static value => value.Length));
        for (var row = 0; row < rows; row++)
        {
            Assert.Equal((2 * x[3 * row]) + (3 * x[(3 * row) + 1]) + (5 * x[(3 * row) + 2]), values[0][2 * row]);
            Assert.Equal(row, values[0][(2 * row) + 1]);
            for (var i = 0; i < 3; i++) Assert.Equal(w[i] * x[(3 * row) + i], values[1][(3 * row) + i]);
        }

        Assert.Equal([values[0].Where(static (_, i) => i % 2 == 0).Sum(), rows * (rows - 1.0) / 2, .. Enumerable.Range(0, 3).Select(i => values[1].Where((_, at) => at % 3 == i).Sum())], compiled.SumRows([x, s, w]));
    }

    [Theory]
    [InlineData("x: [40]; exp(x) @ x", "many elements for each operation")]
    [InlineData("x: [5000]; x[0] + x[1]", "an array with many elements")]
    [InlineData("x: [3]; take(x, k) * 2", "places that are not known")]
    [InlineData("x: [3]; softmax(x) * 2", "an operation without such a form")]
    [InlineData("x: [2, 3]; x.T", "elements that are only moved")]
    public void Other_arrays_stay_arrays(string text, string why)
    {
        var flat = ExprNode.Flatten([ExprNode.Parse(text)]);
        Assert.True(ElementForms.Of(flat, VariableLayout.Of(flat.Variables(), flat), CancellationToken.None) is null, why);
    }

    [Theory]
    [InlineData("x: [3]; s * x + 1", 77)]
    [InlineData("x: [3]; [s * x[0], x[1], x[2], s, 1, 2, 3]", 131)]
    [InlineData("x: [90]; s * x + sum(x)", 70)]
    [InlineData("s * x", 50)]
    public void Values_of_rows_go_into_arrays_that_are_given(string text, int rows)
    {
        var f = ExprNode.Parse(text);
        var compiled = CompiledExpression.Compile([f, f + f], ["s", "x"]);
        var (random, width) = (new Random(5), text.StartsWith("x: [9", StringComparison.Ordinal) ? 90 : text.StartsWith('x') ? 3 : 1);
        ReadOnlyMemory<double>[] columns = [.. new[] { 1, width }.Select(size => (ReadOnlyMemory<double>)Enumerable.Range(0, size * rows).Select(_ => random.NextDouble()).ToArray())];
        var expected = compiled.EvaluateRows(columns);
        double[][] results = [new double[expected[0].Length + 5], new double[expected[1].Length]];
        for (var run = 0; run < 2; run++)
        {
            compiled.EvaluateRows(columns, results);
            Assert.Equal(expected[0], results[0][..^5]);
            Assert.Equal(expected[1], results[1]);
            Assert.All(results[0][^5..], static value => Assert.Equal(0, value));
        }

        var one = new double[f.ArrayShape.Count == 1 ? 1 : compiled.ResultLength / 2];
        CompiledExpression.Compile([f], ["s", "x"]).Evaluate([columns[0].Span[^1], .. columns[1].Span[^width..]], one);
        Assert.Equal(one, expected[0][^one.Length..]);
        Assert.Throws<ArgumentException>(() => compiled.EvaluateRows(columns, [results[0]]));
        Assert.Throws<ArgumentException>(() => compiled.EvaluateRows(columns, [results[0], new double[expected[1].Length - 1]]));
        Assert.Throws<ArgumentException>(() => compiled.EvaluateRows(columns, [results[0], null!]));
    }
}
