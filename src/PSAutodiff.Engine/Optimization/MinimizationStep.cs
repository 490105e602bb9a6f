using System.Collections.Specialized;
using System.Text.Json.Serialization;
using PSAutodiff.Core;
using PSAutodiff.Foundation;

namespace PSAutodiff;

/// <summary>One point on the way to a minimum.</summary>
public sealed class MinimizationStep
{
    private readonly VariableLayout _variables;
    private readonly double[] _point;
    private readonly double[] _gradient;
    private OrderedDictionary? _at;
    private OrderedDictionary? _derivatives;

    internal MinimizationStep(int iteration, VariableLayout variables, double[] point, double value, double[] gradient)
    {
        Iteration = iteration;
        Value = value;
        (_variables, _point, _gradient) = (variables, point, gradient);
    }

    // Of its text.
    [JsonConstructor]
    private MinimizationStep(int iteration, OrderedDictionary at, double value, OrderedDictionary gradient)
        : this(iteration, VariableLayout.Of(at), VariableLayout.ElementsOf(at), value, VariableLayout.ElementsOf(gradient))
    {
        if (!at.Keys.Cast<string>().SequenceEqual(gradient.Keys.Cast<string>()) || _gradient.Length != _point.Length) throw new FormatException("Point and gradient have other variables.");
    }

    /// <summary>Number of steps taken to get here; 0 for the start.</summary>
    public int Iteration { get; }

    /// <summary>The point: variable name to value, which is a double, or a double[] or double[,] of the variable's shape.</summary>
    public OrderedDictionary At => _at ??= _variables.Fold(i => _point[i]).AsReadOnly();

    /// <summary>The value of the function there.</summary>
    public double Value { get; }

    /// <summary>The first derivatives there: variable name to derivative.</summary>
    public OrderedDictionary Gradient => _derivatives ??= _variables.Fold(i => _gradient[i]).AsReadOnly();

    /// <summary>The step, the value and the point in a line.</summary>
    public override string ToString() => FormattableString.Invariant($"{Iteration}: {Value} at {{ {NamedNumbers.Text(At)} }}");
}
