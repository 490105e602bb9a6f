using System.Numerics;
using System.Runtime.InteropServices;
using PSAutodiff.Core;
using PSAutodiff.Execution;
using PSAutodiff.Execution.Parts;
using PSAutodiff.Execution.Scalar;
using PSAutodiff.Foundation.Names;
using PSAutodiff.Kernels;
using PSAutodiff.Measurements;

namespace PSAutodiff.Fitting;

/// <summary>
/// A model over rows as a function of its parameters: what a fit needs to know of it at a point is reduced block by block to a triangle. Chunks of
/// rows have triangles of their own, which are joined in order, so that the bits do not depend on the number of threads.
/// </summary>
internal sealed class FitProgram
{
    private const int ChunkRows = 1 << 13;

    // Triangles that are in memory at a time.
    private const int ChunksAtOnce = 64;

    private readonly CompiledExpression _compiled;
    private readonly DataRows _rows;
    private readonly ReadOnlyMemory<double> _label;
    private readonly double[]? _factors;
    private readonly int _width;
    private readonly ReadOnlyMemory<double>[] _inputs;
    private readonly double[][] _cells;
    private readonly int _threads;
    private readonly double[][][] _outputs;
    private readonly TriangularFactor[] _chunks;
    private readonly RobustSums[] _sums;
    private readonly TriangularFactor _total;
    private readonly IRowParts? _parts;
    private readonly FitTriangleFunction? _triangle;
    private readonly FitNotFiniteFunction? _notFinite;

    /// <summary>Prepares evaluations.</summary>
    /// <param name="compiled">What <see cref="Compile"/> made.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="rows">The columns of the model.</param>
    /// <param name="label">What the model is to give in each row.</param>
    /// <param name="factors">By which a row is multiplied: the root of its weight; null for ones.</param>
    /// <param name="threads">The most threads.</param>
    public FitProgram(CompiledExpression compiled, VariableLayout parameters, DataRows rows, ReadOnlyMemory<double> label, double[]? factors, int threads)
    {
        (_compiled, _rows, _label, _factors) = (compiled, rows, label, factors);
        _width = parameters.Length + 1;
        var (columns, places) = (new NamePlaces(rows.Names), new NamePlaces(parameters.Names));
        _cells = [.. Enumerable.Range(0, parameters.Names.Count).Select(i => new double[parameters.Shapes[i].Count])];
        _inputs = [.. compiled.Variables.Select(name => places.TryGetValue(name, out var place) ? _cells[place] : rows.Columns[columns[name]])];
        var chunks = (rows.Count + ChunkRows - 1) / ChunkRows;
        _threads = compiled.OutputShapes is null && compiled.Tape.RegisterCount <= ManyPoints.MostRegistersForBlocks ? Math.Min(threads, chunks) : 1;
        var most = Math.Min(rows.Count, RowEvaluator.SumBlock);
        _outputs = [.. Enumerable.Range(0, _threads).Select(_ => Enumerable.Range(0, _width).Select(_ => new double[most]).ToArray())];
        _chunks = [.. Enumerable.Range(0, Math.Min(chunks, ChunksAtOnce)).Select(_ => new TriangularFactor(_width))];
        _total = chunks == 1 ? _chunks[0] : new TriangularFactor(_width);
        _sums = new RobustSums[_chunks.Length];
    }

    /// <summary>Prepares evaluations over rows that stay elsewhere.</summary>
    /// <param name="parts">The rows.</param>
    /// <param name="width">The number of elements of the parameters and 1.</param>
    /// <param name="triangle">Gives the triangles of parts.</param>
    /// <param name="notFinite">Finds rows that are not finite.</param>
    public FitProgram(IRowParts parts, int width, FitTriangleFunction triangle, FitNotFiniteFunction notFinite)
    {
        (_parts, _triangle, _notFinite, _width) = (parts, triangle, notFinite, width);
        (_compiled, _rows, _inputs, _cells, _outputs, _chunks, _sums) = (null!, null!, [], [], [], [], []);
        _total = new TriangularFactor(width);
    }

    /// <summary>How residuals count.</summary>
    public FitLoss Loss { get; init; }

    /// <summary>The scale of the loss, in the unit of the rows.</summary>
    public double LossScale { get; init; } = 1;

    /// <summary>How often rows were evaluated.</summary>
    public int Evaluations { get; set; }

    /// <summary>Differentiates and compiles a model: its derivatives by the elements of the parameters, and its value, all of one row.</summary>
    /// <param name="model">The model.</param>
    /// <param name="parameters">Its parameters, in order.</param>
    /// <param name="columns">Its other variables, in order.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static (CompiledExpression Compiled, RootedGraph Gradient) Compile(ExprNode model, VariableLayout parameters, VariableLayout columns, CancellationToken cancellation)
    {
        var derivatives = NumericDerivatives.Of(model, parameters.Names, cancellation: cancellation);
        var outputs = derivatives.Gradient.And(derivatives.Value);
        return (CompiledExpression.Compile(columns.Before(parameters), outputs, cancellation), derivatives.Gradient);
    }

    /// <summary>Computes everything at the point of a state.</summary>
    /// <param name="state">Has the point, and gets the rest.</param>
    /// <param name="cancellation">Ends it early; then the state is of no use.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Evaluate(FitState state, CancellationToken cancellation)
    {
        var sums = Evaluate(state, Loss, cancellation);
        if (Loss != FitLoss.LeastSquares) state.Cost = sums.Value * LossScale * LossScale;
        state.CheckFinite();
    }

    /// <summary>The triangle of the residuals as they are, whatever the loss, at the point of a state, and the sums that the loss makes of them.</summary>
    /// <inheritdoc cref="Evaluate(FitState, CancellationToken)"/>
    public RobustSums EvaluatePlain(FitState state, CancellationToken cancellation)
    {
        var sums = Evaluate(state, null, cancellation);
        state.CheckFinite();
        return sums;
    }

    /// <summary>The first row where the model or a derivative is not a finite number, with the value of the model there; null where there is none.</summary>
    /// <param name="point">The parameters.</param>
    /// <param name="cancellation">Ends it early.</param>
    public (int Row, double Value)? FindNotFinite(ReadOnlySpan<double> point, CancellationToken cancellation)
    {
        if (_parts is not null) return FindInParts(point, cancellation);
        SetPoint(point);
        (int Row, double Value)? found = null;
        for (var chunk = 0; chunk * (long)ChunkRows < _rows.Count && found is null; chunk++)
        {
            ForEachBlock(chunk..(chunk + 1), (_, thread, start, count) =>
            {
                var outputs = _outputs[thread];
                for (var i = 0; i < count && found is null; i++)
                {
                    if (_factors is not null && _factors[start + i] == 0) continue;
                    if (Array.Exists(outputs, output => !double.IsFinite(output[i]))) found = (start + i, outputs[^1][i]);
                }
            }, cancellation);
        }

        return found;
    }

    /// <summary>The triangle at a point, and the sums of the loss.</summary>
    /// <param name="point">The parameters.</param>
    /// <param name="loss">How residuals count in the triangle; null for as they are.</param>
    /// <param name="cancellation">Ends it early.</param>
    public (TriangularFactor Factor, RobustSums Sums) Triangle(ReadOnlySpan<double> point, FitLoss? loss, CancellationToken cancellation)
    {
        SetPoint(point);
        var chunks = (_rows.Count + ChunkRows - 1) / ChunkRows;
        if (chunks > 1) _total.Clear();
        var all = default(RobustSums);
        for (var first = 0; first < chunks; first += ChunksAtOnce)
        {
            var count = Math.Min(ChunksAtOnce, chunks - first);
            for (var i = 0; i < count; i++)
            {
                _chunks[i].Clear();
                _sums[i] = default;
            }

            var start = first;
            ForEachBlock(first..(first + count), (chunk, thread, row, rows) => Take(chunk - start, thread, row, rows, loss), cancellation);
            for (var i = 0; i < count; i++)
            {
                if (chunks > 1) _total.Add(_chunks[i]);
                all += _sums[i];
            }
        }

        return (_total, all);
    }

    private RobustSums Evaluate(FitState state, FitLoss? loss, CancellationToken cancellation)
    {
        Evaluations++;
        var (total, all) = _parts is null ? Triangle(state.Point, loss, cancellation) : JoinParts(state.Point, loss, cancellation);
        var triangle = total.Triangle;
        for (var i = 0; i < _width; i++)
        {
            for (var j = 0; j < _width; j++)
            {
                var value = triangle[(i * _width) + j];
                state.Triangle[(i * _width) + j] = total.Exponents[j] == 0 ? value : Math.ScaleB(value, total.Exponents[j]);
            }
        }

        var norm = state.ResidualNorm();
        state.Cost = norm * norm;
        return all;
    }

    private (TriangularFactor Factor, RobustSums Sums) JoinParts(double[] point, FitLoss? loss, CancellationToken cancellation)
    {
        _total.Clear();
        var all = default(RobustSums);
        foreach (var result in _parts!.Evaluate(_triangle!, [.. point, loss is null ? 0 : 1], cancellation))
        {
            var (factor, sums) = _triangle!.Read(result);
            _total.Add(factor);
            all += sums;
        }

        return (_total, all);
    }

    private (int Row, double Value)? FindInParts(ReadOnlySpan<double> point, CancellationToken cancellation)
    {
        var results = _parts!.Evaluate(_notFinite!, point, cancellation);
        var before = 0;
        for (var part = 0; part < results.Length; part++)
        {
            if (results[part] is [>= 0 and var row, var value] && row < _parts.Counts[part]) return (before + (int)row, value);
            before += _parts.Counts[part];
        }

        return null;
    }

    private void SetPoint(ReadOnlySpan<double> point)
    {
        foreach (var cell in _cells)
        {
            point[..cell.Length].CopyTo(cell);
            point = point[cell.Length..];
        }
    }

    private void ForEachBlock(Range chunks, Action<int, int, int, int> take, CancellationToken cancellation)
    {
        if (_compiled.OutputShapes is null && _compiled.Tape.RegisterCount <= ManyPoints.MostRegistersForBlocks)
        {
            new RowEvaluator(_compiled.Tape, _inputs) { MaxThreads = _threads, Cancellation = cancellation }.ForEachChunk(_rows.Count, chunks, ChunkRows, _outputs, take);
            return;
        }

        for (var chunk = chunks.Start.Value; chunk < chunks.End.Value; chunk++)
        {
            var end = (int)Math.Min(_rows.Count, (chunk + 1L) * ChunkRows);
            for (var start = chunk * ChunkRows; start < end; start += RowEvaluator.SumBlock)
            {
                var count = Math.Min(RowEvaluator.SumBlock, end - start);
                cancellation.ThrowIfCancellationRequested();
                if (_compiled.OutputShapes is null) OneByOne(start, count, cancellation);
                else OfArrays(start, count, cancellation);
                take(chunk, 0, start, count);
            }
        }
    }

    // Of programs whose registers would not find room for blocks of rows.
    private void OneByOne(int start, int count, CancellationToken cancellation)
    {
        var (values, results) = (new double[_inputs.Length], new double[_width]);
        for (var row = 0; row < count; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var i = 0; i < values.Length; i++) values[i] = _inputs[i].Span[_inputs[i].Length == 1 ? 0 : start + row];
            _compiled.Evaluate(values, results, cancellation);
            for (var i = 0; i < _width; i++) _outputs[0][i][row] = results[i];
        }
    }

    private void OfArrays(int start, int count, CancellationToken cancellation)
    {
        var inputs = new ReadOnlyMemory<double>[_inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
        {
            var size = (int)_compiled.Inputs.Shapes[i].Count;
            inputs[i] = Array.Exists(_cells, cell => _inputs[i].Equals((ReadOnlyMemory<double>)cell)) ? _inputs[i] : _inputs[i].Slice(start * size, count * size);
        }

        var results = _compiled.EvaluateRows(inputs, cancellation);
        var column = 0;
        for (var i = 0; i < results.Length; i++)
        {
            // One row of results where no variable of the model is a column.
            var size = (int)_compiled.OutputShapes![i].Count;
            var stride = results[i].Length == size ? 0 : size;
            for (var element = 0; element < size; element++, column++)
            {
                for (var row = 0; row < count; row++) _outputs[0][column][row] = results[i][(row * stride) + element];
            }
        }
    }

    /// <summary>Takes the derivatives and values of some rows into the triangle of their chunk.</summary>
    private void Take(int chunk, int thread, int start, int count, FitLoss? loss)
    {
        var outputs = _outputs[thread];
        var residuals = outputs[^1].AsSpan(0, count);
        Subtract(_label.Span.Slice(start, count), residuals);
        if (_factors is not null)
        {
            var factors = _factors.AsSpan(start, count);
            foreach (var output in outputs) Vectors.Multiply(output.AsSpan(0, count), factors);
            for (var i = 0; i < count; i++)
            {
                // Whatever the model gives there.
                if (factors[i] != 0) continue;
                foreach (var output in outputs) output[i] = 0;
            }
        }

        if (Loss != FitLoss.LeastSquares)
        {
            var sums = _sums[chunk];
            for (var i = 0; i < count; i++)
            {
                if (_factors is not null && _factors[start + i] == 0) continue;
                var scaled = residuals[i] / LossScale;
                var rho = RobustLoss.Of(Loss, scaled);
                var slope = rho.Slope(scaled);
                sums += new RobustSums(rho.Value, residuals[i] * rho.First * (residuals[i] * rho.First), slope, slope * slope);
                if (loss is not null) Reweight(outputs, i, rho, slope);
            }

            _sums[chunk] = sums;
        }

        _chunks[chunk].AddColumns(outputs, 0, count);
    }

    // So that J'r is the gradient of the loss and J'J what is positive of its second derivatives (Triggs and others, "Bundle adjustment", 2000, 4.3).
    private static void Reweight(double[][] outputs, int row, RobustLoss rho, double slope)
    {
        var root = Math.Sqrt(Math.Max(slope, 2 * Rounding.Unit));
        for (var j = 0; j < outputs.Length - 1; j++) outputs[j][row] *= root;
        outputs[^1][row] *= rho.First / root;
    }

    /// <summary>Writes the label less the model over the model.</summary>
    private static void Subtract(ReadOnlySpan<double> label, Span<double> model)
    {
        var from = MemoryMarshal.Cast<double, Vector<double>>(label);
        var to = MemoryMarshal.Cast<double, Vector<double>>(model);
        for (var i = 0; i < to.Length; i++) to[i] = from[i] - to[i];
        for (var i = to.Length * Vector<double>.Count; i < model.Length; i++) model[i] = label[i] - model[i];
    }
}
