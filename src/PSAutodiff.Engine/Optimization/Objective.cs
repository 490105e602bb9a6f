using PSAutodiff.Core;
using PSAutodiff.Execution;
using PSAutodiff.Kernels;
using PSAutodiff.Measurements;

namespace PSAutodiff.Optimization;

/// <summary>
/// The function to minimize, of one point or joined over rows: its value and gradient as one compiled program, its Hessian as another once
/// it is asked for. A point has the elements of all variables, and so does a gradient.
/// </summary>
internal class Objective
{
    private readonly ExprNode _function;
    private readonly DataRows? _rows;
    private readonly ParameterProgram _program;
    private readonly RootedGraph _outputs;
    private readonly SymmetricParts _symmetric;
    private ParameterProgram? _hessian;

    // For each element of a direction a column of the Hessian is computed; 0 where second derivatives stand for themselves.
    private int _columns;
    private ParameterBounds? _bounds;

    public Objective(ExprNode function, DataRows? rows, CancellationToken cancellation)
    {
        var flat = ExprNode.Flatten([function], cancellation);
        if (!function.ArrayShape.IsNumber) throw new AutodiffException(ErrorIds.ShapeMismatch, $"The expression is {function.ArrayShape.InWords()}, and only of a number there is a minimum. Make a number of it, for example with sum or norm.");
        Variables = VariableLayout.Of(rows?.ParametersAmong(function.Variables) ?? function.Variables, flat);
        (_function, _rows, _symmetric) = (function, rows, new SymmetricParts(Variables));
        var derivatives = NumericDerivatives.Of(function, Variables.Names, cancellation: cancellation);
        Gradient = derivatives.Gradient;
        _outputs = derivatives.Value.And(Gradient);
        _program = Compile(_outputs, Variables, cancellation);
    }

    /// <summary>The same function, for what is derived from it.</summary>
    protected Objective(Objective other)
    {
        (_function, _rows, _program, _outputs, _symmetric) = (other._function, other._rows, other._program, other._outputs, other._symmetric);
        (Variables, Gradient) = (other.Variables, other.Gradient);
    }

    public VariableLayout Variables { get; }

    /// <summary>The elements of symmetric matrices that are one number: above the diagonal and below it.</summary>
    public IEnumerable<(int Above, int Below)> MirroredElements => _symmetric.Pairs;

    /// <summary>The names of the elements of all variables, as messages call them.</summary>
    public virtual IReadOnlyList<string> Names => Variables.ElementNames;

    public virtual int Dimension => Variables.Length;

    /// <summary>The first derivatives of one row, in the order of the variables.</summary>
    public RootedGraph Gradient { get; }

    /// <summary>The operations of one row.</summary>
    public int OperationCount => _program.OperationCount;

    /// <summary>The number of rows that are joined.</summary>
    public int RowCount => _rows?.Count ?? 1;

    /// <summary>Compiles expressions of one row to what they are joined over the rows.</summary>
    /// <param name="outputs">The expressions.</param>
    /// <param name="parameters">Their variables that are not columns.</param>
    /// <param name="cancellation">Ends it early.</param>
    public ParameterProgram Compile(RootedGraph outputs, VariableLayout parameters, CancellationToken cancellation) =>
        ParameterProgram.Compile(outputs, parameters, _rows, cancellation);

    /// <summary>
    /// Computes value and gradient at the iterate's point. Matrices that are declared symmetric are made so in both: what is minimized is
    /// a function of symmetric matrices.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing was written.</exception>
    public virtual void Evaluate(Iterate at, CancellationToken cancellation)
    {
        _symmetric.Symmetrize(at.Point);
        _program.Evaluate(at.Point, at.Results, cancellation);
        _symmetric.Symmetrize(at.Results[1..]);
        at.CheckFinite();
    }

    /// <summary>How far a line search may go from a point: without end, where there are no bounds.</summary>
    public virtual double FurthestStep(ReadOnlySpan<double> point, ReadOnlySpan<double> direction) => double.PositiveInfinity;

    /// <summary>Whether a bound ends the fall of the value at a point, however low it is there.</summary>
    public virtual bool EndsFall(Iterate at) => false;

    /// <summary>Makes matrices symmetric that are declared so, in a point, gradient or direction.</summary>
    public virtual void Symmetrize(Span<double> elements) => _symmetric.Symmetrize(elements);

    /// <summary>
    /// The second derivatives at a point: the full symmetric matrix, row by row. Where variables are symmetric matrices, those along symmetric directions,
    /// and along others, on which nothing depends, curvatures of the same sizes and above 0.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was cancelled, perhaps while they were compiled, which happens once.</exception>
    public virtual void Hessian(ReadOnlySpan<double> point, double[] matrix, CancellationToken cancellation)
    {
        _hessian ??= CompileHessian(cancellation);
        var results = new double[_hessian.OutputCount];
        if (_columns > 0)
        {
            HessianByColumns(point, results, matrix, cancellation);
        }
        else
        {
            _hessian.Evaluate(point, results, cancellation);
            var next = 0;
            for (var i = 0; i < Dimension; i++)
            {
                for (var j = i; j < Dimension; j++) matrix[(i * Dimension) + j] = matrix[(j * Dimension) + i] = results[next++];
            }
        }

        if (_symmetric.Exist) KeepSymmetric(matrix);
    }

    /// <summary>
    /// What rounding may have made of the value and of the gradient at a point, in their order: the rounding of every operation, and
    /// of the variables, which cannot be set any finer. Infinite where nothing is known, as next to a kink.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public virtual double[] Rounding(ReadOnlySpan<double> point, CancellationToken cancellation)
    {
        _bounds ??= new ParameterBounds(_outputs, Variables, _rows, jumpsAreUnknown: true);
        var bounds = _bounds.At(point, Core.Rounding.Unit, cancellation);
        _symmetric.Symmetrize(bounds.AsSpan(1));
        return bounds;
    }

    /// <summary>Whether a part of the value or of the gradient is too small for a double at a point, and became 0.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public bool Underflows(ReadOnlySpan<double> point, CancellationToken cancellation)
    {
        _ = Rounding(point, cancellation);
        return _bounds!.Underflowed;
    }

    // P H P + c (1 - P), where P makes directions symmetric.
    private void KeepSymmetric(double[] matrix)
    {
        var n = Dimension;
        for (var i = 0; i < n; i++) _symmetric.Symmetrize(matrix.AsSpan(i * n, n));
        foreach (var (above, below) in _symmetric.Pairs)
        {
            for (var j = 0; j < n; j++)
            {
                var mean = (matrix[(above * n) + j] / 2) + (matrix[(below * n) + j] / 2);
                matrix[(above * n) + j] = matrix[(below * n) + j] = mean;
            }
        }

        var largest = Vectors.Largest(matrix);
        foreach (var (above, below) in _symmetric.Pairs)
        {
            var own = Math.Abs(matrix[(above * n) + above]);
            var half = own > 0 ? own : largest / 2;
            matrix[(above * n) + above] += half;
            matrix[(below * n) + below] += half;
            matrix[(above * n) + below] -= half;
            matrix[(below * n) + above] -= half;
        }
    }

    private void HessianByColumns(ReadOnlySpan<double> point, double[] results, double[] matrix, CancellationToken cancellation)
    {
        var values = new double[Dimension + _columns];
        point.CopyTo(values);
        for (var j = 0; j < _columns; j++)
        {
            values[Dimension + j] = 1;
            _hessian!.Evaluate(values, results, cancellation);
            values[Dimension + j] = 0;
            for (var i = 0; i <= j; i++) matrix[(i * Dimension) + j] = matrix[(j * Dimension) + i] = results[i];
        }
    }

    private ParameterProgram CompileHessian(CancellationToken cancellation)
    {
        var derivatives = NumericDerivatives.Of(_function, Variables.Names, hessian: true, cancellation);
        _columns = derivatives.Direction.Count == 0 ? 0 : Dimension;
        return Compile(derivatives.Hessian, _columns == 0 ? Variables : Variables.And(derivatives.Direction), cancellation);
    }
}
