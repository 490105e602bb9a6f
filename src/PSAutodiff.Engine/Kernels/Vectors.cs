using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PSAutodiff.Kernels;

/// <summary>
/// Arithmetic on vectors. Sums run from the first element to the last, and all else is done for each element by itself, so results do not
/// depend on the machine.
/// </summary>
internal static class Vectors
{
    /// <summary>From so many elements on, lanes are worth their end.</summary>
    public const int LongSum = 64;

    /// <summary>The lanes of sums of many elements.</summary>
    public const int Lanes = 8;

    public static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++) sum += x[i] * y[i];
        return sum;
    }

    /// <summary>The Euclidean norm.</summary>
    public static double Norm(ReadOnlySpan<double> x)
    {
        // Scaled, so that squares neither overflow nor vanish.
        var largest = Largest(x);
        if (largest == 0 || !double.IsFinite(largest)) return largest;
        var sum = 0.0;
        foreach (var value in x) sum += value / largest * (value / largest);
        return largest * Math.Sqrt(sum);
    }

    /// <summary>The largest magnitude of an element; NaN when one is NaN.</summary>
    public static double Largest(ReadOnlySpan<double> x)
    {
        var largest = 0.0;
        foreach (var value in x) largest = Math.Max(largest, Math.Abs(value));
        return largest;
    }

    /// <summary>The greatest element; NaN when one is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Greatest(ReadOnlySpan<double> x)
    {
        var greatest = double.NegativeInfinity;
        var i = 0;
        if (x.Length >= LongSum)
        {
            var most = Vector512.Create(x);
            for (i = Lanes; i + Lanes <= x.Length; i += Lanes) most = Vector512.Max(most, Vector512.Create(x[i..]));
            for (var lane = 0; lane < Lanes; lane++) greatest = Math.Max(greatest, most[lane]);
        }

        for (; i < x.Length; i++) greatest = Math.Max(greatest, x[i]);
        return greatest;
    }

    /// <summary>Where the first of the greatest elements is, or the first NaN where there is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int FirstGreatest(ReadOnlySpan<double> x)
    {
        if (x.Length >= 2 * Lanes && Vector512.IsHardwareAccelerated)
        {
            // The last lanes are aligned to the end, and may be looked at twice. The sums are NaN where an element is.
            ref var start = ref MemoryMarshal.GetReference(x);
            var last = x.Length - Lanes;
            var (most, more) = (Vector512.LoadUnsafe(ref start), Vector512.LoadUnsafe(ref start, (nuint)last));
            var (sums, others) = (most, more);
            var i = Lanes;
            for (; i < last - Lanes; i += 2 * Lanes)
            {
                var (part, next) = (Vector512.LoadUnsafe(ref start, (nuint)i), Vector512.LoadUnsafe(ref start, (nuint)(i + Lanes)));
                (most, more) = (Vector512.MaxNative(most, part), Vector512.MaxNative(more, next));
                (sums, others) = (sums + part, others + next);
            }

            for (; i < last; i += Lanes)
            {
                var part = Vector512.LoadUnsafe(ref start, (nuint)i);
                (most, sums) = (Vector512.MaxNative(most, part), sums + part);
            }

            sums += others;
            if (Vector512.EqualsAll(sums, sums))
            {
                most = Vector512.MaxNative(most, more);
                var four = Vector256.MaxNative(most.GetLower(), most.GetUpper());
                var two = Vector128.MaxNative(four.GetLower(), four.GetUpper());
                var greatest = Vector512.Create(two[0] > two[1] ? two[0] : two[1]);
                for (i = 0; i < last; i += Lanes)
                {
                    var isGreatest = Vector512.Equals(Vector512.LoadUnsafe(ref start, (nuint)i), greatest).ExtractMostSignificantBits();
                    if (isGreatest != 0) return i + BitOperations.TrailingZeroCount(isGreatest);
                }

                return last + BitOperations.TrailingZeroCount(Vector512.Equals(Vector512.LoadUnsafe(ref start, (nuint)last), greatest).ExtractMostSignificantBits());
            }
        }

        var first = 0;
        for (var k = 1; k < x.Length && !double.IsNaN(x[first]); k++)
        {
            if (x[k] > x[first] || double.IsNaN(x[k])) first = k;
        }

        return first;
    }

    /// <summary>The smallest element; NaN when one is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Least(ReadOnlySpan<double> x)
    {
        var least = double.PositiveInfinity;
        var i = 0;
        if (x.Length >= LongSum)
        {
            var fewest = Vector512.Create(x);
            for (i = Lanes; i + Lanes <= x.Length; i += Lanes) fewest = Vector512.Min(fewest, Vector512.Create(x[i..]));
            for (var lane = 0; lane < Lanes; lane++) least = Math.Min(least, fewest[lane]);
        }

        for (; i < x.Length; i++) least = Math.Min(least, x[i]);
        return least;
    }

    /// <summary>The sum: of a few elements from the first to the last, of many in lanes of every eighth.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Sum(ReadOnlySpan<double> x)
    {
        var sum = 0.0;
        var i = 0;
        if (x.Length >= LongSum)
        {
            var sums = Vector512.Create(x);
            for (i = Lanes; i + Lanes <= x.Length; i += Lanes) sums += Vector512.Create(x[i..]);
            sum = Joined(sums);
        }

        for (; i < x.Length; i++) sum += x[i];
        return sum;
    }

    /// <summary>The sum of the lanes of a sum of many elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Joined(Vector512<double> sums) => (sums[0] + sums[4] + (sums[2] + sums[6])) + (sums[1] + sums[5] + (sums[3] + sums[7]));

    /// <summary>The sums of stretches of a length that lie one after the other, each as <see cref="Sum"/> has it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sums(ReadOnlySpan<double> x, int length, Span<double> result)
    {
        // Several short sums at a time: each must wait for its own last addition.
        const int chains = 4;
        var i = 0;
        for (; length < LongSum && i + chains <= result.Length; i += chains)
        {
            var first = x.Slice(i * length, length);
            var second = x.Slice((i + 1) * length, length);
            var third = x.Slice((i + 2) * length, length);
            var fourth = x.Slice((i + 3) * length, length);
            var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0);
            for (var k = 0; k < first.Length; k++)
            {
                a += first[k];
                b += second[k];
                c += third[k];
                d += fourth[k];
            }

            (result[i], result[i + 1], result[i + 2], result[i + 3]) = (a, b, c, d);
        }

        for (; i < result.Length; i++) result[i] = Sum(x.Slice(i * length, length));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool AllFinite(ReadOnlySpan<double> x)
    {
        // x - x is 0 for a finite number and NaN for any other.
        var sum = Vector<double>.Zero;
        var i = 0;
        for (; i + Vector<double>.Count <= x.Length; i += Vector<double>.Count)
        {
            var part = new Vector<double>(x[i..]);
            sum += part - part;
        }

        for (; i < x.Length; i++)
        {
            if (!double.IsFinite(x[i])) return false;
        }

        return Vector.EqualsAll(sum, Vector<double>.Zero);
    }

    /// <summary>y + x into y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add<T>(Span<T> y, ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x = x[..y.Length];
        var i = 0;
        for (; i + Vector<T>.Count <= y.Length; i += Vector<T>.Count) (new Vector<T>(y[i..]) + new Vector<T>(x[i..])).CopyTo(y[i..]);
        for (; i < y.Length; i++) y[i] += x[i];
    }

    /// <summary>y plus the rows of a matrix as wide as y, one after the other, into y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddRows<T>(Span<T> y, ReadOnlySpan<T> rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var i = 0;
        for (; i + (4 * Vector<T>.Count) <= y.Length; i += 4 * Vector<T>.Count)
        {
            var (a, b) = (new Vector<T>(y[i..]), new Vector<T>(y[(i + Vector<T>.Count)..]));
            var (c, d) = (new Vector<T>(y[(i + (2 * Vector<T>.Count))..]), new Vector<T>(y[(i + (3 * Vector<T>.Count))..]));
            for (var k = i; k < rows.Length; k += y.Length)
            {
                a += new Vector<T>(rows[k..]);
                b += new Vector<T>(rows[(k + Vector<T>.Count)..]);
                c += new Vector<T>(rows[(k + (2 * Vector<T>.Count))..]);
                d += new Vector<T>(rows[(k + (3 * Vector<T>.Count))..]);
            }

            a.CopyTo(y[i..]);
            b.CopyTo(y[(i + Vector<T>.Count)..]);
            c.CopyTo(y[(i + (2 * Vector<T>.Count))..]);
            d.CopyTo(y[(i + (3 * Vector<T>.Count))..]);
        }

        for (; i + Vector<T>.Count <= y.Length; i += Vector<T>.Count)
        {
            var sum = new Vector<T>(y[i..]);
            for (var k = i; k < rows.Length; k += y.Length) sum += new Vector<T>(rows[k..]);
            sum.CopyTo(y[i..]);
        }

        for (; i < y.Length; i++)
        {
            var sum = y[i];
            for (var k = i; k < rows.Length; k += y.Length) sum += rows[k];
            y[i] = sum;
        }
    }

    /// <summary>Rows of a matrix, plus a vector as wide.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddToRows<T>(ReadOnlySpan<T> rows, ReadOnlySpan<T> x, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(result.Length % Math.Max(1, x.Length), 0, nameof(result));
        ref var from = ref MemoryMarshal.GetReference(rows[..result.Length]);
        ref var to = ref MemoryMarshal.GetReference(result);
        ref var added = ref MemoryMarshal.GetReference(x);
        for (var start = 0; start < result.Length; start += x.Length)
        {
            var i = 0;
            for (; i + Vector512<T>.Count <= x.Length; i += Vector512<T>.Count)
            {
                (Vector512.LoadUnsafe(ref from, (nuint)(start + i)) + Vector512.LoadUnsafe(ref added, (nuint)i)).StoreUnsafe(ref to, (nuint)(start + i));
            }

            for (; i < x.Length; i++) Unsafe.Add(ref to, start + i) = Unsafe.Add(ref from, start + i) + Unsafe.Add(ref added, i);
        }
    }

    /// <summary>x where it is above 0, else 0; what is not a number stays that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Ramp<T>(ReadOnlySpan<T> x, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x = x[..result.Length];
        ref var from = ref MemoryMarshal.GetReference(x);
        ref var to = ref MemoryMarshal.GetReference(result);
        var i = 0;
        for (; i + Vector<T>.Count <= result.Length; i += Vector<T>.Count)
        {
            var some = Vector.LoadUnsafe(ref from, (nuint)i);
            Vector.AndNot(some, Vector.LessThanOrEqual(some, Vector<T>.Zero)).StoreUnsafe(ref to, (nuint)i);
        }

        for (; i < result.Length; i++) result[i] = x[i] <= T.Zero ? T.Zero : x[i];
    }

    /// <summary>y where a condition is not 0, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Guard<T>(ReadOnlySpan<T> condition, ReadOnlySpan<T> y, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        condition = condition[..result.Length];
        y = y[..result.Length];
        ref var asked = ref MemoryMarshal.GetReference(condition);
        ref var from = ref MemoryMarshal.GetReference(y);
        ref var to = ref MemoryMarshal.GetReference(result);
        var i = 0;
        for (; i + Vector<T>.Count <= result.Length; i += Vector<T>.Count)
        {
            var isZero = Vector.Equals(Vector.LoadUnsafe(ref asked, (nuint)i), Vector<T>.Zero);
            Vector.AndNot(Vector.LoadUnsafe(ref from, (nuint)i), isZero).StoreUnsafe(ref to, (nuint)i);
        }

        for (; i < result.Length; i++) result[i] = condition[i] == T.Zero ? T.Zero : y[i];
    }

    /// <summary>Fills rows of a matrix with a vector as wide.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Repeat<T>(ReadOnlySpan<T> x, Span<T> rows)
        where T : unmanaged
    {
        if (x.Length >= Vector<T>.Count)
        {
            for (; rows.Length > 0; rows = rows[x.Length..]) x.CopyTo(rows);
            return;
        }

        for (var i = 0; i < x.Length; i++)
        {
            for (var k = i; k < rows.Length; k += x.Length) rows[k] = x[i];
        }
    }

    /// <summary>y + factor * x into y, rounded twice.</summary>
    public static void AddScaled<T>(Span<T> y, T factor, ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x = x[..y.Length];
        var factors = new Vector<T>(factor);
        var i = 0;
        for (; i + Vector<T>.Count <= y.Length; i += Vector<T>.Count) (new Vector<T>(y[i..]) + (factors * new Vector<T>(x[i..]))).CopyTo(y[i..]);
        for (; i < y.Length; i++) y[i] += factor * x[i];
    }

    /// <summary>x + y into a result that may be one of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x = x[..result.Length];
        y = y[..result.Length];
        var i = 0;
        for (; i + Vector<T>.Count <= result.Length; i += Vector<T>.Count) (new Vector<T>(x[i..]) + new Vector<T>(y[i..])).CopyTo(result[i..]);
        for (; i < result.Length; i++) result[i] = x[i] + y[i];
    }

    /// <summary>x * y into a result that may be one of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> result)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x = x[..result.Length];
        y = y[..result.Length];
        var i = 0;
        for (; i + Vector<T>.Count <= result.Length; i += Vector<T>.Count) (new Vector<T>(x[i..]) * new Vector<T>(y[i..])).CopyTo(result[i..]);
        for (; i < result.Length; i++) result[i] = x[i] * y[i];
    }

    /// <summary>x * y into y.</summary>
    public static void Multiply<T>(Span<T> y, ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        x = x[..y.Length];
        var i = 0;
        for (; i + Vector<T>.Count <= y.Length; i += Vector<T>.Count) (new Vector<T>(y[i..]) * new Vector<T>(x[i..])).CopyTo(y[i..]);
        for (; i < y.Length; i++) y[i] *= x[i];
    }

    /// <summary>factor * y into y.</summary>
    public static void Scale<T>(Span<T> y, T factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var factors = new Vector<T>(factor);
        var i = 0;
        for (; i + Vector<T>.Count <= y.Length; i += Vector<T>.Count) (new Vector<T>(y[i..]) * factors).CopyTo(y[i..]);
        for (; i < y.Length; i++) y[i] *= factor;
    }

    /// <summary>y - number into y.</summary>
    public static void Subtract(Span<double> y, double number)
    {
        foreach (ref var value in y) value -= number;
    }

    /// <summary>y / divisor into y.</summary>
    public static void Divide(Span<double> y, double divisor) => Divide(y, divisor, y);

    /// <summary>y / divisor into y, in the precision of y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Divide<T>(Span<T> y, int divisor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(double))
        {
            Divide(MemoryMarshal.Cast<T, double>(y), (double)divisor);
            return;
        }

        // The same bits, faster.
        if (int.IsPow2(divisor))
        {
            Scale(y, T.One / T.CreateTruncating(divisor));
            return;
        }

        var divisors = new Vector<T>(T.CreateTruncating(divisor));
        var i = 0;
        for (; i + Vector<T>.Count <= y.Length; i += Vector<T>.Count) (new Vector<T>(y[i..]) / divisors).CopyTo(y[i..]);
        for (; i < y.Length; i++) y[i] /= T.CreateTruncating(divisor);
    }

    /// <summary>x / divisor into y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Divide(ReadOnlySpan<double> x, double divisor, Span<double> y)
    {
        y = y[..x.Length];

        // The same bits, faster: the reciprocal of a power of two is exact.
        if (Math.Abs(divisor) is >= 1 and < 1e18 && double.IsPow2(Math.Abs(divisor)))
        {
            x.CopyTo(y);
            Scale(y, 1 / divisor);
            return;
        }

        var divisors = new Vector<double>(divisor);
        var i = 0;
        for (; i + Vector<double>.Count <= x.Length; i += Vector<double>.Count) (new Vector<double>(x[i..]) / divisors).CopyTo(y[i..]);
        for (; i < x.Length; i++) y[i] = x[i] / divisor;
    }

    /// <summary>The numbers as doubles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen<T>(ReadOnlySpan<T> source, Span<double> target)
        where T : unmanaged
    {
        target = target[..source.Length];
        if (typeof(T) == typeof(double))
        {
            MemoryMarshal.Cast<T, double>(source).CopyTo(target);
            return;
        }

        var numbers = MemoryMarshal.Cast<T, float>(source);
        var i = 0;
        for (; i + Vector<float>.Count <= numbers.Length; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(numbers[i..]), out var low, out var high);
            low.CopyTo(target[i..]);
            high.CopyTo(target[(i + Vector<double>.Count)..]);
        }

        for (; i < numbers.Length; i++) target[i] = numbers[i];
    }

    /// <summary>The doubles rounded to the numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Narrow<T>(ReadOnlySpan<double> source, Span<T> target)
        where T : unmanaged
    {
        target = target[..source.Length];
        if (typeof(T) == typeof(double))
        {
            source.CopyTo(MemoryMarshal.Cast<T, double>(target));
            return;
        }

        var numbers = MemoryMarshal.Cast<T, float>(target);
        var i = 0;
        for (; i + Vector<float>.Count <= numbers.Length; i += Vector<float>.Count)
        {
            Vector.Narrow(new Vector<double>(source[i..]), new Vector<double>(source[(i + Vector<double>.Count)..])).CopyTo(numbers[i..]);
        }

        for (; i < numbers.Length; i++) numbers[i] = (float)source[i];
    }
}
