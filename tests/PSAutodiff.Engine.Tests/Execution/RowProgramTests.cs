using PSAutodiff.Core;
using PSAutodiff.Execution.Arrays;
using PSAutodiff.Measurements;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Expressions of one row with arrays, over many rows: the bits of each row by itself, sums that are those of the rows, and neither depends on how rows are divided.</summary>
public sealed class RowProgramTests
{
    private const int Programs = 300;

    public static TheoryData<string> Models => new(Texts.Keys);

    /// <summary>Formulas of one row: x, y, k, X, Y and u vary by row, all else is trained.</summary>
    private static Dictionary<string, string> Texts { get; } = new()
    {
        ["a line"] = "(y - (a*x[0] + b))^2",
        ["a linear model"] = "(y - (x @ w + b))^2",
        ["a dense network"] = "W: [4, 6]; b: [6]; V: [6, 3]; c: [3]; logsumexp(tanh(x @ W + b) @ V + c) - (tanh(x @ W + b) @ V + c)[0] * y",
        ["a network from the other side"] = "W: [6, 4]; b: [6]; V: [3, 6]; c: [3]; sum((V @ sigmoid(W @ x + b) + c - u[0:3])^2)",
        ["a residual network"] = "W: [4, 4]; V: [4, 4]; w: [4]; z = x + tanh(x @ W); q = z + tanh(z @ V); (q @ w - y)^2",
        ["two towers"] = "W: [4, 3]; b: [3]; y * sum((tanh(x @ W + b) - tanh(u @ W + b))^2) + softplus(1 - sum((tanh(x @ W + b) - tanh(u @ W + b))^2))",
        ["an embedding"] = "E: [7, 3]; w: [3]; (y - take(E, k) @ w)^2",
        ["an embedding of several"] = "E: [7, 3]; w: [3]; (y - sum(take(E, K) @ w))^2",
        ["an embedding with a choice that is the same for all"] = "E: [7, 3]; (y - sum(take(E, [1, 4, 1]) @ x[0:3]))^2",
        ["a class by its number"] = "W: [4, 7]; z = x @ W; logsumexp(z) - take(z, k)",
        ["one number for each category"] = "e: [7]; f: [7]; 3 * take(e, k) + sum(take(f, K)) * y",
        ["attention"] = "Q: [4, 3]; K2: [2, 3]; V: [2, 1]; s = softmax(X @ K2 @ (x @ Q)); (y - sum(s * reshape(X @ V, 5)))^2",
        ["attention over the other axis"] = "W: [2, 2]; (y - sum(softmax(X @ W, axis=0) * X))^2",
        ["experts"] = "g: [4]; v: [4]; w: [4]; p = sigmoid(x @ g); (y - (p * (x @ v) + (1 - p) * (x @ w)))^2",
        ["a matrix for each row"] = "W: [2, 3]; V: [3]; sum((X @ W @ V - Y @ [1, 2])^2)",
        ["matrices of rows multiplied"] = "W: [5, 5]; sum((X.T @ W @ Y)^2) * y",
        ["a weighted outer product"] = "W: [4, 4]; y * (x @ W @ u) / (1 + y^2)",
        ["elements of a vector"] = "v: [4]; W: [4, 4]; exp(-(v[0]*x[1] - v[2])^2) * W[1, 2] * x[3] + W[0, 0] * v[1]",
        ["parts and wholes"] = "W: [4, 4]; v: [8]; sum(concat(x @ W[:, 1:3], x[1:3])) * (concat(x, u) @ v) + sum([x, u] @ W)",
        ["functions that are computed together"] = "W: [4, 3]; v: [3]; z = x @ W; tanh(z) @ v + sin(z[0]) * cos(z[0]) + sum(softplus(v) * sigmoid(v)) + sum(sigmoid(z) * softplus(z))^2 + sum(tanh(v))",
        ["regularized"] = "W: [4, 3]; (y - sum(x @ W))^2 + 0.1 * sum(W^2)",
        ["nothing trained by row"] = "W: [4, 3]; sum(tanh(W)^2) * 2",
        ["the closest of many"] = "C: [21, 4]; y * min(sum(C^2, axis=1) - 2 * (C @ x)) + max(C @ u)",
        ["a number for each line of a matrix"] = "C: [5, 2]; w: [5]; D: [5, 9]; y * sum((C * column(X @ [1, 2]) - X / column(w) + column(w) * X)^2 * (column(X @ [2, 1]) - C)) + sum(D * column(X @ [1, 1]) / 3)",
        ["a result in another shape"] = "W: [4, 6]; B: [2, 3]; b: [6]; sum((reshape(tanh(x @ W + b), 2, 3) * B)^2) * y",
        ["a diagonal"] = "d: [4]; W: [4, 4]; x @ (diag(d) + W @ W.T) @ x + sum(diag(x) * W)",
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void A_row_has_the_bits_that_it_has_alone(string model)
    {
        foreach (var count in new[] { 1, 3, 5, 6, 7, 50, 133 })
        {
            var rows = new Rows(Texts[model], count);
            var expected = rows.OneByOne();
            foreach (var block in new[] { 1, 4, 6, 17, 66, 200 }) Assert.Equal(expected, rows.Values(block), BitsOf);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_sum_is_the_sum_of_the_rows(string model)
    {
        foreach (var count in new[] { 1, 2, 5, 6, 50, 1201 })
        {
            var rows = new Rows(Texts[model], count);
            var (sums, sizes) = rows.SumOneByOne();
            var actual = rows.Sum(0, 1);
            for (var i = 0; i < sums.Length; i++) Assert.Equal(sums[i], actual[i], 1e-13 * Math.Max(1, sizes[i]));
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_sum_has_the_same_bits_for_any_block_and_number_of_threads(string model)
    {
        foreach (var count in new[] { 5, 7, 700, 3001 })
        {
            var rows = new Rows(Texts[model], count);
            var expected = rows.Sum(0, 1);
            foreach (var block in new[] { 5, 6, 64, 500 })
            {
                foreach (var threads in new[] { 1, 2, 3 }) Assert.Equal(expected, rows.Sum(block, threads), BitsOf);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void The_gradient_of_a_sum_is_that_of_central_differences(string model)
    {
        var rows = new Rows(Texts[model], 40);
        var gradient = rows.Sum(0, 1).AsSpan(1).ToArray();
        var differences = rows.Differences();
        for (var i = 0; i < gradient.Length; i++) Assert.Equal(differences[i], gradient[i], 1e-6 * Math.Max(1, Math.Abs(differences[i])));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_mean_is_the_sum_by_the_number_of_rows(string model)
    {
        foreach (var count in new[] { 1, 5, 7, 1201 })
        {
            var rows = new Rows(Texts[model], count);
            var (sums, sizes) = rows.SumOneByOne();
            var means = rows.Sum(0, 1, isMean: true);
            for (var i = 0; i < sums.Length; i++) Assert.Equal(sums[i] / count, means[i], 1e-13 * Math.Max(1, sizes[i] / count));
            foreach (var block in new[] { 6, 64 }) Assert.Equal(means, rows.Sum(block, 2, isMean: true), BitsOf);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_sum_allocates_nothing_when_it_has_its_memory(string model)
    {
        foreach (var count in new[] { 1, 5, 400 })
        {
            var rows = new Rows(Texts[model], count);
            foreach (var sum in new[] { rows.Prepared(2), rows.PreparedNarrow() })
            {
                sum();
                var before = GC.GetAllocatedBytesForCurrentThread();
                sum();
                Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Single_precision_has_the_digits_that_it_can_have(string model)
    {
        foreach (var count in new[] { 1, 5, 6, 333 })
        {
            var rows = new Rows(Texts[model], count);
            var (sums, sizes) = rows.SumOneByOne();
            var actual = rows.NarrowMean(0, 1);
            for (var i = 0; i < sums.Length; i++) Assert.Equal(sums[i] / count, actual[i], 2e-5 * Math.Max(1, sizes[i] / count));
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Single_precision_has_the_same_bits_for_any_block_and_number_of_threads(string model)
    {
        foreach (var count in new[] { 5, 7, 700 })
        {
            var rows = new Rows(Texts[model], count);
            var expected = rows.NarrowMean(0, 1);
            foreach (var block in new[] { 5, 6, 64 })
            {
                foreach (var threads in new[] { 1, 3 }) Assert.Equal(expected, rows.NarrowMean(block, threads));
            }
        }
    }

    [Fact]
    public void In_single_precision_a_layer_is_computed_in_it_and_a_loss_in_double()
    {
        var rows = new Rows(Texts["a dense network"], 1);
        Assert.Equal(["matmul", "sech2", "matmul", "matmul", "mul"], rows.NarrowProgram.Rows.Rows.Instructions.Where(static one => one.Target.IsNarrow && one.Way != ArrayTape.Way.Converted).Select(static one => one.Operation.Name));
        Assert.Contains(rows.NarrowProgram.Rows.Rows.Instructions, static one => one.Operation.Name == "softmax" && one.Target.Storage is ArrayTape.Storage.Row or ArrayTape.Storage.Kept);
    }

    [Fact]
    public void The_exponentials_of_softmax_and_logsumexp_are_computed_once_with_the_bits_of_each()
    {
        var instructions = new Rows(Texts["a dense network"], 1).Program.Rows.Rows.Instructions;
        Assert.Single(instructions, static one => one.Operation is SoftmaxOperation && one.Way == ArrayTape.Way.Both);
        Assert.DoesNotContain(instructions, static one => one.Operation is LogSumExpOperation);
        const int count = 300;
        var random = new Random(3);
        foreach (var length in new[] { 1, 2, 3, 10, 65 })
        {
            var x = Enumerable.Range(0, count * length).Select(_ => (20 * random.NextDouble()) - 10).ToArray();
            x[random.Next(x.Length)] = double.PositiveInfinity;
            x[random.Next(x.Length)] = double.NegativeInfinity;
            x[random.Next(x.Length)] = double.NaN;
            var (softmax, logarithms) = (new double[x.Length], new double[count]);
            SoftmaxOperation.WithLogSumExp(x, length, softmax, logarithms);
            var (parts, logarithm) = (new double[length], new double[1]);
            for (var row = 0; row < count; row++)
            {
                var of = new ArrayOperands { X = x.AsSpan(row * length, length), Y = [], ShapeX = Shape.Vector(length), ShapeY = Shape.Number, Shape = Shape.Vector(length), Indices = [0] };
                OperationOf<SoftmaxOperation>.Instance.Execute(of, parts);
                OperationOf<LogSumExpOperation>.Instance.Execute(new ArrayOperands { X = of.X, Y = [], ShapeX = of.ShapeX, ShapeY = of.ShapeY, Shape = Shape.Number, Indices = [0] }, logarithm);
                Assert.Equal(parts, softmax[(row * length)..((row + 1) * length)]);
                Assert.Equal(logarithm[0], logarithms[row]);
            }
        }
    }

    [Fact]
    public void Random_programs_in_single_precision_are_close_to_those_in_double()
    {
        var compared = 0;
        for (var seed = 0; seed < Programs; seed++)
        {
            var one = new ArrayCase(seed, 1 + (seed % 25), isSmooth: true, isNumber: true);
            var random = new Random(seed);
            var rows = new Rows(one, [.. one.Names.Where(_ => random.Next(3) > 0)], random.Next(1, 30), random);
            var (sums, sizes) = rows.SumOneByOne();
            var actual = rows.NarrowMean(0, 1);
            Assert.Equal(actual, rows.NarrowMean(6, 2));
            for (var i = 0; i < sums.Length; i++)
            {
                if (!(sizes[i] < 10)) continue;
                compared++;
                Assert.True(Math.Abs((sums[i] / rows.Count) - actual[i]) <= 1e-3, $"{actual[i]:R}, not {sums[i] / rows.Count:R} at {i}; seed {seed}: {one.Program.Text}");
            }
        }

        Assert.InRange(compared, Programs, int.MaxValue);
    }

    [Theory]
    [InlineData("take(E, k) @ w", "E: [20000000, 2]; w: [2]; ")]
    [InlineData("(take(e, k) - y)^2", "e: [20000000]; ")]
    public void Single_precision_refuses_more_places_than_it_can_count(string formula, string shapes)
    {
        var error = Assert.Throws<AutodiffException>(() => new Rows(shapes + formula, 0).NarrowProgram);
        Assert.Equal("DataTooLarge", error.ErrorId);
        Assert.Contains("20000000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_may_come_in_any_order_and_more_than_once()
    {
        var rows = new Rows(Texts["a dense network"], 30);
        int[] chosen = [3, 29, 0, 3, 3, 17, 8, 9, 10, 4];
        Assert.Equal(rows.Only(chosen).Sum(0, 1), rows.Sum(0, 1, chosen), BitsOf);
        Assert.Equal(rows.Only([7]).Sum(0, 1), rows.Sum(0, 1, [7]), BitsOf);
    }

    [Theory]
    [InlineData("a dense network")]
    [InlineData("two towers")]
    [InlineData("an embedding")]
    [InlineData("matrices of rows multiplied")]
    [InlineData("a weighted outer product")]
    [InlineData("elements of a vector")]
    public void No_matrix_of_derivatives_is_made_for_each_row(string model)
    {
        var program = new Rows(Texts[model], 1).Program;
        Assert.DoesNotContain(program.Rows.Rows.Instructions, static instruction => instruction.Target.Shape.IsMatrix && instruction.Operation.Name is "outer" or "place" or "scatter");
    }

    [Fact]
    public void What_does_not_vary_is_computed_once()
    {
        var program = new Rows("W: [4, 4]; V: [4, 4]; sum(tanh(x @ (exp(W) @ V.T)))", 1).Program;
        Assert.DoesNotContain(program.Rows.Rows.Instructions, static instruction => instruction.Operation.Name is "exp" or "transpose");
    }

    [Fact]
    public void Random_programs_have_the_bits_of_single_rows_and_their_sums()
    {
        for (var seed = 0; seed < Programs; seed++)
        {
            var one = new ArrayCase(seed, 1 + (seed % 25), isSmooth: seed % 2 == 0, isNumber: seed % 3 > 0);
            var random = new Random(seed);
            var rows = new Rows(one, [.. one.Names.Where(_ => random.Next(3) > 0)], random.Next(1, 30), random);
            var expected = rows.OneByOne();
            foreach (var block in new[] { 1, 7, 64 }) Assert.Equal(expected, rows.Values(block), BitsOf);
            var (sums, sizes) = rows.SumOneByOne();
            var actual = rows.Sum(0, 1);
            for (var i = 0; i < sums.Length; i++)
            {
                if (!double.IsFinite(sizes[i]) || sizes[i] > 1e100) continue;
                Assert.True(Math.Abs(sums[i] - actual[i]) <= 1e-12 * Math.Max(1, sizes[i]), $"{actual[i]:R}, not {sums[i]:R} at {i}; seed {seed}: {one.Program.Text}");
            }

            Assert.Equal(actual, rows.Sum(6, 2), BitsOf);
        }
    }

    private static bool BitsOf(double a, double b) => BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b) || (double.IsNaN(a) && double.IsNaN(b));

    private static bool BitsOf(double[] a, double[] b) => a.Length == b.Length && a.Zip(b).All(static pair => BitsOf(pair.First, pair.Second));

    /// <summary>A formula of one row and rows of data.</summary>
    private sealed class Rows
    {
        private readonly RootedGraph _outputs;
        private readonly VariableLayout _inputs;
        private readonly VariableLayout _columns;
        private readonly double[] _point;
        private readonly double[][] _data;
        private readonly int _count;

        public Rows(string text, int count)
        {
            const string shapes = "x: [4]; u: [4]; X: [5, 2]; Y: [5, 2]; K: [2]; ";
            var node = ExprNode.Parse(shapes + (text.Contains("x @ w", StringComparison.Ordinal) && !text.Contains("w: ", StringComparison.Ordinal) ? "w: [4]; " : string.Empty) + text);
            var random = new Random(7);
            var layout = VariableLayout.Of(node.Variables, ExprNode.Flatten([node]));
            string[] columns = [.. node.Variables.Where(static name => name is "x" or "y" or "u" or "k" or "K" or "X" or "Y")];
            string[] parameters = [.. node.Variables.Except(columns)];
            var derivatives = NumericDerivatives.Of(node, parameters);
            (_outputs, _inputs, _columns, _count) = (derivatives.Value.And(derivatives.Gradient), layout.Only(parameters), layout.Only(columns), count);
            _point = [.. Enumerable.Range(0, _inputs.Length).Select(_ => random.NextDouble() - 0.5)];
            _data = [.. Enumerable.Range(0, columns.Length).Select(i =>
                Enumerable.Range(0, count * (int)_columns.Shapes[i].Count).Select(_ => columns[i] is "k" or "K" ? random.Next(7) : (2 * random.NextDouble()) - 1).ToArray())];
        }

        public Rows(ArrayCase one, string[] columns, int count, Random random)
        {
            var layout = VariableLayout.Of(one.Node.Variables, ExprNode.Flatten([one.Node]));
            string[] parameters = [.. one.Names.Except(columns)];
            _outputs = ExprNode.Flatten([one.Node]);
            if (one.Node.ArrayShape.IsNumber)
            {
                var derivatives = NumericDerivatives.Of(one.Node, parameters);
                _outputs = derivatives.Value.And(derivatives.Gradient);
            }

            (_inputs, _columns, _count) = (layout.Only(parameters), layout.Only(columns), count);
            _point = [.. parameters.SelectMany(name => one.At(name).Elements())];
            _data = Array.ConvertAll(columns, name => Enumerable.Range(0, count).SelectMany(_ => one.At(name).Elements().Select(element => element * random.Next(-2, 4) / 2)).ToArray());
        }

        private Rows(Rows other, int[] chosen)
        {
            (_outputs, _inputs, _columns, _point, _count) = (other._outputs, other._inputs, other._columns, other._point, chosen.Length);
            _data = [.. other._data.Select((column, i) => chosen.SelectMany(row => column.Chunk((int)_columns.Shapes[i].Count).ElementAt(row)).ToArray())];
        }

        public RowProgram Program => field ??= RowProgram.ForSums(_outputs, _inputs, _columns, default);

        private ReadOnlyMemory<double>[] Data => Array.ConvertAll(_data, static column => (ReadOnlyMemory<double>)column);

        public Rows Only(int[] chosen) => new(this, chosen);

        public double[][] OneByOne()
        {
            var tape = ArrayTape.Compile(_outputs, Both(_inputs, _columns));
            var results = new double[_count][];
            for (var row = 0; row < _count; row++)
            {
                results[row] = new double[tape.OutputLength];
                tape.Run([.. _point, .. _data.SelectMany((column, i) => column.Chunk((int)_columns.Shapes[i].Count).ElementAt(row))], results[row]);
            }

            return results;
        }

        public (double[] Sums, double[] Sizes) SumOneByOne()
        {
            var rows = OneByOne();
            return ([.. Enumerable.Range(0, rows[0].Length).Select(i => rows.Sum(row => row[i]))], [.. Enumerable.Range(0, rows[0].Length).Select(i => rows.Sum(row => Math.Abs(row[i])))]);
        }

        public double[][] Values(int block)
        {
            var program = RowProgram.ForValues(_outputs, _inputs, _columns, default);
            var results = Array.ConvertAll(program.Results.Shapes, shape => new double[shape.Count * _count]);
            new RowRun<double>(program, 1, block).Evaluate(_point, Data, _count, results, default);
            return [.. Enumerable.Range(0, _count).Select(row => results.SelectMany((result, i) => result.AsSpan(row * result.Length / _count, result.Length / _count).ToArray()).ToArray())];
        }

        public double[] Sum(int block, int threads, int[]? rows = null, bool isMean = false) => Sum(_point, block, threads, rows, isMean);

        public RowProgram NarrowProgram => field ??= RowProgram.ForSums(_outputs, _inputs, _columns, default, isNarrow: true);

        public int Count => _count;

        private ReadOnlyMemory<float>[] NarrowData => Array.ConvertAll(_data, static column => (ReadOnlyMemory<float>)Array.ConvertAll(column, static element => (float)element));

        public float[] NarrowMean(int block, int threads)
        {
            var results = new float[Program.Results.Length];
            new RowRun<float>(NarrowProgram, threads, block) { SharesAll = true }.Sum(Array.ConvertAll(_point, static element => (float)element), NarrowData, [.. Enumerable.Range(0, _count)], isMean: true, results, [], default);
            return results;
        }

        public Action PreparedNarrow()
        {
            var (run, results, data, all) = (new RowRun<float>(NarrowProgram, 1), new float[Program.Results.Length], NarrowData, Enumerable.Range(0, _count).ToArray());
            var point = Array.ConvertAll(_point, static element => (float)element);
            return () => run.Sum(point, data, all, isMean: true, results, [], default);
        }

        public Action Prepared(int threads)
        {
            var (run, results, data, all) = (new RowRun<double>(Program, threads), new double[Program.Results.Length], Data, Enumerable.Range(0, _count).ToArray());
            return () => run.Sum(_point, data, all, isMean: true, results, [], default);
        }

        public double[] Differences()
        {
            const double step = 1e-5;
            return [.. Enumerable.Range(0, _point.Length).Select(i => (SumAt(i, step) - SumAt(i, -step)) / (2 * step))];
        }

        private double SumAt(int element, double by)
        {
            double[] point = [.. _point];
            point[element] += by;
            return Sum(point, 0, 1, null, isMean: false)[0];
        }

        private double[] Sum(double[] point, int block, int threads, int[]? rows, bool isMean)
        {
            var results = new double[Program.Results.Length];
            new RowRun<double>(Program, threads, block) { SharesAll = true }.Sum(point, Data, rows ?? [.. Enumerable.Range(0, _count)], isMean, results, [], default);
            return results;
        }

        private static VariableLayout Both(VariableLayout first, VariableLayout second) => new([.. first.Names, .. second.Names], [.. first.Shapes, .. second.Shapes]);
    }
}
