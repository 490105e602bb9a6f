using PSAutodiff.Core;
using PSAutodiff.Execution.Arrays;
using PSAutodiff.Foundation;
using PSAutodiff.Kernels;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Arrays of so many elements that somebody may want to end their work: what is done with them looks at the token, and what is done in pieces has the bits of the whole.</summary>
public sealed class LongArrayTests
{
    // Of arrays with two long sides and with one.
    private const int Count = (2 * WorkWatch.AtOnce) + 22;
    private const int Side = 3001;

    [Theory]
    [InlineData("ones(9000000)")]
    [InlineData("zeros(9000000)")]
    [InlineData("eye(3001)")]
    [InlineData("broadcast(x, 9000000)")]
    [InlineData("broadcast(w, 3001, 3001)")]
    [InlineData("broadcast(column(w), 3001, 3001)")]
    [InlineData("outer(w, w)")]
    [InlineData("diag(w)")]
    [InlineData("place(v, 1, 8388630, 0, 9000000)")]
    [InlineData("A.T")]
    [InlineData("tril(A)")]
    [InlineData("reshape(A, 9006001)")]
    [InlineData("concat(A, A)")]
    [InlineData("concat(A, A, axis=1)")]
    [InlineData("v[1:]")]
    [InlineData("A[1:, 1:]")]
    [InlineData("take(A, w)")]
    [InlineData("scatter(v, v, 5)")]
    [InlineData("sum(v)")]
    [InlineData("mean(v)")]
    [InlineData("norm(v)")]
    [InlineData("max(v)")]
    [InlineData("min(v)")]
    [InlineData("logsumexp(v)")]
    [InlineData("softmax(v)")]
    [InlineData("layernorm(v)")]
    [InlineData("winner(v)")]
    [InlineData("sum(A, axis=0)")]
    [InlineData("max(A, axis=0)")]
    [InlineData("softmax(A, axis=0)")]
    [InlineData("sum(A, axis=1)")]
    [InlineData("logsumexp(A, axis=1)")]
    [InlineData("softmax(A, axis=1)")]
    [InlineData("A @ A")]
    [InlineData("A @ w")]
    [InlineData("solve(A, w)")]
    [InlineData("inv(A)")]
    [InlineData("cholesky(A)")]
    [InlineData("logdet(A)")]
    public void Long_work_is_ended_in_its_midst(string text)
    {
        var (graph, roots) = ExprNode.Flatten([ExprNode.Parse($"v: [{Count}]; w: [{Side}]; A: [{Side}, {Side}]; {text}")]);
        var operation = (ArrayOperation)graph.OperationOf(roots[0]);
        var last = operation.HasIndices ? operation.Arity - 1 : operation.Arity;
        var (first, second) = (last > 0 ? graph.ShapeOf(graph.X(roots[0])) : default, last > 1 ? graph.ShapeOf(graph.Y(roots[0])) : default);
        var x = new double[last > 0 ? first.Count : 0];

        // Ones on the diagonal, so that systems are not singular from the start.
        for (var i = 0; first.IsMatrix && first.Columns == Side && i < Side; i++) x[(i * Side) + i] = 1;
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() =>
        {
            var operands = new ArrayOperands
            {
                X = x,
                Y = last > 1 ? new double[second.Count] : [],
                ShapeX = first,
                ShapeY = second,
                Shape = graph.ShapeOf(roots[0]),
                Indices = operation.HasIndices ? graph.IndicesOf(graph.Argument(roots[0], last)) : [],
                Cancellation = source.Token,
            };
            operation.Execute(operands, new double[operands.Shape.Count]);
        });
    }

    [Fact]
    public void What_is_joined_in_pieces_has_the_bits_of_the_whole()
    {
        var x = Numbers();
        Assert.Equal(Vectors.Sum(x), LongVectors.Sum(x, default));
        Assert.Equal(Vectors.Dot(x, x), LongVectors.Dot(x, x, default));
        Assert.Equal(Vectors.Norm(x), LongVectors.Norm(x, default));
        foreach (var place in new[] { 5, WorkWatch.AtOnce - 1, WorkWatch.AtOnce, Count - 1 })
        {
            foreach (var value in new[] { 7, -7, double.NaN })
            {
                var before = x[place];
                x[place] = value;
                Assert.Equal(Vectors.Greatest(x), LongVectors.Greatest(x, default));
                Assert.Equal(Vectors.Least(x), LongVectors.Least(x, default));
                Assert.Equal(Vectors.FirstGreatest(x), LongVectors.FirstGreatest(x, default));
                x[place] = before;
            }
        }

        var zeros = new double[Count];
        Array.Fill(zeros, -0.0);
        Assert.Equal(BitConverter.DoubleToInt64Bits(Vectors.Sum(zeros)), BitConverter.DoubleToInt64Bits(LongVectors.Sum(zeros, default)));
    }

    [Fact]
    public void What_is_made_of_long_arrays_in_pieces_has_the_bits_of_its_formula()
    {
        var x = Numbers();
        var (greatest, below) = (Vectors.Greatest(x), new double[Count]);
        for (var i = 0; i < Count; i++) below[i] = x[i] - greatest;
        Elementary.Exp(below, below);
        var sum = Vectors.Sum(below);
        Span<double> log = [sum];
        Elementary.Log(log, log);
        Assert.Equal(greatest + log[0], Value("logsumexp(v)")[0]);
        var softmax = below.ToArray();
        Vectors.Divide(softmax, sum);
        Assert.True(softmax.AsSpan().SequenceEqual(Value("softmax(v)")));
        var normal = x.ToArray();
        Vectors.Subtract(normal, Vectors.Sum(normal) / Count);
        Vectors.Divide(normal, Math.Sqrt((Vectors.Dot(normal, normal) / Count) + LayerNormOperation.Epsilon));
        Assert.True(normal.AsSpan().SequenceEqual(Value("layernorm(v)")));
        Assert.Equal(Vectors.FirstGreatest(x), Array.IndexOf(Value("winner(v)"), 1));
        Assert.Equal(Vectors.Sum(x) / Count, Value("mean(v)")[0]);

        // Element by element with a row for all, and stretches of which some are worked on at a time.
        var rows = Value($"sum(reshape(v, 3, {Count / 3}) * reshape(v, 3, {Count / 3})[1], axis=1)");
        for (var row = 0; row < 3; row++)
        {
            var products = new double[Count / 3];
            for (var i = 0; i < products.Length; i++) products[i] = x[(row * products.Length) + i] * x[products.Length + i];
            Assert.Equal(Vectors.Sum(products), rows[row]);
        }

        double[] Value(string text)
        {
            var outputs = ExprNode.Flatten([ExprNode.Parse($"v: [{Count}]; {text}")]);
            var tape = ArrayTape.Compile(outputs, VariableLayout.Of(["v"], outputs));
            var results = new double[tape.OutputLength];
            tape.Run(x, results);
            return results;
        }
    }

    [Fact]
    public void More_memory_than_there_is_is_refused_with_how_much_there_is()
    {
        var all = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        FreeMemory.Require(all / 1000 / sizeof(double), "The arrays have");
        var error = Assert.Throws<AutodiffException>(() => FreeMemory.Require(1.5 * all / sizeof(double), "The arrays have"));
        Assert.Equal(ErrorIds.DataTooLarge, error.ErrorId);
        Assert.Matches(@"^The arrays have \d+ elements together\. Their [\d.]+ GB are more than can be used here: this computer has [\d.]+ GB of memory, of which [\d.]+ GB are free\.", error.Message);
    }

    [Fact]
    public void Long_rows_are_worked_on_a_few_at_a_time()
    {
        // Rows of 200,000 elements, which 66 at once would make 100 MB for each thread of each array.
        var outputs = ExprNode.Flatten([ExprNode.Parse("x: [200000]; w: [200000]; sum(sin(x * w))")]);
        var w = VariableLayout.Of(["w"], outputs);
        var program = RowProgram.ForSums(outputs, w, VariableLayout.Of(["x"], outputs), default);
        var (rows, weights) = (new double[20 * 200_000], new double[200_000]);
        for (var i = 0; i < rows.Length; i++) rows[i] = Math.Sin(i);
        Array.Fill(weights, 0.3);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var result = new double[1];
        new RowRun<double>(program, 1).Sum(weights, [rows], [.. Enumerable.Range(0, 20)], isMean: false, result, [], default);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000_000);
        var expected = 0.0;
        var row = new double[200_000];
        for (var r = 0; r < 20; r++)
        {
            for (var i = 0; i < row.Length; i++) row[i] = rows[(r * row.Length) + i] * 0.3;
            Elementary.Sin(row, row);
            expected += Vectors.Sum(row);
        }

        Assert.Equal(expected, result[0]);
    }

    private static double[] Numbers()
    {
        var random = new Random(4);
        var x = new double[Count];
        for (var i = 0; i < x.Length; i++) x[i] = random.NextDouble() - 0.5;
        return x;
    }
}
