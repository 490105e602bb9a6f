using PSAutodiff.Execution.Parts;
using PSAutodiff.Kernels;
using PSAutodiff.Training;
using PSAutodiff.Training.Machines;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Training, searches and fits with numbers and arrays over rows that stay in parts: nearly what they are over all rows, and the same bits whoever computes.</summary>
public sealed class PartsTrainingTests
{
    private const int Rows = 600;

    private static readonly double[] X = [.. Enumerable.Range(0, Rows * 3).Select(static i => Math.Sin(i * (double)i * 0.37) + (i % 3))];
    private static readonly double[] Y = [.. Enumerable.Range(0, Rows * 2).Select(static i => Math.Tanh(X[i / 2 * 3]) - (0.5 * X[(i / 2 * 3) + 1]) + (i % 2))];
    private static readonly double[] Z = [.. Enumerable.Range(0, Rows).Select(static i => (2 * X[3 * i]) - X[(3 * i) + 1] + (0.5 * X[(3 * i) + 2]) + (0.01 * Math.Sin(i)))];

    [Theory]
    [InlineData("GradientDescent")]
    [InlineData("Momentum")]
    [InlineData("Adam")]
    [InlineData("LBFGS")]
    public void A_network_over_parts_is_that_over_all_rows(string optimizer)
    {
        var network = Network.Create(3, [(5, ActivationFunction.Tanh), (2, ActivationFunction.Linear)], NetworkInitializer.GlorotUniform, 3, NetworkPrecision.Double);
        var options = Options(optimizer);
        var (inputs, targets) = (new double[Rows, 3], new double[Rows, 2]);
        Buffer.BlockCopy(X, 0, inputs, 0, 8 * X.Length);
        Buffer.BlockCopy(Y, 0, targets, 0, 8 * Y.Length);
        var whole = NetworkTraining.Run(network, inputs, targets, LossFunction.MeanSquaredError, options with { BatchSize = Rows }, TestContext.Current.CancellationToken);
        var here = Train(new LocalParts(Split(["x", "y"], 5)));
        Near(whole.Network!.FlatParameters(), here.Network!.FlatParameters(), 1e-7);
        Assert.Equal(whole.StopReason, here.StopReason);
        Assert.Equal(whole.BatchSize, here.BatchSize);
        Assert.Null(here.Samples);
        foreach (var machines in new[] { 1, 2, 4 })
        {
            var there = Train(Machines(["x", "y"], 5, machines).Parts);
            Assert.Equal(here.Network.ToJson(), there.Network!.ToJson());
            Assert.Equal(here.Loss, there.Loss);
            Assert.Equal(here.FinalLoss, there.FinalLoss);
        }

        TrainingResult Train(IRowParts parts) => NetworkTraining.RunParts(network, new DataRows(parts, RowTotal.Mean), LossFunction.MeanSquaredError, options, false, CancellationToken.None);
    }

    [Theory]
    [InlineData("x: [3]; w: [3]; (z - x @ w - b)^2", "b w")]
    [InlineData("x: [3]; y: [2]; W: [3, 2]; v: [2]; sum((y - tanh(x @ W) - v)^2)", "W v")]
    [InlineData("x: [3]; H: [3, 3] symmetric; (z - x @ H @ x)^2", "H")]
    public void Losses_of_arrays_over_parts_are_those_over_all_rows(string text, string names)
    {
        var loss = ExprNode.Parse(text);
        var parameters = names.Split(' ');
        var options = Options("Adam");
        var recipe = new LossRecipe { Loss = loss, Parameters = parameters, InitialValues = [], Options = options };
        string[] columns = recipe.Columns;
        double[][] rows = [.. Enumerable.Range(0, Rows).Select(row => columns.SelectMany(name => Column(name).AsSpan(row * Size(name), Size(name)).ToArray()).ToArray())];
        var whole = recipe.Train(columns, rows, [.. Enumerable.Range(1, Rows)], options with { BatchSize = Rows }, columns, TestContext.Current.CancellationToken);
        var here = recipe.TrainParts(new DataRows(new LocalParts(Split(columns, 5)), RowTotal.Mean), options, TestContext.Current.CancellationToken);
        Near(Elements(whole.Parameters!), Elements(here.Parameters!), 1e-9);
        foreach (var machines in new[] { 1, 2, 4 })
        {
            var there = recipe.TrainParts(new DataRows(Machines(columns, 5, machines).Parts, RowTotal.Mean), options, TestContext.Current.CancellationToken);
            Assert.Equal(Elements(here.Parameters!), Elements(there.Parameters!));
        }

        // Searches of minima and fits take the same parts.
        var start = new double[Elements(here.Parameters!).Length];
        for (var i = 0; i < start.Length; i++) start[i] = names == "H" ? 0.1 : 0.1 * (i + 1);
        var minimum = new Minimization(loss, All(columns, RowTotal.Mean)).Run(start, new MinimizationOptions { MaxIteration = 40 });
        var parted = new Minimization(loss, new DataRows(Machines(columns, 5, 2).Parts, RowTotal.Mean)).Run(start, new MinimizationOptions { MaxIteration = 40 });
        Near(Elements(minimum.At), Elements(parted.At), 1e-6);
    }

    [Fact]
    public void Curve_fits_of_arrays_over_parts_are_those_over_all_rows()
    {
        var whole = Fit(All(["x", "z"], RowTotal.Sum));
        var here = Fit(new DataRows(new LocalParts(Split(["x", "z"], 5)), RowTotal.Sum));
        Near(Elements(whole.Parameters), Elements(here.Parameters), 1e-10);
        foreach (var machines in new[] { 1, 2, 4 })
        {
            var there = Fit(new DataRows(Machines(["x", "z"], 5, machines).Parts, RowTotal.Sum));
            Assert.Equal(Elements(here.Parameters), Elements(there.Parameters));
            Assert.Equal(Elements(here.StandardErrors), Elements(there.StandardErrors));
        }

        static CurveFitResult Fit(DataRows rows) => new CurveFit(ExprNode.Parse("x: [3]; w: [3]; x @ w + b"), ExprNode.Variable("z"), rows, null, ["w", "b"]).Run([1, 1, 1, 0], new CurveFitOptions());
    }

    [Fact]
    public void Fifty_deaths_lose_nothing_where_others_can_read_the_parts()
    {
        var recipe = new LossRecipe { Loss = ExprNode.Parse("x: [3]; w: [3]; (z - x @ w - b)^2"), Parameters = ["b", "w"], InitialValues = [], Options = Options("LBFGS") };
        var expected = Elements(recipe.TrainParts(new DataRows(new LocalParts(Split(["x", "z"], 6)), RowTotal.Mean), recipe.Options, TestContext.Current.CancellationToken).Parameters!);
        var random = new RandomSource(3);
        var deaths = 0;
        for (var run = 0; run < 50; run++)
        {
            var (parts, lost) = Machines(["x", "z"], 6, 3, [random.NextInt(30), random.NextInt(30), int.MaxValue], run % 5 == 0);
            Assert.Equal(expected, Elements(recipe.TrainParts(new DataRows(parts, RowTotal.Mean), recipe.Options, TestContext.Current.CancellationToken).Parameters!));
            deaths += lost.Count;
        }

        Assert.InRange(deaths, 20, 100);
    }

    [Fact]
    public void What_is_about_single_rows_is_refused()
    {
        var recipe = new LossRecipe { Loss = ExprNode.Parse("x: [3]; w: [3]; (z - x @ w)^2"), Parameters = ["w"], InitialValues = [], Options = Options("Adam") };
        foreach (var options in new[] { recipe.Options with { Shuffle = true }, recipe.Options with { ValidationFraction = 0.2 }, recipe.Options with { InputNoise = 0.1 }, recipe.Options with { GaussianDropout = 0.1 } })
        {
            Assert.Equal(ErrorIds.TrainingOptionInvalid, Assert.Throws<AutodiffException>(() => recipe.TrainParts(new DataRows(new LocalParts(Split(["x", "z"], 2)), RowTotal.Mean), options, default)).ErrorId);
        }
    }

    [Fact]
    public void After_a_cancelled_question_no_stale_answer_is_taken()
    {
        var key = Guid.NewGuid();
        RowsService.Keep(key, 0, All(["x", "z"], RowTotal.Sum));
        using var cancelled = new CancellationTokenSource();
        var machine = new PartMachine("a") { Asks = int.MaxValue };
        var parts = new MachineParts(key, ["x", "z"], [Rows], [new PartHolder(machine, [0])], static (_, _, _) => []);
        var function = new SumFunction(ExprNode.Flatten([ExprNode.Parse("x: [3]; a*z*sum(x)")]), new Core.VariableLayout(["a"]));
        Assert.Single(parts.Evaluate(function, [1], default));
        machine.Cancels = cancelled;
        Assert.ThrowsAny<OperationCanceledException>(() => parts.Evaluate(function, [2], cancelled.Token));
        machine.Cancels = null;
        Assert.ThrowsAny<OperationCanceledException>(() => parts.Evaluate(function, [3], default));
    }

    private static TrainingOptions Options(string optimizer) => new() { Epochs = 25, Seed = 11, Restarts = 2, LearningRate = 0.01, Optimizer = Enum.Parse<TrainingOptimizer>(optimizer) };

    private static double[] Elements(System.Collections.Specialized.OrderedDictionary values) => [.. values.Values.Cast<object>().SelectMany(static value => value is double number ? [number] : ((Array)value).Cast<double>())];

    private static void Near(double[] expected, double[] found, double tolerance)
    {
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], found[i], tolerance * Math.Max(1, Math.Abs(expected[i])));
    }

    private static double[] Column(string name) => name switch { "x" => X, "y" => Y, _ => Z };

    private static int Size(string name) => name switch { "x" => 3, "y" => 2, _ => 1 };

    private static DataRows All(string[] names, RowTotal total) => Some(names, 0, Rows, total);

    private static DataRows Some(string[] names, int from, int to, RowTotal total) =>
        new(names, [.. names.Select(name => (ReadOnlyMemory<double>)Column(name).AsMemory((Size(name) * from)..(Size(name) * to)))], [.. names.Select(Size)], to - from, total);

    private static DataRows[] Split(string[] names, int parts) => [.. Enumerable.Range(0, parts).Select(part => Some(names, Rows * part / parts, Rows * (part + 1) / parts, RowTotal.Sum))];

    private static (MachineParts Parts, List<string> Lost) Machines(string[] names, int parts, int machines, int[]? asks = null, bool isHostile = false) =>
        PartMachine.Deal(Split(names, parts), machines, asks, isHostile);
}
