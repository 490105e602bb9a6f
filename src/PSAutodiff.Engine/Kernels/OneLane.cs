using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PSAutodiff.Kernels;

/// <summary>One double, for the scalar entry points.</summary>
internal readonly struct OneLane(double value) : ILanes<OneLane>
{
    private readonly double _value = value;

    public static int Count => 1;

    /// <summary>Gets the lane.</summary>
    public double Value => _value;

    // Bits are worked on in a vector register, where the value is already; a general register would cost the way
    // there and back. Only the lowest element counts.
    private Vector128<long> Bits => Vector128.CreateScalarUnsafe(_value).AsInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane Broadcast(double value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane BroadcastBits(long bits) => new(BitConverter.Int64BitsToDouble(bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane Load(ref readonly double source, int offset) =>
        new(Unsafe.Add(ref Unsafe.AsRef(in source), offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(OneLane value, ref double destination, int offset) =>
        Unsafe.Add(ref destination, offset) = value._value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane operator +(OneLane left, OneLane right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane operator -(OneLane left, OneLane right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane operator -(OneLane value) => new(-value._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane operator *(OneLane left, OneLane right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane operator /(OneLane left, OneLane right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane MultiplyAdd(OneLane left, OneLane right, OneLane addend) =>
        new(Math.FusedMultiplyAdd(left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane NegatedMultiplyAdd(OneLane left, OneLane right, OneLane addend) =>
        new(Math.FusedMultiplyAdd(-left._value, right._value, addend._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane Sqrt(OneLane value) => new(Math.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane Floor(OneLane value) => new(Math.Floor(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane Round(OneLane value) => new(Math.Round(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane AddBits(OneLane left, OneLane right) => FromBits(left.Bits + right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane SubtractBits(OneLane left, OneLane right) => FromBits(left.Bits - right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane operator &(OneLane left, OneLane right) => FromBits(left.Bits & right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane operator |(OneLane left, OneLane right) => FromBits(left.Bits | right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane operator ^(OneLane left, OneLane right) => FromBits(left.Bits ^ right.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane operator <<(OneLane value, int count) => FromBits(value.Bits << count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane operator >>>(OneLane value, int count) => FromBits(value.Bits >>> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane SelectLess(OneLane left, OneLane right, OneLane whenTrue, OneLane whenFalse) =>
        left._value < right._value ? whenTrue : whenFalse;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane SelectEqual(OneLane left, OneLane right, OneLane whenTrue, OneLane whenFalse) =>
        left._value == right._value ? whenTrue : whenFalse;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AllBetween(OneLane low, OneLane value, OneLane high) =>
        low._value < value._value && value._value < high._value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static OneLane FromBits(Vector128<long> bits) => new(bits.AsDouble().ToScalar());
}
