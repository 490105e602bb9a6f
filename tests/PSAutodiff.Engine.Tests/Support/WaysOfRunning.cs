using PSAutodiff.Core;
using PSAutodiff.Execution;
using PSAutodiff.Execution.Scalar;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Training.Models;
using Xunit;

namespace PSAutodiff.Tests;

/// <summary>Runs a program in every way there is and compares each with plain evaluation, bit by bit.</summary>
internal sealed class WaysOfRunning
{
    // Operations times rows: of most programs, and of one in twenty.
    private const int RowBudget = 2_000;
    private const int LargeRowBudget = 60_000;

    // Around lanes, blocks, sums of blocks, and several threads.
    private static readonly int[] RowCounts = [0, 1, 2, 7, 8, 9, 16, 17, 127, 128, 129, 255, 511, 512, 1023, 1024, 1025, 2048, 4095, 4096, 4097, 5000];

    private readonly RandomProgram _program;
    private readonly ExprNode[] _outputs;
    private readonly Graph _graph;
    private readonly int[] _roots;
    private readonly CompiledExpression _compiled;
    private readonly NamePlaces _inputOf;

    private WaysOfRunning(RandomProgram program)
    {
        _program = program;
        _outputs = program.Outputs;
        (_graph, _roots) = ExprNode.Flatten(_outputs);
        _compiled = CompiledExpression.Compile(_outputs, program.Names);
        _inputOf = new NamePlaces(program.Names);
    }

    /// <summary>Compares all ways of running a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="seen">Counts what was seen.</param>
    public static void Compare(RandomProgram program, Coverage seen)
    {
        var ways = new WaysOfRunning(program);
        ways.ComparePoints(seen);
        ways.CompareRows(seen);
        if (program.OneIn(40)) ways.CompareBeforeAndAfterMachineCode();
        if (program.OneIn(4)) ways.CompareSteps(seen);
        seen.Programs++;
    }

    private void ComparePoints(Coverage seen)
    {
        var tape = _compiled.Tape;
        var interpreter = new InterpretedTape(tape);
        var regrouped = RegroupedTape.TryCreate(tape);
        var code = TapeCode.Compile(tape, tape.InputCount);
        seen.Count(code, regrouped);
        var results = new double[_outputs.Length];
        for (var run = 0; run < 3; run++)
        {
            var point = _program.Point();
            var expected = Plain(point);
            seen.Values += expected.Length;
            seen.FiniteValues += expected.Count(double.IsFinite);
            interpreter.Run(point, [], results);
            Same("the interpreter", expected, results);
            code.Run(point, [], results);
            Same("machine code", expected, results);
            _compiled.Evaluate(point, results);
            Same("one evaluation", expected, results);
            if (regrouped is null) continue;
            regrouped.Run(point, [], results);
            Same("the regrouped program", expected, results);
        }
    }

    private void CompareRows(Coverage seen)
    {
        var most = (_program.OneIn(20) ? LargeRowBudget : RowBudget) / (_compiled.OperationCount + _program.Names.Length + 1);
        var count = _program.Any([.. RowCounts.Where(rows => rows <= most + 2)]);
        var points = new double[count][];
        for (var i = 0; i < count; i++) points[i] = _program.Point();
        var columns = new ReadOnlyMemory<double>[_program.Names.Length];
        for (var j = 0; j < columns.Length; j++)
        {
            if (count > 0 && _program.OneIn(4))
            {
                for (var i = 0; i < count; i++) points[i][j] = points[0][j];
                columns[j] = new[] { points[0][j] };
            }
            else
            {
                columns[j] = points.Select(point => point[j]).ToArray();
            }
        }

        var rows = Array.ConvertAll(points, Plain);
        if (_compiled.RowCount(columns) != count) return;
        seen.RowSets++;
        var expected = Enumerable.Range(0, _outputs.Length).Select(k => Array.ConvertAll(rows, row => row[k])).ToArray();
        SameRows("rows", expected, _compiled.EvaluateRows(columns, TestContext.Current.CancellationToken));
        SameRows("many points", expected, ManyPoints.Evaluate(_compiled, columns, count, TestContext.Current.CancellationToken));
        var evaluator = new RowEvaluator(_compiled.Tape, columns) { BlockSize = _program.Any(0, 8, 16, 128, 1024), MaxThreads = _program.Any(1, 2) };
        var results = Array.ConvertAll(expected, column => new double[column.Length]);
        evaluator.Evaluate(count, results);
        SameRows("blocks", expected, results);
        var sums = expected.Select(PlainSum).ToArray();
        var sum = evaluator.Sum(count);
        Same("the sum of blocks", sums, sum);
        sum = _compiled.SumRows(columns, TestContext.Current.CancellationToken);
        Same("the sum of rows", sums, sum);
        FewRows.Evaluate(_compiled.Runner, columns, count, results, TestContext.Current.CancellationToken);
        SameRows("rows one by one", expected, results);
        if (count is > 0 and <= LaneSums.MostRows) CompareLanes(points);
    }

    /// <summary>Means over rows side by side: of the first few in turn, as by one row after another, of more as by blocks.</summary>
    private void CompareLanes(double[][] points)
    {
        var columns = _program.Any(0, 1, _program.Names.Length / 2, _program.Names.Length);
        if (LaneProgram.TryCreate(_compiled.Tape, columns, Array.ConvertAll(_outputs, static _ => -1)) is not { } program) return;
        var lanes = new LaneSums(program, _compiled.Tape.Constants);
        double[] cells = [.. points.SelectMany(point => point[..columns])];
        var results = new double[_outputs.Length];
        foreach (var count in new[] { points.Length, Math.Min(points.Length, _program.Any(1, 2, 3, 4, 5, 8, 9, 15)) })
        {
            // What does not vary is as in the first row.
            var all = Array.ConvertAll(points[..count], point => Plain([.. point[..columns], .. points[0][columns..]]));
            double[] means = [.. Enumerable.Range(0, _outputs.Length).Select(k => (count < RowEvaluator.FewestRows ? all.Aggregate(0.0, (sum, row) => sum + row[k]) : PlainSum(Array.ConvertAll(all, row => row[k]))) / count)];
            lanes.Mean(cells, [.. Enumerable.Range(0, count)], points[0].AsSpan(columns), results);
            Same($"the mean of {count} rows side by side, of which {columns} inputs vary", means, results);
        }
    }

    private void CompareBeforeAndAfterMachineCode()
    {
        if (_compiled.OperationCount > 2000) return;
        var compiled = CompiledExpression.Compile(_outputs, _program.Names);
        var points = new[] { _program.Point(), _program.Point(), _program.Point() };
        var expected = Array.ConvertAll(points, Plain);
        var results = new double[_outputs.Length];
        for (var run = 0; run < TapeRunner.RunsBeforeCode + 3; run++)
        {
            compiled.Evaluate(points[run % 3], results);
            Same($"evaluation {run}", expected[run % 3], results);
        }
    }

    /// <summary>A step of gradient descent on one row, whose inputs stand in two places.</summary>
    private void CompareSteps(Coverage seen)
    {
        var names = _program.Names;
        if (_outputs[0].NodeCount > 300) return;
        var columns = _program.Any(0, 1, names.Length / 2, names.Length - 1);
        if (columns >= names.Length) return;
        var parameters = names[columns..];
        if (parameters.Length > 30) return;
        ExprNode[] outputs = [.. _outputs[0].Gradient(parameters), _outputs[0]];
        var flat = ExprNode.Flatten(outputs);
        var program = DescentStep.Compile(flat, names[..columns], parameters);
        var point = _program.Point();
        const double rate = 0.125;
        var expected = Plain(flat.Graph, flat.Roots, point);
        double[] moved = [.. point[columns..].Select((value, i) => value - (rate * expected[i])), expected[^1]];
        foreach (var way in new TapeWay?[] { new InterpretedTape(program.Tape), TapeCode.Compile(program.Tape, columns), RegroupedTape.TryCreate(program.Tape) })
        {
            // Results may take the place of the values.
            double[] results = [.. point[columns..], rate];
            way?.Run(point.AsSpan(0, columns), results, results);
            if (way is not null) Same($"a step by {way.GetType().Name}", moved, results);
        }

        seen.Steps++;
    }

    private double[] Plain(double[] point) => Plain(_graph, _roots, point);

    private double[] Plain(Graph graph, int[] roots, double[] point) => PlainEvaluator.Evaluate(graph, roots, name => point[_inputOf[name]]);

    // As the row evaluator promises: eight lanes within 1,024 rows, then these sums in order.
    private static double PlainSum(double[] values)
    {
        var total = 0.0;
        foreach (var block in values.Chunk(1024))
        {
            var lanes = new double[8];
            for (var i = 0; i < block.Length; i++) lanes[i % 8] += block[i];
            total += (lanes[0] + lanes[4] + (lanes[2] + lanes[6])) + (lanes[1] + lanes[5] + (lanes[3] + lanes[7]));
        }

        return total;
    }

    private void SameRows(string way, double[][] expected, double[][] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var k = 0; k < expected.Length; k++) Same($"{way}, output {k}", expected[k], actual[k]);
    }

    private void Same(string way, double[] expected, double[] actual)
    {
        Assert.True(expected.Length == actual.Length, $"{way}: {actual.Length} values, not {expected.Length}, of program {_program.Seed}");
        for (var i = 0; i < expected.Length; i++)
        {
            // The sign and payload of a NaN are nobody's business.
            if (BitConverter.DoubleToInt64Bits(expected[i]) == BitConverter.DoubleToInt64Bits(actual[i]) || (double.IsNaN(expected[i]) && double.IsNaN(actual[i]))) continue;
            Assert.Fail($"{way}: value {i} is {actual[i]:R}, not {expected[i]:R}, in program {_program.Seed} of {_compiled.OperationCount} operations: {Text()}");
        }

        // No way can pass by leaving alone what another one has written.
        Array.Fill(actual, double.NegativeZero);
    }

    private string Text()
    {
        const int most = 1000;
        var text = string.Join(" | ", _outputs.Take(20).Select(Texts.Let));
        return text.Length > most ? text[..most] + "..." : text;
    }
}
