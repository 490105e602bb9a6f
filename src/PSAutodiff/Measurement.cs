using System.Collections.Specialized;
using System.Runtime.CompilerServices;

namespace PSAutodiff;

/// <summary>What is measured besides the value.</summary>
internal enum MeasuredParts
{
    Value,
    Gradient,
    Hessian,
}

/// <summary>The value of an expression with its derivatives at one point.</summary>
public sealed class Measurement
{
    internal Measurement(double value, OrderedDictionary gradient, double[,]? hessian, IReadOnlyList<string> variables)
    {
        Value = value;
        Gradient = gradient;
        Hessian = hessian;
        Variables = variables;
    }

    /// <summary>The value.</summary>
    public double Value { get; }

    /// <summary>The first derivatives: variable name to number, in the order of <see cref="Variables"/>.</summary>
    public OrderedDictionary Gradient { get; }

    /// <summary>The second derivatives in the order of <see cref="Variables"/>, or null when they were not asked for.</summary>
    public double[,]? Hessian { get; }

    /// <summary>The variables in ordinal order.</summary>
    public IReadOnlyList<string> Variables { get; }
}

/// <summary>An expression, and its derivatives when wanted, compiled for measuring; kept as long as the expression lives.</summary>
internal sealed class CompiledMeasurement
{
    private static readonly ConditionalWeakTable<ExprNode, CompiledMeasurement>[] Cache = [[], [], []];

    private readonly CompiledExpression _compiled;
    private readonly MeasuredParts _parts;

    private CompiledMeasurement(ExprNode expression, MeasuredParts parts)
    {
        _parts = parts;
        Variables = expression.Variables;
        var outputs = new List<ExprNode> { expression };
        if (parts >= MeasuredParts.Gradient && Variables.Count > 0) outputs.AddRange(expression.Gradient(Variables));
        if (parts >= MeasuredParts.Hessian && Variables.Count > 0)
        {
            var hessian = expression.Hessian(Variables);
            for (var i = 0; i < Variables.Count; i++)
            {
                for (var j = i; j < Variables.Count; j++) outputs.Add(hessian[i, j]);
            }
        }

        _compiled = CompiledExpression.Compile(outputs, Variables);
    }

    public IReadOnlyList<string> Variables { get; }

    public static CompiledMeasurement For(ExprNode expression, MeasuredParts parts) =>
        Cache[(int)parts].GetValue(expression, node => new CompiledMeasurement(node, parts));

    public object Measure(ValueSource at)
    {
        var values = new double[Variables.Count];
        for (var i = 0; i < values.Length; i++) values[i] = at.NumberOf(Variables[i]);
        return Measure(values);
    }

    /// <summary>A double, or a <see cref="Measurement"/> when derivatives are wanted.</summary>
    public object Measure(double[] values)
    {
        if (_parts == MeasuredParts.Value) return _compiled.Evaluate(values);
        var results = new double[_compiled.OutputCount];
        _compiled.Evaluate(values, results);
        var gradient = new OrderedDictionary(Variables.Count);
        for (var i = 0; i < Variables.Count; i++) gradient.Add(Variables[i], results[i + 1]);
        return new Measurement(results[0], gradient, _parts == MeasuredParts.Hessian ? HessianOf(results) : null, Variables);
    }

    private double[,] HessianOf(double[] results)
    {
        var hessian = new double[Variables.Count, Variables.Count];
        var next = Variables.Count + 1;
        for (var i = 0; i < Variables.Count; i++)
        {
            for (var j = i; j < Variables.Count; j++) hessian[i, j] = hessian[j, i] = results[next++];
        }

        return hessian;
    }
}
