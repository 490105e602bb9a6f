using PSAutodiff.Core;
using PSAutodiff.Execution.Parts;
using PSAutodiff.Execution.Scalar;

namespace PSAutodiff.Execution;

/// <summary>Bounds on what rounding may have done to the results of a <see cref="ParameterProgram"/>, see <see cref="RoundingBounds"/>.</summary>
internal sealed class ParameterBounds
{
    private readonly RoundingBounds _bounds;
    private readonly DataRows? _rows;
    private readonly int _outputs;
    private readonly int _elements;
    private readonly int _width;
    private readonly bool _isChain;
    private readonly BoundsFunction? _function;

    /// <summary>Prepares the analysis.</summary>
    /// <param name="outputs">The expressions of one row.</param>
    /// <param name="parameters">The parameters, in the order of the values of a point; with their shapes.</param>
    /// <param name="rows">The rows; null where all variables are parameters.</param>
    /// <param name="creditExact">Whether an operation that happens to be exact counts as such.</param>
    /// <param name="jumpsAreUnknown">Whether nothing is known of a value that jumps within its arguments' errors.</param>
    public ParameterBounds(RootedGraph outputs, VariableLayout parameters, DataRows? rows, bool creditExact = true, bool jumpsAreUnknown = false)
    {
        var columns = rows?.LayoutIn(outputs) ?? new VariableLayout([]);
        _bounds = new RoundingBounds(outputs, columns.Before(parameters), creditExact, jumpsAreUnknown);
        (_rows, _outputs, _width) = (rows, outputs.Length, columns.Length);

        // With arrays a sum over rows is one chain.
        _isChain = columns.HasArrays || parameters.HasArrays || outputs.Graph.HasArrays(outputs.Roots);
        _elements = (int)outputs.Roots.Sum(root => outputs.Graph.ShapeOf(root).Count);
        if (rows is { Parts: not null }) _function = new BoundsFunction(outputs, parameters, creditExact, jumpsAreUnknown);
    }

    /// <summary>Whether a part of the expressions underflowed at the last point, in any row.</summary>
    public bool Underflowed { get; private set; }

    /// <summary>How far each element of the results at a point may be from that of exact arithmetic, up to a small factor; infinite when nothing is known.</summary>
    /// <param name="point">The values of the parameters.</param>
    /// <param name="pointError">The relative error of these values. Those of rows count as exact.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public double[] At(ReadOnlySpan<double> point, double pointError, CancellationToken cancellation)
    {
        var errors = new double[_elements];
        if (_rows is null)
        {
            _bounds.Evaluate(point, pointError, cancellation: cancellation);
            Underflowed = _bounds.Underflowed;
            var at = 0;
            for (var i = 0; i < _outputs; i++)
            {
                _bounds.BoundsOf(i).CopyTo(errors.AsSpan(at));
                at += _bounds.BoundsOf(i).Length;
            }

            return errors;
        }

        var sizes = new double[_elements];
        if (_function is null) AddRows(point, pointError, errors, sizes, cancellation);
        else AddParts([.. point, pointError], errors, sizes, cancellation);

        // The sum rounds too, and so does its quotient.
        var chain = (_isChain ? _rows.Count : RowEvaluator.LongestChain(_rows.Count)) + 1;
        for (var i = 0; i < errors.Length; i++)
        {
            errors[i] += chain * Rounding.Unit * sizes[i];
            if (_rows.Total == RowTotal.Mean) errors[i] /= _rows.Count;
            if (double.IsNaN(errors[i])) errors[i] = double.PositiveInfinity;
        }

        return errors;
    }

    /// <summary>Adds what rounding may have done to the terms of all rows, and how large these are.</summary>
    public void AddRows(ReadOnlySpan<double> point, double pointError, double[] errors, double[] sizes, CancellationToken cancellation)
    {
        var values = new double[_width + point.Length];
        point.CopyTo(values.AsSpan(_width));
        Underflowed = false;
        for (var row = 0; row < _rows!.Count; row++)
        {
            var cells = values.AsSpan(0, _width);
            foreach (var column in _rows.Columns)
            {
                var size = column.Length / _rows.Count;
                column.Span.Slice(row * size, size).CopyTo(cells);
                cells = cells[size..];
            }

            _bounds.Evaluate(values, pointError, _width, cancellation);
            Underflowed |= _bounds.Underflowed;
            var next = 0;
            for (var i = 0; i < _outputs; i++)
            {
                var bounds = _bounds.BoundsOf(i);
                var elements = _bounds.ValuesOf(i);
                for (var j = 0; j < bounds.Length; j++, next++)
                {
                    errors[next] += bounds[j];
                    sizes[next] += Math.Abs(elements[j]);
                }
            }
        }
    }

    private void AddParts(double[] point, double[] errors, double[] sizes, CancellationToken cancellation)
    {
        Underflowed = false;
        foreach (var part in _rows!.Parts!.Evaluate(_function!, point, cancellation))
        {
            Kernels.Vectors.Add<double>(errors, part.AsSpan(0, _elements));
            Kernels.Vectors.Add<double>(sizes, part.AsSpan(_elements, _elements));
            Underflowed |= part[^1] != 0;
        }
    }
}
