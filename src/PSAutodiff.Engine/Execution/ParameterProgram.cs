using PSAutodiff.Core;
using PSAutodiff.Execution.Parts;
using PSAutodiff.Execution.Scalar;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Kernels;

namespace PSAutodiff.Execution;

/// <summary>
/// Expressions as functions of their parameters: evaluated at a point, or joined over rows of data. What rows cost is time, never memory
/// or a longer program. The bits do not depend on the number of threads. Not thread-safe over rows.
/// </summary>
internal sealed class ParameterProgram
{
    // Rows whose values are in memory at a time where sums overflow.
    private const int RowsAtOnce = 1 << 10;

    private readonly CompiledExpression _compiled;
    private readonly DataRows? _rows;

    // Over rows, for each variable of the program: its column, or the one number of a parameter.
    private readonly ReadOnlyMemory<double>[] _inputs = [];
    private readonly double[][] _cells = [];
    private readonly SumFunction? _function;

    /// <summary>Prepares evaluations.</summary>
    /// <param name="compiled">The expressions of one row. Its variables are parameters or columns.</param>
    /// <param name="parameters">The parameters, in the order of the values of a point.</param>
    /// <param name="rows">The rows; null where all variables are parameters, in the order of the program.</param>
    public ParameterProgram(CompiledExpression compiled, IReadOnlyList<string> parameters, DataRows? rows)
    {
        (_compiled, _rows, Parameters) = (compiled, rows, parameters);
        if (rows is null or { Parts: not null }) return;
        var columns = new NamePlaces(rows.Names);
        var places = new NamePlaces(compiled.Variables);
        var cells = parameters.ToDictionary(static name => name, name => new double[compiled.OutputShapes is null ? 1 : compiled.Inputs.Shapes[places[name]].Count], StringComparer.Ordinal);
        _cells = [.. parameters.Select(name => cells[name])];
        _inputs = [.. compiled.Variables.Select(name => cells.TryGetValue(name, out var cell) ? cell : rows.Columns[columns[name]])];
    }

    private ParameterProgram(CompiledExpression compiled, VariableLayout parameters, DataRows rows, SumFunction function)
        : this(compiled, parameters.Names, rows) => _function = function;

    /// <summary>The parameters, in the order of the values of a point.</summary>
    public IReadOnlyList<string> Parameters { get; }

    /// <summary>Number of results, those of arrays element by element.</summary>
    public int OutputCount => _compiled.ResultLength;

    /// <summary>The operations of one row.</summary>
    public int OperationCount => _compiled.OperationCount;

    /// <summary>Compiles expressions.</summary>
    /// <param name="outputs">The expressions of one row.</param>
    /// <param name="parameters">The parameters, in the order of the values of a point.</param>
    /// <param name="rows">The rows; null where all variables are parameters.</param>
    /// <param name="cancellation">Ends the compiling early.</param>
    /// <exception cref="AutodiffException">A column has not the elements of arrays.</exception>
    public static ParameterProgram Compile(RootedGraph outputs, VariableLayout parameters, DataRows? rows, CancellationToken cancellation)
    {
        var variables = rows is null ? parameters : rows.LayoutIn(outputs).Before(parameters);
        var compiled = CompiledExpression.Compile(variables, outputs, cancellation);
        return rows is { Parts: not null } ? new ParameterProgram(compiled, parameters, rows, new SumFunction(outputs, parameters)) : new ParameterProgram(compiled, parameters.Names, rows);
    }

    /// <summary>Evaluates at a point.</summary>
    /// <param name="point">Values of <see cref="Parameters"/>, of arrays all elements.</param>
    /// <param name="results">Gets <see cref="OutputCount"/> values.</param>
    /// <param name="cancellation">Ends the evaluation of many rows early; then nothing is written.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Evaluate(ReadOnlySpan<double> point, Span<double> results, CancellationToken cancellation = default)
    {
        if (_rows is null)
        {
            _compiled.Evaluate(point, results, cancellation);
            return;
        }

        if (_function is not null)
        {
            EvaluateParts(point, results, cancellation);
            return;
        }

        foreach (var cell in _cells)
        {
            point[..cell.Length].CopyTo(cell);
            point = point[cell.Length..];
        }

        var sums = _compiled.OutputShapes is not null ? _compiled.SumRows(_inputs, cancellation)
            : _rows.Count < RowEvaluator.FewestRows || _compiled.Tape.RegisterCount > ManyPoints.MostRegistersForBlocks
            ? SumOneByOne(cancellation)
            : new RowEvaluator(_compiled.Tape, _inputs) { Cancellation = cancellation }.Sum(_rows.Count);
        if (_rows.Total == RowTotal.Mean)
        {
            var areFinite = Vectors.AllFinite(sums);
            for (var i = 0; i < sums.Length; i++) sums[i] /= _rows.Count;

            // A mean of large numbers is finite where their sum is not.
            if (!areFinite) AddShares(sums, cancellation);
        }

        sums.CopyTo(results);
    }

    /// <summary>The values of the first expression, a number, at points that differ in one element of one parameter alone.</summary>
    /// <param name="point">The values of the parameters.</param>
    /// <param name="parameter">The index of the element that differs.</param>
    /// <param name="positions">Its values.</param>
    /// <param name="cancellation">Ends it early.</param>
    public double[] EvaluateAlong(ReadOnlySpan<double> point, int parameter, double[] positions, CancellationToken cancellation)
    {
        if (_rows is null && _compiled.OutputShapes is null)
        {
            var columns = new ReadOnlyMemory<double>[point.Length];
            for (var i = 0; i < columns.Length; i++) columns[i] = i == parameter ? positions : new[] { point[i] };
            return ManyPoints.Evaluate(_compiled, columns, positions.Length, cancellation)[0];
        }

        var moved = point.ToArray();
        var results = new double[OutputCount];
        var values = new double[positions.Length];
        for (var i = 0; i < values.Length; i++)
        {
            moved[parameter] = positions[i];
            Evaluate(moved, results, cancellation);
            values[i] = results[0];
        }

        return values;
    }

    // Each machine may have several parts, and a part may have any machine.
    private void EvaluateParts(ReadOnlySpan<double> point, Span<double> results, CancellationToken cancellation)
    {
        var sums = new double[OutputCount];
        foreach (var part in _rows!.Parts!.Evaluate(_function!, point, cancellation)) Vectors.Add<double>(sums, part);
        for (var i = 0; i < sums.Length; i++) results[i] = _rows.Total == RowTotal.Mean ? sums[i] / _rows.Count : sums[i];
    }

    private double[] SumOneByOne(CancellationToken cancellation)
    {
        var sums = new double[OutputCount];
        var outputs = new double[OutputCount];
        var values = new double[_inputs.Length];
        for (var row = 0; row < _rows!.Count; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var i = 0; i < values.Length; i++) values[i] = _inputs[i].Span[_inputs[i].Length == 1 ? 0 : row];
            _compiled.Evaluate(values, outputs, cancellation);
            Vectors.Add(sums, outputs);
        }

        return sums;
    }

    /// <summary>Makes means that are not finite by adding each row's share.</summary>
    private void AddShares(double[] means, CancellationToken cancellation)
    {
        var wanted = Enumerable.Range(0, means.Length).Where(i => !double.IsFinite(means[i])).ToArray();
        foreach (var i in wanted) means[i] = 0;
        for (var start = 0; start < _rows!.Count; start += RowsAtOnce)
        {
            var count = Math.Min(RowsAtOnce, _rows.Count - start);
            var inputs = Array.ConvertAll(_inputs, input => IsSingle(input) ? input : input.Slice(start * (input.Length / _rows.Count), count * (input.Length / _rows.Count)));
            var values = _compiled.OutputShapes is null ? ManyPoints.Evaluate(_compiled, inputs, count, cancellation) : ElementsOf(_compiled.EvaluateRows(inputs, cancellation), count);
            foreach (var i in wanted)
            {
                foreach (var value in values[i].AsSpan(0, count)) means[i] += value / _rows.Count;
            }
        }
    }

    // A parameter, and no column.
    private bool IsSingle(ReadOnlyMemory<double> input) => Array.Exists(_cells, cell => input.Equals((ReadOnlyMemory<double>)cell));

    // The elements of arrays as columns.
    private static double[][] ElementsOf(double[][] values, int count) =>
        [.. values.SelectMany(all => Enumerable.Range(0, all.Length / count).Select(element => Enumerable.Range(0, count).Select(row => all[(row * (all.Length / count)) + element]).ToArray()))];
}
