using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PSAutodiff.Kernels;

/// <summary>Numbers worked on side by side in a matrix product: only loads, stores and multiply-adds that round once.</summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
/// <typeparam name="T">The numbers: double or float.</typeparam>
internal interface IProductLanes<TSelf, T>
    where TSelf : struct, IProductLanes<TSelf, T>
    where T : unmanaged
{
    /// <summary>Gets the number of numbers held.</summary>
    static abstract int Count { get; }

    static abstract TSelf Broadcast(T value);

    static abstract TSelf Load(ref readonly T source, nint offset);

    static abstract void Store(TSelf value, ref T destination, nint offset);

    /// <summary>left * right + addend, rounded once.</summary>
    static abstract TSelf MultiplyAdd(TSelf left, TSelf right, TSelf addend);
}

/// <summary>One number.</summary>
internal readonly struct ProductLane<T>(T value) : IProductLanes<ProductLane<T>, T>
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    private readonly T _value = value;

    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ProductLane<T> Broadcast(T value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ProductLane<T> Load(ref readonly T source, nint offset) => new(Unsafe.Add(ref Unsafe.AsRef(in source), offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ProductLane<T> value, ref T destination, nint offset) => Unsafe.Add(ref destination, offset) = value._value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ProductLane<T> MultiplyAdd(ProductLane<T> left, ProductLane<T> right, ProductLane<T> addend) =>
        new(T.FusedMultiplyAdd(left._value, right._value, addend._value));
}

/// <summary>128 bits of numbers.</summary>
internal readonly struct ProductLanes128<T>(Vector128<T> value) : IProductLanes<ProductLanes128<T>, T>
    where T : unmanaged
{
    private readonly Vector128<T> _value = value;

    public static int Count => Vector128<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ProductLanes128<T> Broadcast(T value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ProductLanes128<T> Load(ref readonly T source, nint offset) => new(Vector128.LoadUnsafe(in source, (nuint)offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ProductLanes128<T> value, ref T destination, nint offset) => value._value.StoreUnsafe(ref destination, (nuint)offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ProductLanes128<T> MultiplyAdd(ProductLanes128<T> left, ProductLanes128<T> right, ProductLanes128<T> addend) => new(
        typeof(T) == typeof(float)
            ? Vector128.FusedMultiplyAdd(left._value.AsSingle(), right._value.AsSingle(), addend._value.AsSingle()).As<float, T>()
            : Vector128.FusedMultiplyAdd(left._value.AsDouble(), right._value.AsDouble(), addend._value.AsDouble()).As<double, T>());
}

/// <summary>256 bits of numbers.</summary>
internal readonly struct ProductLanes256<T>(Vector256<T> value) : IProductLanes<ProductLanes256<T>, T>
    where T : unmanaged
{
    private readonly Vector256<T> _value = value;

    public static int Count => Vector256<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ProductLanes256<T> Broadcast(T value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ProductLanes256<T> Load(ref readonly T source, nint offset) => new(Vector256.LoadUnsafe(in source, (nuint)offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ProductLanes256<T> value, ref T destination, nint offset) => value._value.StoreUnsafe(ref destination, (nuint)offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ProductLanes256<T> MultiplyAdd(ProductLanes256<T> left, ProductLanes256<T> right, ProductLanes256<T> addend) => new(
        typeof(T) == typeof(float)
            ? Vector256.FusedMultiplyAdd(left._value.AsSingle(), right._value.AsSingle(), addend._value.AsSingle()).As<float, T>()
            : Vector256.FusedMultiplyAdd(left._value.AsDouble(), right._value.AsDouble(), addend._value.AsDouble()).As<double, T>());
}
