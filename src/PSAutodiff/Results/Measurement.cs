using System.Collections.Specialized;
using System.Text.Json.Serialization;
using PSAutodiff.Core;
using PSAutodiff.Foundation;

namespace PSAutodiff;

/// <summary>The value of an expression with its derivatives at one point.</summary>
public sealed class Measurement
{
    [JsonConstructor]
    internal Measurement(double value, OrderedDictionary gradient, double[,]? hessian, IReadOnlyList<string> variables)
    {
        Value = value;
        Gradient = gradient;
        Hessian = hessian;
        Variables = variables;
    }

    /// <summary>The value.</summary>
    public double Value { get; }

    /// <summary>The first derivatives: variable name to number, or to an array of the variable's shape, in the order of <see cref="Variables"/>.</summary>
    public OrderedDictionary Gradient { get; }

    /// <summary>The second derivatives in the order of <see cref="Elements"/>, or null when they were not asked for.</summary>
    public double[,]? Hessian { get; }

    /// <summary>The variables in ordinal order.</summary>
    public IReadOnlyList<string> Variables { get; }

    /// <summary>The variables, and of vectors and matrices all elements, row after row: v[0], v[1]. Rows and columns of the Hessian are in this order.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Elements => VariableLayout.Of(Gradient).ElementNames;

    /// <summary>The value and the derivatives in a line.</summary>
    public override string ToString() => FormattableString.Invariant($"{Value} {{ {NamedNumbers.Text(Gradient)} }}");
}
