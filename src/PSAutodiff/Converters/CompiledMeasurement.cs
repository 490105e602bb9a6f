using System.Runtime.CompilerServices;
using PSAutodiff.Execution;
using PSAutodiff.Foundation;
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

    private CompiledMeasurement(object target, MeasuredParts parts, IReadOnlyList<string>? parameters, CancellationToken cancellation)
    {
        Outputs = target is ExprNode expression ? WithDerivatives(expression, parameters ?? expression.Variables, parts, cancellation) : DerivativeObjects.NodesOf(target)!;
        _compiled = CompiledExpression.Compile(target is ExprNode ? Outputs : [.. Numbers(target, cancellation)], null, cancellation);
        _isNumber = target is ExprNode && parts == MeasuredParts.Value;
        _shape = target switch
        {
            ExprGradient gradient => results => NamedNumbers.Of(gradient.Variables, i => results(1 + i)),
            ExprHessian hessian => results => Matrix(hessian.Variables.Count, hessian.Variables.Count, (i, j) => results(1 + hessian.Variables.Count + (i * hessian.Variables.Count) + j)),
            ExprJacobian jacobian => results => Matrix(jacobian.Rows.Count, jacobian.Variables.Count, (i, j) => results((i * (1 + jacobian.Variables.Count)) + 1 + j)),
            _ => results => Measured(results, parameters ?? Variables, parts),
        };
    }

    /// <summary>The variables that need values, in the order in which they are given.</summary>
    public IReadOnlyList<string> Variables => _compiled.Variables;

    /// <summary>The expressions that one measurement evaluates.</summary>
    public IReadOnlyList<ExprNode> Outputs { get; }

    public int OperationCount => _compiled.OperationCount;

    /// <summary>The compiled form of what a parameter was given.</summary>
    /// <exception cref="AutodiffException">It is nothing that can be measured.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before it was compiled.</exception>
    public static CompiledMeasurement For(object? value, MeasuredParts parts, CancellationToken cancellation)
    {
        var target = Conversions.Live(value);
        if (target is not (ExprGradient or ExprHessian or ExprJacobian)) target = Conversions.ToExpression(value, cancellation);
        return Cache[(int)parts].GetValue(target, key => new CompiledMeasurement(key, parts, null, cancellation));
    }

    /// <summary>The same, with derivatives by some of the variables alone; those of an object are the ones it holds.</summary>
    /// <param name="value">What a parameter was given.</param>
    /// <param name="parts">What is measured besides the value.</param>
    /// <param name="parameters">The variables to differentiate by.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static CompiledMeasurement For(object? value, MeasuredParts parts, IReadOnlyList<string> parameters, CancellationToken cancellation)
    {
        var measurement = For(value, MeasuredParts.Value, cancellation);
        return measurement._isNumber && parts != MeasuredParts.Value
            ? new CompiledMeasurement(measurement.Outputs[0], parts, parameters, cancellation)
            : measurement;
    }

    /// <summary>The results at one point: a double, a <see cref="Measurement"/>, or the shape of the object that is measured.</summary>
    public object Measure(ReadOnlySpan<double> values)
    {
        if (_isNumber) return _compiled.Evaluate(values);
        var results = new double[_compiled.OutputCount];
        _compiled.Evaluate(values, results);
        return _shape(i => results[i]);
    }

    /// <summary>The same, joined over rows.</summary>
    /// <param name="rows">The rows: columns of all variables that are no parameters.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="values">Their values.</param>
    /// <param name="cancellation">Ends it early.</param>
    public object Measure(DataRows rows, IReadOnlyList<string> parameters, ReadOnlySpan<double> values, CancellationToken cancellation)
    {
        var results = new double[_compiled.OutputCount];
        new ParameterProgram(_compiled, parameters, rows).Evaluate(values, results, cancellation);
        return _isNumber ? results[0] : _shape(i => results[i]);
    }

    /// <summary>The number of points that columns make: numbers for each variable, or a single one for all points.</summary>
    /// <exception cref="AutodiffException">Columns differ in length.</exception>
    public int CountPoints(IReadOnlyList<ReadOnlyMemory<double>> columns) => _compiled.RowCount(columns);

    /// <summary>The results at many points, as those of <see cref="Measure(ReadOnlySpan{double})"/>, each made as it is asked for.</summary>
    public IEnumerable<object> MeasureMany(ReadOnlyMemory<double>[] columns, CancellationToken cancellation)
    {
        var results = _compiled.EvaluateRows(columns, cancellation);
        return _isNumber ? results[0].Select(static value => (object)value) : Enumerable.Range(0, results[0].Length).Select(row => _shape(i => results[i][row]));
    }

    // The value is that of the expression as it is written, with or without derivatives beside it.
    private static ExprNode[] WithDerivatives(ExprNode expression, IReadOnlyList<string> variables, MeasuredParts parts, CancellationToken cancellation)
    {
        if (parts == MeasuredParts.Value) return [expression];
        var derivatives = NumericDerivatives.Of(expression, variables, hessian: parts == MeasuredParts.Hessian, cancellation);
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

    private static Measurement Measured(Func<int, double> results, IReadOnlyList<string> variables, MeasuredParts parts)
    {
        var size = variables.Count;
        double[,]? hessian = null;
        if (parts == MeasuredParts.Hessian)
        {
            var next = size + 1;
            hessian = new double[size, size];
            for (var i = 0; i < size; i++)
            {
                for (var j = i; j < size; j++) hessian[i, j] = hessian[j, i] = results(next++);
            }
        }

        return new Measurement(results(0), NamedNumbers.Of(variables, i => results(1 + i)), hessian, variables);
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
