namespace PSAutodiff.Kernels;

/// <summary>
/// A fixed number of doubles worked on side by side. The kernels are written once over this abstraction, so that
/// one value alone and many at a time pass through the same roundings and give the same bits.
/// </summary>
/// <remarks>
/// Only operations that IEEE 754 rounds correctly, or that move bits, belong here; estimates and library
/// functions, whose bits differ between machines, do not. Comparisons are quiet and false for NaN.
/// </remarks>
/// <typeparam name="TSelf">The implementing type.</typeparam>
internal interface ILanes<TSelf>
    where TSelf : struct, ILanes<TSelf>
{
    /// <summary>Gets the number of doubles held.</summary>
    static abstract int Count { get; }

    /// <summary>Puts one value into every lane.</summary>
    static abstract TSelf Broadcast(double value);

    /// <summary>Puts one bit pattern into every lane.</summary>
    static abstract TSelf BroadcastBits(long bits);

    /// <summary>Reads <see cref="Count"/> neighbouring doubles; the caller has checked the bounds.</summary>
    static abstract TSelf Load(ref readonly double source, int offset);

    /// <summary>Writes <see cref="Count"/> neighbouring doubles; the caller has checked the bounds.</summary>
    static abstract void Store(TSelf value, ref double destination, int offset);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf value);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    /// <summary>left * right + addend, rounded once.</summary>
    static abstract TSelf MultiplyAdd(TSelf left, TSelf right, TSelf addend);

    /// <summary>addend - left * right, rounded once.</summary>
    static abstract TSelf NegatedMultiplyAdd(TSelf left, TSelf right, TSelf addend);

    /// <summary>The square root, rounded correctly.</summary>
    static abstract TSelf Sqrt(TSelf value);

    /// <summary>The largest whole number that is not above the value.</summary>
    static abstract TSelf Floor(TSelf value);

    /// <summary>The nearest whole number, of two the even one.</summary>
    static abstract TSelf Round(TSelf value);

    /// <summary>Adds the lanes' bit patterns as 64-bit integers.</summary>
    static abstract TSelf AddBits(TSelf left, TSelf right);

    /// <summary>Subtracts the lanes' bit patterns as 64-bit integers.</summary>
    static abstract TSelf SubtractBits(TSelf left, TSelf right);

    static abstract TSelf operator &(TSelf left, TSelf right);

    static abstract TSelf operator |(TSelf left, TSelf right);

    static abstract TSelf operator ^(TSelf left, TSelf right);

    /// <summary>Shifts the bit patterns towards the sign.</summary>
    static abstract TSelf operator <<(TSelf value, int count);

    /// <summary>Shifts the bit patterns away from the sign, filling with zeros.</summary>
    static abstract TSelf operator >>>(TSelf value, int count);

    /// <summary>Lane by lane: left &lt; right ? whenTrue : whenFalse.</summary>
    static abstract TSelf SelectLess(TSelf left, TSelf right, TSelf whenTrue, TSelf whenFalse);

    /// <summary>Lane by lane: left == right ? whenTrue : whenFalse.</summary>
    static abstract TSelf SelectEqual(TSelf left, TSelf right, TSelf whenTrue, TSelf whenFalse);

    /// <summary>Whether low &lt; value &lt; high holds in every lane.</summary>
    static abstract bool AllBetween(TSelf low, TSelf value, TSelf high);
}
