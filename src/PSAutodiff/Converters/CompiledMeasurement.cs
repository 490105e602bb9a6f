using System.Globalization;
using System.Runtime.CompilerServices;
using PSAutodiff.Core;
using PSAutodiff.Execution;
using PSAutodiff.Measurements;
using PSAutodiff.Passes.Differentiation;

namespace PSAutodiff.Converters;

/// <summary>What is measured besides the value.</summary>
internal enum MeasuredParts
{
    Value,
    Gradient,
    Hessian,
}

/// <summary>
/// Something to measure, compiled: an expression, with its derivatives when wanted, or an object of Invoke-Differentiate that holds
/// several. Kept as long as that lives, so that measuring again costs only the evaluation.
/// </summary>
internal sealed class CompiledMeasurement
{
    private static readonly ConditionalWeakTable<object, CompiledMeasurement>[] Cache = [[], [], []];

    private readonly CompiledExpression _compiled;
    private readonly Func<Func<int, double>, object> _shape;
    private readonly bool _isNumber;

    // How many elements the direction has along which second derivatives are taken; 0 where they stand for themselves.
    private readonly int _directionLength;

    private CompiledMeasurement(object target, MeasuredParts parts, IReadOnlyList<string>? parameters, CancellationToken cancellation)
    {
        IReadOnlyList<string> direction = [];
        Outputs = target is ExprNode expression ? WithDerivatives(expression, parameters ?? expression.Variables, parts, out direction, cancellation) : DerivativeObjects.NodesOf(target)!;
        var flat = ExprNode.Flatten(target is ExprNode ? Outputs : [.. Numbers(target, cancellation)], cancellation);
        var variables = VariableLayout.Of([.. flat.Variables().Except(direction, StringComparer.Ordinal)], flat);
        var measured = VariableLayout.Of(parameters ?? variables.Names, flat);

        // A direction along which nothing changes is in no expression, and has its shape.
        var inputs = direction.Count == 0 ? variables : new VariableLayout([.. variables.Names, .. direction], [.. variables.Shapes, .. measured.Shapes.Select(static shape => shape.Plain())]);
        _compiled = CompiledExpression.Compile(inputs, flat, cancellation);
        _directionLength = _compiled.Inputs.Length - variables.Length;
        _isNumber = target is ExprNode && parts == MeasuredParts.Value && _compiled.OutputShapes?[0].IsNumber != false;
        Inputs = variables;
        _shape = target switch
        {
            ExprGradient gradient => Gradient(VariableLayout.Of(gradient.Variables, flat)),
            ExprHessian hessian => results => Matrix(hessian.Variables.Count, hessian.Variables.Count, (i, j) => results(1 + hessian.Variables.Count + (i * hessian.Variables.Count) + j)),
            ExprJacobian jacobian => results => Matrix(jacobian.Rows.Count, jacobian.Variables.Count, (i, j) => results((i * (1 + jacobian.Variables.Count)) + 1 + j)),
            _ when parts == MeasuredParts.Value => results => VariableLayout.ValueOf(_compiled.OutputShapes?[0] ?? Shape.Number, results),
            _ => Measured(measured, parts, _directionLength > 0),
        };

        static Func<Func<int, double>, object> Gradient(VariableLayout layout) => results => layout.Fold(i => results(1 + i));
    }

    /// <summary>The variables that need values, in the order in which they are given, with their shapes.</summary>
    public VariableLayout Inputs { get; }

    /// <summary>The variables that need values, in the order in which they are given.</summary>
    public IReadOnlyList<string> Variables => Inputs.Names;

    /// <summary>The variables by whose whole numbers elements are chosen, and among how many.</summary>
    public IReadOnlyDictionary<string, long> Places => field ??= ArrayPoints.PlacesOf(ExprNode.Flatten(Outputs));

    /// <summary>The expressions that one measurement evaluates.</summary>
    public IReadOnlyList<ExprNode> Outputs { get; }

    public int OperationCount => _compiled.OperationCount;

    /// <summary>The compiled form of what a parameter was given.</summary>
    /// <param name="value">What a parameter was given.</param>
    /// <param name="parts">What is measured besides the value.</param>
    /// <param name="read">Reads text and the like.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="AutodiffException">It is nothing that can be measured.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before it was compiled.</exception>
    public static CompiledMeasurement For(object? value, MeasuredParts parts, Func<object?, ExprNode> read, CancellationToken cancellation)
    {
        var target = Conversions.Live(value);
        if (target is not (ExprGradient or ExprHessian or ExprJacobian)) target = read(value);
        return Cache[(int)parts].GetValue(target, key => new CompiledMeasurement(key, parts, null, cancellation));
    }

    /// <summary>The same, with derivatives by some of the variables alone; those of an object are the ones it holds.</summary>
    /// <param name="value">What a parameter was given.</param>
    /// <param name="parts">What is measured besides the value.</param>
    /// <param name="parameters">The variables to differentiate by.</param>
    /// <param name="read">Reads text and the like.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static CompiledMeasurement For(object? value, MeasuredParts parts, IReadOnlyList<string> parameters, Func<object?, ExprNode> read, CancellationToken cancellation)
    {
        var measurement = For(value, MeasuredParts.Value, read, cancellation);
        return measurement._isNumber && parts != MeasuredParts.Value
            ? new CompiledMeasurement(measurement.Outputs[0], parts, parameters, cancellation)
            : measurement;
    }

    /// <summary>
    /// The results at one point: a double, a double[] or a double[,], a <see cref="Measurement"/>, or the shape of the object that is measured.
    /// </summary>
    /// <param name="values">The elements of <see cref="Inputs"/>.</param>
    /// <param name="cancellation">Ends it early.</param>
    public object Measure(ReadOnlySpan<double> values, CancellationToken cancellation)
    {
        if (_isNumber)
        {
            Span<double> number = stackalloc double[1];
            _compiled.Evaluate(values, number, cancellation);
            return number[0];
        }

        var results = new double[_compiled.ResultLength];
        if (_directionLength == 0)
        {
            _compiled.Evaluate(values, results, cancellation);
            return _shape(i => results[i]);
        }

        return MeasureAlong(values, (point, all) => _compiled.Evaluate(point, all, cancellation));
    }

    // Value, gradient, and then the columns of the Hessian, one for each unit direction, which stands behind the values.
    private object MeasureAlong(ReadOnlySpan<double> values, Action<double[], double[]> evaluate)
    {
        var (size, point, results) = (_directionLength, new double[values.Length + _directionLength], new double[_compiled.ResultLength]);
        RequireRoomForHessian(size);
        var all = new double[1 + size + (size * size)];
        values.CopyTo(point);
        for (var j = 0; j < size; j++)
        {
            point[values.Length + j] = 1;
            evaluate(point, results);
            point[values.Length + j] = 0;
            results.AsSpan(1 + size).CopyTo(all.AsSpan(1 + size + (j * size)));
        }

        results.AsSpan(0, 1 + size).CopyTo(all);
        return _shape(i => all[i]);
    }

    // Before the machine runs out of memory: the entries are there as they are computed, and as a matrix.
    private static void RequireRoomForHessian(long size)
    {
        var entries = size * size;
        if (1 + size + entries <= Array.MaxLength && 2 * sizeof(double) * entries <= GC.GetGCMemoryInfo().TotalAvailableMemoryBytes) return;
        throw new AutodiffException(ErrorIds.DataTooLarge, string.Create(CultureInfo.InvariantCulture, $"The variables have {size} elements, so the Hessian has {entries} entries, which is more than can be computed with here. Directional derivatives of the gradient need no matrix."));
    }

    /// <summary>The same, joined over rows.</summary>
    /// <param name="rows">The rows: columns of all variables that are not parameters.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="values">Their values.</param>
    /// <param name="cancellation">Ends it early.</param>
    public object Measure(DataRows rows, IReadOnlyList<string> parameters, ReadOnlySpan<double> values, CancellationToken cancellation)
    {
        rows.LayoutIn(ExprNode.Flatten(Outputs, cancellation));
        if (_directionLength > 0)
        {
            var directed = new ParameterProgram(_compiled, [.. parameters, .. _compiled.Variables.Skip(Variables.Count)], rows);
            return MeasureAlong(values, (point, all) => directed.Evaluate(point, all, cancellation));
        }

        var results = new double[_compiled.ResultLength];
        new ParameterProgram(_compiled, parameters, rows).Evaluate(values, results, cancellation);
        return _isNumber ? results[0] : _shape(i => results[i]);
    }

    /// <summary>The number of points that columns make: numbers for each variable, or a single one for all points.</summary>
    /// <exception cref="AutodiffException">Columns differ in length.</exception>
    public int CountPoints(IReadOnlyList<ReadOnlyMemory<double>> columns) => _compiled.RowCount(columns);

    /// <summary>The results at many points, as those of <see cref="Measure(ReadOnlySpan{double}, CancellationToken)"/>, each made as it is asked for.</summary>
    public IEnumerable<object> MeasureMany(ReadOnlyMemory<double>[] columns, CancellationToken cancellation)
    {
        var results = _compiled.EvaluateRows(columns, cancellation);
        return _isNumber ? results[0].Select(static value => (object)value) : Enumerable.Range(0, results[0].Length).Select(row => _shape(i => results[i][row]));
    }

    // The value is that of the expression as it is written, with or without derivatives beside it.
    private static ExprNode[] WithDerivatives(ExprNode expression, IReadOnlyList<string> variables, MeasuredParts parts, out IReadOnlyList<string> direction, CancellationToken cancellation)
    {
        direction = [];
        if (parts == MeasuredParts.Value) return [expression];
        var derivatives = NumericDerivatives.Of(expression, variables, hessian: parts == MeasuredParts.Hessian, cancellation);
        direction = derivatives.Direction;
        return [expression, .. derivatives.Gradient.Nodes(), .. derivatives.Hessian.Nodes()];
    }

    // Formulas of derivatives are for reading; their numbers are made by the one recipe for numbers of derivatives.
    private static IEnumerable<ExprNode> Numbers(object target, CancellationToken cancellation)
    {
        switch (target)
        {
            case ExprGradient gradient:
                var derivatives = NumericDerivatives.Of(gradient.Expression, gradient.Variables, cancellation: cancellation);
                return derivatives.Value.And(derivatives.Gradient).Nodes();
            case ExprHessian hessian:
                var both = NumericDerivatives.Of(hessian.Expression, hessian.Variables, hessian: true, cancellation);
                return both.Value.And(both.Gradient).And(both.Symmetric()).Nodes();
            default:
                return ((ExprJacobian)target).Rows.SelectMany(row => Numbers(row, cancellation));
        }
    }

    private static Func<Func<int, double>, object> Measured(VariableLayout variables, MeasuredParts parts, bool byColumns)
    {
        var size = variables.Length;
        return results => new Measurement(
            results(0),
            variables.Fold(i => results(1 + i)),
            parts == MeasuredParts.Hessian ? Symmetric(size, byColumns ? (i, j) => results(1 + size + (j * size) + i) : InOrder(results, size + 1)) : null,
            variables.Names);

        static Func<int, int, double> InOrder(Func<int, double> results, int next) => (_, _) => results(next++);
    }

    private static double[,] Symmetric(int size, Func<int, int, double> entry)
    {
        var matrix = new double[size, size];
        for (var i = 0; i < size; i++)
        {
            for (var j = i; j < size; j++) matrix[i, j] = matrix[j, i] = entry(i, j);
        }

        return matrix;
    }

    private static double[,] Matrix(int rows, int columns, Func<int, int, double> entry)
    {
        var matrix = new double[rows, columns];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++) matrix[i, j] = entry(i, j);
        }

        return matrix;
    }
}
