using System.Runtime.CompilerServices;

namespace PSAutodiff.Kernels;

/// <content>Building blocks: signs, powers of two, and sums and quotients that keep their rounding error.</content>
internal static partial class Elementary
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Abs<T>(T x)
        where T : struct, ILanes<T>
    {
        return x & T.BroadcastBits(long.MaxValue);
    }

    // x within [low, high]; NaN stays NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Clamp<T>(T x, T low, T high)
        where T : struct, ILanes<T>
    {
        T bounded = T.SelectLess(high, x, high, x);
        return T.SelectLess(bounded, low, low, bounded);
    }

    // Sets the sign where source has one: for a value that is positive or zero, or has that sign already.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T WithSignOf<T>(T value, T source)
        where T : struct, ILanes<T>
    {
        return value | (source & T.Broadcast(-0.0));
    }

    // NaNs that went through arithmetic carry bits that depend on the machine; this one does not.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T NaNWhereNaN<T>(T x, T result)
        where T : struct, ILanes<T>
    {
        return T.SelectEqual(x, x, result, T.Broadcast(double.NaN));
    }

    // 2^k for k in the form integer + RoundingShift.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T PowerOfTwo<T>(T k)
        where T : struct, ILanes<T>
    {
        return T.AddBits(k << MantissaBits, T.Broadcast(1.0));
    }

    // a + b = sum + error exactly, for |a| >= |b| or a = 0 (Dekker 1971).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FastTwoSum<T>(T a, T b, out T sum, out T error)
        where T : struct, ILanes<T>
    {
        sum = a + b;
        error = (a - sum) + b;
    }

    // a + b = sum + error exactly, in any order of size (Knuth, "The Art of Computer Programming" 2, 4.2.2).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TwoSum<T>(T a, T b, out T sum, out T error)
        where T : struct, ILanes<T>
    {
        sum = a + b;
        T shareOfB = sum - a;
        T shareOfA = sum - shareOfB;
        error = (a - shareOfA) + (b - shareOfB);
    }

    // (high + low) / (divisor + divisorLow): a quotient by the reciprocal, corrected once by its exact remainder.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Divide<T>(T high, T low, T divisor, T divisorLow)
        where T : struct, ILanes<T>
    {
        T reciprocal = T.Broadcast(1.0) / divisor;
        T quotient = high * reciprocal;
        T remainder = T.NegatedMultiplyAdd(quotient, divisor, high);
        T correction = remainder + T.NegatedMultiplyAdd(quotient, divisorLow, low);
        return T.MultiplyAdd(correction, reciprocal, quotient);
    }
}
