using System.Globalization;
using System.Text.Json;
using PSAutodiff.Fitting;
using PSAutodiff.Kernels;

namespace PSAutodiff.Bench;

/// <summary>Curve fits: an iteration over a million rows against a loop by hand that adds J'J up, whole fits, and the nonlinear sets of NIST.</summary>
internal static class Fits
{
    private const int Rows = 1_000_000;
    private static readonly double[] Truth = [3, 0.7, 2, 0.1, 0.5];
    private static readonly double[] Start = [1, 1, 1, 0.2, 0];

    public static int Run()
    {
        var random = new RandomSource(5);
        var (t, y) = (new double[Rows], new double[Rows]);
        for (var i = 0; i < Rows; i++)
        {
            t[i] = 10.0 * i / Rows;
            y[i] = Value(t[i], Truth) + (0.05 * random.NextNormal());
        }

        var rows = new DataRows(["t"], [t], Rows, RowTotal.Sum);
        var model = ExprNode.Parse("a*exp(-b*t) + c*exp(-d*t) + f");
        var parameters = new Core.VariableLayout(["a", "b", "c", "d", "f"]);
        var compiled = FitProgram.Compile(model, parameters, new Core.VariableLayout(["t"]), CancellationToken.None).Compiled;
        FitProgram[] programs = [.. Enumerable.Range(1, 2).Select(threads => new FitProgram(compiled, parameters, rows, y, null, threads))];
        var state = new FitState(Start.Length);
        Start.CopyTo(state.Point, 0);
        programs[0].Evaluate(state, CancellationToken.None);
        var byHand = Normal(t, y, Start);
        if (!(Math.Abs((state.Cost / byHand) - 1) < 1e-9)) throw new InvalidOperationException($"The engine's sum of squares is {state.Cost}, by hand it is {byHand}.");
        Console.WriteLine("| what | engine | by hand | ratio | bar |");
        Console.WriteLine("|---|---:|---:|---:|---:|");
        for (var i = 0; i < programs.Length; i++)
        {
            var program = programs[i];
            var (mine, hand) = Timing.Compare(() => program.Evaluate(state, CancellationToken.None), () => Normal(t, y, Start), 9);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| one iteration over 1,000,000 rows, 5 parameters, 2 exponentials, {(i == 0 ? "one thread" : "two threads")} (by hand: J'J, one thread) | {mine * 1e3:f1} ms | {hand * 1e3:f1} ms | {mine / hand:f2} | 2 |"));
        }

        var fit = new CurveFit(model, ExprNode.Parse("y"), new DataRows(["t", "y"], [t, y], Rows, RowTotal.Sum));
        var options = new CurveFitOptions { MaxThreads = 2 };
        var evaluations = fit.Run(Start, options).Evaluations;
        var whole = Timing.Measure(() => fit.Run(Start, options), 5);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| the whole fit on two threads, {evaluations} evaluations by three searches | {whole:f2} s | | | 0.8 s |"));
        var sets = Sets();
        var nist = Timing.Measure(() =>
        {
            foreach (var (set, starts) in sets)
            {
                foreach (var start in starts) set.Run(start, options);
            }
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| the 36 runs of NIST's nonlinear sets together, warm | {nist * 1e3:f0} ms | | | 100 ms |"));
        return 0;
    }

    private static double Value(double t, double[] p) => (p[0] * Math.Exp(-p[1] * t)) + (p[2] * Math.Exp(-p[3] * t)) + p[4];

    // What someone in a hurry writes: 15 sums of J'J, 5 of J'r and the squares, in one loop.
    private static double Normal(double[] t, double[] y, double[] p)
    {
        var (a, b, c, d, f) = (p[0], p[1], p[2], p[3], p[4]);
        double s00 = 0, s01 = 0, s02 = 0, s03 = 0, s04 = 0, s11 = 0, s12 = 0, s13 = 0, s14 = 0, s22 = 0, s23 = 0, s24 = 0, s33 = 0, s34 = 0, s44 = 0;
        double g0 = 0, g1 = 0, g2 = 0, g3 = 0, g4 = 0, squares = 0;
        for (var i = 0; i < t.Length; i++)
        {
            var x = t[i];
            var (e1, e2) = (Math.Exp(-b * x), Math.Exp(-d * x));
            var (j1, j3) = (-a * x * e1, -c * x * e2);
            var r = y[i] - ((a * e1) + (c * e2) + f);
            s00 += e1 * e1;
            s01 += e1 * j1;
            s02 += e1 * e2;
            s03 += e1 * j3;
            s04 += e1;
            s11 += j1 * j1;
            s12 += j1 * e2;
            s13 += j1 * j3;
            s14 += j1;
            s22 += e2 * e2;
            s23 += e2 * j3;
            s24 += e2;
            s33 += j3 * j3;
            s34 += j3;
            s44 += 1;
            g0 += e1 * r;
            g1 += j1 * r;
            g2 += e2 * r;
            g3 += j3 * r;
            g4 += r;
            squares += r * r;
        }

        Sink = s00 + s01 + s02 + s03 + s04 + s11 + s12 + s13 + s14 + s22 + s23 + s24 + s33 + s34 + s44 + g0 + g1 + g2 + g3 + g4;
        return squares;
    }

    // So that nothing of the loop is left out.
    private static double Sink { get; set; }

    private static (CurveFit Fit, double[][] Starts)[] Sets() =>
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "data", "nist-nonlinear.jsonl")).Select(static line =>
        {
            var set = JsonDocument.Parse(line).RootElement;
            string[] columns = [.. set.GetProperty("columns").EnumerateArray().Select(static name => name.GetString()!)];
            double[][] data = [.. set.GetProperty("data").EnumerateArray().Select(Numbers)];
            var rows = new DataRows(columns, [.. columns.Select((_, i) => (ReadOnlyMemory<double>)data.Select(row => row[i]).ToArray())], data.Length, RowTotal.Sum);
            var fit = new CurveFit(ExprNode.Parse(set.GetProperty("model").GetString()!), ExprNode.Parse(set.GetProperty("target").GetString()!), rows);
            return (fit, new[] { Numbers(set.GetProperty("start1")), Numbers(set.GetProperty("start2")) });
        })];

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(static number => number.GetDouble())];
}
