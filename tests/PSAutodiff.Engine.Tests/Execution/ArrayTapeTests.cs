using PSAutodiff.Core;
using PSAutodiff.Execution.Arrays;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>What a run over arrays computes and holds in memory, counted, where many parts are joined, chosen or summed; and that its values are right.</summary>
public sealed class ArrayTapeTests
{
    public static TheoryData<string> Choices => ["element", "row", "column", "take", "row taken", "part"];

    [Theory]
    [MemberData(nameof(Choices))]
    public void The_gradient_of_a_sum_over_elements_costs_each_element_once(string kind)
    {
        foreach (var size in new[] { 500, 1000, 2000, 4000 })
        {
            var sum = Sum(kind, size);
            foreach (var gradient in new[] { sum.Gradient("v")[0], sum.Gradient("v")[0].Simplify() })
            {
                var (tape, results) = Run(Element, gradient);
                var count = (int)gradient.ArrayShape.Count;
                var times = kind == "part" ? 2 : 1;
                for (var i = 0; i < count; i++)
                {
                    // Parts that overlap meet all elements but the first and the last twice.
                    var own = kind == "part" && (i == 0 || i == count - 1) ? 1 : times;
                    Assert.Equal(own * Math.Cos(Element(i)), results[i], 1e-14);
                }

                Assert.True(tape.Work < 30 * size, $"{tape.Work} elements of work for {size}");
                Assert.True(tape.ArenaLength < 20 * size, $"{tape.ArenaLength} numbers in memory for {size}");
            }
        }
    }

    [Theory]
    [InlineData("literal")]
    [InlineData("literal of rows")]
    [InlineData("below")]
    [InlineData("beside")]
    [InlineData("vectors")]
    public void What_is_joined_from_many_parts_is_written_once(string kind)
    {
        foreach (var size in new[] { 500, 1000, 2000, 4000 })
        {
            var joined = Joined(kind, size);
            var (tape, results) = Run(Element, joined);
            for (var i = 0; i < results.Length; i++)
            {
                var (row, column) = kind == "beside" ? (i / (3 * size), i % (3 * size)) : (0, 0);
                var (part, element) = kind switch
                {
                    "literal" => (i, 0),
                    "beside" => (column / 3, (3 * row) + (column % 3)),
                    "below" => (i / 6, i % 6),
                    _ => (i / 3, i % 3),
                };
                Assert.Equal(Element(element) * part, results[i]);
            }

            Assert.True(tape.Work < 20 * size, $"{tape.Work} elements of work for {size}");
            Assert.True(tape.ArenaLength < 20 * size, $"{tape.ArenaLength} numbers in memory for {size}");

            var sum = ExprNode.Sum(joined * joined);
            var adjoint = sum.Gradient("v")[0].Simplify();
            var (reverse, gradient) = Run(Element, adjoint);
            var squares = Enumerable.Range(0, size).Sum(static i => (double)i * i);
            for (var i = 0; i < gradient.Length; i++) Assert.Equal(2 * squares * Element(i), gradient[i], 1e-10 * squares);
            Assert.True(reverse.Work < 80 * size, $"{reverse.Work} elements of work for {size}");
            Assert.True(reverse.ArenaLength < 80 * size, $"{reverse.ArenaLength} numbers in memory for {size}");
        }
    }

    [Theory]
    [InlineData("A @ B", false)]
    [InlineData("A @ (B @ v)", false)]
    [InlineData("sum((B @ x)^2)", true)]
    [InlineData("sum(tanh(x @ A) @ B)", true)]
    public void A_long_product_ends_soon_after_it_is_cancelled(string formula, bool isOverRows)
    {
        const int size = 2500;
        var (soonest, isEnded) = (double.PositiveInfinity, false);
        var outputs = ExprNode.Flatten([ExprNode.Parse($"A: [{size}, {size}]; B: [{size}, {size}]; v: [{size}]; x: [{size}]; {formula}")]);
        var inputs = VariableLayout.Of(["A", "B", "v"], outputs);
        inputs = new VariableLayout(inputs.Names, [Shape.Matrix(size, size), Shape.Matrix(size, size), Shape.Vector(size)]);
        var columns = isOverRows ? new VariableLayout(["x"], [Shape.Vector(size)]) : new VariableLayout([]);
        var point = new double[inputs.Length];
        Array.Fill(point, 0.001);
        var run = isOverRows ? OverRows() : AtPoint();

        // Other work on the machine only ever takes time.
        for (var i = 0; i < 20 && soonest > 0.2; i++)
        {
            using var source = new CancellationTokenSource();
            var end = 0L;
            using var timer = new Timer(
                _ =>
                {
                    end = System.Diagnostics.Stopwatch.GetTimestamp();
                    source.Cancel();
                },
                null,
                20,
                Timeout.Infinite);
            try
            {
                while (true) run(source.Token);
            }
            catch (OperationCanceledException)
            {
                isEnded = true;
                soonest = Math.Min(soonest, System.Diagnostics.Stopwatch.GetElapsedTime(end).TotalSeconds);
            }
        }

        Assert.True(isEnded);
        Assert.InRange(soonest, 0, 0.2);

        Action<CancellationToken> AtPoint()
        {
            var tape = ArrayTape.Compile(outputs, inputs);
            var results = new double[tape.OutputLength];
            return token => tape.Run(point, results, token);
        }

        Action<CancellationToken> OverRows()
        {
            var program = RowProgram.ForSums(outputs, inputs, columns, default);
            var (rows, results, all) = (new RowRun<double>(program, 2), new double[1], Enumerable.Range(0, 1000).ToArray());
            ReadOnlyMemory<double>[] data = [new double[1000 * size]];
            return token => rows.Sum(point, data, all, isMean: false, results, [], token);
        }
    }

    [Fact]
    public void Blocks_joined_in_both_directions_stand_where_they_belong()
    {
        var v = ExprNode.Variable("v", Shape.Matrix(2, 3));
        var upper = ExprNode.Concat(v * 1, v * 10, 1);
        var lower = ExprNode.Concat(v * 100, v * 1000, 1);
        var (_, results) = Run(static i => i + 1, ExprNode.Concat(ExprNode.Concat(upper, lower), upper), upper);
        double[] first = [1, 2, 3, 10, 20, 30, 4, 5, 6, 40, 50, 60];
        double[] second = [100, 200, 300, 1000, 2000, 3000, 400, 500, 600, 4000, 5000, 6000];
        Assert.Equal([.. first, .. second, .. first, .. first], results);
    }

    [Fact]
    public void What_is_summed_further_keeps_its_value_where_it_is_needed_itself()
    {
        var v = ExprNode.Variable("v", Shape.Vector(3));
        var first = Placed(v[0] * 2, 0) + Placed(v[1] * 3, 1);
        var second = first + Placed(v[2] * 5, 0);
        var third = Placed(v[2] * 7, 2) + second;
        var (_, results) = Run(static i => i + 1, first, third, second * first);
        Assert.Equal([2, 6, 0, 17, 6, 21, 34, 36, 0], results);
    }

    [Fact]
    public void Zeros_are_added_to_minus_zero_as_by_a_plain_sum()
    {
        var v = ExprNode.Variable("v", Shape.Vector(3));
        var (_, results) = Run(static _ => -0.0, (v * 1) + Placed(v[0] * 1, 0), v * 1, (v * 1) + Placed(v[0] * 1, 1) + Placed(v[1] * 1, 2));
        Assert.Equal([0L, 0, 0, long.MinValue, long.MinValue, long.MinValue, 0, 0, 0], results.Select(BitConverter.DoubleToInt64Bits));
    }

    [Fact]
    public void A_small_part_does_not_keep_the_whole_in_memory()
    {
        var v = ExprNode.Variable("v", Shape.Vector(1000));
        var total = ExprNode.Variable("s");
        for (var i = 0; i < 50; i++) total = ExprNode.Stack([total, ExprNode.Sin(v * i)[0]]).Sum();
        var (tape, _) = Run(Element, total);
        Assert.True(tape.ArenaLength < 4000, $"{tape.ArenaLength}");
    }

    [Theory]
    [InlineData("e = y - p; e @ e / 2", 1, 700, 100)]
    [InlineData("e = sigmoid(p) - y; e @ e / 2", 1, 1000, 67)]
    [InlineData("sum(exp(p) * p + y)", 1, 701, 100)]
    [InlineData("e = y - p; e @ e / 2", 1, 70000, 1)]
    [InlineData("e = y - p; e @ e / 2", null, 300, 300)]
    [InlineData("e = y - p; e @ e / 2", 0, 70, 100)]
    [InlineData("e = p[1:] - p[:699]; e @ e / 2 + y[0]", 0, 700, 100)]
    [InlineData("e = p[0] * p - y; e @ e / 2", 0, 700, 100)]
    public void A_large_matrix_of_two_products_is_read_once_with_the_same_bits(string formula, int? loops, int rows, int columns)
    {
        var inner = ExprNode.Parse($"p: [{rows}]; y: [{rows}]; {formula}");
        var product = ExprNode.Parse($"A: [{rows}, {columns}]; v: [{columns}]; A @ v");
        var f = inner.Resolve(new Dictionary<string, ExprNode> { ["p"] = product });
        var gradient = f.Gradient("v")[0];

        // The same in three runs, each with a product at most.
        var p = RunOf(product, []);
        var slopes = RunOf(inner.Gradient("p")[0], p);
        var expected = RunOf(ExprNode.Parse($"p: [{rows}]; A: [{rows}, {columns}]; p @ A"), slopes);
        foreach (var outputs in new ExprNode[][] { [gradient], [f, gradient], [gradient, product, f] })
        {
            var flat = ExprNode.Flatten(outputs);
            var tape = ArrayTape.Compile(flat, VariableLayout.Of(["A", "v", "y"], flat));
            var results = new double[tape.OutputLength];
            for (var run = 0; run < 2; run++)
            {
                tape.Run(PointOf(tape.Inputs, []), results);
                var start = outputs[0] == f ? 1 : 0;
                Assert.Equal(expected.Select(BitConverter.DoubleToInt64Bits), results.Skip(start).Take(columns).Select(BitConverter.DoubleToInt64Bits));
                if (outputs.Length == 3) Assert.Equal(p, results.Skip(columns).Take(rows));
                if (outputs.Length > 1) Assert.Equal(RunOf(inner, p)[0], results[start == 1 ? 0 : ^1]);
            }

            // With the value between them the vector may have taken room that the value looks at. Null: what they make is as long as what they are made of and may take its room.
            if (loops is { } count && (outputs.Length == 1 || count == 0)) Assert.Equal(count, tape.LoopCount);
        }

        static double[] RunOf(ExprNode node, double[] p)
        {
            var flat = ExprNode.Flatten([node]);
            var tape = ArrayTape.Compile(flat, VariableLayout.Of([.. node.Variables.Order(StringComparer.Ordinal)], flat));
            Assert.Equal(0, tape.LoopCount);
            var results = new double[tape.OutputLength];
            tape.Run(PointOf(tape.Inputs, p), results);
            return results;
        }

        static double[] PointOf(VariableLayout inputs, double[] p) =>
            [.. inputs.Names.SelectMany((name, k) => name == "p" ? p : Enumerable.Range(0, (int)inputs.Shapes[k].Count).Select(i => Number("Avy".IndexOf(name[0], StringComparison.Ordinal), i)))];

        static double Number(int kind, int index) => Math.Sin((index * 1.7) + kind) / 16;
    }

    private static double Element(int index) => 0.1 + (0.3 * (index % 7));

    private static ExprNode Placed(ExprNode number, long index) => ExprNode.Scatter(number, ExprNode.Constant(index), 3);

    private static ExprNode Sum(string kind, int size)
    {
        var v = ExprNode.Variable("v", kind switch { "row" or "row taken" => Shape.Matrix(size, 2), "column" => Shape.Matrix(2, size), "part" => Shape.Vector(size + 1), _ => Shape.Vector(size) });
        ExprNode? sum = null;
        for (var i = 0; i < size; i++)
        {
            var part = kind switch
            {
                "row" => v[i],
                "column" => v.Slice(0, 2, i, i + 1),
                "take" => ExprNode.Take(v, i),
                "row taken" => ExprNode.Take(v, i),
                "part" => v.Slice(i, i + 2),
                _ => v[i],
            };
            var term = part.ArrayShape.IsNumber ? ExprNode.Sin(part) : ExprNode.Sum(ExprNode.Sin(part));
            sum = sum is null ? term : sum + term;
        }

        return sum!;
    }

    private static ExprNode Joined(string kind, int size)
    {
        var v = ExprNode.Variable("v", kind switch { "literal" => Shape.Vector(1), "below" or "beside" => Shape.Matrix(2, 3), _ => Shape.Vector(3) });
        var parts = Enumerable.Range(0, size).Select(i => (kind == "literal" ? v[0] : v) * i).ToArray();
        return kind switch
        {
            "literal" or "literal of rows" => ExprNode.Stack(parts),
            "beside" => parts.Aggregate(static (all, part) => ExprNode.Concat(all, part, 1)),
            _ => parts.Aggregate(static (all, part) => ExprNode.Concat(all, part)),
        };
    }

    private static (ArrayTape Tape, double[] Results) Run(Func<int, double> element, params ExprNode[] nodes)
    {
        var flat = ExprNode.Flatten(nodes);
        var tape = ArrayTape.Compile(flat, VariableLayout.Of([.. nodes.SelectMany(static node => node.Variables).Distinct().Order(StringComparer.Ordinal)], flat));
        var results = new double[tape.OutputLength];
        tape.Run(Enumerable.Range(0, tape.Inputs.Length).Select(element).ToArray(), results);
        return (tape, results);
    }
}
