using System.Numerics;
using System.Runtime.InteropServices;
using PSAutodiff.Kernels;

namespace PSAutodiff.Networks.Activations;

/// <summary>1 / (1 + exp(-z)).</summary>
internal sealed class SigmoidActivation<T> : SaturatingActivation<T, SigmoidSlope<T>>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override ActivationFunction Function => ActivationFunction.Sigmoid;

    public override IReadOnlyList<string> Names => ["sigmoid", "logistic"];

    public override bool GivesProbabilities => true;

    public override void Apply(Span<T> values, int columns, Span<double> scratch)
    {
        if (typeof(T) == typeof(float)) ElementarySingle.Sigmoid(MemoryMarshal.Cast<T, float>(values));
        else Elementary.Sigmoid(MemoryMarshal.Cast<T, double>(values), MemoryMarshal.Cast<T, double>(values));
    }

    public override ExprNode ToExpression(ExprNode sums) => ExprNode.Sigmoid(sums);

    protected override void Slopes(ReadOnlySpan<double> values, ReadOnlySpan<double> sums, Span<double> first, Span<double> second)
    {
        for (var i = 0; i < values.Length; i++)
        {
            first[i] = values[i] * (1 - values[i]);
            second[i] = first[i] * (1 - (2 * values[i]));
        }
    }
}

internal readonly struct SigmoidSlope<T> : ISlope<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static Vector<T> FromValue(Vector<T> value) => value * (Vector<T>.One - value);

    public static double Exact(double z, double value) => Elementary.Dsigmoid(z, value);
}
