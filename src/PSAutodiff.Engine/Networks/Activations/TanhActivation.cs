using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PSAutodiff.Kernels;

namespace PSAutodiff.Networks.Activations;

/// <summary>The hyperbolic tangent.</summary>
internal sealed class TanhActivation<T> : SaturatingActivation<T, TanhSlope<T>>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override ActivationFunction Function => ActivationFunction.Tanh;

    public override IReadOnlyList<string> Names => ["tanh"];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Apply(Span<T> values, int columns, Span<double> scratch)
    {
        if (typeof(T) == typeof(float)) ElementarySingle.Tanh(MemoryMarshal.Cast<T, float>(values));
        else Elementary.Tanh(MemoryMarshal.Cast<T, double>(values), MemoryMarshal.Cast<T, double>(values));
    }

    public override ExprNode ToExpression(ExprNode sums) => ExprNode.Tanh(sums);

    protected override void Slopes(ReadOnlySpan<double> values, ReadOnlySpan<double> sums, Span<double> first, Span<double> second)
    {
        for (var i = 0; i < values.Length; i++)
        {
            first[i] = 1 - (values[i] * values[i]);
            second[i] = -2 * values[i] * first[i];
        }
    }
}

internal readonly struct TanhSlope<T> : ISlope<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static Vector<T> FromValue(Vector<T> value) => Vector<T>.One - (value * value);

    public static double Exact(double z, double value) => Elementary.Sech2(z, value);
}
