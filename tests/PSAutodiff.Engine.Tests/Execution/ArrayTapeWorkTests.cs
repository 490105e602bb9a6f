using PSAutodiff.Core;
using PSAutodiff.Execution.Arrays;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>What arrays need not compute: constants again, transposes beside vectors, and products of each row that are sums of a few elements.</summary>
public sealed class ArrayTapeWorkTests
{
    [Fact]
    public void What_depends_on_constants_alone_is_computed_once()
    {
        var tape = Compile("x: [40]; p = column([1, 2, 3, 4]) ^ [0, 1, 2]; (p @ [1, 2, 3])[0] * x + sum(p)");
        Assert.Equal(40 + 40, tape.Work);
        var (x, result) = (new double[40], new double[40]);
        for (var run = 0; run < 3; run++)
        {
            x[7] = run;
            tape.Run(x, result);
            Assert.Equal((6 * run) + 4 + 10 + 30, result[7]);
        }
    }

    [Theory]
    [InlineData("A: [20, 30]; v: [20]; A.T @ v", 20 * 30)]
    [InlineData("A: [20, 30]; v: [30]; v @ A.T", 20 * 30)]
    [InlineData("A: [20, 30]; v: [30]; B = A.T; v @ B + sum(B)", (4 * 20 * 30) + 20)]
    public void A_transpose_beside_a_vector_is_no_copy(string text, double work)
    {
        Assert.True(Compile(text).Work <= work, $"{Compile(text).Work} elements");
        var expression = ExprNode.Parse(text);
        var compiled = CompiledExpression.Compile([expression], ["A", "v"]);
        var random = new Random(3);
        double[] point = [.. Enumerable.Range(0, 600 + (int)(compiled.ResultLength == 30 ? 20 : 30)).Select(_ => random.NextDouble())];
        var result = new double[compiled.ResultLength];
        compiled.Evaluate(point, result);
        var total = text.Contains("sum", StringComparison.Ordinal) ? point.Take(600).Sum() : 0;
        for (var i = 0; i < result.Length; i++)
        {
            var expected = total;
            for (var k = 0; k < point.Length - 600; k++) expected += point[600 + k] * point[result.Length == 30 ? (k * 30) + i : (i * 30) + k];
            Assert.Equal(expected, result[i], 1e-12 * Math.Abs(expected));
        }
    }

    [Fact]
    public void Products_and_the_sums_that_they_go_into_are_one_step_with_the_same_bits()
    {
        var shorter = 0;
        for (var seed = 0; seed < 600; seed++)
        {
            var random = new Random(seed);
            var length = 1 + random.Next(random.Next(2) == 0 ? 20 : 120);
            var point = Enumerable.Range(0, 4 * length).Select(_ => random.NextDouble() - 0.5).ToArray();
            var nodes = Enumerable.Range(0, 4).Select(i => ExprNode.Variable($"v{i}", length)).ToList();
            var values = Enumerable.Range(0, 4).Select(i => point[(i * length)..((i + 1) * length)]).ToList();
            var operations = 5 + random.Next(20);
            for (var i = 0; i < operations; i++)
            {
                // Mostly of what was made last, which ends there; now and then a part that begins later, or a number for all.
                var (a, b) = (random.Next(3) > 0 ? nodes.Count - 1 : random.Next(nodes.Count), random.Next(nodes.Count));
                var (x, y, first, second) = (nodes[a], nodes[b], values[a], values[b]);
                var number = random.NextDouble();
                var kind = random.Next(7);
                if (kind == 5) (y, second) = (number, [.. Enumerable.Repeat(number, length)]);
                if (kind == 6 && length > 1) (y, second) = (ExprNode.Concat(y.Slice(1, length), y.Slice(0, 1)), [.. second[1..], second[0]]);
                if (random.Next(2) == 0) (x, y, first, second) = (y, x, second, first);
                nodes.Add(kind % 3 == 0 ? x + y : kind % 3 == 1 ? x - y : x * y);
                values.Add([.. first.Zip(second, (u, v) => kind % 3 == 0 ? u + v : kind % 3 == 1 ? u - v : u * v)]);
            }

            var flat = ExprNode.Flatten([nodes[^1]]);
            var tape = ArrayTape.Compile(flat, new VariableLayout(["v0", "v1", "v2", "v3"], [.. Enumerable.Repeat(Shape.Vector(length), 4)]));
            var result = new double[length];
            tape.Run(point, result);
            Assert.Equal(values[^1].Select(BitConverter.DoubleToInt64Bits), result.Select(BitConverter.DoubleToInt64Bits));
            if (tape.StepCount < tape.OperationCount) shorter++;
        }

        Assert.True(shorter > 200, $"{shorter} of 600 were shorter");
    }

    [Fact]
    public void The_sum_over_rows_of_a_stretched_vector_times_a_matrix_sums_the_vector()
    {
        var flat = ExprNode.Flatten([ExprNode.Parse("C: [20, 30]; w: [20]; C * column(exp(w)) + C / column(w)")]);
        var (inputs, columns) = (new VariableLayout(["C"], [Shape.Matrix(20, 30)]), new VariableLayout(["w"], [Shape.Vector(20)]));
        var program = RowProgram.ForSums(flat, inputs, columns, CancellationToken.None);
        Assert.True(program.WorkOfRow < 20 * 30 * 3, $"{program.WorkOfRow} elements");
        const int rows = 50;
        var random = new Random(4);
        var (matrix, vectors) = (new double[600], new double[rows * 20]);
        foreach (ref var element in matrix.AsSpan()) element = random.NextDouble();
        foreach (ref var element in vectors.AsSpan()) element = 1 + random.NextDouble();
        var sums = CompiledExpression.Compile(flat, ["C", "w"]).SumRows([matrix, vectors]);
        for (var i = 0; i < sums.Length; i++)
        {
            var expected = Enumerable.Range(0, rows).Sum(row => matrix[i] * (Math.Exp(vectors[(row * 20) + (i / 30)]) + (1 / vectors[(row * 20) + (i / 30)])));
            Assert.Equal(expected, sums[i], 1e-12 * expected);
        }
    }

    private static ArrayTape Compile(string text)
    {
        var flat = ExprNode.Flatten([ExprNode.Parse(text)]);
        return ArrayTape.Compile(flat, VariableLayout.Of(flat.Variables(), flat));
    }
}
