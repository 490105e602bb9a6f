using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PSAutodiff.Kernels;

/// <summary>Sums over vectors in an order that does not depend on the machine.</summary>
internal static class VectorSums
{
    /// <summary>The sum of the products of two vectors, the second at least as long as the first.</summary>
    public static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        ref var first = ref MemoryMarshal.GetReference(x);
        ref var second = ref MemoryMarshal.GetReference(y[..x.Length]);
        var (a, b) = (Vector256<double>.Zero, Vector256<double>.Zero);
        nuint i = 0;
        for (; i + 8 <= (nuint)x.Length; i += 8)
        {
            a = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref first, i), Vector256.LoadUnsafe(ref second, i), a);
            b = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref first, i + 4), Vector256.LoadUnsafe(ref second, i + 4), b);
        }

        var sum = Sum(a + b);
        for (var k = (int)i; k < x.Length; k++) sum = Math.FusedMultiplyAdd(x[k], y[k], sum);
        return sum;
    }

    /// <summary>Subtracts a multiple of a vector from one at least as long.</summary>
    public static void Subtract(ReadOnlySpan<double> vector, double multiple, Span<double> from)
    {
        ref var v = ref MemoryMarshal.GetReference(vector);
        ref var c = ref MemoryMarshal.GetReference(from[..vector.Length]);
        var factor = Vector256.Create(-multiple);
        nuint i = 0;
        for (; i + 4 <= (nuint)vector.Length; i += 4)
        {
            Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref v, i), factor, Vector256.LoadUnsafe(ref c, i)).StoreUnsafe(ref c, i);
        }

        for (var k = (int)i; k < vector.Length; k++) from[k] = Math.FusedMultiplyAdd(vector[k], -multiple, from[k]);
    }

    /// <summary>The largest absolute value.</summary>
    public static double Largest(ReadOnlySpan<double> vector)
    {
        ref var first = ref MemoryMarshal.GetReference(vector);
        var (a, b) = (Vector256<double>.Zero, Vector256<double>.Zero);
        nuint i = 0;
        for (; i + 8 <= (nuint)vector.Length; i += 8)
        {
            a = Vector256.Max(a, Vector256.Abs(Vector256.LoadUnsafe(ref first, i)));
            b = Vector256.Max(b, Vector256.Abs(Vector256.LoadUnsafe(ref first, i + 4)));
        }

        a = Vector256.Max(a, b);
        var largest = Math.Max(Math.Max(a[0], a[1]), Math.Max(a[2], a[3]));
        for (var k = (int)i; k < vector.Length; k++) largest = Math.Max(largest, Math.Abs(vector[k]));
        return largest;
    }

    /// <summary>The length of a vector whose squares may be beyond the numbers.</summary>
    public static double Norm(ReadOnlySpan<double> vector)
    {
        var largest = Largest(vector);
        if (largest == 0 || !double.IsFinite(largest)) return largest;
        var sum = 0.0;
        foreach (var value in vector) sum += value / largest * (value / largest);
        return largest * Math.Sqrt(sum);
    }

    /// <summary>The four lanes in an order of their own: that of Vector256.Sum is up to the machine.</summary>
    public static double Sum(Vector256<double> vector) => (vector[0] + vector[1]) + (vector[2] + vector[3]);
}
