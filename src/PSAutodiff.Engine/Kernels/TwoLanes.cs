using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PSAutodiff.Kernels;

/// <summary>Two doubles in a <see cref="Vector128{T}"/>.</summary>
internal readonly struct TwoLanes(Vector128<double> value) : ILanes<TwoLanes>
{
    private readonly Vector128<double> _value = value;

    public static int Count => Vector128<double>.Count;

    private Vector128<long> Bits => _value.AsInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoLanes Broadcast(double value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoLanes BroadcastBits(long bits) => new(Vector128.Create(bits).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoLanes Load(ref readonly double source, int offset) =>
        new(Vector128.LoadUnsafe(in source, (nuint)offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(TwoLanes value, ref double destination, int offset) =>
        value._value.StoreUnsafe(ref destination, (nuint)offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoLanes operator +(TwoLanes left, TwoLanes right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoLanes operator -(TwoLanes left, TwoLanes right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoLanes operator -(TwoLanes value) => new(-value._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoLanes operator *(TwoLanes left, TwoLanes right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoLanes operator /(TwoLanes left, TwoLanes right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoLanes MultiplyAdd(TwoLanes left, TwoLanes right, TwoLanes addend) =>
        new(Vector128.FusedMultiplyAdd(left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoLanes NegatedMultiplyAdd(
        TwoLanes left, TwoLanes right, TwoLanes addend) =>
        new(Vector128.FusedMultiplyAdd(-left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoLanes Sqrt(TwoLanes value) => new(Vector128.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoLanes Floor(TwoLanes value) => new(Vector128.Floor(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoLanes Round(TwoLanes value) => new(Vector128.Round(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoLanes AddBits(TwoLanes left, TwoLanes right) =>
        new((left.Bits + right.Bits).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoLanes SubtractBits(TwoLanes left, TwoLanes right) =>
        new((left.Bits - right.Bits).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoLanes operator &(TwoLanes left, TwoLanes right) => new(left._value & right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoLanes operator |(TwoLanes left, TwoLanes right) => new(left._value | right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoLanes operator ^(TwoLanes left, TwoLanes right) => new(left._value ^ right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoLanes operator <<(TwoLanes value, int count) => new((value.Bits << count).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoLanes operator >>>(TwoLanes value, int count) => new((value.Bits >>> count).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoLanes SelectLess(
        TwoLanes left, TwoLanes right, TwoLanes whenTrue, TwoLanes whenFalse) =>
        new(Vector128.ConditionalSelect(
            Vector128.LessThan(left._value, right._value), whenTrue._value, whenFalse._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwoLanes SelectEqual(
        TwoLanes left, TwoLanes right, TwoLanes whenTrue, TwoLanes whenFalse) =>
        new(Vector128.ConditionalSelect(
            Vector128.Equals(left._value, right._value), whenTrue._value, whenFalse._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AllBetween(TwoLanes low, TwoLanes value, TwoLanes high) =>
        (Vector128.LessThan(low._value, value._value) & Vector128.LessThan(value._value, high._value))
            .ExtractMostSignificantBits() == (1u << Count) - 1;
}
