using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using PSAutodiff;
using PSAutodiff.Bench;
using PSAutodiff.Execution.Scalar;
using PSAutodiff.Kernels;
using PSAutodiff.Training.Models;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["accuracy", .. var rest]) return KernelAccuracy.Run(rest);
if (args is ["kernels", .. var kernels]) return KernelSpeeds.Run(kernels);
if (args is ["networks"]) return NetworkTimes.Run();
if (args is ["threads", var span]) return NetworkTimes.Threads(double.Parse(span, CultureInfo.InvariantCulture));
if (args is ["duel"]) return NetworkTimes.Duel();
if (args is ["small"])
{
    TrainingStep();
    NetworkTimes.Xor();
    return 0;
}

if (args is ["simplification", .. var options]) return SimplificationAccuracy.Run(options);
if (args is ["regression"]) return Regression.Run();
if (args is ["fits"]) return Fits.Run();
if (args is ["nodes", var count]) return Nodes(int.Parse(count, CultureInfo.InvariantCulture));

Console.WriteLine("| what | engine | by hand | ratio | bar |");
Console.WriteLine("|---|---:|---:|---:|---:|");
TrainingStep();
RowSums();
KernelTimes();
LeastSquares();
LogSumExp();
Determinant();
RungeKutta();
FirstCall();
Console.WriteLine();
Console.WriteLine("| nodes | build | reverse | simplify | compile | together | peak memory |");
Console.WriteLine("|---:|---:|---:|---:|---:|---:|---:|");
foreach (var nodes in new[] { 10_000, 100_000, 1_000_000 })
{
    // A process for each, so that the peak is its own.
    using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["nodes", nodes.ToString(CultureInfo.InvariantCulture)]))!;
    child.WaitForExit();
}

return 0;

static void Row(string what, double engine, double byHand, string bar) =>
    Console.WriteLine($"| {what} | {Format(engine)} | {Format(byHand)} | {engine / byHand:f2} | {bar} |");

static string Format(double seconds) => seconds switch
{
    < 1e-6 => $"{seconds * 1e9:f1} ns",
    < 1e-3 => $"{seconds * 1e6:f1} us",
    < 1 => $"{seconds * 1e3:f2} ms",
    _ => $"{seconds:f2} s",
};

static void Check(double engine, double byHand)
{
    if (!(Math.Abs(engine - byHand) <= 1e-9 * Math.Max(1, Math.Abs(byHand)))) throw new InvalidOperationException($"The engine gives {engine}, the hand-written code {byHand}.");
}

static void TrainingStep()
{
    const int epochs = 251;
    var training = new LossTraining(FivePoints.Loss(), FivePoints.Columns, FivePoints.Parameters);
    var options = new TrainingOptions { LearningRate = 0.5, Epochs = epochs };
    var result = training.Run(FivePoints.Start, FivePoints.Rows, null, options);
    var byHand = FivePoints.Start.ToArray();
    for (var i = 0; i < epochs; i++)
    {
        foreach (var row in FivePoints.Rows) FivePoints.Step(row, byHand, 0.5);
    }

    Check((double)result.Parameters!["w11"]!, byHand[1]);
    var runner = new LossProgram(FivePoints.Loss(), FivePoints.Columns, FivePoints.Parameters, CancellationToken.None).Step.Runner;
    double[] mine = [.. FivePoints.Start, 0.5];
    var (hand, losses) = (FivePoints.Start.ToArray(), new double[5 * epochs]);
    while (!runner.IsSettled) runner.Run(FivePoints.Rows[0], mine, mine);
    var way = runner.Way;
    // From the start each time: far beyond the 1,255 steps this run's parameters decay to subnormal numbers, which are slow.
    var (a, b) = Timing.Compare(
        () =>
        {
            FivePoints.Start.CopyTo(mine, 0);
            for (var i = 0; i < losses.Length; i++)
            {
                mine[^1] = 0.5;
                way.Run(FivePoints.Rows[i % 5], mine, mine);
            }
        },
        () =>
        {
            FivePoints.Start.CopyTo(hand, 0);
            for (var i = 0; i < losses.Length; i++) FivePoints.Step(FivePoints.Rows[i % 5], hand, 0.5);
        });
    Row("five points: a gradient step", a / losses.Length, b / losses.Length, "1.5");
    var (whole, loop) = Timing.Compare(() => training.Run(FivePoints.Start, FivePoints.Rows, null, options), () =>
    {
        FivePoints.Start.CopyTo(hand, 0);
        var next = 0;
        for (var i = 0; i < epochs; i++)
        {
            foreach (var row in FivePoints.Rows) losses[next++] = FivePoints.StepOnKernels(row, hand, 0.5);
        }
    });
    Row("five points: training of 1,255 steps (by hand: a loop on the same kernels)", whole, loop, "1.25");
}

static void RowSums()
{
    const int rows = 1_000_000 / 1024 * 1024;
    var random = new Random(1);
    var columns = new double[3][];
    for (var i = 0; i < 3; i++) columns[i] = [.. Enumerable.Range(0, rows).Select(_ => i == 2 ? random.Next(2) : (random.NextDouble() * 4) - 2)];
    var loss = FivePoints.Loss().Simplify(SimplificationRule.Stable);
    var (outputs, _) = ExprNode.Simplify([loss, .. loss.Gradient(FivePoints.Parameters)], SimplificationRule.Stable);
    var compiled = CompiledExpression.Compile(outputs, [.. FivePoints.Columns, .. FivePoints.Parameters]);
    ReadOnlyMemory<double>[] inputs = [.. columns.Select(static c => (ReadOnlyMemory<double>)c), .. FivePoints.Start.Select(static p => (ReadOnlyMemory<double>)new[] { p })];
    var one = new RowEvaluator(compiled.Tape, inputs) { MaxThreads = 1 };
    var two = new RowEvaluator(compiled.Tape, inputs) { MaxThreads = 2 };
    var byHand = FivePoints.SumByHand(columns[0], columns[1], columns[2], FivePoints.Start);
    var sums = one.Sum(rows);
    for (var i = 0; i < sums.Length; i++) Check(sums[i], byHand[i]);
    var (a, b) = Timing.Compare(() => one.Sum(rows), () => FivePoints.SumByHand(columns[0], columns[1], columns[2], FivePoints.Start), 9);
    Row("five points' loss and gradient over 1,000,000 rows, one thread", a, b, "1.3");
    var (c, d) = Timing.Compare(() => two.Sum(rows), () => one.Sum(rows), 9);
    Console.WriteLine($"| the same on two threads against one | {Format(c)} | {Format(d)} | {d / c:f2} x faster | 1.8 |");
    Console.WriteLine($"| two loops on registers alone, on two threads against one | | | {NetworkTimes.SpeedupOfTwoThreads():f2} x faster | |");
}

static void KernelTimes()
{
    var random = new Random(2);
    var x = Enumerable.Range(0, 1024).Select(_ => (random.NextDouble() * 6) - 3).ToArray();
    var positive = Array.ConvertAll(x, static v => Math.Abs(v) + 0.01);
    var result = new double[1024];
    void Kernel(string name, Action mine, Action theirs, string bar)
    {
        var (a, b) = Timing.Compare(mine, theirs);
        Row($"{name}, a value (by hand: TensorPrimitives)", a / 1024, b / 1024, bar);
    }

    Kernel("exp", () => Elementary.Exp(x, result), () => TensorPrimitives.Exp(x, result), "1.3");
    Kernel("log", () => Elementary.Log(positive, result), () => TensorPrimitives.Log(positive, result), "1.3");
    Kernel("tanh", () => Elementary.Tanh(x, result), () => TensorPrimitives.Tanh(x, result), "1.5");
}

static void LeastSquares()
{
    const int n = 4096, m = 8;
    var t = Enumerable.Range(0, n).Select(static i => -1 + (2.0 * i / (n - 1))).ToArray();
    var s = Array.ConvertAll(t, static v => (double)Math.Sign(v));
    var x = Enumerable.Range(0, m).Select(static j => 0.1 * (j + 1)).ToArray();
    var gradient = new double[m];
    var names = Enumerable.Range(0, m).Select(static j => $"x{j:d3}").ToArray();
    var row = Formulas.LeastSquaresRow(m);
    var rows = CompiledExpression.Compile([row, .. row.Gradient(names)], ["t", "s", .. names]);
    ReadOnlyMemory<double>[] inputs = [t, s, .. x.Select(static p => (ReadOnlyMemory<double>)new[] { p })];
    var byRow = new RowEvaluator(rows.Tape, inputs) { MaxThreads = 1 };
    Check(byRow.Sum(n)[0], Formulas.LeastSquaresByHand(t, s, x, gradient));
    Check(byRow.Sum(n)[3], gradient[2]);
    var (a, b) = Timing.Compare(() => byRow.Sum(n), () => Formulas.LeastSquaresByHand(t, s, x, gradient));
    Row("least squares, n = 4,096, m = 8, as a sum over rows", a, b, "2");
    LeastSquaresOf128Powers();
    var graph = Formulas.LeastSquaresWrittenOut(t, s, m);
    Written("least squares written out", graph, names, x, () => Formulas.LeastSquaresByHand(t, s, x, gradient), gradient, "5");
}

// Simplified by Stable against as it is written: a chain of products has to stay one.
static void LeastSquaresOf128Powers()
{
    const int n = 4096, m = 128;
    var t = Enumerable.Range(0, n).Select(static i => -1 + (2.0 * i / (n - 1))).ToArray();
    var names = Enumerable.Range(0, m).Select(static j => $"x{j:d3}").ToArray();
    var row = Formulas.LeastSquaresRow(m);
    ReadOnlyMemory<double>[] inputs = [t, Array.ConvertAll(t, static v => (double)Math.Sign(v)), .. names.Select(static (_, j) => (ReadOnlyMemory<double>)new[] { 0.01 * (j + 1) })];
    var written = new RowEvaluator(CompiledExpression.Compile([row, .. row.Gradient(names)], ["t", "s", .. names]).Tape, inputs) { MaxThreads = 1 };
    var (outputs, _) = ExprNode.Simplify([row, .. row.Gradient(names)], SimplificationRule.Stable);
    var stable = new RowEvaluator(CompiledExpression.Compile(outputs, ["t", "s", .. names]).Tape, inputs) { MaxThreads = 1 };
    Check(stable.Sum(n)[0], written.Sum(n)[0]);
    var (a, b) = Timing.Compare(() => stable.Sum(n), () => written.Sum(n));
    Row("least squares with 128 powers after Stable (by hand: before it)", a, b, "1");
}

static void LogSumExp()
{
    const int n = 100_000;
    var random = new Random(3);
    var x = Enumerable.Range(0, n).Select(_ => (random.NextDouble() * 20) - 10).ToArray();
    var gradient = new double[n];
    Written("log-sum-exp of 100,000 inputs written out", Formulas.LogSumExp(n), null, x, () => Formulas.LogSumExpByHand(x, gradient), gradient, "2");
}

static void Determinant()
{
    const int n = 7;
    var random = new Random(4);
    var a = Enumerable.Range(0, n * n).Select(_ => (random.NextDouble() * 2) - 1).ToArray();
    var gradient = new double[n * n];
    Written("determinant of 7 x 7 by minors", Formulas.Determinant(n), null, a, () => Formulas.DeterminantByHand(a, n, gradient), gradient, "20 us");
}

static void RungeKutta()
{
    const int n = 32, steps = 16;
    var x = Enumerable.Range(0, n).Select(static i => 1 + (0.01 * i)).ToArray();
    var gradient = new double[n];
    var memory = new double[steps * 4 * n];
    var graph = Formulas.RungeKutta(n, steps, 2.0 / 16);
    Written("Runge-Kutta, n = 32, 16 steps", graph, [.. Enumerable.Range(0, n).Select(static j => $"x{j:d3}")], x, () => Formulas.RungeKuttaByHand(x, steps, 2.0 / 16, gradient, memory), gradient, "3");
}

// Value and gradient of a graph that is written out, against the code by hand.
static void Written(string what, ExprNode graph, string[]? names, double[] x, Func<double> byHand, double[] gradient, string bar)
{
    names ??= [.. graph.Variables];
    var (outputs, _) = ExprNode.Simplify([graph, .. graph.Gradient(names)], SimplificationRule.Stable);
    var compiled = CompiledExpression.Compile(outputs, names);
    var results = new double[compiled.OutputCount];
    compiled.Evaluate(x, results);
    Check(results[0], byHand());
    for (var i = 0; i < gradient.Length; i++) Check(results[i + 1], gradient[i]);
    for (var i = 0; (i < TapeRunner.RunsBeforeCode || !compiled.Runner.IsSettled) && i * (long)compiled.OperationCount < 1_000_000_000; i++) compiled.Evaluate(x, results);
    var (a, b) = Timing.Compare(() => compiled.Evaluate(x, results), () => byHand());
    Row($"{what} ({compiled.OperationCount:n0} operations)", a, b, bar);
}

static void FirstCall()
{
    var x = new double[] { 1, 0, 0, 0, 0.7, -0.4, 0, 0.3, 0.9, 0, -0.8, 0.5 };
    var results = new double[10];
    var time = Timing.Measure(() =>
    {
        var loss = FivePoints.Loss();
        CompiledExpression.Compile([loss, .. loss.Gradient(FivePoints.Parameters)], [.. FivePoints.Columns, .. FivePoints.Parameters]).Evaluate(x, results);
    });
    Console.WriteLine($"| five points' loss: parse, differentiate, compile and evaluate once | {Format(time)} | | | |");
}

static int Nodes(int count)
{
    var clock = Stopwatch.StartNew();
    double Lap()
    {
        var seconds = clock.Elapsed.TotalSeconds;
        clock.Restart();
        return seconds;
    }

    var (x, y) = (ExprNode.Variable("x"), ExprNode.Variable("y"));
    var z = x;
    for (var i = 0; i < count / 4; i++) z = ExprNode.Sin(z * y) + x - 0.5;
    z.Flatten();
    var build = Lap();
    var gradient = z.Gradient("x", "y");
    var reverse = Lap();
    var (simplified, _) = ExprNode.Simplify([z, .. gradient], SimplificationRule.Standard);
    var simplify = Lap();
    var compiled = CompiledExpression.Compile(simplified);
    var compile = Lap();
    var peak = Process.GetCurrentProcess().PeakWorkingSet64 >> 20;
    if (compiled.OutputCount != 3) throw new InvalidOperationException("Something was lost.");
    Console.WriteLine($"| {z.NodeCount:n0} | {Format(build)} | {Format(reverse)} | {Format(simplify)} | {Format(compile)} | {Format(build + reverse + simplify + compile)} | {peak} MB |");
    return 0;
}
